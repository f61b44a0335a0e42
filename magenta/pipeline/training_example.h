#pragma once
// What a network learns from one melody.

#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/codec/codec.h"
#include "magenta/music/event.h"

namespace magenta {

/// Inputs of the steps 0..n-2 of a sequence of n events, and the labels of the events 1..n-1 that
/// should follow; of those for which the codec MakesRow.
struct TrainingExample {
  /// A row a step, entries below EventCodec::input_size().
  SparseMatrix inputs;
  /// Step after step, the labels of all heads: inputs.rows() * head_sizes().size() of them.
  std::vector<int> labels;

  bool operator==(const TrainingExample&) const = default;
};

/// `sequence` through `codec` (docs/rules.md section 4, encode()); empty for fewer than two events.
/// Every event must be one that the codec accepts (checked).
TrainingExample EncodeExample(const EventCodec& codec, const EventSequence& sequence);

}  // namespace magenta
