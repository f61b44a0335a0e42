#include "magenta/live/mind.h"

#include <algorithm>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Sessions kept for phrases whose key may come back.
constexpr size_t kMostPrimed = 4;
/// Events of an answer per step of it: a bound for domains whose events may last no time.
constexpr int64_t kMostEventsPerStep = 64;
/// Seeds of one player's answers; the next player's follow.
constexpr uint32_t kSeedsPerPlayer = 1 << 16;

bool IsPrefix(const std::vector<Event>& prefix, const std::vector<Event>& events) {
  return prefix.size() <= events.size() && std::equal(prefix.begin(), prefix.end(), events.begin());
}

/// The notes of an answer, as if a player had played them.
std::vector<Phrase::Note> AsPlayed(const std::vector<TakeEvent>& told) {
  std::vector<Phrase::Note> notes;
  for (const TakeEvent& event : told) {
    if (event.kind == TakeEvent::Kind::kNoteOn) {
      notes.push_back({event.step, Phrase::kOpen, event.pitch, event.velocity});
      continue;
    }
    for (Phrase::Note& note : notes) {
      if (note.pitch == event.pitch && note.end == Phrase::kOpen) note.end = event.step;
    }
  }
  return notes;
}

}  // namespace

Mind::Mind(int player, const DuetOptions& options,
           std::span<const std::shared_ptr<const Model>> models, SpscRing<TakeEvent>& takes)
    : player_(player),
      options_(options),
      models_(models),
      takes_(takes),
      phrase_(options),
      temperature_(options.temperature) {
  filters_.push_back(MakeTemperature(temperature_));
}

void Mind::Handle(const MindEvent& event) {
  switch (event.kind) {
    case MindEvent::Kind::kNoteOn:
      return phrase_.NoteOn(event.position, event.pitch, event.velocity);
    case MindEvent::Kind::kNoteOff: return phrase_.NoteOff(event.position, event.pitch);
    case MindEvent::Kind::kBegin:
      listening_ = true;
      primed_.clear();
      proposal_.reset();
      return phrase_.Begin(event.step);
    case MindEvent::Kind::kClosed: return OnClosed(event.step, event.flag);
    case MindEvent::Kind::kEnd: listening_ = false; return End(phrase_, event.step, event.until);
    case MindEvent::Kind::kMutate: mutate_ = {event.step, event.until}; return;
    case MindEvent::Kind::kStop:
      StopAnswer();
      if (event.flag) listening_ = false;
      return;
    case MindEvent::Kind::kControl: return OnControl(event.action, event.value);
  }
}

void Mind::OnClosed(int64_t step, bool may_end) {
  now_ = step;
  if (mutate_ && step >= mutate_->step) Mutate();
  if (!listening_) return phrase_.Begin(step - 2);  // what is struck early counts for what comes
  phrase_.Forget(step);
  if (step <= phrase_.start()) return;
  if (may_end) {
    // An error is told when an answer is wanted.
    Propose(phrase_, step).IgnoreError();
    return;
  }
  const auto primer = phrase_.ReadPrimer(model(), step);
  if (primer.ok()) Hear(*primer).IgnoreError();
}

void Mind::OnControl(LiveAction action, int value) {
  switch (action) {
    case LiveAction::kTemperature:
      temperature_ = 0.1 + value / 127.0 * 1.9;
      filters_.clear();
      filters_.push_back(MakeTemperature(temperature_));
      return;
    case LiveAction::kModel: model_index_ = static_cast<size_t>(value) % models_.size(); return;
    case LiveAction::kLoop: loop_ = value >= 64; return;
    default: return;
  }
}

absl::Status Mind::Hear(const Primer& primer) {
  const std::vector<Event>& events = primer.events.events;
  auto best = primed_.end();
  for (auto it = primed_.begin(); it != primed_.end(); ++it) {
    if (it->model != model_index_ || !IsPrefix(it->session.events(0), events)) continue;
    if (best == primed_.end() || it->session.events(0).size() > best->session.events(0).size()) {
      best = it;
    }
  }
  if (best == primed_.end()) {
    heard_again_ += !primed_.empty();
    if (primed_.size() == kMostPrimed) primed_.pop_back();
    primed_.push_front({model_index_, Session(models_[model_index_], 1)});
  } else if (best != primed_.begin()) {
    std::rotate(primed_.begin(), best, best + 1);
  }
  Session& session = primed_.front().session;
  const auto& control = primer.events.control;
  for (size_t i = session.events(0).size(); i < events.size(); ++i) {
    if (i < control.size()) session.PushControl(control[i]);
    session.Push(events[i]);
    session.Step();
  }
  return absl::OkStatus();
}

