#pragma once
// The recurrent layers step by step in libtorch's own operations: any device, gradients by its own
// rules. The oracle of this folder's layers, and what runs where they cannot.
// No state but the tensors': on tensors of their own, threads may call at once.
// Torch header: for the .cc files of this room alone.

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "magenta/train/kernels/packing.h"

namespace magenta {

/// docs/rules.md section 6, in its letters; I inputs, U units.
struct AttentionWeights {
  at::Tensor input_kernel;    // K1's lower part, [U, I]: what the last attention adds to the input
  at::Tensor kernel, bias;    // K [I + U, 4U], b [4U]
  at::Tensor attn_w, attn_v;  // A [U, U], v [U]
  at::Tensor query_kernel, query_bias;    // K3 [2U, U], b3 [U]
  at::Tensor output_kernel, output_bias;  // K2 [2U, U], b2 [U]
};

/// The outputs h [rows, units] of a layer that begins at zero (gates i, j, f, o; the forget gate's
/// 1 is added here). `pre` [rows, 4 units] is x K_x + b of all steps; `kernel` [units, 4 units] is
/// the recurrent part.
at::Tensor ReferenceLstm(const at::Tensor& pre, const at::Tensor& kernel, const Packing& packing);

/// The same by libtorch's own LSTM, cuDNN's on a GPU: x [rows, inputs], `kernel` [inputs + units, 4
/// units] and `bias` [4 units] as they are trained; computed in `type`, given back in float32.
at::Tensor LibraryLstm(const at::Tensor& x, const at::Tensor& kernel, const at::Tensor& bias,
                       at::ScalarType type, const Packing& packing);

/// The outputs y [rows, U]. `projected` [rows, I] is x K1 + b1 by K1's upper part. `length` rows of
/// window.
at::Tensor ReferenceAttention(const at::Tensor& projected, const AttentionWeights& weights,
                              int length, const Packing& packing);

/// 0 or 1/keep for each output of a layer, [row_keys.size(), units]; row_keys as DropoutKeys()
/// says.
at::Tensor ReferenceDropout(const std::vector<uint32_t>& row_keys, int units, float keep);

}  // namespace magenta
