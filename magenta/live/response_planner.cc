#include "magenta/live/response_planner.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Seeds of one player's answers; the next player's follow.
constexpr uint32_t kSeedsPerPlayer = 1 << 16;
/// Events of a proposal made in one call.
constexpr int kMostEventsAtOnce = 64;

/// The notes of an answer, as if a player had played them.
std::vector<Phrase::Note> AsPlayed(const std::vector<ScheduledNote>& sent) {
  std::vector<Phrase::Note> notes;
  for (const ScheduledNote& event : sent) {
    if (event.kind == ScheduledNote::Kind::kNoteOn) {
      notes.push_back({event.position, Phrase::kOpen, event.pitch, event.velocity});
      continue;
    }
    for (Phrase::Note& note : notes) {
      if (note.pitch == event.pitch && note.end == Phrase::kOpen) note.end = event.position;
    }
  }
  return notes;
}

}  // namespace

ResponsePlanner::ResponsePlanner(int player, const DuetOptions& options,
                                 std::unique_ptr<Responder> responder,
                                 SpscRing<ScheduledNote>& takes)
    : player_(player),
      options_(options),
      responder_(std::move(responder)),
      takes_(takes),
      bars_(HeardBarsOf(options)),
      conversation_(options),
      chords_(options),
      phrase_(options, conversation_, chords_),
      step_seconds_(phrase_.step_seconds()),
      temperature_(options.temperature) {}

/// One that begins on `start`, beside the player's.
Phrase ResponsePlanner::PhraseOf(int64_t start) const {
  Phrase phrase(options_, conversation_, chords_);
  phrase.SetStepSeconds(step_seconds_);
  phrase.Begin(start);
  return phrase;
}

/// A phrase is heard at the tempo of its first note.
void ResponsePlanner::SetStepSeconds(double seconds) {
  if (!listening_ || phrase_.empty()) phrase_.SetStepSeconds(seconds);
  if (std::exchange(step_seconds_, seconds) == seconds) return;
  if (answer_) answer_->made->SetStepSeconds(seconds);
  if (proposal_) proposal_->answer->SetStepSeconds(seconds);
}

void ResponsePlanner::Handle(const PerformanceEvent& event) {
  switch (event.kind) {
    case PerformanceEvent::Kind::kNoteOn:
      return phrase_.NoteOn(event.position, event.pitch, event.velocity);
    case PerformanceEvent::Kind::kNoteOff: return phrase_.NoteOff(event.position, event.pitch);
    case PerformanceEvent::Kind::kPedal: return phrase_.Pedal(event.position, event.flag);
    case PerformanceEvent::Kind::kBegin: return OnBegin(event.step);
    case PerformanceEvent::Kind::kClosed: return OnClosed(event);
    case PerformanceEvent::Kind::kEnd:
      listening_ = false;
      return End(phrase_, event.step, event.until);
    case PerformanceEvent::Kind::kMutate: mutate_ = {event.step, event.until}; return;
    case PerformanceEvent::Kind::kStop:
      StopAnswer();
      if (event.flag) {
        listening_ = false;
        proposal_.reset();
      }
      return;
    case PerformanceEvent::Kind::kControl: return OnControl(event.action, event.value);
    case PerformanceEvent::Kind::kChordKeyDown: return chords_.KeyDown(event.position, event.pitch);
    case PerformanceEvent::Kind::kChordKeyUp: return chords_.KeyUp(event.pitch);
    case PerformanceEvent::Kind::kSong: return chords_.FollowSong(event.step, event.value);
    case PerformanceEvent::Kind::kReached: return;  // of kTogether
  }
}

void ResponsePlanner::OnBegin(int64_t step) {
  listening_ = true;
  responder_->BeginPhrase();
  proposal_.reset();
  KeepAnswer(step);
  if (options_.memory == MemoryMode::kPhrase) conversation_.Clear();
  conversation_.MoveTo(step, bars_.before);
  phrase_.Begin(step);
}

