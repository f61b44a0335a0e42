#include "magenta/live/answer.h"

#include <algorithm>
#include <cmath>

namespace magenta {

AnswerNotes::AnswerNotes(const Model& model, Primer primer, int64_t step, uint32_t take,
                         uint8_t velocity)
    : model_(model),
      primer_(std::move(primer)),
      start_(step),
      take_(take),
      velocity_(velocity),
      horizon_(step) {
  primer_.start_step = 0;  // of the answer, which is rendered alone
}

void AnswerNotes::Add(Event event, std::vector<TakeEvent>& out) {
  answer_.events.push_back(event);
  horizon_ += model_.spec->kind->StepsOf(event);
  Tell(/*finished=*/false, out);
}

void AnswerNotes::Finish(std::vector<TakeEvent>& out) { Tell(/*finished=*/true, out); }

void AnswerNotes::Tell(bool finished, std::vector<TakeEvent>& out) {
  // A second is a quarter at 60 quarters a minute.
  const NoteSequence notes = model_.spec->kind->Render(answer_, primer_, 60);
  const auto step_of = [&](double seconds) {
    return start_ + std::llround(seconds * model_.grid.StepsPerSecond(60));
  };
  const auto tell = [&](TakeEvent::Kind kind, const NoteSequence::Note& note, int64_t step) {
    const auto pitch = static_cast<uint8_t>(std::clamp(note.pitch(), 0, 127));
    out.push_back({kind, pitch, velocity_, take_, step});
  };
  const size_t first = out.size();
  const auto count = static_cast<size_t>(notes.notes_size());
  ended_.resize(std::max(count, ended_.size()), false);
  for (size_t i = 0; i < count; ++i) {
    const auto& note = notes.notes(static_cast<int>(i));
    if (i >= begun_) tell(TakeEvent::Kind::kNoteOn, note, step_of(note.start_time()));
    const int64_t end = step_of(note.end_time());
    if (ended_[i] || (end >= horizon_ && !finished)) continue;
    tell(TakeEvent::Kind::kNoteOff, note, end);
    ended_[i] = true;
  }
  begun_ = std::max(begun_, count);
  std::stable_sort(out.begin() + static_cast<int64_t>(first), out.end(),
                   [](const TakeEvent& a, const TakeEvent& b) {
                     if (a.step != b.step) return a.step < b.step;
                     return a.kind == TakeEvent::Kind::kNoteOff &&
                            b.kind != TakeEvent::Kind::kNoteOff;
                   });
}

}  // namespace magenta
