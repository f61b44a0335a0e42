#include "magenta/train/relative/moments.h"

#include <algorithm>
#include <numeric>

namespace magenta {
namespace {

bool Advances(const SparseMatrix& inputs, int64_t row, int state_rows) {
  const int64_t first = inputs.starts[row];  // indices rise
  return first < inputs.starts[row + 1] && inputs.index[first] < state_rows;
}

// Calls f(row, whether it is a moment) along a sequence of the batch.
template <class F>
void WalkSequence(const Batch& batch, int sequence, int state_rows, const F& f) {
  const Packing& packing = *batch.packing;
  for (int t = 0; t < packing.steps() && packing.active[t] > sequence; ++t) {
    const int64_t row = packing.offset[t] + sequence;
    f(row, Advances(batch.inputs, row, state_rows));
  }
}

}  // namespace

Moments MomentsOf(const Batch& batch, int state_rows) {
  const int sequences = batch.examples();
  std::vector<int> counts(static_cast<size_t>(sequences)), order(counts.size());
  for (int s = 0; s < sequences; ++s) {
    WalkSequence(batch, s, state_rows, [&](int64_t, bool moment) { counts[s] += moment; });
  }
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return counts[a] > counts[b]; });
  std::vector<int> lengths;
  for (const int s : order) {
    if (counts[s] > 0) lengths.push_back(counts[s]);
  }
  Moments moments;
  moments.packing = PackLengths(lengths);
  moments.row.resize(static_cast<size_t>(moments.packing.rows()));
  moments.of_row.resize(static_cast<size_t>(batch.packing->rows()));
  for (size_t place = 0; place < order.size(); ++place) {
    int64_t last = -1;
    int count = 0;
    WalkSequence(batch, order[place], state_rows, [&](int64_t row, bool moment) {
      if (moment) {
        last = moments.packing.offset[count++] + static_cast<int64_t>(place);
        moments.row[last] = row;
      }
      moments.of_row[row] = last;
    });
  }
  return moments;
}

}  // namespace magenta
