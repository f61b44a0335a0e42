#pragma once
// Small moves of whole rows.

#include <algorithm>
#include <span>

#include "magenta/nn/packed_matrix.h"

namespace magenta {

/// `rows` copies of `row`, one after another, into `out`.
inline void FillRows(const FloatBuffer& row, int rows, float* out) {
  for (int r = 0; r < rows; ++r) out = std::copy(row.begin(), row.end(), out);
}

/// The rows `rows` of `buffer`, whose rows are `row_size` floats.
inline FloatBuffer SelectRows(const FloatBuffer& buffer, size_t row_size,
                              std::span<const int> rows) {
  FloatBuffer out(rows.size() * row_size);
  float* to = out.data();
  for (int row : rows) to = std::copy_n(buffer.data() + row * row_size, row_size, to);
  return out;
}

}  // namespace magenta
