#include "magenta/train/rnn/rnn_layout.h"

#include <fmt/core.h>

#include <cmath>

#include "magenta/base/random.h"

namespace magenta {
namespace {

int64_t ElementsOf(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// The list that StartVariables() gives, being written.
class VariableList {
 public:
  explicit VariableList(uint32_t seed) : seed_(seed) {}

  void Zeros(const std::string& name, int64_t size) { Add(name, {size}); }

  void Glorot(const std::string& name, std::vector<int64_t> shape, int fan_in, int fan_out) {
    Variable& variable = Add(name, std::move(shape));
    const double limit = std::sqrt(6.0 / (fan_in + fan_out));
    SeededUniform uniform(static_cast<uint32_t>(StableHash("start/" + name, seed_)));
    for (float& x : variable.value) x = static_cast<float>(limit * (2 * uniform.Next() - 1));
  }

  /// A matrix and its bias; `matrix` and `bias` are the last parts of the names.
  void Dense(const std::string& scope, int inputs, int outputs, const char* matrix = "kernel",
             const char* bias = "bias") {
    Glorot(scope + matrix, {inputs, outputs}, inputs, outputs);
    Zeros(scope + bias, outputs);
  }

  std::vector<Variable> Take() { return std::move(variables_); }

 private:
  Variable& Add(const std::string& name, std::vector<int64_t> shape) {
    const size_t size = static_cast<size_t>(ElementsOf(shape));
    const std::vector<float> zeros(size);
    variables_.push_back({name, std::move(shape), zeros, zeros, zeros, {}});
    return variables_.back();
  }

  uint32_t seed_;
  std::vector<Variable> variables_;
};

void AddAttention(const std::string& scope, int inputs, int units, VariableList& list) {
  const std::string wrapper = scope + "attention_cell_wrapper/";
  list.Dense(wrapper, inputs + units, inputs);
  list.Dense(wrapper + "basic_lstm_cell/", inputs + units, 4 * units);
  list.Glorot(wrapper + "attention/attn_w", {1, 1, units, units}, units, units);
  list.Glorot(wrapper + "attention/attn_v", {units}, units, units);
  list.Dense(wrapper + "attention/", 2 * units, units);
  list.Dense(wrapper + "attn_output_projection/", 2 * units, units);
}

}  // namespace

std::string RnnLayout::prefix(int layer) const {
  return fmt::format("rnn/multi_rnn_cell/cell_{}/{}", layer,
                     has_projection(layer) ? "input_projection_wrapper/" : "");
}

std::vector<Variable> StartVariables(const RnnLayout& layout, uint32_t seed) {
  VariableList list(seed);
  for (int layer = 0; layer < layout.layers(); ++layer) {
    const std::string scope = layout.prefix(layer);
    const int units = layout.units(layer);
    const int inputs = layout.cell_inputs(layer);
    if (layout.has_projection(layer)) list.Dense(scope, layout.width_below(layer), units);
    if (layout.has_attention(layer)) {
      AddAttention(scope, inputs, units, list);
    } else {
      list.Dense(scope + "basic_lstm_cell/", inputs + units, 4 * units);
    }
  }
  list.Dense("fully_connected/", layout.units(layout.layers() - 1), layout.num_classes, "weights",
             "biases");
  return list.Take();
}

}  // namespace magenta
