#pragma once
// What a learner does with the entries of sparse rows, one by one.
// On memory of their own, threads may call at once.

#include <cstdint>

#include "magenta/base/sparse_vector.h"

namespace magenta {

/// to[k] += scale * from[k] for k < count. They don't overlap.
inline void AddScaled(int64_t count, float scale, const float* __restrict from,
                      float* __restrict to) {
  constexpr int64_t kBlock = 16;  // what compilers make vectors of
  int64_t k = 0;
  for (; k + kBlock <= count; k += kBlock) {
    for (int64_t i = 0; i < kBlock; ++i) to[k + i] += scale * from[k + i];
  }
  for (; k < count; ++k) to[k] += scale * from[k];
}

/// Walks along the entries of a row, whose indices rise.
class EntryWalk {
 public:
  EntryWalk(const SparseMatrix& matrix, int64_t row)
      : matrix_(matrix), at_(matrix.starts[row]), end_(matrix.starts[row + 1]) {}

  /// Calls f(index - begin, value) for the entries not yet seen whose index is below `end`.
  template <class F>
  void Take(int begin, int end, const F& f) {
    for (; at_ < end_ && matrix_.index[at_] < end; ++at_) {
      f(matrix_.index[at_] - begin, matrix_.value[at_]);
    }
  }
  /// Passes over those below `end`.
  void Skip(int end) {
    while (at_ < end_ && matrix_.index[at_] < end) ++at_;
  }

 private:
  const SparseMatrix& matrix_;
  int64_t at_, end_;
};

}  // namespace magenta
