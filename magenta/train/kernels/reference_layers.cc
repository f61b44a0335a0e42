#include "magenta/train/kernels/reference_layers.h"

#include <vector>

namespace magenta {
namespace {

struct CellState {
  at::Tensor c, h;
};

CellState StepCell(const at::Tensor& z, const at::Tensor& c) {
  const std::vector<at::Tensor> gates = z.chunk(4, 1);
  const at::Tensor kept = c * at::sigmoid(gates[2] + 1.0);
  const at::Tensor cell = kept + at::sigmoid(gates[0]) * at::tanh(gates[1]);
  return {cell, at::tanh(cell) * at::sigmoid(gates[3])};
}

// A hash of three rounds of multiply and shift, its first 24 bits.
uint32_t HashedUnit(uint32_t row_key, uint32_t unit) {
  uint32_t x = row_key + unit * 0x9e3779b9u;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return (x ^ (x >> 16)) >> 8;
}

}  // namespace

at::Tensor ReferenceDropout(const std::vector<uint32_t>& row_keys, int units, float keep) {
  at::Tensor mask = at::zeros({static_cast<int64_t>(row_keys.size()), units}, at::kFloat);
  const uint32_t limit = static_cast<uint32_t>(keep * 16777216.0f);
  float* out = mask.data_ptr<float>();
  const float scale = 1 / keep;
  const auto at = [&](uint32_t key, int u) {
    return HashedUnit(key, static_cast<uint32_t>(u)) < limit ? scale : 0.0f;
  };
  for (const uint32_t key : row_keys) {
    constexpr int kBlock = 16;  // what compilers make vectors of
    int u = 0;
    for (; u + kBlock <= units; u += kBlock) {
      for (int i = 0; i < kBlock; ++i) out[u + i] = at(key, u + i);
    }
    for (; u < units; ++u) out[u] = at(key, u);
    out += units;
  }
  return mask;
}

at::Tensor ReferenceLstm(const at::Tensor& pre, const at::Tensor& kernel, const Packing& packing) {
  at::Tensor c = at::zeros({packing.sequences(), kernel.size(0)}, pre.options());
  at::Tensor h = c;
  std::vector<at::Tensor> outputs;
  for (int t = 0; t < packing.steps(); ++t) {
    const int n = packing.active[t];
    const at::Tensor before = h.narrow(0, 0, n);
    const at::Tensor z = pre.narrow(0, packing.offset[t], n) + at::mm(before, kernel);
    const CellState state = StepCell(z, c.narrow(0, 0, n));
    c = state.c;
    h = state.h;
    outputs.push_back(h);
  }
  return at::cat(outputs);
}

// libtorch's gates are i, f, g, o where ours are i, j, f, o; its matrices are transposed, it has
// two biases, and its forget gate knows no 1. Its packed sequences lie as ours do.
at::Tensor LibraryLstm(const at::Tensor& x, const at::Tensor& kernel, const at::Tensor& bias,
                       at::ScalarType type, const Packing& packing) {
  const int64_t inputs = x.size(1), units = kernel.size(0) - inputs;
  const auto reordered = [](const at::Tensor& gates) {
    const auto g = gates.chunk(4, -1);
    return at::cat({g[0], g[2], g[1], g[3]}, -1);
  };
  at::Tensor forget = at::zeros({4 * units}, bias.options());
  forget.narrow(0, units, units).fill_(1);
  const at::Tensor matrices = reordered(kernel).t().to(type);
  const std::vector<int64_t> active(packing.active.begin(), packing.active.end());
  const at::Tensor none = at::zeros({1, packing.sequences(), units}, x.options().dtype(type));
  const auto found = at::lstm(
      x.to(type), at::tensor(active, at::kLong), {none, none},
      {matrices.narrow(1, 0, inputs).contiguous(), matrices.narrow(1, inputs, units).contiguous(),
       (reordered(bias) + forget).to(type), at::zeros_like(forget, at::kFloat).to(type)},
      /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0.0, /*train=*/true,
      /*bidirectional=*/false);
  return std::get<0>(found).to(at::kFloat);
}

at::Tensor ReferenceAttention(const at::Tensor& projected, const AttentionWeights& w, int length,
                              const Packing& packing) {
  const int64_t units = w.attn_v.size(0);
  const int64_t sequences = packing.sequences();
  at::Tensor c = at::zeros({sequences, units}, projected.options());
  at::Tensor h = c;
  at::Tensor a = c;
  at::Tensor window = at::zeros({sequences, length, units}, projected.options());
  std::vector<at::Tensor> outputs;
  for (int t = 0; t < packing.steps(); ++t) {
    const int n = packing.active[t];
    const at::Tensor x =
        projected.narrow(0, packing.offset[t], n) + at::mm(a.narrow(0, 0, n), w.input_kernel);
    const at::Tensor z = at::addmm(w.bias, at::cat({x, h.narrow(0, 0, n)}, 1), w.kernel);
    const CellState state = StepCell(z, c.narrow(0, 0, n));
    c = state.c;
    h = state.h;
    window = window.narrow(0, 0, n);
    const at::Tensor query = at::addmm(w.query_bias, at::cat({c, h}, 1), w.query_kernel);
    const at::Tensor mixed = at::tanh(at::matmul(window, w.attn_w) + query.unsqueeze(1));
    const at::Tensor weights = at::softmax((mixed * w.attn_v).sum(2), 1);
    a = (window * weights.unsqueeze(2)).sum(1);
    const at::Tensor y = at::addmm(w.output_bias, at::cat({h, a}, 1), w.output_kernel);
    window = at::cat({window.narrow(1, 1, length - 1), y.unsqueeze(1)}, 1);
    outputs.push_back(y);
  }
  return at::cat(outputs);
}

}  // namespace magenta
