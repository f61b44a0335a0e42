#pragma once
// How sequences of different lengths lie together without padding.
//
// Sequences stand in order of falling length, and time runs outside: first the first step of all,
// then the second step of those that have one, and so on. Step t of sequence r is row offset[t] + r
// of every matrix, so the rows of a step are one block and a step's predecessors are a prefix of
// the block before it.
//
//   lengths 3 2 2:  rows  0 1 2 | 3 4 5 | 6      active 3 3 1, offset 0 3 6 7
//
// A plain value: threads may read one at once.

#include <cstdint>
#include <span>
#include <vector>

#include "magenta/base/check.h"

namespace magenta {

/// Both lists belong together: active[t] = offset[t + 1] - offset[t].
struct Packing {
  /// Sequences that have a step t; never rising.
  std::vector<int> active;
  /// The first row of step t; one more entry, the number of all rows, at the end.
  std::vector<int64_t> offset = {0};

  int steps() const { return static_cast<int>(active.size()); }
  int sequences() const { return active.empty() ? 0 : active[0]; }
  int64_t rows() const { return offset.back(); }
};

/// The packing of sequences of these lengths (falling, each at least 1; checked).
inline Packing PackLengths(std::span<const int> lengths) {
  Packing packing;
  int left = static_cast<int>(lengths.size());
  for (size_t i = 1; i < lengths.size(); ++i) MAGENTA_CHECK(lengths[i] <= lengths[i - 1]);
  MAGENTA_CHECK(lengths.empty() || lengths.back() > 0);
  for (int t = 0; left > 0; ++t) {
    while (left > 0 && lengths[left - 1] <= t) --left;
    if (left == 0) break;
    packing.active.push_back(left);
    packing.offset.push_back(packing.offset.back() + left);
  }
  return packing;
}

}  // namespace magenta
