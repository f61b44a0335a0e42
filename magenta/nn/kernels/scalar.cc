// The reference kernels: plain loops, in the order that kernels.h promises.

#include "magenta/nn/kernels/scalar.h"

#include <algorithm>

#include "magenta/nn/kernels/kernels.h"

namespace magenta {
namespace {

using scalar::Fused;

/// Lanes that the scalar table pretends to have. Any would give the same bits.
constexpr int kScalarLanes = 8;
constexpr int kScalarPanel = kPanelVectors * kScalarLanes;

/// sums += scale * the first `width` weights of row `row` of the panel at column `first`.
void AddScaledPanelRow(const PackedMatrix& w, int first, int row, float scale, float* sums) {
  const int width = w.PanelWidth(first);
  if (w.type() == WeightType::kFloat16) {
    const uint16_t* weights = w.Panel<uint16_t>(first, row);
    for (int i = 0; i < width; ++i) sums[i] = Fused(FromHalf(weights[i]), scale, sums[i]);
  } else {
    const float* weights = w.Panel<float>(first, row);
    for (int i = 0; i < width; ++i) sums[i] = Fused(weights[i], scale, sums[i]);
  }
}

void ScalarMultiply(const PackedMatrix& w, int first_row, int columns, const RowsView& x, float* y,
                    size_t y_stride) {
  for (int r = 0; r < x.rows; ++r) {
    for (int first = 0; first < w.width(); first += w.panel_width()) {
      for (int k = 0; k < columns; ++k) {
        AddScaledPanelRow(w, first, first_row + k, x.data[r * x.stride + k],
                          y + r * y_stride + first);
      }
    }
  }
}

void ScalarMultiplySparse(const PackedMatrix& w, const SparseVector& x, float* y) {
  for (int first = 0; first < w.width(); first += w.panel_width()) {
    for (size_t k = 0; k < x.index.size(); ++k) {
      AddScaledPanelRow(w, first, x.index[k], x.value[k], y + first);
    }
  }
}

struct CellState {
  float c;
  float h;
};

CellState ScalarCell(float i, float j, float f, float o, float c) {
  const float forget = scalar::OnePlusExp(f);
  const float added = scalar::ExpTwiceMinusOne(j);
  const float both = scalar::OnePlusExp(i) * (added + 2.0f);
  const float next = Fused(c, both, added * forget) / (both * forget);
  const float out = scalar::ExpTwiceMinusOne(next);
  return {next, out / ((out + 2.0f) * scalar::OnePlusExp(o))};
}

void ScalarLstm(const LstmStep& step) {
  const PackedMatrix& w = *step.kernel;
  const int padded = w.width() / 4;
  for (int r = 0; r < step.rows; ++r) {
    const float* x = step.dense.data + r * step.dense.stride;
    const float* h = step.h + r * padded;
    for (int u = 0; u < padded; u += kScalarLanes) {
      float z[kScalarPanel];
      std::copy_n(step.bias + 4 * u, kScalarPanel, z);
      if (step.sparse != nullptr) {
        const SparseVector& entries = step.sparse[r];
        for (size_t k = 0; k < entries.index.size(); ++k) {
          AddScaledPanelRow(w, 4 * u, entries.index[k], entries.value[k], z);
        }
      } else {
        for (int k = 0; k < step.inputs; ++k) AddScaledPanelRow(w, 4 * u, k, x[k], z);
      }
      for (int k = 0; k < step.units; ++k) AddScaledPanelRow(w, 4 * u, step.inputs + k, h[k], z);
      for (int i = 0; i < kScalarLanes; ++i) {
        const float* gate = z + i;
        float& c = step.c[r * padded + u + i];
        const CellState next = ScalarCell(gate[0], gate[kScalarLanes], gate[2 * kScalarLanes],
                                          gate[3 * kScalarLanes], c);
        c = next.c;
        step.next_h[r * padded + u + i] = next.h;
      }
    }
  }
}

void ScalarAttentionScores(const float* keys, const float* query, const float* v, int rows,
                           int padded, float* scores) {
  for (int t = 0; t < rows; ++t, keys += padded) {
    float partial[kLaneBlock] = {};
    for (int u = 0; u < padded; ++u) {
      const float sum = Fused(keys[u], query[u], 1.0f);
      partial[u % kLaneBlock] +=
          v[u] / (sum < exp_constants::kMostSum ? sum : exp_constants::kMostSum);
    }
    for (int half = kLaneBlock / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) partial[i] += partial[i + half];
    }
    scores[t] = -2.0f * partial[0];
  }
}

void ScalarWeightedSum(const float* values, const float* weights, int rows, int padded, float* y) {
  for (int t = 0; t < rows; ++t, values += padded) {
    for (int u = 0; u < padded; ++u) y[u] = Fused(values[u], weights[t], y[u]);
  }
}

template <float (*kFunction)(float)>
void ScalarEach(const float* x, float* y, int padded) {
  for (int i = 0; i < padded; ++i) y[i] = kFunction(x[i]);
}

}  // namespace

const Kernels& ScalarKernels() {
  static constexpr Kernels kernels = {"scalar",
                                      kScalarLanes,
                                      ScalarMultiply,
                                      ScalarMultiplySparse,
                                      ScalarLstm,
                                      ScalarAttentionScores,
                                      ScalarWeightedSum,
                                      ScalarEach<scalar::Exp>,
                                      ScalarEach<scalar::ExpTwice>};
  return kernels;
}

}  // namespace magenta
