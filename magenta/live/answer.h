#pragma once
// Events of an answer, one after another, as notes that begin and end on steps.

#include <cstdint>
#include <memory>
#include <vector>

#include "magenta/generate/model.h"
#include "magenta/live/realtime/messages.h"

namespace magenta {

/// Turns drawn events into ScheduledNotes: a note's beginning with the event that begins it, its
/// end with the one that ends it. A step costs the same however long the answer is. Not
/// thread-safe.
class AnswerNotes {
 public:
  /// The answer to `primer` begins on `step` of the session. `velocity` is that of notes whose
  /// events don't say one.
  AnswerNotes(const Model& model, const Primer& primer, int64_t step, uint32_t take,
              uint8_t velocity);

  /// `event` follows. What it makes certain is appended to `out`, in order of steps, ends before
  /// beginnings.
  void Add(Event event, std::vector<ScheduledNote>& out);
  /// The answer ends here: open notes end.
  void Finish(std::vector<ScheduledNote>& out);

  /// The step up to which the answer is made.
  int64_t horizon() const { return start_ + renderer_->step(); }
  /// Events added.
  int64_t events() const { return events_; }

 private:
  void AppendChanges(std::vector<ScheduledNote>& out);

  const std::unique_ptr<NoteRenderer> renderer_;
  const int64_t start_;
  const uint32_t take_;
  const uint8_t velocity_;
  int64_t events_ = 0;
  std::vector<NoteChange> changes_;
};

}  // namespace magenta
