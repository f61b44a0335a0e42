#pragma once
// The steps of a batch at which the GRU advances: those whose input has a state row.

#include <cstdint>
#include <vector>

#include "magenta/train/batches.h"

namespace magenta {

/// A plain value.
struct Moments {
  /// Of the sequences that have any, by falling number.
  Packing packing;
  /// The batch's row of each moment.
  std::vector<int64_t> row;
  /// The last moment of each of the batch's rows, its own counted; -1: there was none.
  std::vector<int64_t> of_row;
};

/// Inputs below `state_rows` are state rows.
Moments MomentsOf(const Batch& batch, int state_rows);

}  // namespace magenta
