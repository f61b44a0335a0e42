// A network step, layer by layer: a layer's cells take its input and its own last output, and it
// hands h (or what attention makes of it) upward. All rows go through a layer together, so that a
// weight is loaded once for several of them. Rows of several states are brought together for a
// step, but for their attention windows.

#include "magenta/nn/rnn.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/nn/attention.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/packed_matrix.h"
#include "magenta/nn/rnn_names.h"
#include "magenta/nn/row_buffers.h"
#include "magenta/nn/tensor_checks.h"

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
  FloatBuffer next_h;
  AttentionState attention;
};

/// What a layer reads: for the first one sparse rows, for the others (null `sparse`) dense ones.
struct LayerInput {
  const SparseVector* sparse;
  RowsView dense;
};

/// y[rows, w.width()] = bias + x * w, for x of either kind. `columns` = width of a dense x.
void Affine(const Kernels& kernels, const PackedMatrix& w, const FloatBuffer& bias,
            const LayerInput& x, int columns, float* y) {
  FillRows(bias, x.dense.rows, y);
  if (x.sparse == nullptr) return kernels.multiply(w, 0, columns, x.dense, y, w.width());
  for (int r = 0; r < x.dense.rows; ++r, y += w.width()) {
    kernels.multiply_sparse(w, x.sparse[r], y);
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
    size_t cell = 0, scratch = 0;
    for (size_t i = 0; i < shapes_.size(); ++i) {
      const Layer& layer = shapes_[i];
      layers_[i].next_h.resize(static_cast<size_t>(rows) * layer.padded());
      cell = std::max({cell, size_t(layer.padded()), size_t(PadToLanes(layer.inputs))});
      if (layer.has_attention) scratch = layer.attention.scratch_size();
    }
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
      layers.push_back({SelectRows(from.c, size, rows), SelectRows(from.h, size, rows), {}, {}});
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
  FloatBuffer projected_, attended_in_, out_, next_out_, scratch_;
  FloatBuffer logits_;  // [rows, padded classes]
  std::vector<AttentionRow> attention_rows_;
};

/// The states behind the rows of a step.
using Owners = std::span<NetworkState* const>;

RnnState& StateOf(NetworkState* state) { return static_cast<RnnState&>(*state); }

class Rnn final : public Network {
 public:
  Rnn(const TensorMap& tensors, const RnnShape& shape, const RnnOptions& options);

  int input_size() const override { return input_size_; }
  std::span<const int> head_sizes() const override { return {&num_classes_, 1}; }
  std::unique_ptr<NetworkState> NewState(int rows) const override;
  void Step(NetworkState& state, std::span<const SparseVector> inputs,
            std::span<float> logits) const override;
  void StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
               std::span<float> logits, std::unique_ptr<NetworkState>& scratch) const override;
  std::span<const float> AttentionWeights(const NetworkState& state, int row) const override;

 private:
  void Gather(Owners owners, RnnState& merged) const;
  void Scatter(const RnnState& merged, Owners owners) const;
  /// One step of the rows of `buffers`; their attention windows lie in `owners`.
  void StepRows(RnnState& buffers, Owners owners, std::span<const SparseVector> inputs,
                std::span<float> logits) const;
  RowsView StepLayer(size_t index, LayerInput x, RnnState& buffers, Owners owners) const;
  void AttendRows(size_t index, RnnState& buffers, Owners owners) const;
  void WriteLogits(const RowsView& out, RnnState& buffers, std::span<float> logits) const;

  const Kernels* kernels_;
  int input_size_;
  int num_classes_;
  std::vector<Layer> layers_;
  PackedMatrix output_;
  FloatBuffer output_bias_;
};

/// The bias of a cell with the 1 that is added to its forget gate, the third of four.
std::vector<float> BiasWithForget(std::span<const float> bias) {
  std::vector<float> with(bias.begin(), bias.end());
  const size_t units = with.size() / 4;
  for (size_t u = 2 * units; u < 3 * units; ++u) with[u] += 1.0f;
  return with;
}

