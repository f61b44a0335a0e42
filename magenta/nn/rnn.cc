// A network step, layer by layer: each layer starts its gates z from the bias, adds the products
// with its input and with its own last output, and hands h (or what attention makes of it) upward.
// All rows go through a layer together, so that a weight is loaded once for four of them. Rows of
// several states are brought together for a step, but for their attention windows.

#include "magenta/nn/rnn.h"

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/nn/attention.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/packed_matrix.h"
#include "magenta/nn/rnn_names.h"
#include "magenta/nn/row_buffers.h"

namespace magenta {
namespace {

struct Layer {
  int inputs = 0;  // of the cell, behind the projection where there is one
  int units = 0;
  bool has_projection = false;
  bool residual = false;
  PackedMatrix projection;
  FloatBuffer projection_bias;
  bool has_attention = false;
  Attention attention;
  PackedMatrix kernel;
  FloatBuffer bias;
  int padded() const { return PadToLanes(units); }
};

struct LayerState {
  FloatBuffer c, h;  // [rows, padded units]
  AttentionState attention;
};

/// What a layer reads: for the first one sparse rows, for the others dense ones.
struct LayerInput {
  std::span<const SparseVector> sparse;
  RowsView dense;
};

/// y[rows, w.width()] += x * w, for x of either kind. `columns` = width of a dense x.
void AddProduct(const Kernels& kernels, const PackedMatrix& w, const LayerInput& x, int columns,
                float* y) {
  if (x.dense.data != nullptr) {
    kernels.multiply(w, 0, columns, x.dense, y, w.width());
    return;
  }
  for (const SparseVector& row : x.sparse) {
    kernels.multiply_sparse(w, row.index.data(), row.value.data(),
                            static_cast<int>(row.index.size()), y);
    y += w.width();
  }
}

class RnnState final : public NetworkState {
 public:
  RnnState(std::vector<LayerState> layers, std::span<const Layer> shapes, int logits_width,
           int rows)
      : layers_(std::move(layers)), shapes_(shapes), logits_width_(logits_width) {
    MakeRoom(rows);
  }

  int rows() const override { return rows_; }

  /// What a step of `rows` rows needs beside c and h.
  void MakeRoom(int rows) {
    rows_ = rows;
    logits_.resize(static_cast<size_t>(logits_width_) * rows);
    size_t z = 0, cell = 0, scratch = 0;
    for (const Layer& layer : shapes_) {
      z = std::max(z, size_t{4} * layer.padded());
      cell = std::max({cell, size_t(layer.padded()), size_t(PadToLanes(layer.inputs))});
      if (layer.has_attention) scratch = layer.attention.scratch_size();
    }
    z_.resize(z * rows);
    for (FloatBuffer* buffer : {&projected_, &attended_in_, &out_, &next_out_}) {
      buffer->resize(cell * rows);
    }
    scratch_.resize(scratch * rows);
    attention_rows_.resize(rows);
  }

  std::unique_ptr<NetworkState> Select(std::span<const int> rows) const override {
    for (int row : rows) MAGENTA_CHECK(row >= 0 && row < rows_);
    std::vector<LayerState> layers;
    for (size_t i = 0; i < layers_.size(); ++i) {
      const LayerState& from = layers_[i];
      const size_t size = shapes_[i].padded();
      layers.push_back({SelectRows(from.c, size, rows), SelectRows(from.h, size, rows), {}});
      if (shapes_[i].has_attention) {
        layers.back().attention = shapes_[i].attention.Select(from.attention, rows);
      }
    }
    return std::make_unique<RnnState>(std::move(layers), shapes_, logits_width_,
                                      static_cast<int>(rows.size()));
  }

 private:
  friend class Rnn;
  std::vector<LayerState> layers_;
  std::span<const Layer> shapes_;  // the network's
  int logits_width_;
  int rows_ = 0;
  FloatBuffer z_, projected_, attended_in_, out_, next_out_, scratch_;
  FloatBuffer logits_;  // [rows, padded classes]
  std::vector<AttentionRow> attention_rows_;
};

/// The states behind the rows of a step.
using Owners = std::span<NetworkState* const>;

RnnState& StateOf(NetworkState* state) { return static_cast<RnnState&>(*state); }

class Rnn final : public Network {
 public:
  Rnn(const TensorMap& tensors, const RnnShape& shape, int attn_length, const Kernels* kernels);

