#include "magenta/train/relative/gru.h"

namespace magenta {
namespace {

// A row's step on its way back. d_before += what goes past the products; null: nobody asks.
struct CellBackward {
  const float *gates, *recurrent, *before, *d_output;
  float *d_gates, *d_recurrent, *d_before;

  void Run(int64_t units) const {
    for (int64_t k = 0; k < units; ++k) {
      const int64_t at_u = units + k, at_n = 2 * units + k;
      const float r = gates[k], u = gates[at_u], n = gates[at_n], d = d_output[k];
      const float dn = d * (1 - u) * (1 - n * n);
      const float du = d * (before[k] - n) * u * (1 - u);
      const float dr = dn * recurrent[at_n] * r * (1 - r);
      d_gates[k] = d_recurrent[k] = dr;
      d_gates[at_u] = d_recurrent[at_u] = du;
      d_gates[at_n] = dn;
      d_recurrent[at_n] = dn * r;
      if (d_before != nullptr) d_before[k] += d * u;
    }
  }
};

}  // namespace

Gru::Gru(const Packing& packing, const GruTensors& weights, const at::Tensor& x)
    : packing_(packing),
      weights_(weights),
      x_(x),
      units_(weights.state_kernel.size(0)),
      gates_(at::addmm(weights.input_bias, x, weights.input_kernel)),
      recurrent_(at::empty_like(gates_)),
      before_(at::zeros({x.size(0), units_})),
      outputs_(at::empty({x.size(0), units_})) {
  for (int t = 0; t < packing.steps(); ++t) ForwardStep(t);
}

void Gru::ForwardStep(int t) {
  const int64_t first = packing_.offset[t], rows = packing_.active[t];
  const at::Tensor before = before_.narrow(0, first, rows);
  if (t > 0) before.copy_(outputs_.narrow(0, packing_.offset[t - 1], rows));
  at::Tensor recurrent = recurrent_.narrow(0, first, rows);
  at::addmm_out(recurrent, weights_.state_bias, before, weights_.state_kernel);
  const at::Tensor gates = gates_.narrow(0, first, rows);
  gates.narrow(1, 0, 2 * units_).add_(recurrent.narrow(1, 0, 2 * units_)).sigmoid_();
  const at::Tensor reset = gates.narrow(1, 0, units_), update = gates.narrow(1, units_, units_);
  const at::Tensor candidate = gates.narrow(1, 2 * units_, units_);
  candidate.addcmul_(reset, recurrent.narrow(1, 2 * units_, units_)).tanh_();
  at::Tensor output = outputs_.narrow(0, first, rows);
  at::lerp_out(output, candidate, before, update);
}

at::Tensor Gru::Backward(const at::Tensor& d_outputs, const GruTensors& gradients) const {
  const at::Tensor d_gates = at::empty_like(gates_), d_recurrent = at::empty_like(gates_);
  const auto at_row = [&](const at::Tensor& tensor, int64_t row) {
    return tensor.data_ptr<float>() + row * tensor.size(1);
  };
  for (int t = packing_.steps() - 1; t >= 0; --t) {
    const int64_t first = packing_.offset[t], rows = packing_.active[t];
    const int64_t first_before = t > 0 ? packing_.offset[t - 1] : 0;
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t row = first + i;
      CellBackward{at_row(gates_, row),
                   at_row(recurrent_, row),
                   at_row(before_, row),
                   at_row(d_outputs, row),
                   at_row(d_gates, row),
                   at_row(d_recurrent, row),
                   t > 0 ? at_row(d_outputs, first_before + i) : nullptr}
          .Run(units_);
    }
    if (t == 0) break;
    d_outputs.narrow(0, first_before, rows)
        .addmm_(d_recurrent.narrow(0, first, rows), weights_.state_kernel.t());
  }
  gradients.input_kernel.addmm_(x_.t(), d_gates);
  gradients.input_bias.add_(d_gates.sum(0));
  gradients.state_kernel.addmm_(before_.t(), d_recurrent);
  gradients.state_bias.add_(d_recurrent.sum(0));
  return d_gates.mm(weights_.input_kernel.t());
}

}  // namespace magenta
