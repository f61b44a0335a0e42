// All layers take a step before any takes the next one, so that what passes between them is still
// in the nearest cache. The logits, their loss and what it says about the last layer's outputs are
// made chunk by chunk on the way forward; on the way back every chunk ends with its gradients.

#include "magenta/train/kernels/network_pass.h"

#include <cmath>
#include <optional>
#include <utility>

namespace magenta {
namespace {

// Far below all logits, but no infinity.
constexpr float kNoClass = -1e30f;

// A layer with what stands between it and its neighbours.
struct Level {
  int units = 0;
  bool residual = false;
  std::unique_ptr<RecurrentLayer> layer;
  std::optional<DenseWeights> projection;  // brings what comes from below to the layer's width
  SparseWeights sparse_projection;         // the same for the lowest layer, whose bias it lacks
  PanelTape below;                         // what a dense projection reads
  std::vector<uint32_t> dropout_keys;
  // Backwards: gradients of the outputs, of what a residual adds to them, of what comes from below;
  // and of the projection's outputs, by chunks.
  std::optional<StepBuffer> d_outputs, d_residual, d_below;
  ChunkBuffer d_projected;
};

class NetworkPass {
 public:
  NetworkPass(const RnnLayout& layout, const std::vector<Variable>& variables, const Batch& batch,
              const NetworkPassOptions& options);
  ScoreSums Run();

 private:
  Level MakeLevel(int layer) const;
  void ForwardStep(int t);
  void BackwardStep(int t);
  void ScoreChunk(const StepChunk& chunk);
  void ScoreOneHead(const StepChunk& chunk, PanelRows logits);
  void ScoreByRows(const StepChunk& chunk, PanelRows logits);
  void CopyLogits(const StepChunk& chunk, PanelRows logits, float* to) const;
  void AddGradients(const StepChunk& chunk);
  void WriteGradients() const;
  Dropout DropoutAt(const Level& level, int64_t row) const {
    const Dropout all{level.dropout_keys.empty() ? nullptr : level.dropout_keys.data(),
                      static_cast<float>(layout_.hparams.dropout_keep_prob)};
    return all.FromRow(row);
  }

