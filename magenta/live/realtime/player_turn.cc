#include "magenta/live/realtime/player_turn.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace magenta {
namespace {

constexpr size_t kTakeRing = 2048;
/// A key held longer, in bars, is one whose note-off was lost.
constexpr int kLongestHold = 4;
/// kTogether: so much of a step the machine waits for a player who is a little late.
constexpr double kWaitSteps = 0.125;
/// kTogether: so many bars and steps after the player's last note the machine rests at the latest.
constexpr int kRestBars = 1;
constexpr int kRestSteps = 4;

int64_t NearestStep(double position) noexcept {
  return static_cast<int64_t>(std::floor(position + 0.5));
}

int64_t RoundedUp(int64_t step, int64_t grid) noexcept { return (step + grid - 1) / grid * grid; }

}  // namespace

void PlayerTurn::Queue::Add(const ScheduledNote& event) noexcept {
  if (full()) return;
  events[(first + count++) % events.size()] = event;
}

void PlayerTurn::Queue::Drop() noexcept {
  first = (first + 1) % events.size();
  --count;
}

PlayerTurn::PlayerTurn(int index, const RealtimeContext& context)
    : index_(index),
      context_(context),
      owner_(static_cast<ActiveNotes::Owner>(ActiveNotes::kMachine + index)),
      takes_(kTakeRing),
      answer_bars_(context.options.answer_bars),
      min_listen_bars_(context.options.min_listen_bars),
      max_listen_bars_(context.options.max_listen_bars) {}

TurnState PlayerTurn::state() const noexcept {
  if (answering_) return TurnState::kAnswering;
  return listening_ ? TurnState::kListening : TurnState::kIdle;
}

bool PlayerTurn::busy() const noexcept {
  if (together()) {
    const int64_t rest = last_off_ + kRestBars * context_.options.steps_per_bar + kRestSteps;
    return heard_ && (held_.any() || step_ <= rest);
  }
  // A loop that nobody is there to end is heard once.
  const bool in_first_round = !loop_ || step_ < answer_start_ + answer_length_;
  if ((answering_ && in_first_round) || mutate_at_ != kNoStep) return true;
  // A switch that nobody is there to turn ends nothing.
  const bool ends = context_.options.mode != TurnMode::kSwitch || phrase_end_ != kNoStep;
  return listening_ && ends && (heard_ || context_.options.mode == TurnMode::kSwitch);
}

bool PlayerTurn::Hears(uint8_t port, uint8_t channel) const noexcept {
  return (player().input_port < 0 || player().input_port == port) &&
         (player().input_channel < 0 || player().input_channel == channel);
}

void PlayerTurn::Send(PerformanceEvent event) noexcept {
  event.player = static_cast<uint8_t>(index_);
  if (!context_.performance_events.Push(event)) ++context_.router.drops().phrase;
}

void PlayerTurn::SendStop(bool all) noexcept {
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kStop;
  event.flag = all;
  Send(event);
}

void PlayerTurn::ReportState(int64_t frame) noexcept {
  if (state() == reported_state_) return;
  reported_state_ = state();
  SessionEvent entry;
  entry.kind = SessionEvent::Kind::kState;
  entry.player = static_cast<uint8_t>(index_);
  entry.state = reported_state_;
  entry.frame = frame;
  context_.router.Report(entry);
  if (context_.options.state_control < 0) return;
  context_.router.Send(frame, static_cast<uint8_t>(player().output_port), 3,
                       {static_cast<uint8_t>(0xb0 | player().output_channel),
                        static_cast<uint8_t>(context_.options.state_control),
                        static_cast<uint8_t>(reported_state_)});
}

void PlayerTurn::Collect() noexcept {
  ScheduledNote event;
  while (!queue_.full() && takes_.Pop(event)) {
    const bool begins = event.kind == ScheduledNote::Kind::kBegin;
    const auto step = static_cast<int64_t>(event.position);
    if (begins && answering_ && take_ == 0 && step == answer_start_) {
      take_ = event.take;
    } else if (begins) {
      candidate_ = event.take;
      candidate_step_ = step;
      candidate_events_.Clear();
    } else if (event.take == take_ && answering_) {
      queue_.Add(event);
    } else if (event.take == candidate_) {
      candidate_events_.Add(event);
    }
  }
}

void PlayerTurn::OnBlock(int64_t frame) noexcept {
  Collect();
  if (frame >= tell_at_) TellReached();
  if (answering_) PlayLate(frame);
}

