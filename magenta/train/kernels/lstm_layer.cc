// Idea: the product of all inputs with their half of the kernel is one big multiplication that the
// caller has done; what is left a step is [active, units] x [units, 4 units] and one pass over the
// gates. Backwards likewise, and the kernel's gradient is one big multiplication at the end. One
// graph node a layer instead of ten a step.

#include "magenta/train/kernels/lstm_layer.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <cstring>

#include "magenta/train/kernels/blas.h"
#include "magenta/train/kernels/cells.h"

namespace magenta {
namespace {

// What forward leaves for backward. No tensor here is an output, so nothing refers to itself.
struct LstmTape : torch::CustomClassHolder {
  std::shared_ptr<const Packing> packing;
  at::Tensor kernel, gates, c, tanh_c, h;
};

void RunLstm(const LstmTape& tape) {
  const Packing& packing = *tape.packing;
  const int units = static_cast<int>(tape.kernel.size(0));
  const ConstMatrix kernel{tape.kernel.data_ptr<float>(), 4 * units};
  float* gates = tape.gates.data_ptr<float>();
  float* c = tape.c.data_ptr<float>();
  float* tanh_c = tape.tanh_c.data_ptr<float>();
  float* h = tape.h.data_ptr<float>();
  for (int t = 0; t < packing.steps(); ++t) {
    const int64_t row = packing.offset[t];
    const int64_t before = t == 0 ? 0 : packing.offset[t - 1];
    const Matrix z{gates + row * 4 * units, 4 * units};
    if (t > 0) {
      Multiply(packing.active[t], 4 * units, units, {h + before * units, units}, kernel, 1, z);
    }
    LstmForward({packing.active[t],
                 units,
                 z,
                 {t == 0 ? nullptr : c + before * units, units},
                 {c + row * units, units},
                 {tanh_c + row * units, units},
                 {h + row * units, units}});
  }
}

// `d_h` [rows, units] comes in as what the layers above say; the gates become their gradients.
void RunLstmBackward(const LstmTape& tape, at::Tensor d_h) {
  const Packing& packing = *tape.packing;
  const int units = static_cast<int>(tape.kernel.size(0));
  const ConstMatrix kernel{tape.kernel.data_ptr<float>(), 4 * units};
  float* gates = tape.gates.data_ptr<float>();
  const float* c = tape.c.data_ptr<float>();
  const float* tanh_c = tape.tanh_c.data_ptr<float>();
  float* dh = d_h.data_ptr<float>();
  at::Tensor d_c = at::zeros({packing.sequences(), units}, d_h.options());
  for (int t = packing.steps() - 1; t >= 0; --t) {
    const int64_t row = packing.offset[t];
    if (t + 1 < packing.steps()) {
      const ConstMatrix dz{gates + packing.offset[t + 1] * 4 * units, 4 * units};
      Multiply(packing.active[t + 1], units, 4 * units, dz, kernel, 1, {dh + row * units, units},
               Transposed::kRight);
    }
    LstmBackward({packing.active[t],
                  units,
                  {gates + row * 4 * units, 4 * units},
                  {t == 0 ? nullptr : c + packing.offset[t - 1] * units, units},
                  {tanh_c + row * units, units},
                  {dh + row * units, units},
                  {d_c.data_ptr<float>(), units}});
  }
}

struct LstmNode : torch::autograd::Function<LstmNode> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& pre,
                            const at::Tensor& kernel, std::shared_ptr<const Packing> packing) {
    const int64_t units = kernel.size(0);
    MAGENTA_CHECK(pre.is_contiguous() && kernel.is_contiguous() && pre.size(0) == packing->rows());
    auto tape = c10::make_intrusive<LstmTape>();
    tape->packing = std::move(packing);
    tape->kernel = kernel.detach();
    tape->gates = pre.detach();
    tape->c = at::empty({pre.size(0), units}, pre.options());
    tape->tanh_c = at::empty_like(tape->c);
    at::Tensor h = at::empty_like(tape->c);
    tape->h = h.detach();
    RunLstm(*tape);
    context->saved_data["tape"] = c10::IValue::make_capsule(tape);
    return h;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    const auto holder = context->saved_data["tape"].toCapsule();
    const LstmTape& tape = static_cast<const LstmTape&>(*holder);
    RunLstmBackward(tape, gradients[0].clone(at::MemoryFormat::Contiguous));
    return {tape.gates, RecurrentGradient(tape.h, tape.gates, *tape.packing), at::Tensor()};
  }
};

}  // namespace

at::Tensor Predecessors(const at::Tensor& rows, const Packing& packing) {
  const int first = packing.sequences();
  const int64_t width = rows.size(1);
  at::Tensor before = at::empty({packing.rows() - first, width}, rows.options());
  float* out = before.data_ptr<float>();
  for (int t = 1; t < packing.steps(); ++t) {
    const int64_t count = int64_t{packing.active[t]} * width;
    std::memcpy(out, rows.data_ptr<float>() + packing.offset[t - 1] * width,
                static_cast<size_t>(count) * sizeof(float));
    out += count;
  }
  return before;
}

at::Tensor RecurrentGradient(const at::Tensor& states, const at::Tensor& gradients,
                             const Packing& packing) {
  const at::Tensor later =
      gradients.narrow(0, packing.sequences(), packing.rows() - packing.sequences());
  return at::mm(Predecessors(states, packing).t(), later);
}

at::Tensor LstmLayer(at::Tensor pre, at::Tensor kernel, std::shared_ptr<const Packing> packing) {
  return LstmNode::apply(pre, kernel, std::move(packing));
}

}  // namespace magenta
