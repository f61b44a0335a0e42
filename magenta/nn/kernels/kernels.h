#pragma once
// The arithmetic of a network step, once for each kind of processor.
//
// Promise: every table gives the same bits. Sums run over inputs in index order for each output
// column (a column is a lane, whatever the width of a vector), a product is rounded before it is
// added, and exp is our own (exp_constants.h). The scalar table is the reference; the tests compare
// all others with it. Lengths called `padded` are multiples of kLaneBlock.

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {

/// Rows of several sequences: row r begins at data + r * stride.
struct RowsView {
  const float* data = nullptr;
  size_t stride = 0;
  int rows = 0;
};

struct Kernels {
  /// "scalar", "sse4", "avx2", "avx3", ...; set by the code that was compiled for it.
  const char* name;

  /// y[r, :] += sum over k < x's columns of x[r, k] * w[first_row + k, :], k ascending, for every
  /// row r. `columns` is the number of x's columns; y's rows are w.width() wide, y_stride apart.
  /// The bits of a row do not depend on the number of rows.
  void (*multiply)(const PackedMatrix& w, int first_row, int columns, const RowsView& x, float* y,
                   size_t y_stride);

  /// y += sum over k of value[k] * w[index[k], :], k ascending: `multiply` of one row that is
  /// nearly all zeros.
  void (*multiply_sparse)(const PackedMatrix& w, const int32_t* index, const float* value,
                          int count, float* y);

  /// One LSTM cell: z = gates i, j, f, o, each `padded` long; c and h are replaced (PARITY 6):
  /// c' = c * sigmoid(f + 1) + sigmoid(i) * tanh(j); h' = tanh(c') * sigmoid(o).
  void (*lstm)(const float* z, float* c, float* h, int padded);

  /// scores[t] = sum over u of v[u] * tanh(keys[t, u] + q[u]) for t < rows; keys is
  /// [rows, padded]. The sum is made of 16 partial ones (u mod 16), halved into one another.
  void (*attention_scores)(const float* keys, const float* q, const float* v, int rows, int padded,
                           float* scores);

  /// y += sum over t < rows of weights[t] * values[t, :], t ascending; values is [rows, padded].
  void (*weighted_sum)(const float* values, const float* weights, int rows, int padded, float* y);

  /// y[i] = e^x[i]. Relative error below 2e-7 for |x| <= 87; 0 below, no growth above. In place is
  /// fine, as it is for the next two.
  void (*exp)(const float* x, float* y, int padded);
  /// Absolute error below 2e-7, relative below 4e-7.
  void (*tanh)(const float* x, float* y, int padded);
  /// 1 / (1 + e^-x), absolute error below 2e-7.
  void (*sigmoid)(const float* x, float* y, int padded);
};

/// Every table that this processor can run, the scalar one first, then the best one first.
std::span<const Kernels* const> AllKernels();

/// The table of that name. Errors (exit 2) list those that this processor has.
absl::StatusOr<const Kernels*> KernelsNamed(std::string_view name);

/// The best table, or the one that the environment variable MAGENTA_KERNEL names.
absl::StatusOr<const Kernels*> ChosenKernels();

/// The reference.
const Kernels& ScalarKernels();

namespace internal {
/// What simd.cc was compiled for and this processor can run, the best first.
std::span<const Kernels* const> SimdKernels();
}  // namespace internal

}  // namespace magenta