/// What stands on the step that is reached, or before it.
void PlayerTurn::PlayDue(int64_t frame) noexcept {
  while (queue_.count > 0 && queue_.Front().position <= static_cast<double>(step_)) {
    PlayNext(frame);
  }
}

/// What should have sounded before `frame`.
void PlayerTurn::PlayLate(int64_t frame) noexcept {
  while (queue_.count > 0) {
    const bool is_overdue = queue_.Front().position <= static_cast<double>(step_);
    if (!is_overdue && NextFrame() >= frame) return;
    ReportLate(queue_.Front(), frame);
    PlayNext(frame);
  }
}

int64_t PlayerTurn::NextFrame() const noexcept {
  if (!answering_ || queue_.count == 0) return Transport::kNever;
  const double position = queue_.Front().position;
  if (position >= static_cast<double>(step_ + 1)) return Transport::kNever;  // OnStep comes first
  return context_.transport.FrameOf(position);
}

void PlayerTurn::ReportLate(const ScheduledNote& event, int64_t frame) noexcept {
  int64_t lateness = frame - context_.transport.FrameOf(event.position);
  // It plays after the player, who is on time up to half a step later.
  if (together()) lateness -= static_cast<int64_t>(context_.transport.FramesPerStep());
  if (event.kind != ScheduledNote::Kind::kNoteOn || lateness <= 0) return;
  ++late_notes_;
  most_late_ = std::max(most_late_, lateness);
  SessionEvent entry;
  entry.kind = SessionEvent::Kind::kLate;
  entry.player = static_cast<uint8_t>(index_);
  entry.value = static_cast<int>(std::min<int64_t>(lateness, 1 << 30));
  entry.frame = frame;
  context_.router.Report(entry);
}

/// One that is a step late or more does not begin.
void PlayerTurn::PlayNext(int64_t frame) noexcept {
  const ScheduledNote event = queue_.Front();
  queue_.Drop();
  const bool too_late = event.position <= static_cast<double>(step_ - 1);
  const ActiveNotes::Key key = {static_cast<uint8_t>(player().output_port),
                                static_cast<uint8_t>(player().ChannelOf(event.voice)), event.pitch};
  if (event.kind == ScheduledNote::Kind::kNoteOff) {
    context_.active_notes.Off(context_.router, frame, key, owner_);
  } else if (!muted_ && !too_late) {
    context_.active_notes.On(context_.router, frame, key, event.velocity, owner_);
  }
}

void PlayerTurn::OnClosed(int64_t step) noexcept {
  if (together()) return;
  PerformanceEvent event;
  event.step = step;
  const bool on_grid = step % context_.options.answer_grid_steps == 0;
  event.flag = listening_ && step > phrase_start_ && (on_grid || step == phrase_end_);
  event.until = step + AnswerLength(step);
  event.step_seconds = context_.transport.FramesPerStep() / context_.transport.rate();
  Send(event);
}

bool PlayerTurn::PhraseIsOver(int64_t step) const noexcept {
  const DuetOptions& options = context_.options;
  if (step <= phrase_start_) return false;
  if (step >= phrase_end_) return true;
  if (options.mode != TurnMode::kFree || step % options.answer_grid_steps != 0) return false;
  const int64_t bar = options.steps_per_bar;
  if (max_listen_bars_ > 0 && step >= phrase_start_ + max_listen_bars_ * bar) return true;
  return step >= phrase_start_ + min_listen_bars_ * bar && IsSilent(step);
}

/// Whether the silence that ends a phrase is there or, where that is known, has begun.
bool PlayerTurn::IsSilent(int64_t step) const noexcept {
  const DuetOptions& options = context_.options;
  if (expects_ && last_on_ < expected_on_) {
    const int64_t quiet = held_.any() ? expected_quiet_ : last_off_;
    if (step >= quiet && expected_on_ - quiet >= options.silence_steps) return true;
  }
  const int64_t given_up = last_on_ + int64_t{kLongestHold} * options.steps_per_bar;
  if (held_.any() && step < given_up) return false;
  return step - (held_.any() ? given_up : last_off_) >= options.silence_steps;
}

/// The machine's part goes on for ever.
void PlayerTurn::OnStepTogether(int64_t step, int64_t frame) noexcept {
  TellReached();
  Collect();
  step_ = step;
  if (!answering_) {
    PerformanceEvent event;
    event.kind = PerformanceEvent::Kind::kBegin;
    event.step = step;
    Send(event);
    BeginAnswer(step, kNoStep - step);
  }
  PlayDue(frame);
  reached_ = step;
  tell_at_ = frame + static_cast<int64_t>(kWaitSteps * context_.transport.FramesPerStep());
  ReportState(frame);
}