  const RnnLayout& layout_;
  const Batch& batch_;
  const NetworkPassOptions& options_;
  PassShape shape_;
  VariableTable table_;
  std::vector<Level> levels_;
  DenseWeights classes_;
  PanelTape top_;  // the last layer's outputs as passed on; after a chunk's score, their gradient
  ChunkBuffer logits_;
  std::vector<SoftmaxRow> scores_;
  std::vector<float> rows_, slopes_;  // by rows: a chunk's logits, and their gradients
  ScoreSums sums_;
};

NetworkPass::NetworkPass(const RnnLayout& layout, const std::vector<Variable>& variables,
                         const Batch& batch, const NetworkPassOptions& options)
    : layout_(layout),
      batch_(batch),
      options_(options),
      shape_{*batch.packing, CutInChunks(*batch.packing), SparseRowsOf(batch.inputs)},
      table_(variables, options.gradients),
      classes_(table_, {layout.scope.weights, 0, layout.scope.biases},
               PanelAxis::Parts({layout.units(layout.layers() - 1)}),
               PanelAxis::Parts({layout.num_classes})),
      top_(shape_.packing, shape_.chunks, classes_.in().panels()),
      logits_(shape_.packing, shape_.chunks, classes_.out().panels()) {
  for (int o = layout.num_classes; o < classes_.out().columns(); ++o) {
    classes_.bias()[o] = kNoClass;
  }
  for (int layer = 0; layer < layout.layers(); ++layer) levels_.push_back(MakeLevel(layer));
  if (options.heads != nullptr) {
    sums_.class_steps.resize(layout.num_classes);
    sums_.class_correct.resize(layout.num_classes);
  }
  if (options.logits != nullptr) {
    options.logits->resize(static_cast<size_t>(shape_.packing.rows()) * layout.num_classes);
  }
}

Level NetworkPass::MakeLevel(int layer) const {
  Level level;
  level.units = layout_.units(layer);
  level.residual = layout_.hparams.residual_connections;
  const std::string scope = layout_.prefix(layer);
  const bool projected = layout_.has_projection(layer);
  const int below = layout_.width_below(layer);
  if (projected) {
    const PanelAxis out = PanelAxis::Parts({level.units});
    level.projection.emplace(table_, DenseNames{scope + "kernel", 0, scope + "bias"},
                             layer == 0 ? PanelAxis{} : PanelAxis::Parts({below}), out);
    if (layer == 0) level.sparse_projection = SparseWeights(table_, scope + "kernel", below, out);
    level.below = PanelTape(shape_.packing, shape_.chunks, level.projection->in().panels());
    if (table_.with_gradients()) {
      level.d_projected = ChunkBuffer(shape_.packing, shape_.chunks, out.panels());
    }
  }
  LayerOptions options{scope, layout_.cell_inputs(layer), level.units, layer == 0 && !projected,
                       layout_.hparams.attn_length};
  if (layout_.has_attention(layer)) {
    options.scope += "attention_cell_wrapper/";
    level.layer = MakeAttentionLayer(table_, shape_, options);
  } else {
    options.scope += "basic_lstm_cell/";
    level.layer = MakeLstmLayer(table_, shape_, options);
  }
  if (!options_.dropout_keys.empty()) {
    level.dropout_keys = DropoutKeys(batch_.row_ids, options_.dropout_keys[layer]);
  }
  if (table_.with_gradients()) {
    level.d_outputs.emplace(shape_, PanelsOf(level.units));
    level.d_residual.emplace(shape_, level.residual ? PanelsOf(level.units) : 0);
    level.d_below.emplace(shape_, projected ? PanelsOf(below) : 0);
  }
  return level;
}

void NetworkPass::ForwardStep(int t) {
  const int n = shape_.active(t);
  const int64_t row = shape_.packing.offset[t];
  for (size_t l = 0; l < levels_.size(); ++l) {
    const Level& level = levels_[l];
    const PanelRows x = level.layer->Input(t);
    if (level.projection && l > 0) level.projection->Forward(n, level.below.Step(t), x);
    if (level.projection && l == 0) {
      level.sparse_projection.Forward(n, shape_.inputs.FromRow(row), level.projection->bias(), x);
    }
    const PanelRows y = level.layer->Forward(t);
    const bool last = l + 1 == levels_.size();
    const PanelRows up = last                        ? top_.Step(t)
                         : levels_[l + 1].projection ? levels_[l + 1].below.Step(t)
                                                     : levels_[l + 1].layer->Input(t);
    ScaleByDropout(n, VectorsOf(level.units), y, level.residual ? x : PanelRows{},
                   DropoutAt(level, row), up);
  }
}

/// Row by row to `to`, without the panels' padding.
void NetworkPass::CopyLogits(const StepChunk& chunk, PanelRows logits, float* to) const {
  const int width = PanelWidth();
  for (int r = 0; r < chunk.rows; ++r) {
    for (int c = 0; c < layout_.num_classes; ++c) {
      *to++ = logits.data[c / width * logits.stride + r * width + c % width];
    }
  }
}

/// In panels, whose padding has no probability: `logits` become their gradients.
void NetworkPass::ScoreOneHead(const StepChunk& chunk, PanelRows logits) {
  const std::span<const int> labels = std::span(batch_.labels).subspan(chunk.row, chunk.rows);
  scores_.resize(chunk.rows);
  ScoreSoftmax(chunk.rows, VectorsOf(layout_.num_classes), logits, labels.data(),
               table_.with_gradients() ? options_.loss_scale : 0, scores_.data());
  for (int r = 0; r < chunk.rows; ++r) {
    const SoftmaxRow& row = scores_[r];
    sums_.AddStep(std::log(double{row.sum}) - (double{row.label_logit} - double{row.largest}),
                  labels[r], row.best, options_.heads->default_labels[0]);
  }
}

/// The same row by row, since heads begin anywhere in a panel; or whatever else scores a row.
void NetworkPass::ScoreByRows(const StepChunk& chunk, PanelRows logits) {
  rows_.resize(static_cast<size_t>(chunk.rows) * layout_.num_classes);
  slopes_.resize(table_.with_gradients() ? rows_.size() : 0);
  CopyLogits(chunk, logits, rows_.data());
  if (options_.score) {
    sums_.Add(options_.score(chunk.row, rows_, slopes_));
  } else {
    const size_t heads = options_.heads->sizes.size();
    const auto labels = std::span(batch_.labels).subspan(chunk.row * heads, chunk.rows * heads);
    sums_.Add(ScoreHeads(rows_, labels, *options_.heads, options_.loss_scale, slopes_));
  }
  if (slopes_.empty()) return;
  const int width = PanelWidth(), columns = classes_.out().columns();
  for (int r = 0; r < chunk.rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      logits.data[c / width * logits.stride + r * width + c % width] =
          c < layout_.num_classes ? slopes_[static_cast<size_t>(r) * layout_.num_classes + c] : 0;
    }
  }
}

void NetworkPass::ScoreChunk(const StepChunk& chunk) {
  const PanelRows top = top_.Chunk(chunk), logits = logits_.Chunk(chunk);
  classes_.Forward(chunk.rows, top, logits);
  if (options_.logits != nullptr) {
    CopyLogits(chunk, logits, options_.logits->data() + chunk.row * layout_.num_classes);
  }
  if (options_.heads != nullptr && options_.heads->sizes.size() == 1) {
    ScoreOneHead(chunk, logits);
  } else {
    ScoreByRows(chunk, logits);
  }
  if (!table_.with_gradients()) return;
  classes_.AddGradient(chunk.rows, top, logits);
  classes_.Backward(chunk.rows, logits, top);
}

void NetworkPass::BackwardStep(int t) {
  const int n = shape_.active(t);
  PanelRows d_up = top_.Step(t);
  for (size_t l = levels_.size(); l-- > 0;) {
    const Level& level = levels_[l];
    const int panels = PanelsOf(level.units);
    const PanelRows d_y = level.d_outputs->rows();
    ScaleByDropout(n, VectorsOf(level.units), d_up, {}, DropoutAt(level, shape_.packing.offset[t]),
                   d_y);
    if (level.residual) CopyRows(n, panels, d_y, level.d_residual->rows());
    const PanelRows d_x = level.layer->Backward(t, d_y);
    if (level.residual) AddRows(n, VectorsOf(level.units), level.d_residual->rows(), d_x);
    d_up = d_x;
    if (!level.projection) continue;
    CopyRows(n, panels, d_x, level.d_projected.Step(t));
    d_up = level.d_below->rows();
    if (l > 0) level.projection->Backward(n, d_x, d_up);
  }
}

void NetworkPass::AddGradients(const StepChunk& chunk) {
  for (Level& level : levels_) {
    level.layer->AddGradients(chunk);
    if (!level.projection) continue;
    const PanelRows d = level.d_projected.Chunk(chunk);
    level.projection->AddGradient(chunk.rows, level.below.Chunk(chunk), d);
    if (level.sparse_projection.inputs() == 0) continue;
    level.sparse_projection.AddGradient(chunk.rows, shape_.inputs.FromRow(chunk.row), d);
  }
}

void NetworkPass::WriteGradients() const {
  classes_.WriteGradient(table_);
  for (const Level& level : levels_) {
    level.layer->WriteGradients(table_);
    if (level.projection) level.projection->WriteGradient(table_);
    if (level.sparse_projection.inputs() > 0) level.sparse_projection.WriteGradient(table_);
  }
}

ScoreSums NetworkPass::Run() {
  for (const StepChunk& chunk : shape_.chunks) {
    for (int t = chunk.first; t < chunk.end; ++t) ForwardStep(t);
    ScoreChunk(chunk);
  }
  if (table_.with_gradients()) {
    for (auto chunk = shape_.chunks.rbegin(); chunk != shape_.chunks.rend(); ++chunk) {
      for (int t = chunk->end - 1; t >= chunk->first; --t) BackwardStep(t);
      AddGradients(*chunk);
    }
    WriteGradients();
  }
  sums_.examples = batch_.examples();
  sums_.steps_after = batch_.steps_after;
  return std::move(sums_);
}

}  // namespace

ScoreSums RunNetwork(const RnnLayout& layout, const std::vector<Variable>& variables,
                     const Batch& batch, const NetworkPassOptions& options) {
  return NetworkPass(layout, variables, batch, options).Run();
}

}  // namespace magenta
