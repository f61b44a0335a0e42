#include "magenta/live/conversation.h"

#include <algorithm>
#include <utility>

namespace magenta {

std::vector<PlayedNote> EndedOn(int64_t step, std::vector<PlayedNote> notes) {
  std::erase_if(notes, [step](const PlayedNote& note) { return note.start >= step; });
  for (PlayedNote& note : notes) {
    note.end = note.end == PlayedNote::kOpen ? step : std::min(note.end, step);
  }
  return notes;
}

void Conversation::Add(Turn turn) {
  MoveTo(turn.from, kMaxHeardBars);
  turns_.push_back(std::move(turn));
}

void Conversation::MoveTo(int64_t step, int most_bars) {
  while (!turns_.empty() && turns_.back().from >= step) turns_.pop_back();
  if (turns_.empty()) return;
  Turn& last = turns_.back();
  if (last.to > step) last.to = step, last.notes = EndedOn(step, std::move(last.notes));
  const int64_t shift = (step - last.to) / bar_ * bar_;
  if (shift > 0) {
    for (Turn& turn : turns_) {
      turn.from += shift;
      turn.to += shift;
      turn.moved += shift;
      for (PlayedNote& note : turn.notes) note.start += shift, note.end += shift;
    }
  }
  const int64_t bar_line = step - (step % bar_ + bar_) % bar_;
  if (step - start() > most_bars * bar_) ForgetBefore(bar_line - kKeptHeardBars * bar_);
}

void Conversation::ForgetBefore(int64_t step) {
  while (!turns_.empty() && turns_.front().to <= step) turns_.pop_front();
  if (turns_.empty() || turns_.front().from >= step) return;
  Turn& first = turns_.front();
  first.from = step;
  std::erase_if(first.notes, [step](const PlayedNote& note) { return note.start < step; });
}

void Conversation::DropAnswer() {
  if (!turns_.empty() && turns_.back().is_answer) turns_.pop_back();
}

}  // namespace magenta
