#pragma once
// For tests and benchmarks: networks of random weights, and the formulas of docs/rules.md section 6
// word by word in double, slow and plain, to hold the network against.

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "magenta/base/sparse_vector.h"
#include "magenta/base/tensor.h"
#include "magenta/nn/rnn.h"

namespace magenta::testing {

struct RandomRnnOptions {
  int input_size = 5;
  std::vector<int> layer_sizes = {7, 9};
  int num_classes = 6;
  bool attention = false;
  bool residual = false;
  uint32_t seed = 1;
  /// Of what makes attention's keys and queries.
  float attention_scale = 1;
};

/// Values for `variables`: their constants, else uniform in [-0.5, 0.5), times scale(name).
template <class Scale>
TensorMap RandomTensors(const std::vector<NetworkVariable>& variables, uint32_t seed,
                        const Scale& scale) {
  std::mt19937 engine(seed);
  TensorMap tensors;
  for (const NetworkVariable& variable : variables) {
    size_t size = 1;
    for (const int64_t dim : variable.shape) size *= static_cast<size_t>(dim);
    std::vector<float> values = variable.constant;
    const float factor = scale(variable.name);
    while (values.size() < size) {
      values.push_back(factor * (static_cast<float>(engine() >> 8) / (1 << 24) - 0.5f));
    }
    tensors[variable.name] = Tensor::Floats(variable.shape, values);
  }
  return tensors;
}

/// The same, unscaled.
inline TensorMap RandomTensors(const std::vector<NetworkVariable>& variables, uint32_t seed) {
  return RandomTensors(variables, seed, [](const std::string&) { return 1.0f; });
}

/// Tensors of Magenta's names, those of keys and queries scaled.
inline TensorMap RandomRnn(const RandomRnnOptions& options) {
  const RnnShape shape = {options.input_size, options.layer_sizes, options.num_classes,
                          options.attention, options.residual};
  return RandomTensors(RnnVariables(shape), options.seed, [&](const std::string& name) {
    const bool scaled = name.ends_with("/attn_w") || name.ends_with("/attention/kernel");
    return scaled ? options.attention_scale : 1;
  });
}

using Doubles = std::vector<double>;

/// One sequence through such a network in double.
class PlainRnn {
 public:
  PlainRnn(const TensorMap& tensors, const RandomRnnOptions& options, int attn_length)
      : tensors_(tensors), options_(options) {
    for (int units : options.layer_sizes) {
      c_.emplace_back(units);
      h_.emplace_back(units);
    }
    a_.resize(options.layer_sizes[0]);
    window_.assign(attn_length, Doubles(options.layer_sizes[0]));
  }

  /// The logits after `input`.
  Doubles Step(const SparseVector& input) {
    Doubles x(options_.input_size);
    for (size_t k = 0; k < input.index.size(); ++k) x[input.index[k]] = input.value[k];
    for (size_t i = 0; i < c_.size(); ++i) x = StepLayer(i, std::move(x));
    return Affine(x, "fully_connected/weights", "fully_connected/biases");
  }
  /// The softmax of the last step, oldest row of the window first.
  const Doubles& attention_weights() const { return weights_; }

 private:
  static double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
  static Doubles Join(Doubles a, const Doubles& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  Doubles Affine(const Doubles& x, const std::string& kernel, const std::string& bias) const {
    const auto w = tensors_.at(kernel).floats();
    const size_t columns = w.size() / x.size();
    Doubles y(columns);
    for (size_t j = 0; j < columns; ++j) {
      if (!bias.empty()) y[j] = tensors_.at(bias).floats()[j];
      for (size_t i = 0; i < x.size(); ++i) y[j] += x[i] * w[i * columns + j];
    }
    return y;
  }
  Doubles StepLayer(size_t i, Doubles x) {
    std::string cell = "rnn/multi_rnn_cell/cell_" + std::to_string(i) + "/";
    if (tensors_.contains(cell + "input_projection_wrapper/kernel")) {
      cell += "input_projection_wrapper/";
      x = Affine(x, cell + "kernel", cell + "bias");
    }
    const Doubles skipped = x;
    const bool attends = options_.attention && i == 0;
    if (attends) {
      cell += "attention_cell_wrapper/";
      x = Affine(Join(x, a_), cell + "kernel", cell + "bias");
    }
    Lstm(i, x, cell + "basic_lstm_cell/");
    Doubles y = attends ? Attend(cell) : h_[i];
    for (size_t u = 0; options_.residual && u < y.size(); ++u) y[u] += skipped[u];
    return y;
  }
  void Lstm(size_t i, const Doubles& x, const std::string& cell) {
    const Doubles z = Affine(Join(x, h_[i]), cell + "kernel", cell + "bias");
    const size_t n = h_[i].size();
    for (size_t u = 0; u < n; ++u) {
      c_[i][u] = c_[i][u] * Sigmoid(z[2 * n + u] + 1) + Sigmoid(z[u]) * std::tanh(z[n + u]);
      h_[i][u] = std::tanh(c_[i][u]) * Sigmoid(z[3 * n + u]);
    }
  }
  Doubles Attend(const std::string& cell) {
    const Doubles q =
        Affine(Join(c_[0], h_[0]), cell + "attention/kernel", cell + "attention/bias");
    const auto v = tensors_.at(cell + "attention/attn_v").floats();
    weights_.clear();
    double sum = 0;
    for (const Doubles& row : window_) {
      const Doubles key = Affine(row, cell + "attention/attn_w", "");
      double score = 0;
      for (size_t u = 0; u < q.size(); ++u) score += v[u] * std::tanh(key[u] + q[u]);
      weights_.push_back(std::exp(score));
      sum += weights_.back();
    }
    for (double& weight : weights_) weight /= sum;
    a_.assign(q.size(), 0);
    for (size_t t = 0; t < window_.size(); ++t) {
      for (size_t u = 0; u < q.size(); ++u) a_[u] += weights_[t] * window_[t][u];
    }
    Doubles y = Affine(Join(h_[0], a_), cell + "attn_output_projection/kernel",
                       cell + "attn_output_projection/bias");
    window_.erase(window_.begin());
    window_.push_back(y);
    return y;
  }

  const TensorMap& tensors_;
  RandomRnnOptions options_;
  std::vector<Doubles> c_, h_;
  Doubles a_;
  std::vector<Doubles> window_;
  Doubles weights_;
};

/// `steps` random inputs of `size` entries, about a quarter of them not zero.
inline std::vector<SparseVector> RandomInputs(int steps, int size, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<SparseVector> inputs(steps);
  for (SparseVector& input : inputs) {
    for (int i = 0; i < size; ++i) {
      if (engine() % 4 == 0) input.Add(i, engine() % 2 == 0 ? 1.0f : -1.0f);
    }
  }
  return inputs;
}

}  // namespace magenta::testing
