#pragma once
// The arithmetic of a network step, once for each kind of processor.
//
// Promise: every table gives the same bits. Sums run over inputs in index order for each output
// column (a column is a lane, whatever the width of a vector), every product is added by one fused
// multiply-add, which IEEE 754 defines to the bit, and exp is our own (exp_constants.h). The scalar
// table is the reference; the tests compare all others with it. Lengths called `padded` are
// multiples of kLaneBlock.

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/base/sparse_vector.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {

/// Rows of several sequences: row r begins at data + r * stride.
struct RowsView {
  const float* data = nullptr;
  size_t stride = 0;
  int rows = 0;
};

/// One step of an LSTM layer for several rows.
struct LstmStep {
  /// [inputs + units, 4 gates: i, j, f, o], packed in 4 groups for the table's lanes.
  const PackedMatrix* kernel;
  /// Packed likewise (PackRow), with the forget gate's 1 in it.
  const float* bias;
  int inputs, units;
  /// What the layer reads: of each row the entries that are not 0, or, where `sparse` is null, all
  /// `inputs` of them.
  const SparseVector* sparse;
  RowsView dense;
  /// The rows' last outputs, PadToLanes(units) apart.
  const float* h;
  int rows;
  /// [rows, padded units]: c is replaced; next_h, which must not be h, is written.
  float* c;
  float* next_h;
};

struct Kernels {
  /// "scalar", "avx2", "avx3", ...; set by the code that was compiled for it.
  const char* name;
  /// The vector width that matrices must be packed for.
  int lanes;

  /// y[r, :] += sum over k < x's columns of x[r, k] * w[first_row + k, :], k ascending, for every
  /// row r. `columns` is the number of x's columns; y's rows are w.width() wide, y_stride apart.
  /// The bits of a row do not depend on the number of rows.
  void (*multiply)(const PackedMatrix& w, int first_row, int columns, const RowsView& x, float* y,
                   size_t y_stride);

  /// y += sum over k of x.value[k] * w[x.index[k], :], k ascending: `multiply` of one row that is
  /// nearly all zeros.
  void (*multiply_sparse)(const PackedMatrix& w, const SparseVector& x, float* y);

  /// z = bias + x K + h K' (the kernel's upper and lower rows, in this order, gates i, j, f, o),
  /// then c' = c sigmoid(f) + sigmoid(i) tanh(j) and h' = tanh(c') sigmoid(o), each as
  /// one quotient: with I = 1 + e^-i, F, O likewise, J = e^2j - 1 and C = e^2c' - 1 it is
  /// c' = (c I (J + 2) + J F) / (I (J + 2) F), h' = C / ((C + 2) O). Error of each, where c and z
  /// are exact: below 4e-7 (absolute, or relative where that is more). docs/rules.md section 6.
  void (*lstm)(const LstmStep& step);

  /// scores[t] = -2 sum over u of v[u] / (1 + keys[t, u] * query[u]) for t < rows: of exponentials
  /// e^2k and e^2q it is sum of v tanh(k + q), less the sum of v, which no softmax sees. keys is
  /// [rows, padded]. The sum is made of 16 partial ones (u mod 16), halved into one another.
  void (*attention_scores)(const float* keys, const float* query, const float* v, int rows,
                           int padded, float* scores);

  /// y += sum over t < rows of weights[t] * values[t, :], t ascending; values is [rows, padded].
  void (*weighted_sum)(const float* values, const float* weights, int rows, int padded, float* y);

  /// y[i] = e^x[i]. Relative error below 2e-7 for |x| <= 87; 0 below, no growth above. In place is
  /// fine, as it is for the next.
  void (*exp)(const float* x, float* y, int padded);
  /// y[i] = e^2x[i] for |x| <= 43.5, and no growth beyond: what attention_scores takes.
  void (*exp_twice)(const float* x, float* y, int padded);
};

/// Every table that this processor can run, the scalar one first, then the best one first.
std::span<const Kernels* const> AllKernels();

/// The table of that name. Errors (exit 2) list those that this processor has.
absl::StatusOr<const Kernels*> KernelsNamed(std::string_view name);

/// The best table, or the one that the environment variable MAGENTA_KERNEL names.
absl::StatusOr<const Kernels*> ChosenKernels();

/// The same, asked once; the best table where MAGENTA_KERNEL names none. For what has no network.
const Kernels& DefaultKernels();

/// The reference.
const Kernels& ScalarKernels();

namespace internal {
/// What simd.cc was compiled for and this processor can run, the best first.
std::span<const Kernels* const> SimdKernels();
}  // namespace internal

}  // namespace magenta
