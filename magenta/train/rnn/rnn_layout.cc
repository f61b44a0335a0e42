#include "magenta/train/rnn/rnn_layout.h"

#include <fmt/core.h>

namespace magenta {
namespace {

void AddAttention(const std::string& scope, int inputs, int units, StartValues& list) {
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
  return fmt::format("{}multi_rnn_cell/cell_{}/{}", scope.cells, layer,
                     has_projection(layer) ? "input_projection_wrapper/" : "");
}

std::vector<Variable> StartVariables(const RnnLayout& layout, uint32_t seed) {
  StartValues list(seed);
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
  const int last = layout.units(layout.layers() - 1);
  list.Glorot(layout.scope.weights, {last, layout.num_classes}, last, layout.num_classes);
  list.Zeros(layout.scope.biases, {layout.num_classes});
  return list.Take();
}

}  // namespace magenta
