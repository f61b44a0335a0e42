#include "magenta/live/stage/voice.h"

#include <algorithm>
#include <cmath>

namespace magenta {
namespace {

constexpr size_t kTakeRing = 2048;
/// A key held longer, in bars, is one whose note-off was lost.
constexpr int kLongestHold = 4;

int64_t NearestStep(double position) noexcept {
  return static_cast<int64_t>(std::floor(position + 0.5));
}

int64_t RoundedUp(int64_t step, int64_t grid) noexcept { return (step + grid - 1) / grid * grid; }

}  // namespace

void Voice::Queue::Add(const TakeEvent& event) noexcept {
  if (full()) return;
  events[(first + count++) % events.size()] = event;
}

void Voice::Queue::Drop() noexcept {
  first = (first + 1) % events.size();
  --count;
}

Voice::Voice(int index, const Stage& stage)
    : index_(index),
      stage_(stage),
      owner_(static_cast<NoteLedger::Owner>(NoteLedger::kMachine + index)),
      takes_(kTakeRing),
      answer_bars_(stage.options.answer_bars),
      min_listen_bars_(stage.options.min_listen_bars),
      max_listen_bars_(stage.options.max_listen_bars) {}

VoiceState Voice::state() const noexcept {
  if (answering_) return VoiceState::kAnswering;
  return listening_ ? VoiceState::kListening : VoiceState::kIdle;
}

bool Voice::busy() const noexcept {
  // A loop that nobody is there to end is heard once.
  const bool in_first_round = !loop_ || step_ < answer_start_ + answer_length_;
  if ((answering_ && in_first_round) || mutate_at_ != kNoStep) return true;
  // A switch that nobody is there to turn ends nothing.
  const bool ends = stage_.options.mode != TurnMode::kSwitch || phrase_end_ != kNoStep;
  return listening_ && ends && (heard_ || stage_.options.mode == TurnMode::kSwitch);
}

bool Voice::Hears(uint8_t port, uint8_t channel) const noexcept {
  return (player().input_port < 0 || player().input_port == port) &&
         (player().input_channel < 0 || player().input_channel == channel);
}

void Voice::Tell(MindEvent event) noexcept {
  event.voice = static_cast<uint8_t>(index_);
  if (!stage_.to_brain.Push(event)) ++stage_.outlet.drops().phrase;
}

void Voice::TellStop(bool all) noexcept {
  MindEvent event;
  event.kind = MindEvent::Kind::kStop;
  event.flag = all;
  Tell(event);
}

void Voice::TellState(int64_t frame) noexcept {
  if (state() == told_) return;
  told_ = state();
  JournalEntry entry;
  entry.kind = JournalEntry::Kind::kState;
  entry.voice = static_cast<uint8_t>(index_);
  entry.state = told_;
  entry.frame = frame;
  stage_.outlet.Tell(entry);
  if (stage_.options.state_control < 0) return;
  stage_.outlet.Send(
      frame, static_cast<uint8_t>(player().output_port), 3,
      {static_cast<uint8_t>(0xb0 | player().output_channel),
       static_cast<uint8_t>(stage_.options.state_control), static_cast<uint8_t>(told_)});
}

void Voice::Collect() noexcept {
  TakeEvent event;
  while (!queue_.full() && takes_.Pop(event)) {
    const bool begins = event.kind == TakeEvent::Kind::kBegin;
    if (begins && answering_ && take_ == 0 && event.step == answer_start_) {
      take_ = event.take;
    } else if (begins) {
      candidate_ = event.take;
      candidate_step_ = event.step;
      candidate_events_.Clear();
    } else if (event.take == take_ && answering_) {
      queue_.Add(event);
    } else if (event.take == candidate_) {
      candidate_events_.Add(event);
    }
  }
}

void Voice::OnBlock(int64_t frame) noexcept {
  Collect();
  if (answering_) PlayDue(step_, frame, true);
}

void Voice::PlayDue(int64_t step, int64_t frame, bool late) noexcept {
  while (queue_.count > 0 && queue_.Front().step <= step) {
    const TakeEvent event = queue_.Front();
    queue_.Drop();
    const int64_t lateness = late ? frame - stage_.transport.FrameOf(event.step) : 0;
    const bool is_on = event.kind == TakeEvent::Kind::kNoteOn;
    if (late && is_on && lateness > 0) {
      ++late_notes_;
      most_late_ = std::max(most_late_, lateness);
      JournalEntry entry;
      entry.kind = JournalEntry::Kind::kLate;
      entry.voice = static_cast<uint8_t>(index_);
      entry.value = static_cast<int>(std::min<int64_t>(lateness, 1 << 30));
      entry.frame = frame;
      stage_.outlet.Tell(entry);
    }
    Play(event, frame, event.step < step);
  }
}

void Voice::Play(const TakeEvent& event, int64_t frame, bool too_late) noexcept {
  const NoteLedger::Key key = {static_cast<uint8_t>(player().output_port),
                               static_cast<uint8_t>(player().output_channel), event.pitch};
  if (event.kind == TakeEvent::Kind::kNoteOff) {
    stage_.ledger.Off(stage_.outlet, frame, key, owner_);
  } else if (!muted_ && !too_late) {
    stage_.ledger.On(stage_.outlet, frame, key, event.velocity, owner_);
  }
}

void Voice::OnClosed(int64_t step) noexcept {
  MindEvent event;
  event.step = step;
  const bool on_grid = step % stage_.options.answer_grid_steps == 0;
  event.flag = listening_ && step > phrase_start_ && (on_grid || step == phrase_end_);
  event.until = step + AnswerLength(step);
  Tell(event);
}

bool Voice::PhraseIsOver(int64_t step) const noexcept {
  const DuetOptions& options = stage_.options;
  if (step <= phrase_start_) return false;
  if (step >= phrase_end_) return true;
  if (options.mode != TurnMode::kFree || step % options.answer_grid_steps != 0) return false;
  const int64_t bar = options.steps_per_bar;
  if (max_listen_bars_ > 0 && step >= phrase_start_ + max_listen_bars_ * bar) return true;
  return step >= phrase_start_ + min_listen_bars_ * bar && IsSilent(step);
}

/// Whether the silence that ends a phrase is there or, where that is known, has begun.
bool Voice::IsSilent(int64_t step) const noexcept {
  const DuetOptions& options = stage_.options;
  if (expects_ && last_on_ < expected_on_) {
    const int64_t quiet = held_.any() ? expected_quiet_ : last_off_;
    if (step >= quiet && expected_on_ - quiet >= options.silence_steps) return true;
  }
  const int64_t given_up = last_on_ + int64_t{kLongestHold} * options.steps_per_bar;
  if (held_.any() && step < given_up) return false;
  return step - (held_.any() ? given_up : last_off_) >= options.silence_steps;
}

void Voice::OnStep(int64_t step, int64_t frame) noexcept {
  Collect();
  step_ = step;
  if (answering_ && step >= answer_end_) {
    if (loop_) {
      answer_end_ += answer_length_;
    } else {
      EndAnswer(step, frame);
    }
  }
  if (step >= next_begin_) BeginPhrase(step, frame);
  if (listening_ && PhraseIsOver(step)) EndPhrase(step, frame);
  if (step >= mutate_at_) {
    stage_.ledger.Flush(stage_.outlet, frame, owner_);
    mutate_at_ = kNoStep;
    BeginAnswer(step, answer_length_);
  }
  if (answering_) PlayDue(step, frame, false);
  TellState(frame);
}

void Voice::NoteOn(double position, int64_t frame, const MidiEvent& message) noexcept {
  const int64_t step = NearestStep(position);
  const uint8_t pitch = message.bytes[1], velocity = message.bytes[2];
  MindEvent event;
  event.kind = MindEvent::Kind::kNoteOn;
  event.position = position;
  event.pitch = pitch;
  event.velocity = velocity;
  Tell(event);
  if (stage_.options.mode == TurnMode::kFree && !listening_) {
    if (!answering_ || stage_.options.allow_overlap) {
      BeginPhrase(step, frame);
    } else if (!loop_ && step >= answer_end_) {
      next_begin_ = step;  // struck early
    }
  }
  if (listening_ && step >= phrase_start_ && step < phrase_end_) heard_ = true;
  held_.set(pitch);
  strokes_[pitch] = {frame, step, velocity, message.port,
                     static_cast<uint8_t>(message.bytes[0] & 0x0f)};
  last_on_ = step;
}

void Voice::Expect(int64_t next_on, int64_t quiet) noexcept {
  expects_ = true;
  expected_on_ = next_on;
  expected_quiet_ = quiet;
}

int64_t Voice::TurnEnd(int64_t step) const noexcept {
  if (answering_) return loop_ || step >= answer_end_ ? kNoStep : answer_end_;
  if (!listening_ || !heard_) return kNoStep;
  for (int64_t end = step_ + 1; end <= step; ++end) {
    if (!PhraseIsOver(end)) continue;
    const int64_t turn_end = end + AnswerLength(end);
    return step < turn_end ? turn_end : kNoStep;
  }
  return kNoStep;
}

std::bitset<128> Voice::HeldOn(uint8_t port, uint8_t channel) const noexcept {
  std::bitset<128> keys = held_;
  for (size_t pitch = 0; pitch < keys.size(); ++pitch) {
    const Stroke& stroke = strokes_[pitch];
    if (stroke.port != port || stroke.channel != channel) keys.reset(pitch);
  }
  return keys;
}

std::bitset<128> Voice::StruckSince(int64_t since) const noexcept {
  std::bitset<128> keys = held_;
  for (size_t pitch = 0; pitch < keys.size(); ++pitch) {
    if (strokes_[pitch].frame < since) keys.reset(pitch);
  }
  return keys;
}

void Voice::TakeAlong(const std::bitset<128>& keys) noexcept {
  for (size_t pitch = 0; pitch < keys.size(); ++pitch) {
    if (!keys[pitch] || strokes_[pitch].step >= phrase_start_) continue;
    MindEvent event;
    event.kind = MindEvent::Kind::kNoteOn;
    event.position = static_cast<double>(phrase_start_);
    event.pitch = static_cast<uint8_t>(pitch);
    event.velocity = strokes_[pitch].velocity;
    Tell(event);
    heard_ = true;
    last_on_ = phrase_start_;
  }
  held_ |= keys;
}

void Voice::NoteOff(double position, uint8_t pitch) noexcept {
  MindEvent event;
  event.kind = MindEvent::Kind::kNoteOff;
  event.position = position;
  event.pitch = pitch;
  Tell(event);
  held_.reset(pitch);
  last_off_ = NearestStep(position);
}

void Voice::BeginPhrase(int64_t step, int64_t frame) noexcept {
  const DuetOptions& options = stage_.options;
  if (answering_ && !options.allow_overlap) EndAnswer(step, frame);
  listening_ = true;
  heard_ = last_on_ >= step;
  phrase_start_ = step;
  next_begin_ = kNoStep;
  phrase_end_ = kNoStep;
  if (options.mode == TurnMode::kBars)
    phrase_end_ = step + options.listen_bars * options.steps_per_bar;
  MindEvent event;
  event.kind = MindEvent::Kind::kBegin;
  event.step = step;
  Tell(event);
  TellState(frame);
}

void Voice::EndPhraseAt(int64_t step) noexcept {
  if (!listening_) return;
  const int64_t end =
      RoundedUp(std::max(step, phrase_start_ + 1), stage_.options.answer_grid_steps);
  phrase_end_ = std::min(phrase_end_, end);
}

int64_t Voice::AnswerLength(int64_t step) const noexcept {
  const int64_t bar = stage_.options.steps_per_bar;
  if (answer_bars_ > 0) return answer_bars_ * bar;
  const int64_t length = step - phrase_start_;
  const bool whole = stage_.options.performer_waits && stage_.options.answer_grid_steps % bar == 0;
  return whole ? std::max<int64_t>(1, (length + bar / 2) / bar) * bar : length;
}

void Voice::EndPhrase(int64_t step, int64_t frame) noexcept {
  const int64_t length = AnswerLength(step);
  listening_ = false;
  phrase_end_ = kNoStep;
  if (answering_) stage_.ledger.Flush(stage_.outlet, frame, owner_);
  if (!heard_ && stage_.options.mode != TurnMode::kSwitch) {
    answering_ = false;
    TellStop(/*all=*/true);
    if (stage_.options.mode != TurnMode::kBars) return;
    next_begin_ = step + length;
    // There is nobody to rest for.
    if (stage_.options.performer_waits) BeginPhrase(step, frame);
    return;
  }
  MindEvent event;
  event.kind = MindEvent::Kind::kEnd;
  event.step = step;
  event.until = step + length;
  Tell(event);
  BeginAnswer(step, length);
}

void Voice::BeginAnswer(int64_t step, int64_t length) noexcept {
  answering_ = true;
  answer_start_ = step;
  answer_length_ = length;
  answer_end_ = step + length;
  queue_.Clear();
  take_ = 0;
  if (candidate_ == 0 || candidate_step_ != step) return;
  take_ = candidate_;
  queue_ = candidate_events_;
  candidate_ = 0;
}

void Voice::EndAnswer(int64_t step, int64_t frame) noexcept {
  stage_.ledger.Flush(stage_.outlet, frame, owner_);
  answering_ = false;
  take_ = 0;
  queue_.Clear();
  TellStop(/*all=*/false);
  if (stage_.options.mode == TurnMode::kBars && !listening_) next_begin_ = step;
}

void Voice::MutateAt(int64_t step) noexcept {
  if (answer_length_ == 0 || listening_ || mutate_at_ != kNoStep) return;
  mutate_at_ = step;
  MindEvent event;
  event.kind = MindEvent::Kind::kMutate;
  event.step = step;
  event.until = step + answer_length_;
  Tell(event);
}

void Voice::Stop(int64_t frame) noexcept {
  const bool was_idle = !answering_ && !listening_;
  stage_.ledger.Flush(stage_.outlet, frame, owner_);
  answering_ = listening_ = false;
  take_ = 0;
  queue_.Clear();
  phrase_end_ = next_begin_ = mutate_at_ = kNoStep;
  held_.reset();
  if (was_idle) return;
  TellStop(/*all=*/true);
  TellState(frame);
}

void Voice::Silence(int64_t frame) noexcept {
  const int64_t rest_until = answering_ ? answer_end_ : step_ + 1;
  const int64_t begin = next_begin_;
  Stop(frame);
  loop_ = false;
  if (stage_.options.mode != TurnMode::kBars) return;
  next_begin_ = begin != kNoStep ? begin : RoundedUp(rest_until, stage_.options.steps_per_bar);
}

bool Voice::Control(LiveAction action, int value, int64_t frame) noexcept {
  switch (action) {
    case LiveAction::kMute:
      muted_ = value >= 64;
      if (muted_) stage_.ledger.Flush(stage_.outlet, frame, owner_);
      break;
    case LiveAction::kLoop: loop_ = value >= 64; break;
    case LiveAction::kAnswerBars: answer_bars_ = value; break;
    case LiveAction::kMinListenBars: min_listen_bars_ = value; break;
    case LiveAction::kMaxListenBars: max_listen_bars_ = value; break;
    case LiveAction::kTemperature:
    case LiveAction::kModel: break;
    default: return false;
  }
  MindEvent event;
  event.kind = MindEvent::Kind::kControl;
  event.action = action;
  event.value = value;
  Tell(event);
  return true;
}

}  // namespace magenta
