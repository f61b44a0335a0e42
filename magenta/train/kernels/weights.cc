#include "magenta/train/kernels/weights.h"

#include "magenta/base/check.h"

namespace magenta {
namespace {

int64_t PanelFloats() { return int64_t{PanelWidth()} * PanelWidth(); }

// Calls f(place in [out panels][in panels][P][P], in index, out index) for what is no padding.
template <class F>
void ForEachWeight(const PanelAxis& in, const PanelAxis& out, const F& f) {
  const int width = PanelWidth();
  int64_t place = 0;
  for (int first = 0; first < out.columns(); first += width) {
    for (int i = 0; i < in.columns(); ++i, place += width) {
      if (in.index[i] < 0) continue;
      for (int k = 0; k < width; ++k) {
        if (out.index[first + k] >= 0) f(place + k, in.index[i], out.index[first + k]);
      }
    }
  }
}

}  // namespace

VariableTable::VariableTable(const std::vector<Variable>& variables,
                             std::vector<std::vector<float>>* gradients)
    : variables_(variables), gradients_(gradients) {
  for (size_t i = 0; i < variables.size(); ++i) index_[variables[i].name] = i;
  if (gradients == nullptr) return;
  gradients->clear();
  for (const Variable& v : variables) gradients->emplace_back(v.value.size(), 0.0f);
}

ConstMatrix VariableTable::Weights(const std::string& name) const {
  const auto found = index_.find(name);
  MAGENTA_CHECK(found != index_.end());
  const Variable& v = variables_[found->second];
  return {v.value.data(), static_cast<int>(v.shape.back())};
}

Matrix VariableTable::Gradient(const std::string& name) const {
  const auto found = index_.find(name);
  MAGENTA_CHECK(found != index_.end() && gradients_ != nullptr);
  return {(*gradients_)[found->second].data(),
          static_cast<int>(variables_[found->second].shape.back())};
}

DenseWeights::DenseWeights(const VariableTable& table, DenseNames names, PanelAxis in,
                           PanelAxis out)
    : names_(std::move(names)), in_(std::move(in)), out_(std::move(out)) {
  const int64_t size = PanelFloats() * in_.panels() * out_.panels();
  const ConstMatrix w = table.Weights(names_.kernel).FromRow(names_.first_row);
  forward_ = FloatBlock::Zeros(size);
  ForEachWeight(in_, out_, [&](int64_t place, int i, int o) {
    forward_.data()[place] = w.data[int64_t{i} * w.stride + o];
  });
  bias_ = FloatBlock::Zeros(out_.columns());
  if (!names_.bias.empty()) {
    const ConstMatrix b = table.Weights(names_.bias);
    for (int o = 0; o < out_.columns(); ++o) {
      if (out_.index[o] >= 0) bias_.data()[o] = b.data[out_.index[o]];
    }
  }
  if (!table.with_gradients()) return;
  backward_ = FloatBlock::Zeros(size);
  ForEachWeight(out_, in_, [&](int64_t place, int o, int i) {
    backward_.data()[place] = w.data[int64_t{i} * w.stride + o];
  });
  sums_ = FloatBlock::Zeros(size);
  bias_sums_ = FloatBlock::Zeros(out_.columns());
}

void DenseWeights::Forward(int rows, PanelRows in, PanelRows out, bool add) const {
  Multiply({rows, in, &in_, forward_.data(), bias_.data(), &out_, out, add});
}

void DenseWeights::Backward(int rows, PanelRows d_out, PanelRows d_in, bool add) const {
  Multiply({rows, d_out, &out_, backward_.data(), nullptr, &in_, d_in, add});
}

void DenseWeights::AddGradient(int rows, PanelRows in, PanelRows d_out) {
  magenta::AddGradient({rows, in, &in_, d_out, &out_, sums_.data()});
  if (!names_.bias.empty()) AddColumnSums(rows, out_.panels(), d_out, bias_sums_.data());
}

void DenseWeights::WriteGradient(const VariableTable& table) const {
  const Matrix to = table.Gradient(names_.kernel).FromRow(names_.first_row);
  ForEachWeight(in_, out_, [&](int64_t place, int i, int o) {
    to.data[int64_t{i} * to.stride + o] = sums_.data()[place];
  });
  if (names_.bias.empty()) return;
  const Matrix bias = table.Gradient(names_.bias);
  for (int o = 0; o < out_.columns(); ++o) {
    if (out_.index[o] >= 0) bias.data[out_.index[o]] = bias_sums_.data()[o];
  }
}

SparseWeights::SparseWeights(const VariableTable& table, std::string kernel, int inputs,
                             PanelAxis out)
    : kernel_(std::move(kernel)), inputs_(inputs), out_(std::move(out)) {
  const int64_t size = int64_t{inputs} * out_.columns();
  const ConstMatrix w = table.Weights(kernel_);
  forward_ = FloatBlock::Zeros(size);
  for (int o = 0; o < out_.columns(); ++o) {
    if (out_.index[o] < 0) continue;
    float* to = forward_.data() + int64_t{o / PanelWidth()} * inputs * PanelWidth();
    for (int i = 0; i < inputs; ++i) {
      to[i * PanelWidth() + o % PanelWidth()] = w.data[int64_t{i} * w.stride + out_.index[o]];
    }
  }
  if (table.with_gradients()) sums_ = FloatBlock::Zeros(size);
}

void SparseWeights::Forward(int rows, SparseRows in, const float* bias, PanelRows out) const {
  MultiplySparse({rows, inputs_, in, forward_.data(), bias, out_.panels(), out});
}

void SparseWeights::AddGradient(int rows, SparseRows in, PanelRows d_out) {
  columns_.Assign(rows, inputs_, in);
  AddSparseGradient(columns_, d_out, out_, sums_.data());
}

void SparseWeights::WriteGradient(const VariableTable& table) const {
  const Matrix to = table.Gradient(kernel_);
  for (int o = 0; o < out_.columns(); ++o) {
    if (out_.index[o] < 0) continue;
    const float* from = sums_.data() + int64_t{o / PanelWidth()} * inputs_ * PanelWidth();
    for (int i = 0; i < inputs_; ++i) {
      to.data[int64_t{i} * to.stride + out_.index[o]] = from[i * PanelWidth() + o % PanelWidth()];
    }
  }
}

}  // namespace magenta
