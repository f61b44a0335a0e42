// Idea: an output enters the window of the next `length` steps, so its product with attn_w is made
// once. Step by step forward, then backward with sums that flow from later steps to the outputs
// they looked at; the gradients of all matrices are one big multiplication each at the end.
//
// c, h and the attention a of a row lie side by side, so that [c, h] and [h, a], the left factors
// of two products, are both there without copying. The window's tanh are computed again on the way
// back: kept, they would be 40 times the outputs.

#include "magenta/train/kernels/attention_layer.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "magenta/train/kernels/blas.h"
#include "magenta/train/kernels/cells.h"
#include "magenta/train/kernels/lstm_layer.h"

namespace magenta {
namespace {

struct AttentionTape : torch::CustomClassHolder {
  std::shared_ptr<const Packing> packing;
  int inputs = 0, units = 0, length = 0;
  AttentionWeights weights;  // detached
  at::Tensor in_h;           // [rows, I + U]: x' and the h before
  at::Tensor gates;          // [rows, 4U]
  at::Tensor tanh_c;         // [rows, U]
  at::Tensor cha;            // [rows, 3U]: c, h, a
  at::Tensor alpha;          // [rows, length + 1]
  at::Tensor query;          // [rows, U]
  at::Tensor outputs;        // [rows, U]
  at::Tensor projections;    // [rows, U]: outputs x attn_w
};

float* RowOf(const at::Tensor& matrix, int64_t row) {
  return matrix.data_ptr<float>() + row * matrix.stride(0);
}

Matrix At(const at::Tensor& matrix, int64_t row, int64_t column = 0) {
  return {RowOf(matrix, row) + column, static_cast<int>(matrix.stride(0))};
}

ConstMatrix ConstAt(const at::Tensor& matrix, int64_t row = 0, int64_t column = 0) {
  return {RowOf(matrix, row) + column, static_cast<int>(matrix.stride(0))};
}

void FillRows(const at::Tensor& bias, int rows, Matrix out) {
  const size_t bytes = static_cast<size_t>(bias.size(0)) * sizeof(float);
  for (int r = 0; r < rows; ++r) {
    std::memcpy(out.data + int64_t{r} * out.stride, bias.data_ptr<float>(), bytes);
  }
}

void CopyRows(int rows, int width, ConstMatrix from, Matrix to) {
  const size_t bytes = static_cast<size_t>(width) * sizeof(float);
  for (int r = 0; r < rows; ++r) {
    std::memcpy(to.data + int64_t{r} * to.stride, from.data + int64_t{r} * from.stride, bytes);
  }
}

void AddRows(int rows, int width, ConstMatrix from, Matrix to) {
  for (int r = 0; r < rows; ++r) {
    const float* x = from.data + int64_t{r} * from.stride;
    float* y = to.data + int64_t{r} * to.stride;
    for (int u = 0; u < width; ++u) y[u] += x[u];
  }
}

// The window before step t: pointers to the blocks of rows of the steps it holds, oldest first.
struct WindowBlocks {
  std::vector<const float*> outputs, projected;
  std::vector<float*> d_outputs, d_projected;

  static std::vector<float*> Of(const at::Tensor& matrix, const Packing& packing, int t,
                                int length) {
    std::vector<float*> blocks;
    for (int k = std::max(0, t - length); k < t; ++k) {
      blocks.push_back(RowOf(matrix, packing.offset[k]));
    }
    return blocks;
  }

  WindowBlocks(const AttentionTape& tape, int t) {
    const auto y = Of(tape.outputs, *tape.packing, t, tape.length);
    const auto p = Of(tape.projections, *tape.packing, t, tape.length);
    outputs.assign(y.begin(), y.end());
    projected.assign(p.begin(), p.end());
  }

