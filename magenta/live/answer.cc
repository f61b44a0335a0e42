#include "magenta/live/answer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace magenta {
namespace {

constexpr int kMost = 127;

size_t PitchIn(const NoteChange& change) {
  return static_cast<size_t>(std::clamp(change.pitch, 0, kMost));
}

}  // namespace

AnswerNotes::AnswerNotes(const Model& model, const Primer& primer, const AnswerOrder& order,
                         int64_t gap)
    : grid_(model.grid),
      renderer_(model.spec->kind->NewRenderer(primer, /*after_primer=*/true)),
      take_(order.take),
      velocity_(order.velocity),
      begin_(order.step),
      first_(gap),
      start_(static_cast<double>(order.step)),
      stride_(StrideAt(order.step_seconds)) {}

/// Steps of the session for one of the model's, of which a step of the session lasts so long.
double AnswerNotes::StrideAt(double step_seconds) const {
  return grid_.is_per_second() ? 1 / (grid_.steps() * step_seconds) : 1;
}

void AnswerNotes::SetStepSeconds(double seconds) {
  start_ = horizon();
  first_ = renderer_->step();
  stride_ = StrideAt(seconds);
}

int64_t AnswerNotes::Left(int64_t step) const {
  return std::llround((static_cast<double>(step) - horizon()) / stride_);
}

void AnswerNotes::Add(Event event, std::vector<ScheduledNote>& out) {
  ++events_;
  renderer_->Add(event, changes_);
  for (const NoteChange& change : changes_) Take(change);
  changes_.clear();
  SendBefore(renderer_->step(), out);
}

void AnswerNotes::Finish(std::vector<ScheduledNote>& out) {
  renderer_->Finish(changes_);
  for (const NoteChange& change : changes_) Take(change);
  changes_.clear();
  SendBefore(std::numeric_limits<int64_t>::max(), out);
}

/// An end is of the oldest note of its pitch; of one that begins with it both are left out.
void AnswerNotes::Take(const NoteChange& change) {
  int& past = past_[PitchIn(change)];
  if (change.begins && PositionOf(change.step) < static_cast<double>(begin_)) {
    ++past;
    return;
  }
  if (!change.begins && past > 0) {
    --past;
    return;
  }
  const auto ends = std::count_if(pending_.begin(), pending_.end(), [&](const NoteChange& other) {
    return !other.begins && other.pitch == change.pitch;
  });
  if (!change.begins && open_[PitchIn(change)] <= ends) {
    const auto begun = std::find_if(pending_.begin(), pending_.end(), [&](const NoteChange& other) {
      return other.begins && other.pitch == change.pitch;
    });
    if (begun != pending_.end() && begun->step == change.step) {
      pending_.erase(begun);
      return;
    }
  }
  // Ends before beginnings.
  auto place = pending_.end();
  while (!change.begins && place != pending_.begin() && std::prev(place)->begins &&
         std::prev(place)->step == change.step) {
    --place;
  }
  pending_.insert(place, change);
}

void AnswerNotes::SendBefore(int64_t step, std::vector<ScheduledNote>& out) {
  size_t sent = 0;
  for (; sent < pending_.size() && pending_[sent].step < step; ++sent) {
    const NoteChange& change = pending_[sent];
    int& open = open_[PitchIn(change)];
    if (change.begins) {
      if (open++ > 0) Send({.step = change.step, .pitch = change.pitch}, out);
      Send(change, out);
    } else if (open > 0 && --open == 0) {
      Send(change, out);
    }
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<int64_t>(sent));
}

void AnswerNotes::Send(const NoteChange& change, std::vector<ScheduledNote>& out) {
  const int velocity = change.velocity > 0 ? std::min(change.velocity, kMost) : velocity_;
  out.push_back({change.begins ? ScheduledNote::Kind::kNoteOn : ScheduledNote::Kind::kNoteOff,
                 static_cast<uint8_t>(PitchIn(change)), static_cast<uint8_t>(velocity), take_,
                 PositionOf(change.step)});
}

}  // namespace magenta