void PlayerTurn::TellReached() noexcept {
  if (reached_ == kNoStep) return;
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kReached;
  event.step = std::exchange(reached_, kNoStep);
  Send(event);
}

void PlayerTurn::OnStep(int64_t step, int64_t frame) noexcept {
  if (together()) return OnStepTogether(step, frame);
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
    context_.active_notes.Flush(context_.router, frame, owner_);
    mutate_at_ = kNoStep;
    BeginAnswer(step, answer_length_);
  }
  if (answering_) PlayDue(frame);
  ReportState(frame);
}

void PlayerTurn::NoteOn(double position, int64_t frame, const MidiEvent& message) noexcept {
  const int64_t step = NearestStep(position);
  const uint8_t pitch = message.bytes[1], velocity = message.bytes[2];
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kNoteOn;
  event.position = position;
  event.pitch = pitch;
  event.velocity = velocity;
  Send(event);
  if (context_.options.mode == TurnMode::kFree && !listening_) {
    if (!answering_ || context_.options.allow_overlap) {
      BeginPhrase(step, frame);
    } else if (!loop_ && step >= answer_end_) {
      next_begin_ = step;  // struck early
    }
  }
  if (listening_ && step >= phrase_start_ && step < phrase_end_) heard_ = true;
  if (together()) heard_ = true;
  held_.set(pitch);
  strokes_[pitch] = {frame, step, velocity, message.port,
                     static_cast<uint8_t>(message.bytes[0] & 0x0f)};
  last_on_ = step;
}

void PlayerTurn::Expect(int64_t next_on, int64_t quiet) noexcept {
  expects_ = true;
  expected_on_ = next_on;
  expected_quiet_ = quiet;
}

int64_t PlayerTurn::TurnEnd(int64_t step) const noexcept {
  if (answering_) return loop_ || step >= answer_end_ ? kNoStep : answer_end_;
  if (!listening_ || !heard_) return kNoStep;
  for (int64_t end = step_ + 1; end <= step; ++end) {
    if (!PhraseIsOver(end)) continue;
    const int64_t turn_end = end + AnswerLength(end);
    return step < turn_end ? turn_end : kNoStep;
  }
  return kNoStep;
}

std::bitset<128> PlayerTurn::HeldOn(uint8_t port, uint8_t channel) const noexcept {
  std::bitset<128> keys = held_;
  for (size_t pitch = 0; pitch < keys.size(); ++pitch) {
    const Stroke& stroke = strokes_[pitch];
    if (stroke.port != port || stroke.channel != channel) keys.reset(pitch);
  }
  return keys;
}

std::bitset<128> PlayerTurn::StruckSince(int64_t since) const noexcept {
  std::bitset<128> keys = held_;
  for (size_t pitch = 0; pitch < keys.size(); ++pitch) {
    if (strokes_[pitch].frame < since) keys.reset(pitch);
  }
  return keys;
}

void PlayerTurn::TakeAlong(const std::bitset<128>& keys) noexcept {
  for (size_t pitch = 0; pitch < keys.size(); ++pitch) {
    if (!keys[pitch] || strokes_[pitch].step >= phrase_start_) continue;
    PerformanceEvent event;
    event.kind = PerformanceEvent::Kind::kNoteOn;
    event.position = static_cast<double>(phrase_start_);
    event.pitch = static_cast<uint8_t>(pitch);
    event.velocity = strokes_[pitch].velocity;
    Send(event);
    heard_ = true;
    last_on_ = phrase_start_;
  }
  held_ |= keys;
}

void PlayerTurn::NoteOff(double position, uint8_t pitch) noexcept {
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kNoteOff;
  event.position = position;
  event.pitch = pitch;
  Send(event);
  held_.reset(pitch);
  last_off_ = NearestStep(position);
}

void PlayerTurn::Pedal(double position, bool down) noexcept {
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kPedal;
  event.position = position;
  event.flag = down;
  Send(event);
}

