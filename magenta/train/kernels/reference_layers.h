#pragma once
// The recurrent layers step by step in libtorch's own operations: any device, gradients by its own
// rules. The oracle of LstmLayer and AttentionLayer, and what runs where they cannot.
// Torch header: for the .cc files of this room alone.

#include <ATen/ATen.h>

#include "magenta/train/kernels/attention_layer.h"
#include "magenta/train/kernels/packing.h"

namespace magenta {

/// As LstmLayer; leaves `pre` as it is.
at::Tensor ReferenceLstm(const at::Tensor& pre, const at::Tensor& kernel, const Packing& packing);

/// As AttentionLayer.
at::Tensor ReferenceAttention(const at::Tensor& projected, const AttentionWeights& weights,
                              int length, const Packing& packing);

}  // namespace magenta