/// Of what is heard the first bars, where it has grown too long.
void ResponsePlanner::ForgetOld(int64_t step) {
  const int64_t bar = options_.steps_per_bar;
  if (step - phrase_.primer_start() <= bars_.most * bar) return;
  const int64_t bar_line = step - (step % bar + bar) % bar;
  const int64_t first = bar_line - bars_.kept * bar;
  conversation_.ForgetBefore(first);
  if (phrase_.start() < first) phrase_.Begin(first);
}

void ResponsePlanner::OnClosed(const PerformanceEvent& event) {
  const int64_t step = event.step;
  now_ = step;
  SetStepSeconds(event.step_seconds);
  if (mutate_ && step >= mutate_->step) Mutate();
  if (!listening_) return phrase_.Begin(step - 2);  // what is struck early counts for what comes
  ForgetOld(step);
  if (step <= phrase_.start()) return;
  // An error is reported when an answer is wanted.
  if (event.flag) return Propose(phrase_, step, event.until).IgnoreError();
  responder_->Append(phrase_, step, model_index_);
}

void ResponsePlanner::OnControl(LiveAction action, int value) {
  switch (action) {
    case LiveAction::kTemperature:
      temperature_ = KnobTemperature(value);
      if (answer_) answer_->made->SetTemperature(temperature());
      if (proposal_) proposal_->answer->SetTemperature(temperature());
      return;
    case LiveAction::kModel:
      model_index_ = static_cast<size_t>(value) % responder_->models().size();
      return ChangeModel();
    case LiveAction::kDensity:
    case LiveAction::kPitchClass:
    case LiveAction::kUntold: return responder_->Condition(action, value);
    case LiveAction::kLoop: loop_ = value >= 64; return;
    default: return;
  }
}

absl::Status ResponsePlanner::Propose(const Phrase& phrase, int64_t step, int64_t until) {
  proposal_.reset();
  AnswerOrder order;
  order.step = step;
  order.until = until;
  order.take = ++takes_made_;
  order.seed = options_.seed + answers_ + kSeedsPerPlayer * static_cast<uint32_t>(player_);
  const int velocity = options_.velocity > 0 ? options_.velocity : phrase.MeanVelocity();
  order.velocity = static_cast<uint8_t>(velocity);
  order.temperature = temperature();
  order.step_seconds = step_seconds_;
  order.model = model_index_;
  MAGENTA_ASSIGN_OR_RETURN(auto answer, responder_->Propose(phrase, order));
  proposal_.emplace(Proposal{order, std::move(answer), {}});
  Send({{ScheduledNote::Kind::kBegin, 0, 0, order.take, static_cast<double>(step)}});
  // Work() goes on where events last no time.
  for (int i = 0; i < kMostEventsAtOnce && ExtendProposal(); ++i) {
  }
  return absl::OkStatus();
}

/// A proposal is made up to its first step.
bool ResponsePlanner::ExtendProposal() {
  Proposal& proposal = *proposal_;
  const int64_t step = proposal.order.step;
  if (proposal.answer->horizon() > static_cast<double>(step)) return false;
  std::vector<ScheduledNote> events;
  const bool extended = proposal.answer->Extend(step + 1, events);
  proposal.sent.insert(proposal.sent.end(), events.begin(), events.end());
  Send(events);
  return extended;
}

void ResponsePlanner::End(const Phrase& phrase, int64_t step, int64_t until) {
  StopAnswer();
  AnswerReport report;
  report.player = player_;
  report.temperature = temperature();
  report.model = model();
  report.start_step = step;
  report.end_step = until;
  report.phrase_start = phrase.start();
  const auto wanted = WallClock::now();
  if (!proposal_ || proposal_->order.step != step) {
    const absl::Status status = Propose(phrase, step, until);
    if (!status.ok()) {
      report.problem = ErrorLine(status);
      reports_.push_back(std::move(report));
      return;
    }
  }
  ++answers_;
  report.seed = proposal_->order.seed;
  report.model = responder_->models()[proposal_->order.model];
  report.primer = proposal_->answer->primer();
  report.key = proposal_->answer->key();
  if (report.key.has_value()) conversation_.HoldKey(*report.key);
  proposal_->answer->EndAt(until);
  report.chords = proposal_->answer->chords();
  Answer answer;
  answer.start = step;
  answer.until = until;
  answer.kept_to = step;
  conversation_.Add({.from = phrase.start(),
                     .to = step,
                     .notes = EndedOn(step, phrase.notes()),
                     .moved = phrase.moved(),
                     .step_seconds = phrase.step_seconds(),
                     .of_machine = phrase.is_answer()});
  answer.order = proposal_->order;
  answer.made = std::move(proposal_->answer);
  answer.sent = std::move(proposal_->sent);
  proposal_.reset();
  answer.report = std::move(report);
  answer.wanted = wanted;
  ReportArrival(answer_.emplace(std::move(answer)));
  ChangeModel();  // where it was chosen after the proposal was made
}

