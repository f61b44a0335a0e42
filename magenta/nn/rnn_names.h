#pragma once
// The names of a layer's variables in Magenta 2.x (docs/rules.md section 6).

#include <string>
#include <string_view>

#include "magenta/base/tensor.h"

namespace magenta {

/// Where a network's variables stand among those of a checkpoint.
struct RnnScope {
  /// What the names of its layers begin with.
  std::string cells = "rnn/";
  /// The linear layer behind them.
  std::string weights = "fully_connected/weights";
  std::string biases = "fully_connected/biases";
};

/// Prefixes, each with its slash, of what layer `i` has.
struct LayerNames {
  bool has_projection = false;
  bool has_attention = false;
  /// ".../input_projection_wrapper/": kernel, bias.
  std::string projection;
  /// ".../attention_cell_wrapper/": kernel, bias, attention/..., attn_output_projection/...
  std::string attention;
  /// ".../basic_lstm_cell/": kernel, bias.
  std::string lstm;
};

/// Whether `name` is what only a trainer needs of a weight: <weight>/Adam and /Adam_1 are its
/// moments; a second optimizer's in one graph go on counting.
bool IsOptimizerSlot(std::string_view name);

/// The names that layer `layer` (from 0) has in `tensors`.
LayerNames NamesOfLayer(const TensorMap& tensors, int layer, const RnnScope& scope = {});

}  // namespace magenta
