#pragma once
// The input of a decision while it is put together.

#include <array>
#include <cstddef>
#include <vector>

#include "magenta/base/sparse_vector.h"

namespace magenta {

/// The entries of an input, in any order and some twice, put in order block by block, in which they
/// come nearly in order.
class ScoreEntries {
 public:
  void Clear() {
    for (auto& block : blocks_) block.clear();
  }
  /// Rows (of state, head and bias), shifts, marks, values, range and bans.
  enum Block { kRow, kShift, kMark, kValue, kLimit, kBlocks };
  void Add(Block block, int index, float value = 1) { blocks_[block].push_back({index, value}); }
  void WriteTo(SparseVector& input) {
    input.Clear();
    for (auto& block : blocks_) {
      SortNearlySorted(block);
      for (const Entry& entry : block) {
        if (!input.index.empty() && input.index.back() == entry.index) {
          input.value.back() += entry.value;
        } else {
          input.Add(entry.index, entry.value);
        }
      }
    }
  }

 private:
  struct Entry {
    int index;
    float value;
  };

  static void SortNearlySorted(std::vector<Entry>& entries) {
    for (size_t i = 1; i < entries.size(); ++i) {
      const Entry entry = entries[i];
      size_t j = i;
      for (; j > 0 && entries[j - 1].index > entry.index; --j) entries[j] = entries[j - 1];
      entries[j] = entry;
    }
  }

  std::array<std::vector<Entry>, kBlocks> blocks_;
};

}  // namespace magenta