/// Where another model is chosen in an answer, it goes on from the step up to which all is sent:
/// what it hears is the conversation with the answer so far.
void ResponsePlanner::ChangeModel() {
  if (!answer_ || answer_->order.model == model_index_) return;
  Answer& answer = *answer_;
  const auto step =
      std::max(answer.order.step, static_cast<int64_t>(std::ceil(answer.made->horizon())));
  if (answer.made->finished() || step >= answer.until) return;
  Phrase so_far = PhraseOf(answer.kept_to);
  so_far.TakeAnswer(AsPlayed(answer.sent));
  AnswerOrder order = answer.order;
  order.step = step;
  order.until = answer.until;
  order.temperature = temperature();
  order.step_seconds = step_seconds_;
  order.model = model_index_;
  auto next = responder_->Propose(so_far, order);
  if (!next.ok()) return;  // the other one goes on; the next phrase will tell why
  // What still sounds ends where the other model begins.
  std::vector<ScheduledNote> ends;
  answer.made->EndAt(step);
  while (answer.made->Extend(step, ends)) {
  }
  answer.sent.insert(answer.sent.end(), ends.begin(), ends.end());
  // A server's may have been sent up to a place between steps.
  for (const Phrase::Note& note : AsPlayed(answer.sent)) {
    if (note.end != Phrase::kOpen) continue;
    ends.push_back({ScheduledNote::Kind::kNoteOff, note.pitch, 0, answer.order.take,
                    static_cast<double>(step)});
    answer.sent.push_back(ends.back());
  }
  Send(ends);
  answer.order = order;
  answer.made = *std::move(next);
  answer.wanted = WallClock::now();
  answer.report.model = model();
  answer.report.temperature = temperature();
  answer.report.start_step = step;
  answer.report.primer = answer.made->primer();
  answer.report.key = answer.made->key();
  answer.report.chords = answer.made->chords();
  if (!answer.reported) return;
  reports_.push_back(answer.report);
  reports_.back().again = true;
}

void ResponsePlanner::AddLatency(const LiveAnswer& answer, WallClock::time_point wanted,
                                 AnswerReport& report) {
  const LiveAnswer::RequestLatency* latency = answer.latency();
  if (latency == nullptr) return;
  const auto seconds = [](WallClock::duration time) {
    return std::chrono::duration<double>(time).count();
  };
  report.elsewhere = true;
  report.asked_ahead = latency->ahead;
  if (!latency->arrived) return;
  report.delay_seconds = seconds(*latency->arrived - latency->asked);
  report.late_seconds = std::max(0.0, seconds(*latency->arrived - wanted));
}

/// Reports an answer once its first note is there, and its failure when there is one.
void ResponsePlanner::ReportArrival(Answer& answer) {
  const absl::Status status = answer.made->status();
  const bool arrived = !answer.sent.empty() || HasBegun(answer) || answer.made->finished();
  if (answer.failure_reported || (answer.reported ? status.ok() : !arrived)) return;
  AnswerReport report = answer.report;
  report.notes = answer.made->remarks();
  report.problem = status.ok() ? "" : ErrorLine(status);
  AddLatency(*answer.made, answer.wanted, report);
  report.again = answer.reported;
  answer.reported = true;
  answer.failure_reported = !status.ok();
  reports_.push_back(std::move(report));
}

void ResponsePlanner::StopAnswer() {
  if (!answer_) return;
  if (!answer_->reported) {
    answer_->report.problem = "the model elsewhere did not answer in time";
    AddLatency(*answer_->made, answer_->wanted, answer_->report);
    reports_.push_back(std::move(answer_->report));
  }
  KeepAnswer(std::min(answer_->until, now_));
  last_answer_ = std::move(answer_->sent);
  answer_.reset();
}