  AttentionWindow Window(const AttentionTape& tape, int t) const {
    return {tape.packing->active[t],
            tape.units,
            tape.length,
            static_cast<int>(outputs.size()),
            outputs.data(),
            projected.data(),
            ConstAt(tape.query, tape.packing->offset[t]),
            tape.weights.attn_v.data_ptr<float>()};
  }
};

// x' and h of the step before, side by side.
void ForwardInput(const AttentionTape& tape, const at::Tensor& projected, int t) {
  const int64_t row = tape.packing->offset[t];
  const int n = tape.packing->active[t];
  const Matrix x = At(tape.in_h, row);
  const Matrix h = At(tape.in_h, row, tape.inputs);
  CopyRows(n, tape.inputs, ConstAt(projected, row), x);
  if (t == 0) {
    for (int r = 0; r < n; ++r) std::fill_n(h.data + int64_t{r} * h.stride, tape.units, 0.0f);
    return;
  }
  const int64_t before = tape.packing->offset[t - 1];
  Multiply(n, tape.inputs, tape.units, ConstAt(tape.cha, before, 2 * tape.units),
           ConstAt(tape.weights.input_kernel), 1, x);
  CopyRows(n, tape.units, ConstAt(tape.cha, before, tape.units), h);
}

void ForwardStep(const AttentionTape& tape, int t) {
  const int64_t row = tape.packing->offset[t];
  const int n = tape.packing->active[t];
  const int units = tape.units;
  const AttentionWeights& w = tape.weights;
  const ConstMatrix c_before =
      t == 0 ? ConstMatrix{nullptr, 0} : ConstAt(tape.cha, tape.packing->offset[t - 1]);
  const Matrix z = At(tape.gates, row);
  FillRows(w.bias, n, z);
  Multiply(n, 4 * units, tape.inputs + units, ConstAt(tape.in_h, row), ConstAt(w.kernel), 1, z);
  LstmForward(
      {n, units, z, c_before, At(tape.cha, row), At(tape.tanh_c, row), At(tape.cha, row, units)});
  FillRows(w.query_bias, n, At(tape.query, row));
  Multiply(n, units, 2 * units, ConstAt(tape.cha, row), ConstAt(w.query_kernel), 1,
           At(tape.query, row));
  const WindowBlocks blocks(tape, t);
  AttentionForward(blocks.Window(tape, t), At(tape.alpha, row), At(tape.cha, row, 2 * units));
  FillRows(w.output_bias, n, At(tape.outputs, row));
  Multiply(n, units, 2 * units, ConstAt(tape.cha, row, units), ConstAt(w.output_kernel), 1,
           At(tape.outputs, row));
  Multiply(n, units, units, ConstAt(tape.outputs, row), ConstAt(w.attn_w), 0,
           At(tape.projections, row));
}

// Sums that the way back carries; [rows, ..] ones are read by the final products.
struct BackwardSums {
  at::Tensor d_outputs;      // [rows, U], from above at first
  at::Tensor d_projections;  // [rows, U]
  at::Tensor d_query;        // [rows, U]
  at::Tensor d_input;        // [rows, I]
  at::Tensor d_v;            // [U]
  at::Tensor d_c;            // [sequences, U], of the step before
  at::Tensor d_ha;           // [sequences, 2U]
  at::Tensor d_in_h;         // [sequences, I + U], of the step after
  at::Tensor d_ch;           // [sequences, 2U]

  BackwardSums(const AttentionTape& tape, const at::Tensor& d_y) {
    const auto options = d_y.options();
    const int64_t rows = tape.packing->rows();
    const int64_t sequences = tape.packing->sequences();
    const int64_t units = tape.units;
    d_outputs = d_y.clone(at::MemoryFormat::Contiguous);
    d_projections = at::zeros({rows, units}, options);
    d_query = at::empty({rows, units}, options);
    d_input = at::empty({rows, tape.inputs}, options);
    d_v = at::zeros({units}, options);
    d_c = at::zeros({sequences, units}, options);
    d_ha = at::empty({sequences, 2 * units}, options);
    d_in_h = at::empty({sequences, tape.inputs + units}, options);
    d_ch = at::empty({sequences, 2 * units}, options);
  }
};

// d_ha: what step t's output and step t + 1 say about h and a of step t.
void GradientOfState(const AttentionTape& tape, int t, BackwardSums& sums) {
  const Packing& packing = *tape.packing;
  const int64_t row = packing.offset[t];
  const int n = packing.active[t];
  const int units = tape.units;
  const Matrix d_y = At(sums.d_outputs, row);
  Multiply(n, units, units, ConstAt(sums.d_projections, row), ConstAt(tape.weights.attn_w), 1, d_y,
           Transposed::kRight);
  Multiply(n, 2 * units, units, ConstAt(sums.d_outputs, row), ConstAt(tape.weights.output_kernel),
           0, At(sums.d_ha, 0), Transposed::kRight);
  if (t + 1 == packing.steps()) return;
  const int later = packing.active[t + 1];
  AddRows(later, units, ConstAt(sums.d_in_h, 0, tape.inputs), At(sums.d_ha, 0));
  Multiply(later, units, tape.inputs, ConstAt(sums.d_in_h), ConstAt(tape.weights.input_kernel), 1,
           At(sums.d_ha, 0, units), Transposed::kRight);
}

void BackwardAttention(const AttentionTape& tape, int t, BackwardSums& sums) {
  const int64_t row = tape.packing->offset[t];
  const WindowBlocks blocks(tape, t);
  const auto d_outputs = WindowBlocks::Of(sums.d_outputs, *tape.packing, t, tape.length);
  const auto d_projected = WindowBlocks::Of(sums.d_projections, *tape.packing, t, tape.length);
  AttentionBackward(blocks.Window(tape, t),
                    {ConstAt(tape.alpha, row), ConstAt(sums.d_ha, 0, tape.units), d_outputs.data(),
                     d_projected.data(), sums.d_v.data_ptr<float>(), At(sums.d_query, row)});
}

void BackwardStep(const AttentionTape& tape, int t, BackwardSums& sums) {
  const int64_t row = tape.packing->offset[t];
  const int n = tape.packing->active[t];
  const int units = tape.units;
  GradientOfState(tape, t, sums);
  BackwardAttention(tape, t, sums);
  Multiply(n, 2 * units, units, ConstAt(sums.d_query, row), ConstAt(tape.weights.query_kernel), 0,
           At(sums.d_ch, 0), Transposed::kRight);
  AddRows(n, units, ConstAt(sums.d_ch), At(sums.d_c, 0));
  AddRows(n, units, ConstAt(sums.d_ch, 0, units), At(sums.d_ha, 0));
  const ConstMatrix c_before =
      t == 0 ? ConstMatrix{nullptr, 0} : ConstAt(tape.cha, tape.packing->offset[t - 1]);
  LstmBackward({n, units, At(tape.gates, row), c_before, ConstAt(tape.tanh_c, row),
                ConstAt(sums.d_ha), At(sums.d_c, 0)});
  Multiply(n, tape.inputs + units, 4 * units, ConstAt(tape.gates, row),
           ConstAt(tape.weights.kernel), 0, At(sums.d_in_h, 0), Transposed::kRight);
  CopyRows(n, tape.inputs, ConstAt(sums.d_in_h), At(sums.d_input, row));
}

struct AttentionNode : torch::autograd::Function<AttentionNode> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& projected,
                            const at::Tensor& input_kernel, const at::Tensor& kernel,
                            const at::Tensor& bias, const at::Tensor& attn_w,
                            const at::Tensor& attn_v, const at::Tensor& query_kernel,
                            const at::Tensor& query_bias, const at::Tensor& output_kernel,
                            const at::Tensor& output_bias, int64_t length,
                            std::shared_ptr<const Packing> packing) {
    auto tape = c10::make_intrusive<AttentionTape>();
    tape->packing = std::move(packing);
    tape->inputs = static_cast<int>(input_kernel.size(1));
    tape->units = static_cast<int>(attn_v.size(0));
    tape->length = static_cast<int>(length);
    tape->weights = {input_kernel.detach(), kernel.detach(),        bias.detach(),
                     attn_w.detach(),       attn_v.detach(),        query_kernel.detach(),
                     query_bias.detach(),   output_kernel.detach(), output_bias.detach()};
    const at::Tensor y = Run(*tape, projected.detach());
    context->saved_data["tape"] = c10::IValue::make_capsule(tape);
    return y;
  }