  int input_size() const override { return input_size_; }
  std::span<const int> head_sizes() const override { return {&num_classes_, 1}; }
  std::unique_ptr<NetworkState> NewState(int rows) const override;
  void Step(NetworkState& state, std::span<const SparseVector> inputs,
            std::span<float> logits) const override;
  void StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
               std::span<float> logits, std::unique_ptr<NetworkState>& scratch) const override;

 private:
  void Gather(Owners owners, RnnState& merged) const;
  void Scatter(const RnnState& merged, Owners owners) const;
  /// One step of the rows of `buffers`; their attention windows lie in `owners`.
  void StepRows(RnnState& buffers, Owners owners, std::span<const SparseVector> inputs,
                std::span<float> logits) const;
  void StepLayer(size_t index, LayerInput x, RnnState& buffers, Owners owners) const;
  void WriteLogits(const Layer& last, RnnState& buffers, std::span<float> logits) const;

  const Kernels* kernels_;
  int input_size_;
  int num_classes_;
  std::vector<Layer> layers_;
  PackedMatrix output_;
  FloatBuffer output_bias_;
};

Layer MakeLayer(const TensorMap& tensors, int index, int inputs, int attn_length, bool residual) {
  const LayerNames names = NamesOfLayer(tensors, index);
  const auto floats = [&](const std::string& name) { return tensors.at(name).floats(); };
  Layer layer;
  const std::span<const float> bias = floats(names.lstm + "bias");
  layer.units = static_cast<int>(bias.size() / 4);
  layer.residual = residual;
  layer.has_projection = names.has_projection;
  if (layer.has_projection) {
    layer.projection = PackedMatrix(floats(names.projection + "kernel"), inputs, layer.units);
    layer.projection_bias = PadGroups(floats(names.projection + "bias"));
    inputs = layer.units;
  }
  layer.inputs = inputs;
  layer.has_attention = names.has_attention;
  if (layer.has_attention) {
    layer.attention = Attention(tensors, names.attention, inputs, layer.units, attn_length);
  }
  layer.kernel =
      PackedMatrix(floats(names.lstm + "kernel"), inputs + layer.units, 4 * layer.units, 4);
  layer.bias = PadGroups(bias, 4);
  return layer;
}

Rnn::Rnn(const TensorMap& tensors, const RnnShape& shape, int attn_length, const Kernels* kernels)
    : kernels_(kernels), input_size_(shape.input_size), num_classes_(shape.num_classes) {
  int inputs = shape.input_size;
  for (size_t i = 0; i < shape.layer_sizes.size(); ++i) {
    layers_.push_back(MakeLayer(tensors, static_cast<int>(i), inputs, attn_length, shape.residual));
    inputs = shape.layer_sizes[i];
  }
  output_ = PackedMatrix(tensors.at("fully_connected/weights").floats(), inputs, num_classes_);
  output_bias_ = PadGroups(tensors.at("fully_connected/biases").floats());
}

std::unique_ptr<NetworkState> Rnn::NewState(int rows) const {
  std::vector<LayerState> states;
  for (const Layer& layer : layers_) {
    const FloatBuffer zeros(static_cast<size_t>(rows) * layer.padded(), 0.0f);
    states.push_back({zeros, zeros, {}});
    if (layer.has_attention) states.back().attention = layer.attention.NewState(rows);
  }
  return std::make_unique<RnnState>(std::move(states), layers_, output_.width(), rows);
}

void Rnn::Step(NetworkState& state, std::span<const SparseVector> inputs,
               std::span<float> logits) const {
  NetworkState* const owner = &state;
  StepRows(StateOf(owner), {&owner, 1}, inputs, logits);
}

void Rnn::StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
                  std::span<float> logits, std::unique_ptr<NetworkState>& scratch) const {
  if (states.size() == 1) return Step(*states[0], inputs, logits);
  if (scratch == nullptr) {
    scratch = std::make_unique<RnnState>(std::vector<LayerState>(layers_.size()), layers_,
                                         output_.width(), 0);
  }
  RnnState& merged = StateOf(scratch.get());
  Gather(states, merged);
  StepRows(merged, states, inputs, logits);
  Scatter(merged, states);
}

