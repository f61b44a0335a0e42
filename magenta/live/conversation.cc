#include "magenta/live/conversation.h"

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"

namespace magenta {

std::vector<PlayedNote> EndedOn(int64_t step, std::vector<PlayedNote> notes) {
  const auto end = static_cast<double>(step);
  std::erase_if(notes, [step](const PlayedNote& note) { return note.step() >= step; });
  for (PlayedNote& note : notes) {
    note.end = note.end == PlayedNote::kOpen ? end : std::min(note.end, end);
  }
  return notes;
}

std::vector<PlayedNote> BegunFrom(int64_t step, std::vector<PlayedNote> notes) {
  std::erase_if(notes, [step](const PlayedNote& note) { return note.step() < step; });
  for (PlayedNote& note : notes) {
    note.start = std::max(note.start, static_cast<double>(step));
    if (note.end != PlayedNote::kOpen) note.end = std::max(note.end, note.start);
  }
  return notes;
}

HeardBars HeardBarsOf(const DuetOptions& options) {
  if (!options.HearsSeconds()) return {};
  constexpr double kMostSeconds = 30, kSecondsBefore = 25, kKeptSeconds = 20;
  const double bar = options.steps_per_bar * 60 / options.qpm / options.steps_per_quarter;
  const auto bars = [bar](double seconds) { return std::max(1, static_cast<int>(seconds / bar)); };
  return {.most = bars(kMostSeconds), .kept = bars(kKeptSeconds), .before = bars(kSecondsBefore)};
}

void HeardTime::Add(double position, double step_seconds) {
  parts_.push_back({position, parts_.empty() ? 0 : SecondsAt(position), step_seconds});
}

double HeardTime::SecondsAt(double position) const {
  MAGENTA_CHECK(!parts_.empty());
  const Part* part = &parts_.front();
  for (const Part& next : parts_) {
    if (next.position <= position) part = &next;
  }
  return part->seconds + (position - part->position) * part->step_seconds;
}

double HeardTime::PositionAt(double seconds) const {
  MAGENTA_CHECK(!parts_.empty());
  const Part* part = &parts_.front();
  for (const Part& next : parts_) {
    if (next.seconds <= seconds) part = &next;
  }
  return part->position + (seconds - part->seconds) / part->step_seconds;
}

void Conversation::Add(Turn turn) {
  MoveTo(turn.from, bars_.most);
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
      for (PlayedNote& note : turn.notes) {
        note.start += static_cast<double>(shift);
        note.end += static_cast<double>(shift);
      }
    }
  }
  const int64_t bar_line = step - (step % bar_ + bar_) % bar_;
  if (step - start() > most_bars * bar_) ForgetBefore(bar_line - bars_.kept * bar_);
}

void Conversation::ForgetBefore(int64_t step) {
  while (!turns_.empty() && turns_.front().to <= step) turns_.pop_front();
  if (turns_.empty() || turns_.front().from >= step) return;
  Turn& first = turns_.front();
  first.from = step;
  first.notes = BegunFrom(step, std::move(first.notes));
}

void Conversation::DropAnswer() {
  if (!turns_.empty() && turns_.back().is_answer) turns_.pop_back();
}

}  // namespace magenta
