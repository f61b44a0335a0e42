#pragma once
// A GRU over packed sequences, forwards and backwards: libtorch's products and functions, a step of
// all sequences at a time, and gradients of kernels in one product each.
// Torch header: for the .cc files of this room alone.

#include <ATen/ATen.h>

#include "magenta/train/kernels/packing.h"

namespace magenta {

/// Weights, or gradients of them. Gates stand in the order r, u, n:
///   r = s(x Wr + br + h Ur + cr),  u = s(x Wu + bu + h Uu + cu)
///   n = tanh(x Wn + bn + r (h Un + cn)),  h' = (1 - u) n + u h
struct GruTensors {
  at::Tensor input_kernel, input_bias;  // W [inputs, 3 units], b [3 units]
  at::Tensor state_kernel, state_bias;  // U [units, 3 units], c [3 units]
};

/// One run over one batch, on tensors of its own. What it is given must outlive it.
class Gru {
 public:
  /// Runs from h = 0 over x [rows, inputs], which is packed.
  Gru(const Packing& packing, const GruTensors& weights, const at::Tensor& x);

  /// h after each row's step, [rows, units].
  const at::Tensor& outputs() const { return outputs_; }
  /// The gradient of x by that of the outputs, which is used up; adds those of the weights.
  at::Tensor Backward(const at::Tensor& d_outputs, const GruTensors& gradients) const;

 private:
  void ForwardStep(int t);

  const Packing& packing_;
  const GruTensors& weights_;
  const at::Tensor x_;
  const int64_t units_;
  at::Tensor gates_;      // r, u, n [rows, 3 units]
  at::Tensor recurrent_;  // h U + c [rows, 3 units]
  at::Tensor before_;     // h before [rows, units]
  at::Tensor outputs_;
};

}  // namespace magenta