/// c, h and a of all `owners`, one after another. The windows, which are large, stay where they
/// are.
void Rnn::Gather(Owners owners, RnnState& merged) const {
  int rows = 0;
  for (NetworkState* owner : owners) rows += owner->rows();
  merged.MakeRoom(rows);
  for (size_t i = 0; i < layers_.size(); ++i) {
    LayerState& to = merged.layers_[i];
    const size_t size = static_cast<size_t>(rows) * layers_[i].padded();
    to.c.resize(size);
    to.h.resize(size);
    to.attention.a.resize(layers_[i].has_attention ? size : 0);
    size_t first = 0;
    for (NetworkState* owner : owners) {
      const LayerState& from = StateOf(owner).layers_[i];
      std::copy_n(from.c.data(), from.c.size(), to.c.data() + first);
      std::copy_n(from.h.data(), from.h.size(), to.h.data() + first);
      std::copy_n(from.attention.a.data(), from.attention.a.size(), to.attention.a.data() + first);
      first += from.c.size();
    }
  }
}

void Rnn::Scatter(const RnnState& merged, Owners owners) const {
  for (size_t i = 0; i < layers_.size(); ++i) {
    const LayerState& from = merged.layers_[i];
    size_t first = 0;
    for (NetworkState* owner : owners) {
      LayerState& to = StateOf(owner).layers_[i];
      std::copy_n(from.c.data() + first, to.c.size(), to.c.data());
      std::copy_n(from.h.data() + first, to.h.size(), to.h.data());
      std::copy_n(from.attention.a.data() + first, to.attention.a.size(), to.attention.a.data());
      first += to.c.size();
    }
  }
}

void Rnn::StepRows(RnnState& buffers, Owners owners, std::span<const SparseVector> inputs,
                   std::span<float> logits) const {
  MAGENTA_CHECK(inputs.size() == static_cast<size_t>(buffers.rows_));
  MAGENTA_CHECK(logits.size() == inputs.size() * num_classes_);
  for (const SparseVector& row : inputs) {
    MAGENTA_CHECK(row.index.empty() || row.index.back() < input_size_);
  }
  LayerInput x = {inputs, {}};
  for (size_t i = 0; i < layers_.size(); ++i) {
    StepLayer(i, x, buffers, owners);
    std::swap(buffers.out_, buffers.next_out_);
    x = {{}, {buffers.out_.data(), static_cast<size_t>(layers_[i].padded()), buffers.rows_}};
  }
  WriteLogits(layers_.back(), buffers, logits);
}

