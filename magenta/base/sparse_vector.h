#pragma once
// The few entries of a vector that are not zero: what a codec writes and a network reads.

#include <cstdint>
#include <vector>

namespace magenta {

/// Entries in ascending order of index, none twice. Clear() keeps the memory.
struct SparseVector {
  /// Places in the vector, from 0.
  std::vector<int32_t> index;
  /// What stands at index[i]; as many as `index`.
  std::vector<float> value;

  void Clear() {
    index.clear();
    value.clear();
  }
  /// `i` must lie past every index before it; unchecked, since codecs do it for each step.
  void Add(int32_t i, float v) {
    index.push_back(i);
    value.push_back(v);
  }
  bool operator==(const SparseVector&) const = default;
};

}  // namespace magenta