struct LayerOptions {
  int inputs;
  int attn_length;
  bool residual;
  PackOptions pack;
  const RnnScope& scope;
};

Layer MakeLayer(const TensorMap& tensors, int index, const LayerOptions& options) {
  int inputs = options.inputs;
  const LayerNames names = NamesOfLayer(tensors, index, options.scope);
  const auto floats = [&](const std::string& name) { return tensors.at(name).floats(); };
  Layer layer;
  const std::span<const float> bias = floats(names.lstm + "bias");
  layer.units = static_cast<int>(bias.size() / 4);
  layer.residual = options.residual;
  layer.has_projection = names.has_projection;
  if (layer.has_projection) {
    layer.projection =
        PackedMatrix(floats(names.projection + "kernel"), inputs, layer.units, options.pack);
    layer.projection_bias = PackRow(floats(names.projection + "bias"), options.pack);
    inputs = layer.units;
  }
  layer.inputs = inputs;
  layer.has_attention = names.has_attention;
  if (layer.has_attention) {
    layer.attention = Attention(tensors, names.attention,
                                {inputs, layer.units, options.attn_length, options.pack});
  }
  PackOptions gates = options.pack;
  gates.groups = 4;
  layer.kernel =
      PackedMatrix(floats(names.lstm + "kernel"), inputs + layer.units, 4 * layer.units, gates);
  layer.bias = PackRow(BiasWithForget(bias), gates);
  return layer;
}

Rnn::Rnn(const TensorMap& tensors, const RnnShape& shape, const RnnOptions& options)
    : kernels_(options.kernels), input_size_(shape.input_size), num_classes_(shape.num_classes) {
  const PackOptions pack = {kernels_->lanes, 1, options.weights};
  int inputs = shape.input_size;
  for (size_t i = 0; i < shape.layer_sizes.size(); ++i) {
    layers_.push_back(
        MakeLayer(tensors, static_cast<int>(i),
                  {inputs, options.attn_length, shape.residual, pack, options.scope}));
    inputs = shape.layer_sizes[i];
  }
  output_ = PackedMatrix(tensors.at(options.scope.weights).floats(), inputs, num_classes_, pack);
  output_bias_ = PackRow(tensors.at(options.scope.biases).floats(), pack);
}