void PlayerTurn::BeginPhrase(int64_t step, int64_t frame) noexcept {
  const DuetOptions& options = context_.options;
  if (answering_ && !options.allow_overlap) EndAnswer(step, frame);
  listening_ = true;
  heard_ = last_on_ >= step;
  phrase_start_ = step;
  next_begin_ = kNoStep;
  phrase_end_ = kNoStep;
  if (options.mode == TurnMode::kBars)
    phrase_end_ = step + options.listen_bars * options.steps_per_bar;
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kBegin;
  event.step = step;
  Send(event);
  ReportState(frame);
}

void PlayerTurn::EndPhraseAt(int64_t step) noexcept {
  if (!listening_) return;
  const int64_t end =
      RoundedUp(std::max(step, phrase_start_ + 1), context_.options.answer_grid_steps);
  phrase_end_ = std::min(phrase_end_, end);
}

int64_t PlayerTurn::AnswerLength(int64_t step) const noexcept {
  const int64_t bar = context_.options.steps_per_bar;
  if (answer_bars_ > 0) return answer_bars_ * bar;
  const int64_t length = step - phrase_start_;
  const bool whole =
      context_.options.performer_waits && context_.options.answer_grid_steps % bar == 0;
  return whole ? std::max<int64_t>(1, (length + bar / 2) / bar) * bar : length;
}

void PlayerTurn::EndPhrase(int64_t step, int64_t frame) noexcept {
  const int64_t length = AnswerLength(step);
  listening_ = false;
  phrase_end_ = kNoStep;
  if (answering_) context_.active_notes.Flush(context_.router, frame, owner_);
  if (!heard_ && context_.options.mode != TurnMode::kSwitch) {
    answering_ = false;
    SendStop(/*all=*/true);
    if (context_.options.mode != TurnMode::kBars) return;
    next_begin_ = step + length;
    // There is nobody to rest for.
    if (context_.options.performer_waits) BeginPhrase(step, frame);
    return;
  }
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kEnd;
  event.step = step;
  event.until = step + length;
  Send(event);
  BeginAnswer(step, length);
}

void PlayerTurn::BeginAnswer(int64_t step, int64_t length) noexcept {
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

void PlayerTurn::EndAnswer(int64_t step, int64_t frame) noexcept {
  context_.active_notes.Flush(context_.router, frame, owner_);
  answering_ = false;
  take_ = 0;
  queue_.Clear();
  SendStop(/*all=*/false);
  if (context_.options.mode == TurnMode::kBars && !listening_) next_begin_ = step;
}

void PlayerTurn::MutateAt(int64_t step) noexcept {
  if (answer_length_ == 0 || listening_ || mutate_at_ != kNoStep) return;
  mutate_at_ = step;
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kMutate;
  event.step = step;
  event.until = step + answer_length_;
  Send(event);
}

void PlayerTurn::Stop(int64_t frame) noexcept {
  const bool was_idle = !answering_ && !listening_;
  context_.active_notes.Flush(context_.router, frame, owner_);
  answering_ = listening_ = false;
  take_ = 0;
  queue_.Clear();
  phrase_end_ = next_begin_ = mutate_at_ = kNoStep;
  held_.reset();
  if (was_idle) return;
  SendStop(/*all=*/true);
  ReportState(frame);
}

void PlayerTurn::Silence(int64_t frame) noexcept {
  const int64_t rest_until = answering_ ? answer_end_ : step_ + 1;
  const int64_t begin = next_begin_;
  Stop(frame);
  loop_ = false;
  if (context_.options.mode != TurnMode::kBars) return;
  next_begin_ = begin != kNoStep ? begin : RoundedUp(rest_until, context_.options.steps_per_bar);
}

bool PlayerTurn::Control(LiveAction action, int value, int64_t frame) noexcept {
  switch (action) {
    case LiveAction::kMute:
      muted_ = value >= 64;
      if (muted_) context_.active_notes.Flush(context_.router, frame, owner_);
      break;
    case LiveAction::kLoop: loop_ = value >= 64; break;
    case LiveAction::kAnswerBars: answer_bars_ = value; break;
    case LiveAction::kMinListenBars: min_listen_bars_ = value; break;
    case LiveAction::kMaxListenBars: max_listen_bars_ = value; break;
    case LiveAction::kTemperature:
    case LiveAction::kDensity:
    case LiveAction::kPitchClass:
    case LiveAction::kUntold:
    case LiveAction::kModel: break;
    default: return false;
  }
  PerformanceEvent event;
  event.kind = PerformanceEvent::Kind::kControl;
  event.action = action;
  event.value = value;
  Send(event);
  return true;
}

}  // namespace magenta
