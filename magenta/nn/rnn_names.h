#pragma once
// The names of a layer's variables in Magenta 2.x (PARITY section 6).

#include <string>
#include <string_view>

#include "magenta/base/tensor.h"

namespace magenta {

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

/// Whether `name` is what only a trainer needs of a weight, its moments.
inline bool IsOptimizerSlot(std::string_view name) {
  return name.ends_with("/Adam") || name.ends_with("/Adam_1");
}

/// The names that layer `layer` (from 0) has in `tensors`.
LayerNames NamesOfLayer(const TensorMap& tensors, int layer);

}  // namespace magenta
