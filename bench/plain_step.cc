#include "bench/plain_step.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace magenta {

struct PlainRnn::Weights {
  struct Cell {
    std::vector<float> kernel;  // [inputs + units, 4 * units]
    std::vector<float> bias, c, h;
    int inputs;
  };
  std::vector<Cell> cells;
  std::vector<float> output, logits, gates;  // output: [units, classes]
  int units, classes;
};

namespace {

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

/// y[n] += x * row[n]
void AddRow(float x, const float* row, float* y, int n) {
  for (int i = 0; i < n; ++i) y[i] += x * row[i];
}

}  // namespace

PlainRnn::PlainRnn(int inputs, int units, int layers, int classes)
    : weights_(std::make_unique<Weights>()) {
  weights_->units = units;
  weights_->classes = classes;
  const auto at = [](size_t i) { return 0.01f * static_cast<float>(static_cast<int>(i % 13) - 6); };
  const auto fill = [&](std::vector<float>& values, size_t count) {
    values.resize(count);
    for (size_t i = 0; i < count; ++i) values[i] = at(i);
  };
  for (int i = 0; i < layers; ++i) {
    Weights::Cell& cell = weights_->cells.emplace_back();
    cell.inputs = i == 0 ? inputs : units;
    fill(cell.kernel, static_cast<size_t>(cell.inputs + units) * 4 * units);
    fill(cell.bias, 4 * static_cast<size_t>(units));
    cell.c.resize(units);
    cell.h.resize(units);
  }
  fill(weights_->output, static_cast<size_t>(units) * classes);
  weights_->logits.resize(classes);
  weights_->gates.resize(4 * static_cast<size_t>(units));
}

PlainRnn::~PlainRnn() = default;

float PlainRnn::Step(const int* active, size_t count) {
  Weights& w = *weights_;
  const int units = w.units, wide = 4 * units;
  const float* below = nullptr;
  for (Weights::Cell& cell : w.cells) {
    w.gates = cell.bias;
    float* const gates = w.gates.data();
    const float* const kernel = cell.kernel.data();
    if (below == nullptr) {
      for (size_t i = 0; i < count; ++i) {
        AddRow(1.0f, kernel + static_cast<size_t>(active[i]) * wide, gates, wide);
      }
    } else {
      for (int i = 0; i < units; ++i) {
        AddRow(below[i], kernel + static_cast<size_t>(i) * wide, gates, wide);
      }
    }
    for (int i = 0; i < units; ++i) {
      AddRow(cell.h[i], kernel + static_cast<size_t>(cell.inputs + i) * wide, gates, wide);
    }
    for (int i = 0; i < units; ++i) {
      const float in = Sigmoid(gates[i]), next = std::tanh(gates[units + i]);
      const float forget = Sigmoid(gates[2 * units + i] + 1.0f);
      const float out = Sigmoid(gates[3 * units + i]);
      cell.c[i] = forget * cell.c[i] + in * next;
      cell.h[i] = out * std::tanh(cell.c[i]);
    }
    below = cell.h.data();
  }
  std::fill(w.logits.begin(), w.logits.end(), 0.0f);
  for (int i = 0; i < units; ++i) {
    AddRow(below[i], w.output.data() + static_cast<size_t>(i) * w.classes, w.logits.data(),
           w.classes);
  }
  return w.logits[0];
}

}  // namespace magenta
