#pragma once
// Events of an answer, one after another, as notes that begin and end on steps or, of models that
// hear seconds, between them.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "magenta/generate/model.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/live/responder.h"

namespace magenta {

/// Turns drawn events into ScheduledNotes. A step costs the same however long the answer is. A key
/// sounds one note at a time: one that is struck again ends there, and what ends where it begins is
/// left out. Not thread-safe.
class AnswerNotes {
 public:
  /// The answer to `primer` begins on `order`'s step of the session, of which each lasts its
  /// step_seconds. Its velocity is that of notes whose events don't say one. The first event counts
  /// from `gap` steps of the model's grid before that (as whole notes do, from the last of the
  /// primer); what would have begun earlier is left out.
  AnswerNotes(const Model& model, const Primer& primer, const AnswerOrder& order, int64_t gap);

  /// `event` follows. What it makes certain, all before the horizon, is appended to `out`, in order
  /// of positions, ends before beginnings.
  void Add(Event event, std::vector<ScheduledNote>& out);
  /// The answer ends here: open notes end.
  void Finish(std::vector<ScheduledNote>& out);

  /// Up to where the answer is made, in steps of the session; and how many steps of the model's
  /// grid, nearest, are left from there to `step`.
  double horizon() const { return PositionOf(renderer_->step()); }
  int64_t Left(int64_t step) const;
  /// From the horizon on a step of the session lasts so long.
  void SetStepSeconds(double seconds);
  /// Steps of the model's grid, and events, that were added.
  int64_t steps() const { return renderer_->step(); }
  int64_t events() const { return events_; }

 private:
  void Take(const NoteChange& change);
  void SendBefore(int64_t step, std::vector<ScheduledNote>& out);
  void Send(const NoteChange& change, std::vector<ScheduledNote>& out);
  double PositionOf(int64_t step) const {
    return start_ + static_cast<double>(step - first_) * stride_;
  }
  double StrideAt(double step_seconds) const;

  const Grid grid_;
  const std::unique_ptr<NoteRenderer> renderer_;
  const uint32_t take_;
  const uint8_t velocity_;
  const int64_t begin_;
  // Step `first_` of the renderer stands at `start_` of the session, each further one `stride_` on.
  int64_t first_;
  double start_;
  double stride_;
  int64_t events_ = 0;
  std::vector<NoteChange> changes_;  // of the last event
  std::vector<NoteChange> pending_;  // not sent, in order of steps
  std::array<int, 128> open_ = {};   // notes of each pitch that have begun
  std::array<int, 128> past_ = {};   // or would have, before the answer
};

}  // namespace magenta
