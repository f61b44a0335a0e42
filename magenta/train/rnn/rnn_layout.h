#pragma once
// The variables of Magenta's network: names, shapes and start values (docs/rules.md section 6).

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/models/hparams.h"
#include "magenta/nn/rnn_names.h"
#include "magenta/train/variables.h"

namespace magenta {

/// What a network looks like from outside, and inside by its hparams (rnn_layer_sizes, attn_length,
/// residual_connections).
struct RnnLayout {
  int input_size = 0;
  int num_classes = 0;
  HParams hparams;
  /// Where its variables stand.
  RnnScope scope = {};

  int layers() const { return static_cast<int>(hparams.rnn_layer_sizes.size()); }
  int units(int layer) const { return hparams.rnn_layer_sizes[layer]; }
  bool has_attention(int layer) const { return layer == 0 && hparams.attn_length > 0; }
  /// Width of what reaches the layer from below.
  int width_below(int layer) const { return layer == 0 ? input_size : units(layer - 1); }
  /// Whether a matrix brings that to the layer's own width, so that a residual can be added.
  bool has_projection(int layer) const {
    return hparams.residual_connections && (layer == 0 || units(layer) != units(layer - 1));
  }
  /// Width of the cell's own input.
  int cell_inputs(int layer) const {
    return hparams.residual_connections ? units(layer) : width_below(layer);
  }
  /// Of layer 0 "rnn/multi_rnn_cell/cell_0/", with "input_projection_wrapper/" behind it where
  /// there is one.
  std::string prefix(int layer) const;
};

/// The variables of a network, in the order of its layers; values are the start values drawn for
/// `seed` (Glorot uniform for matrices, 0 for biases; each variable's draws depend on its name and
/// the seed alone), slots are 0.
std::vector<Variable> StartVariables(const RnnLayout& layout, uint32_t seed);

}  // namespace magenta
