#pragma once
// For tests and benchmarks: relative_gru networks of random weights and inputs for them, and the
// formulas of relative_gru.h word by word in double, slow and plain, to hold the network against.

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "magenta/nn/relative_gru.h"
#include "magenta/nn/rnn_test_support.h"

namespace magenta::testing {

inline TensorMap RandomRelativeGru(const RelativeShape& shape, uint32_t seed = 1) {
  return RandomTensors(RelativeVariables(shape), seed);
}

/// One sequence through such a network in double.
class PlainRelativeGru {
 public:
  PlainRelativeGru(const TensorMap& tensors, const RelativeShape& shape)
      : tensors_(tensors), shape_(shape), sizes_(shape.sizes), h_(shape.units) {}

  /// The logits after `input`.
  Doubles Step(const SparseVector& input) {
    if (!input.index.empty() && input.index[0] < sizes_.state_rows) Advance(input);
    Doubles a = Affine(h_, relative::kHeadKernel, relative::kHeadBias);
    AddRows(input, sizes_.head_begin(), relative::kHeadEmbedding, a);
    const Doubles first = Relu(a);
    Doubles z = Relu(Affine(first, relative::kHiddenKernel, relative::kHiddenBias));
    for (size_t i = 0; i < z.size(); ++i) z[i] += first[i];
    Doubles logits = Affine(z, relative::kOutputKernel, relative::kOutputBias);
    AddRows(input, sizes_.bias_begin(), relative::kOutputKinds, logits);
    const Doubles t = Affine(z, relative::kRelationsKernel, relative::kRelationsBias);
    for (size_t e = 0; e < input.index.size(); ++e) {
      AddEntry(input.index[e], input.value[e], t, logits);
    }
    // A range of one class that comes last leaves nothing to be scored.
    const int only = input.index.empty() ? -1 : input.index.back() - sizes_.RangeAt(0);
    if (only >= 0 && only < sizes_.classes && input.value.back() == only + 1) logits[only] = 0;
    return logits;
  }
  const Doubles& h() const { return h_; }

 private:
  static double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
  static Doubles Relu(Doubles x) {
    for (double& v : x) v = std::max(v, 0.0);
    return x;
  }
  Doubles Affine(const Doubles& x, const char* kernel, const char* bias) const {
    const auto w = tensors_.at(kernel).floats(), b = tensors_.at(bias).floats();
    Doubles y(b.begin(), b.end());
    for (size_t i = 0; i < x.size(); ++i) {
      for (size_t j = 0; j < y.size(); ++j) y[j] += x[i] * w[i * y.size() + j];
    }
    return y;
  }
  /// y += the rows of `name` that the block at `begin` names.
  void AddRows(const SparseVector& input, int begin, const char* name, Doubles& y) const {
    const Tensor& rows = tensors_.at(name);
    for (size_t e = 0; e < input.index.size(); ++e) {
      const int64_t row = input.index[e] - begin;
      if (row < 0 || row >= rows.shape[0]) continue;
      for (size_t j = 0; j < y.size(); ++j) {
        y[j] += input.value[e] * rows.floats()[row * y.size() + j];
      }
    }
  }
  void Advance(const SparseVector& input) {
    Doubles x(shape_.embedding);
    AddRows(input, 0, relative::kStateEmbedding, x);
    const Doubles from_x = Affine(x, relative::kInputKernel, relative::kInputBias);
    const Doubles from_h = Affine(h_, relative::kStateKernel, relative::kStateBias);
    const size_t units = h_.size();
    for (size_t i = 0; i < units; ++i) {
      const double r = Sigmoid(from_x[i] + from_h[i]);
      const double u = Sigmoid(from_x[units + i] + from_h[units + i]);
      const double n = std::tanh(from_x[2 * units + i] + r * from_h[2 * units + i]);
      h_[i] = (1 - u) * n + u * h_[i];
    }
  }
  /// What an entry of the blocks from shifts on does; they are looked at in their order.
  void AddEntry(int index, double value, const Doubles& t, Doubles& logits) const {
    const int classes = sizes_.classes;
    for (int s = 0; s < sizes_.shifts; ++s) {
      const int r = index - sizes_.ShiftAt(s, 0);
      for (int c = 2; c < classes && r >= 0 && r < classes; ++c) {
        logits[c] += value * t[49 * s + std::min(std::max(c - r, -24), 24) + 24];
      }
    }
    for (int c = 0; c < classes; ++c) {
      for (int m = 0; m < sizes_.marks; ++m) {
        const int b = index - sizes_.MarkAt(m, c, 0);
        if (b >= 0 && b < 11) logits[c] += value * t[49 * sizes_.shifts + 11 * m + b];
      }
      for (int v = 0; v < sizes_.values; ++v) {
        if (index != sizes_.ValueAt(v, c)) continue;
        logits[c] += value * t[49 * sizes_.shifts + 11 * sizes_.marks + v];
      }
      const int first = index - sizes_.RangeAt(0);
      const bool range = first >= 0 && first < classes;
      if ((range && (c < first || c >= value)) || index == sizes_.BanAt(c)) logits[c] = -1e30f;
    }
  }

  const TensorMap& tensors_;
  RelativeShape shape_;
  RelativeSizes sizes_;
  Doubles h_;
};

/// `steps` random inputs, of which every third one or so has state rows; one class of each, at
/// least, is allowed.
inline std::vector<SparseVector> RandomRelativeInputs(int steps, const RelativeSizes& sizes,
                                                      uint32_t seed) {
  std::mt19937 engine(seed);
  const auto below = [&](int n) { return static_cast<int>(engine() % n); };
  std::vector<SparseVector> inputs(steps);
  for (SparseVector& input : inputs) {
    /// Some of the places from `begin` to `end`, one of `every` or so.
    const auto some = [&](int begin, int end, int every) {
      for (int i = begin; i < end; ++i) {
        if (below(every) == 0) input.Add(i, static_cast<float>(below(9) - 4) / 4);
      }
    };
    if (below(3) == 0) some(0, sizes.head_begin(), 3);
    some(sizes.head_begin(), sizes.shift_begin(), 4);
    some(sizes.shift_begin(), sizes.mark_begin(), sizes.classes);
    some(sizes.mark_begin(), sizes.value_begin(), 2 * kMarkLevels);
    some(sizes.value_begin(), sizes.range_begin(), 2);
    const int allowed = below(sizes.classes);
    if (below(2) == 0) {
      const int first = below(allowed + 1);
      input.Add(sizes.RangeAt(first), allowed + 1.0f + below(sizes.classes - allowed));
    }
    for (int c = 0; c < sizes.classes; ++c) {
      if (c != allowed && below(8) == 0) input.Add(sizes.BanAt(c), 1);
    }
  }
  return inputs;
}

}  // namespace magenta::testing