std::unique_ptr<NetworkState> Rnn::NewState(int rows) const {
  std::vector<LayerState> states;
  for (const Layer& layer : layers_) {
    const FloatBuffer zeros(static_cast<size_t>(rows) * layer.padded(), 0.0f);
    states.push_back({zeros, zeros, {}, {}});
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

std::span<const float> Rnn::AttentionWeights(const NetworkState& state, int row) const {
  MAGENTA_CHECK(row >= 0 && row < state.rows());
  if (!layers_[0].has_attention) return {};
  const size_t length = layers_[0].attention.length();
  const LayerState& layer = static_cast<const RnnState&>(state).layers_[0];
  return {layer.attention.weights.data() + row * length, length};
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
  LayerInput x = {inputs.data(), {nullptr, 0, buffers.rows_}};
  for (size_t i = 0; i < layers_.size(); ++i) x = {nullptr, StepLayer(i, x, buffers, owners)};
  WriteLogits(x.dense, buffers, logits);
}

/// Layer `index` for all rows; returns its outputs, [rows, padded units], which stay until the
/// layer after the next steps.
RowsView Rnn::StepLayer(size_t index, LayerInput x, RnnState& buffers, Owners owners) const {
  const Layer& layer = layers_[index];
  LayerState& state = buffers.layers_[index];
  const int rows = buffers.rows_;
  const size_t padded = layer.padded();
  if (layer.has_projection) {
    float* projected = buffers.projected_.data();
    Affine(*kernels_, layer.projection, layer.projection_bias, x, layer.projection.rows(),
           projected);
    x = {nullptr, {projected, padded, rows}};
  }
  const RowsView skipped = x.dense;
  if (layer.has_attention) {
    const PackedMatrix& kernel = layer.attention.input_kernel();
    float* projected = buffers.attended_in_.data();
    Affine(*kernels_, kernel, layer.attention.input_bias(), x, layer.inputs, projected);
    layer.attention.ProjectInput(*kernels_, state.attention.a.data(), rows, projected);
    x = {nullptr, {projected, static_cast<size_t>(kernel.width()), rows}};
  }
  kernels_->lstm({&layer.kernel, layer.bias.data(), layer.inputs, layer.units, x.sparse, x.dense,
                  state.h.data(), rows, state.c.data(), state.next_h.data()});
  std::swap(state.h, state.next_h);
  if (!layer.has_attention && !layer.residual) return {state.h.data(), padded, rows};
  std::swap(buffers.out_, buffers.next_out_);
  float* out = buffers.out_.data();
  if (layer.has_attention) {
    AttendRows(index, buffers, owners);
  } else {
    std::copy_n(state.h.data(), rows * padded, out);
  }
  if (layer.residual) {
    MAGENTA_CHECK(skipped.data != nullptr);  // the first residual layer has a projection
    for (size_t i = 0; i < rows * padded; ++i) out[i] += skipped.data[i];
  }
  return {out, padded, rows};
}

/// Attention behind the cells of layer `index`, to buffers.out_.
void Rnn::AttendRows(size_t index, RnnState& buffers, Owners owners) const {
  const Attention& attention = layers_[index].attention;
  LayerState& state = buffers.layers_[index];
  AttentionRow* row = buffers.attention_rows_.data();
  for (NetworkState* owner : owners) {
    for (int r = 0; r < owner->rows(); ++r) {
      *row++ = {&StateOf(owner).layers_[index].attention, r};
    }
  }
  attention.Attend(*kernels_, state.c.data(), state.h.data(), buffers.attention_rows_,
                   state.attention.a.data(), buffers.scratch_.data(), buffers.out_.data());
  for (NetworkState* owner : owners) attention.MoveOn(StateOf(owner).layers_[index].attention);
}

void Rnn::WriteLogits(const RowsView& out, RnnState& buffers, std::span<float> logits) const {
  const size_t width = output_.width();
  float* y = buffers.logits_.data();
  FillRows(output_bias_, buffers.rows_, y);
  kernels_->multiply(output_, 0, output_.rows(), out, y, width);
  for (int r = 0; r < buffers.rows_; ++r) {
    std::copy_n(y + r * width, num_classes_, logits.data() + static_cast<size_t>(r) * num_classes_);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Network>> MakeRnn(const TensorMap& tensors, int attn_length) {
  RnnOptions options;
  options.attn_length = attn_length;
  return MakeRnn(tensors, options);
}

absl::StatusOr<std::unique_ptr<Network>> MakeRnn(const TensorMap& tensors, RnnOptions options) {
  if (options.kernels == nullptr) {
    MAGENTA_ASSIGN_OR_RETURN(options.kernels, ChosenKernels());
  }
  MAGENTA_ASSIGN_OR_RETURN(const RnnShape shape, RnnShapeOf(tensors, options.scope));
  const int attn_length = options.attn_length;
  if (shape.has_attention != (attn_length > 0)) {
    return UsageError(fmt::format("attn_length is {}, but the weights have {} attention",
                                  attn_length, shape.has_attention ? "an" : "no"),
                      shape.has_attention ? "Choose a config with attention (attention_rnn, "
                                            "rnn-nade_attn), or name in --hparams the attn_length "
                                            "that they learned with"
                                          : "leave attn_length out of --hparams");
  }
  if (attn_length > kMaxAttentionLength) {
    return UsageError(fmt::format("attn_length is {}; at most {} are supported", attn_length,
                                  kMaxAttentionLength));
  }
  MAGENTA_RETURN_IF_ERROR(
      CheckWeights(tensors, {options.scope.cells, options.scope.weights, options.scope.biases},
                   options.weights));
  return std::make_unique<Rnn>(tensors, shape, options);
}

}  // namespace magenta