  static at::Tensor Run(AttentionTape& tape, const at::Tensor& projected) {
    const int64_t rows = tape.packing->rows();
    const int64_t units = tape.units;
    MAGENTA_CHECK(projected.size(0) == rows && projected.is_contiguous());
    const auto options = projected.options();
    tape.in_h = at::empty({rows, tape.inputs + units}, options);
    tape.gates = at::empty({rows, 4 * units}, options);
    tape.tanh_c = at::empty({rows, units}, options);
    tape.cha = at::empty({rows, 3 * units}, options);
    tape.alpha = at::empty({rows, tape.length + 1}, options);
    tape.query = at::empty({rows, units}, options);
    tape.projections = at::empty({rows, units}, options);
    const at::Tensor y = at::empty({rows, units}, options);
    tape.outputs = y.detach();
    for (int t = 0; t < tape.packing->steps(); ++t) {
      ForwardInput(tape, projected, t);
      ForwardStep(tape, t);
    }
    return y;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    const auto holder = context->saved_data["tape"].toCapsule();
    const AttentionTape& tape = static_cast<const AttentionTape&>(*holder);
    BackwardSums sums(tape, gradients[0]);
    for (int t = tape.packing->steps() - 1; t >= 0; --t) BackwardStep(tape, t, sums);
    const int64_t units = tape.units;
    const at::Tensor attended = tape.cha.narrow(1, 2 * units, units).contiguous();
    return {sums.d_input,
            RecurrentGradient(attended, sums.d_input, *tape.packing),
            at::mm(tape.in_h.t(), tape.gates),
            tape.gates.sum(0),
            at::mm(tape.outputs.t(), sums.d_projections),
            sums.d_v,
            at::mm(tape.cha.narrow(1, 0, 2 * units).t(), sums.d_query),
            sums.d_query.sum(0),
            at::mm(tape.cha.narrow(1, units, 2 * units).t(), sums.d_outputs),
            sums.d_outputs.sum(0),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor AttentionLayer(const at::Tensor& projected, const AttentionWeights& w, int length,
                          std::shared_ptr<const Packing> packing) {
  return AttentionNode::apply(projected, w.input_kernel, w.kernel, w.bias, w.attn_w, w.attn_v,
                              w.query_kernel, w.query_bias, w.output_kernel, w.output_bias,
                              int64_t{length}, std::move(packing));
}

}  // namespace magenta