absl::Status Mind::Propose(const Phrase& phrase, int64_t step) {
  proposal_.reset();
  MAGENTA_ASSIGN_OR_RETURN(Primer primer, phrase.ReadPrimer(model(), step));
  MAGENTA_RETURN_IF_ERROR(Hear(primer));
  const uint32_t seed = options_.seed + answers_ + kSeedsPerPlayer * static_cast<uint32_t>(player_);
  const int velocity = options_.velocity > 0 ? options_.velocity : phrase.MeanVelocity();
  const uint32_t take = ++takes_made_;
  std::vector<std::string> remarks = std::move(primer.notes);
  proposal_.emplace(
      Proposal{step, seed, kNoEvent, SeededUniform(seed),
               AnswerNotes(model(), std::move(primer), step, take, static_cast<uint8_t>(velocity)),
               std::move(remarks)});
  proposal_->event = primed_.front().session.Sample(0, filters_, proposal_->source);
  std::vector<TakeEvent> events = {{TakeEvent::Kind::kBegin, 0, 0, take, step}};
  proposal_->notes.Add(proposal_->event, events);
  Send(events);
  return absl::OkStatus();
}

void Mind::End(const Phrase& phrase, int64_t step, int64_t until) {
  StopAnswer();
  AnswerReport report;
  report.player = player_;
  report.temperature = temperature_;
  report.model = model().id;
  report.start_step = step;
  report.end_step = until;
  report.phrase_start = phrase.start();
  if (!proposal_ || proposal_->step != step) {
    const absl::Status status = Propose(phrase, step);
    if (!status.ok()) {
      report.problem = ErrorLine(status);
      reports_.push_back(std::move(report));
      return;
    }
  }
  ++answers_;
  report.seed = proposal_->seed;
  report.primer = proposal_->notes.primer().events.events;
  report.notes = std::move(proposal_->remarks);
  reports_.push_back(std::move(report));
  answer_.emplace(Answer{step, until, primed_.front().session.Fork(1), proposal_->source,
                         std::move(proposal_->notes)});
  answer_->session.Push(proposal_->event);
  proposal_.reset();
}

void Mind::StopAnswer() {
  if (answer_) last_answer_ = answer_->notes.told();
  answer_.reset();
}

void Mind::Mutate() {
  const Pending wanted = *mutate_;
  mutate_.reset();
  StopAnswer();
  if (last_answer_.empty()) return;
  // The last answer, moved so that it ends where the new one begins, from a bar line on.
  std::vector<Phrase::Note> notes = AsPlayed(last_answer_);
  const int64_t bar = options_.steps_per_bar;
  const int64_t first = notes.front().start - notes.front().start % bar;
  const int64_t last = last_answer_.back().step;
  const int64_t bars = (last - first + bar - 1) / bar;
  const int64_t shift = wanted.step - wanted.step % bar - bars * bar - first;
  for (Phrase::Note& note : notes) {
    note.start += shift;
    if (note.end != Phrase::kOpen) note.end += shift;
  }
  Phrase phrase(options_);
  phrase.Begin(first + shift);
  phrase.Replace(std::move(notes));
  End(phrase, wanted.step, wanted.until);
}

bool Mind::Work() {
  if (!Flush() || !answer_) return false;
  const int64_t wanted = now_ + options_.lead_steps;
  if (!answer_->finished) {
    if (answer_->notes.horizon() > wanted) return false;
    Extend(*answer_);
    return true;
  }
  // A round that has begun is played to its end.
  const int64_t length = answer_->until - answer_->start;
  const bool begun =
      answer_->next_looped > 0 || now_ > answer_->until + (answer_->loops - 1) * length;
  return (loop_ || begun) && Loop(*answer_);
}

void Mind::Extend(Answer& answer) {
  std::vector<TakeEvent> events;
  if (answer.notes.horizon() < answer.until) {
    if (answer.session.pending()) answer.session.Step();
    const Event event = answer.session.Sample(0, filters_, answer.source);
    answer.session.Push(event);
    answer.notes.Add(event, events);
  }
  const auto count = static_cast<int64_t>(answer.notes.events().size());
  if (answer.notes.horizon() >= answer.until ||
      count > kMostEventsPerStep * (answer.until - answer.start)) {
    answer.notes.Finish(events);
    answer.finished = true;
  }
  Send(events);
}

bool Mind::Loop(Answer& answer) {
  const std::vector<TakeEvent>& told = answer.notes.told();
  if (told.empty()) return false;
  TakeEvent event = told[answer.next_looped];
  event.step += answer.loops * (answer.until - answer.start);
  if (event.step > now_ + options_.lead_steps) return false;
  if (++answer.next_looped == told.size()) {
    answer.next_looped = 0;
    ++answer.loops;
  }
  Send({event});
  return true;
}

void Mind::Send(const std::vector<TakeEvent>& events) {
  unsent_.insert(unsent_.end(), events.begin(), events.end());
  Flush();
}

bool Mind::Flush() {
  while (!unsent_.empty() && takes_.Push(unsent_.front())) unsent_.pop_front();
  return unsent_.empty();
}

}  // namespace magenta
