#pragma once
// The few entries of a vector that are not zero: what a codec writes and a network reads; and rows
// of such vectors: what a network learns from.

#include <cstddef>
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

/// Rows one after another: the entries of row r are starts[r] .. starts[r + 1] - 1.
struct SparseMatrix {
  std::vector<int64_t> starts = {0};
  std::vector<int32_t> index;
  std::vector<float> value;

  size_t rows() const { return starts.empty() ? 0 : starts.size() - 1; }
  /// Adds an entry to the row that EndRow() ends.
  void Add(int32_t i, float v) {
    index.push_back(i);
    value.push_back(v);
  }
  /// Adds a whole row, and ends it.
  void AddRow(const SparseVector& row) {
    index.insert(index.end(), row.index.begin(), row.index.end());
    value.insert(value.end(), row.value.begin(), row.value.end());
    EndRow();
  }
  void EndRow() { starts.push_back(static_cast<int64_t>(index.size())); }
  SparseVector Row(size_t row) const {
    return {{index.begin() + starts[row], index.begin() + starts[row + 1]},
            {value.begin() + starts[row], value.begin() + starts[row + 1]}};
  }
  /// Calls f(index, value) for the entries of `row`.
  template <class F>
  void ForEach(size_t row, const F& f) const {
    for (int64_t e = starts[row]; e < starts[row + 1]; ++e) f(index[e], value[e]);
  }
  bool operator==(const SparseMatrix&) const = default;
};

}  // namespace magenta
