#include "magenta/live/answer.h"

#include <algorithm>

namespace magenta {

AnswerNotes::AnswerNotes(const Model& model, const Primer& primer, int64_t step, uint32_t take,
                         uint8_t velocity)
    : renderer_(model.spec->kind->NewRenderer(primer, /*after_primer=*/true)),
      start_(step),
      take_(take),
      velocity_(velocity) {}

void AnswerNotes::Add(Event event, std::vector<ScheduledNote>& out) {
  ++events_;
  renderer_->Add(event, changes_);
  AppendChanges(out);
}

void AnswerNotes::Finish(std::vector<ScheduledNote>& out) {
  renderer_->Finish(changes_);
  AppendChanges(out);
}

void AnswerNotes::AppendChanges(std::vector<ScheduledNote>& out) {
  constexpr int kMost = 127;
  for (const NoteChange& change : changes_) {
    const int velocity = change.velocity > 0 ? std::min(change.velocity, kMost) : velocity_;
    out.push_back({change.begins ? ScheduledNote::Kind::kNoteOn : ScheduledNote::Kind::kNoteOff,
                   static_cast<uint8_t>(std::clamp(change.pitch, 0, kMost)),
                   static_cast<uint8_t>(velocity), take_, start_ + change.step});
  }
  changes_.clear();
}

}  // namespace magenta