/// The answer up to `step` belongs to the conversation. One that never came does not.
void ResponsePlanner::KeepAnswer(int64_t up_to) {
  if (!answer_ || up_to <= answer_->kept_to) return;
  const bool came = !answer_->sent.empty() || HasBegun(*answer_);
  if (!came) return;
  const int64_t from = std::exchange(answer_->kept_to, up_to);
  std::vector<Phrase::Note> notes = AsPlayed(answer_->sent);
  std::erase_if(
      notes, [from](const Phrase::Note& note) { return note.start < static_cast<double>(from); });
  conversation_.Add({.from = from,
                     .to = up_to,
                     .is_answer = true,
                     .notes = EndedOn(up_to, std::move(notes)),
                     .step_seconds = answer_->order.step_seconds,
                     .of_machine = true});
}

void ResponsePlanner::Mutate() {
  const Pending wanted = *mutate_;
  mutate_.reset();
  StopAnswer();
  if (last_answer_.empty()) return;
  // What is answered is the last answer: it is the phrase now.
  conversation_.DropAnswer();
  if (options_.memory == MemoryMode::kPhrase) conversation_.Clear();
  // The last answer, moved so that it ends where the new one begins, from a bar line on.
  std::vector<Phrase::Note> notes = AsPlayed(last_answer_);
  const int64_t bar = options_.steps_per_bar;
  const int64_t first = notes.front().step() - notes.front().step() % bar;
  const auto last = static_cast<int64_t>(std::ceil(last_answer_.back().position));
  const int64_t bars = (last - first + bar - 1) / bar;
  const int64_t shift = wanted.step - wanted.step % bar - bars * bar - first;
  for (Phrase::Note& note : notes) {
    note.start += static_cast<double>(shift);
    if (note.end != Phrase::kOpen) note.end += static_cast<double>(shift);
  }
  conversation_.MoveTo(first + shift, bars_.before);
  Phrase phrase = PhraseOf(first + shift);
  phrase.TakeAnswer(std::move(notes), shift);
  End(phrase, wanted.step, wanted.until);
}

bool ResponsePlanner::Work() {
  if (!Flush()) return false;
  if (proposal_ && ExtendProposal()) return true;
  if (!answer_) return false;
  if (!answer_->made->finished()) return ExtendAnswer();
  ReportArrival(*answer_);
  // A round that has begun is played to its end.
  const int64_t length = answer_->until - answer_->start;
  const bool begun =
      answer_->next_looped > 0 || now_ > answer_->until + (answer_->loops - 1) * length;
  return (loop_ || begun) && Loop(*answer_);
}

bool ResponsePlanner::ExtendAnswer() {
  Answer& answer = *answer_;
  const int64_t wanted = now_ + options_.lead_steps;
  if (answer.made->horizon() > static_cast<double>(wanted)) return false;
  std::vector<ScheduledNote> events;
  const bool extended = answer.made->Extend(wanted + 1, events);
  answer.sent.insert(answer.sent.end(), events.begin(), events.end());
  Send(events);
  ReportArrival(answer);
  return extended;
}

bool ResponsePlanner::Loop(Answer& answer) {
  const std::vector<ScheduledNote>& sent = answer.sent;
  if (sent.empty()) return false;
  ScheduledNote event = sent[answer.next_looped];
  event.position += static_cast<double>(answer.loops * (answer.until - answer.start));
  if (event.position > static_cast<double>(now_ + options_.lead_steps)) return false;
  if (++answer.next_looped == sent.size()) {
    answer.next_looped = 0;
    ++answer.loops;
  }
  Send({event});
  return true;
}

void ResponsePlanner::Send(const std::vector<ScheduledNote>& events) {
  unsent_.insert(unsent_.end(), events.begin(), events.end());
  Flush();
}

bool ResponsePlanner::Flush() {
  while (!unsent_.empty() && takes_.Push(unsent_.front())) unsent_.pop_front();
  return unsent_.empty();
}

}  // namespace magenta
