#pragma once
// An LSTM layer with attention over its own last outputs, over packed sequences, as one node of
// libtorch's graph. Torch header: for the .cc files of this room alone.

#include <ATen/ATen.h>

#include <memory>

#include "magenta/train/kernels/packing.h"

namespace magenta {

/// PARITY section 6, in its letters; I inputs, U units.
struct AttentionWeights {
  at::Tensor input_kernel;    // K1's lower part, [U, I]: what the last attention adds to the input
  at::Tensor kernel, bias;    // K [I + U, 4U], b [4U]
  at::Tensor attn_w, attn_v;  // A [U, U], v [U]
  at::Tensor query_kernel, query_bias;    // K3 [2U, U], b3 [U]
  at::Tensor output_kernel, output_bias;  // K2 [2U, U], b2 [U]
};

/// The outputs y [rows, U]. `projected` [rows, I] is x K1 + b1 by K1's upper part. `length` rows of
/// window. CPU, float32, contiguous (checked).
at::Tensor AttentionLayer(const at::Tensor& projected, const AttentionWeights& weights, int length,
                          std::shared_ptr<const Packing> packing);

}  // namespace magenta
