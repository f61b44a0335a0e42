#pragma once
// Matrix products on panels, and what sparse rows make of them. All add in an order that the
// shapes alone decide. What is written overlaps nothing that is read. Calls keep nothing: on
// numbers of their own, threads may call at once.

#include <cstdint>
#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/train/kernels/panels.h"

namespace magenta {

/// out = in W + bias, or out += in W.
struct PanelProduct {
  int rows;
  PanelRows in;
  const PanelAxis* in_axis;
  const float* weights;  // [out panels][in panels][P][P]
  const float* bias;     // [out panels * P], or null: 0
  const PanelAxis* out_axis;
  PanelRows out;
  bool add;  // to what is in `out`; the bias is left aside
};
void Multiply(const PanelProduct& product);

/// sums [right panels][left panels][P][P] += left^T right, over rows: as the weights of the product
/// lie whose gradient they are.
struct GradientProduct {
  int rows;
  PanelRows left;
  const PanelAxis* left_axis;
  PanelRows right;
  const PanelAxis* right_axis;
  float* sums;
};
void AddGradient(const GradientProduct& product);

/// sums [panels * P] += the rows of `from`.
void AddColumnSums(int rows, int panels, PanelRows from, float* sums);

/// Rows that are mostly 0: those of row r are entries starts[r] .. starts[r + 1] - 1.
struct SparseRows {
  const int64_t* starts = nullptr;
  const int32_t* index = nullptr;
  const float* value = nullptr;
  SparseRows FromRow(int64_t row) const { return {starts + row, index, value}; }
};
inline SparseRows SparseRowsOf(const SparseMatrix& m) {
  return {m.starts.data(), m.index.data(), m.value.data()};
}

/// out = in W + bias for sparse rows; `weights` [out panels][inputs][P].
struct SparseProduct {
  int rows, inputs;
  SparseRows in;
  const float* weights;
  const float* bias;
  int out_panels;
  PanelRows out;
};
void MultiplySparse(const SparseProduct& product);

/// The same numbers by column: those of column i are entries starts[i] .. starts[i + 1] - 1, their
/// rows rising.
struct SparseColumns {
  std::vector<int> starts, row;
  std::vector<float> value;
  /// Becomes `rows` rows of `columns` numbers.
  void Assign(int rows, int columns, SparseRows in);
};

/// sums [right panels][columns][P] += left^T right.
void AddSparseGradient(const SparseColumns& left, PanelRows right, const PanelAxis& right_axis,
                       float* sums);

}  // namespace magenta
