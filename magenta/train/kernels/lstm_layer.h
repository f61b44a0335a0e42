#pragma once
// An LSTM layer over packed sequences as one node of libtorch's graph. Torch header: for the .cc
// files of this room alone.

#include <ATen/ATen.h>

#include <memory>

#include "magenta/train/kernels/packing.h"

namespace magenta {

/// The outputs h [rows, units] of a layer that begins at zero (PARITY section 6: gates i, j, f, o;
/// the forget gate's 1 is added here). `pre` [rows, 4 units] is x K_x + b of all steps; its memory
/// is used for the gates, so nothing else may need it. `kernel` [units, 4 units] is the recurrent
/// part. CPU, float32, contiguous (checked).
at::Tensor LstmLayer(at::Tensor pre, at::Tensor kernel, std::shared_ptr<const Packing> packing);

/// The rows that precede those of steps 1.. in `rows` [packing.rows(), width], in their order.
at::Tensor Predecessors(const at::Tensor& rows, const Packing& packing);

/// The gradient of a matrix K in step(t) = ... + state(t - 1) K, states starting at zero:
/// sum over rows of state(t - 1)^T gradient(t).
at::Tensor RecurrentGradient(const at::Tensor& states, const at::Tensor& gradients,
                             const Packing& packing);

}  // namespace magenta
