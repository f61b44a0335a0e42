#pragma once
// For tests and benchmarks: RNN-NADEs of random weights, what they read, and their formulas word by
// word in double.

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "magenta/nn/nade/rnn_nade.h"
#include "magenta/nn/rnn_test_support.h"

namespace magenta {

struct RandomNadeOptions {
  int pitches = 10;
  int units = 6;
  std::vector<int> layer_sizes = {7, 9};
  bool attention = false;
};

inline TensorMap RandomNade(const RandomNadeOptions& options) {
  NadeShape shape;
  shape.layers.input_size = options.pitches;
  shape.layers.layer_sizes = options.layer_sizes;
  shape.layers.has_attention = options.attention;
  shape.pitches = options.pitches;
  shape.units = options.units;
  return testing::RandomTensors(NadeVariables(shape), 5);
}

/// The end of a step on which `pitches` (rising) sound.
inline SparseVector StepOf(const std::vector<int>& pitches) {
  SparseVector input;
  for (const int pitch : pitches) input.Add(pitch, 1);
  return input;
}

inline SparseVector DrawnPitch(int pitches, int pitch) {
  SparseVector input;
  input.Add(NadeDrawn(pitches) + pitch, 1);
  return input;
}

/// Ends of steps and drawn pitches, mixed.
inline std::vector<SparseVector> RandomNadeInputs(int pitches, int count, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<SparseVector> inputs;
  for (int i = 0; i < count; ++i) {
    std::vector<int> step;
    for (int pitch = 0; pitch < pitches; ++pitch) {
      if (engine() % 3 == 0) step.push_back(pitch);
    }
    inputs.push_back(engine() % 2 == 0 ? StepOf(step)
                                       : DrawnPitch(pitches, static_cast<int>(engine() % pitches)));
  }
  return inputs;
}

/// One sequence in double, without attention.
class PlainNade {
 public:
  PlainNade(const TensorMap& tensors, const RandomNadeOptions& options)
      : tensors_(tensors),
        options_(options),
        renamed_(Renamed(tensors)),
        layers_(renamed_,
                {options.pitches, options.layer_sizes, options.units + options.pitches, false,
                 false, 1, 1},
                0) {}

  void Hear(const SparseVector& step) {
    said_ = layers_.Step(step);
    a_.assign(said_.begin(), said_.begin() + options_.units);
  }
  void Sound(int pitch) {
    const auto encoder = tensors_.at(nade::kEncoder).floats();
    for (int u = 0; u < options_.units; ++u) a_[u] += encoder[pitch * options_.units + u];
  }
  /// What is said of a pitch now.
  double Turn(int pitch) const {
    const auto decoder = tensors_.at(nade::kDecoder).floats();
    double turn = said_[options_.units + pitch];
    for (int u = 0; u < options_.units; ++u) {
      turn += decoder[pitch * options_.units + u] / (1 + std::exp(-a_[u]));
    }
    return turn;
  }

 private:
  static TensorMap Renamed(const TensorMap& tensors) {
    TensorMap renamed;
    for (const auto& [name, tensor] : tensors) {
      std::string to = name;
      if (name == NadeScope().weights) to = RnnScope().weights;
      if (name == NadeScope().biases) to = RnnScope().biases;
      if (name.starts_with("decoder/multi")) to = "rnn/" + name.substr(8);
      renamed[to] = tensor;
    }
    return renamed;
  }

  const TensorMap& tensors_;
  const RandomNadeOptions options_;
  const TensorMap renamed_;
  testing::PlainRnn layers_;
  std::vector<double> said_, a_;
};

}  // namespace magenta
