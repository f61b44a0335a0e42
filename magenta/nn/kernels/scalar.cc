// The reference kernels: plain loops, in the order that kernels.h promises.

#include "magenta/nn/kernels/scalar.h"

#include "magenta/nn/kernels/kernels.h"

namespace magenta {
namespace {

void ScalarAddScaledRow(const PackedMatrix& w, int row, float scale, float* y) {
  for (int first = 0; first < w.width(); first += kPanelWidth) {
    const float* panel = w.Panel(first, row);
    for (int i = 0; i < w.PanelWidth(first); ++i) y[first + i] += panel[i] * scale;
  }
}

void ScalarMultiply(const PackedMatrix& w, int first_row, int columns, const RowsView& x, float* y,
                    size_t y_stride) {
  for (int r = 0; r < x.rows; ++r) {
    for (int k = 0; k < columns; ++k) {
      ScalarAddScaledRow(w, first_row + k, x.data[r * x.stride + k], y + r * y_stride);
    }
  }
}

void ScalarMultiplySparse(const PackedMatrix& w, const int32_t* index, const float* value,
                          int count, float* y) {
  for (int k = 0; k < count; ++k) ScalarAddScaledRow(w, index[k], value[k], y);
}

void ScalarLstm(const float* z, float* c, float* h, int padded) {
  for (int u = 0; u < padded; ++u) {
    const float keep = c[u] * scalar::Sigmoid(z[2 * padded + u] + 1.0f);
    const float add = scalar::Sigmoid(z[u]) * scalar::Tanh(z[padded + u]);
    c[u] = keep + add;
    h[u] = scalar::Tanh(c[u]) * scalar::Sigmoid(z[3 * padded + u]);
  }
}

void ScalarAttentionScores(const float* keys, const float* q, const float* v, int rows, int padded,
                           float* scores) {
  for (int t = 0; t < rows; ++t, keys += padded) {
    float partial[kLaneBlock] = {};
    for (int u = 0; u < padded; ++u) partial[u % kLaneBlock] += v[u] * scalar::Tanh(keys[u] + q[u]);
    for (int half = kLaneBlock / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) partial[i] += partial[i + half];
    }
    scores[t] = partial[0];
  }
}

void ScalarWeightedSum(const float* values, const float* weights, int rows, int padded, float* y) {
  for (int t = 0; t < rows; ++t, values += padded) {
    for (int u = 0; u < padded; ++u) y[u] += values[u] * weights[t];
  }
}

template <float (*kFunction)(float)>
void ScalarEach(const float* x, float* y, int padded) {
  for (int i = 0; i < padded; ++i) y[i] = kFunction(x[i]);
}

}  // namespace

const Kernels& ScalarKernels() {
  static constexpr Kernels kernels = {"scalar",
                                      ScalarMultiply,
                                      ScalarMultiplySparse,
                                      ScalarLstm,
                                      ScalarAttentionScores,
                                      ScalarWeightedSum,
                                      ScalarEach<scalar::Exp>,
                                      ScalarEach<scalar::Tanh>,
                                      ScalarEach<scalar::Sigmoid>};
  return kernels;
}

}  // namespace magenta