/// Layer `index` for all rows; its output goes to buffers.next_out_, [rows, padded units].
void Rnn::StepLayer(size_t index, LayerInput x, RnnState& buffers, Owners owners) const {
  const Layer& layer = layers_[index];
  LayerState& state = buffers.layers_[index];
  const int rows = buffers.rows_;
  const size_t padded = layer.padded();
  if (layer.has_projection) {
    FillRows(layer.projection_bias, rows, buffers.projected_.data());
    AddProduct(*kernels_, layer.projection, x, layer.projection.rows(), buffers.projected_.data());
    x = {{}, {buffers.projected_.data(), padded, rows}};
  }
  const RowsView skipped = x.dense;
  if (layer.has_attention) {
    const PackedMatrix& kernel = layer.attention.input_kernel();
    float* projected = buffers.attended_in_.data();
    FillRows(layer.attention.input_bias(), rows, projected);
    AddProduct(*kernels_, kernel, x, layer.inputs, projected);
    layer.attention.ProjectInput(*kernels_, state.attention.a.data(), rows, projected);
    x = {{}, {projected, static_cast<size_t>(kernel.width()), rows}};
  }
  FillRows(layer.bias, rows, buffers.z_.data());
  AddProduct(*kernels_, layer.kernel, x, layer.inputs, buffers.z_.data());
  kernels_->multiply(layer.kernel, layer.inputs, layer.units, {state.h.data(), padded, rows},
                     buffers.z_.data(), 4 * padded);
  for (int r = 0; r < rows; ++r) {
    kernels_->lstm(buffers.z_.data() + r * 4 * padded, state.c.data() + r * padded,
                   state.h.data() + r * padded, layer.padded());
  }
  float* out = buffers.next_out_.data();
  if (layer.has_attention) {
    AttentionRow* row = buffers.attention_rows_.data();
    for (NetworkState* owner : owners) {
      for (int r = 0; r < owner->rows(); ++r) {
        *row++ = {&StateOf(owner).layers_[index].attention, r};
      }
    }
    layer.attention.Attend(*kernels_, state.c.data(), state.h.data(), buffers.attention_rows_,
                           state.attention.a.data(), buffers.scratch_.data(), out);
    for (NetworkState* owner : owners) {
      layer.attention.MoveOn(StateOf(owner).layers_[index].attention);
    }
  } else {
    std::copy_n(state.h.data(), rows * padded, out);
  }
  if (!layer.residual) return;
  MAGENTA_CHECK(skipped.data != nullptr);  // the first residual layer has a projection
  for (size_t i = 0; i < rows * padded; ++i) out[i] += skipped.data[i];
}

void Rnn::WriteLogits(const Layer& last, RnnState& buffers, std::span<float> logits) const {
  const size_t width = output_.width();
  float* y = buffers.logits_.data();
  FillRows(output_bias_, buffers.rows_, y);
  kernels_->multiply(output_, 0, last.units,
                     {buffers.out_.data(), static_cast<size_t>(last.padded()), buffers.rows_}, y,
                     width);
  for (int r = 0; r < buffers.rows_; ++r) {
    std::copy_n(y + r * width, num_classes_, logits.data() + static_cast<size_t>(r) * num_classes_);
  }
}

/// An error for the first weight that is no number: sums with it would be no numbers either.
absl::Status CheckFinite(const TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) {
    const bool weight = name.starts_with("rnn/") || name.starts_with("fully_connected/");
    if (!weight || tensor.dtype != DType::kFloat32) continue;
    const auto values = tensor.floats();
    for (size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i])) continue;
      return InputError("",
                        fmt::format("variable {} holds {} as its element {}", name, values[i], i),
                        "the training run that wrote it had diverged: take an earlier checkpoint");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Network>> MakeRnn(const TensorMap& tensors, int attn_length) {
  MAGENTA_ASSIGN_OR_RETURN(const Kernels* kernels, ChosenKernels());
  return MakeRnnWithKernels(tensors, attn_length, *kernels);
}

absl::StatusOr<std::unique_ptr<Network>> MakeRnnWithKernels(const TensorMap& tensors,
                                                            int attn_length,
                                                            const Kernels& kernels) {
  MAGENTA_ASSIGN_OR_RETURN(const RnnShape shape, RnnShapeOf(tensors));
  if (shape.has_attention != (attn_length > 0)) {
    return UsageError(fmt::format("attn_length is {}, but the weights have {} attention",
                                  attn_length, shape.has_attention ? "an" : "no"),
                      shape.has_attention ? "--hparams=attn_length=40 is Magenta's default"
                                          : "leave attn_length out of --hparams");
  }
  if (attn_length > kMaxAttentionLength) {
    return UsageError(fmt::format("attn_length is {}; at most {} are supported", attn_length,
                                  kMaxAttentionLength));
  }
  MAGENTA_RETURN_IF_ERROR(CheckFinite(tensors));
  return std::make_unique<Rnn>(tensors, shape, attn_length, &kernels);
}

}  // namespace magenta
