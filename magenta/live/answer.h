#pragma once
// Events of an answer, one after another, as notes that begin and end on steps.

#include <cstdint>
#include <vector>

#include "magenta/generate/model.h"
#include "magenta/live/stage/messages.h"

namespace magenta {

/// Turns drawn events into TakeEvents as soon as they are certain: a note's beginning with the
/// event that begins it, its end with the one that ends it. Works for every kind, because it asks
/// the kind to render what there is and tells what has become certain since.
class AnswerNotes {
 public:
  /// The answer to `primer` begins on `step` of the session.
  AnswerNotes(const Model& model, Primer primer, int64_t step, uint32_t take, uint8_t velocity);

  /// `event` follows. What it makes certain is appended to `out`, in order of steps, ends before
  /// beginnings.
  void Add(Event event, std::vector<TakeEvent>& out);
  /// The answer ends here: open notes end.
  void Finish(std::vector<TakeEvent>& out);

  /// The step up to which the answer is made.
  int64_t horizon() const { return horizon_; }
  const std::vector<Event>& events() const { return answer_.events; }
  const Primer& primer() const { return primer_; }

 private:
  void Tell(bool finished, std::vector<TakeEvent>& out);

  const Model& model_;
  Primer primer_;
  const int64_t start_;
  const uint32_t take_;
  const uint8_t velocity_;
  int64_t horizon_;
  EventSequence answer_;
  size_t begun_ = 0;  // notes of the rendering whose beginning is told
  std::vector<bool> ended_;
};

}  // namespace magenta
