// The GRU runs over the moments of all sequences. The head looks at rows one by one, so it goes
// forwards, scores and goes backwards chunk by chunk, and what it makes stays in a cache; the GRU
// then goes backwards once.

#include "magenta/train/relative/relative_pass.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <utility>

#include "magenta/nn/relative_gru.h"
#include "magenta/train/kernels/cells.h"
#include "magenta/train/kernels/reference_layers.h"
#include "magenta/train/relative/gru.h"
#include "magenta/train/relative/moments.h"
#include "magenta/train/relative/relation_blocks.h"
#include "magenta/train/relative/relations.h"
#include "magenta/train/relative/sparse_rows.h"

namespace magenta {
namespace {

constexpr size_t kChunkRows = 512;

// What is dropped from, by the numbers of LayerKey().
enum DroppedLayer { kDroppedX, kDroppedMemory, kDroppedFirst, kDroppedHidden };

// Views of the variables, or of their gradients.
struct RelativeTensors {
  at::Tensor state_embedding;
  GruTensors gru;
  at::Tensor head_embedding, head_kernel, head_bias, hidden_kernel, hidden_bias;
  at::Tensor output_kernel, output_bias, output_kinds, relations_kernel, relations_bias;
};

RelativeTensors TensorsOf(const std::map<std::string, at::Tensor>& by_name) {
  const auto at = [&](const char* name) { return by_name.at(name); };
  return {at(relative::kStateEmbedding),
          {at(relative::kInputKernel), at(relative::kInputBias), at(relative::kStateKernel),
           at(relative::kStateBias)},
          at(relative::kHeadEmbedding),
          at(relative::kHeadKernel),
          at(relative::kHeadBias),
          at(relative::kHiddenKernel),
          at(relative::kHiddenBias),
          at(relative::kOutputKernel),
          at(relative::kOutputBias),
          at(relative::kOutputKinds),
          at(relative::kRelationsKernel),
          at(relative::kRelationsBias)};
}

// from_blob only reads where nobody writes: values stay as they are.
RelativeTensors ValuesOf(const std::vector<Variable>& variables) {
  std::map<std::string, at::Tensor> by_name;
  for (const Variable& v : variables) {
    by_name[v.name] = at::from_blob(const_cast<float*>(v.value.data()), v.shape, at::kFloat);
  }
  return TensorsOf(by_name);
}

RelativeTensors GradientsOf(const std::vector<Variable>& variables,
                            std::vector<std::vector<float>>& gradients) {
  std::map<std::string, at::Tensor> by_name;
  for (size_t i = 0; i < variables.size(); ++i) {
    by_name[variables[i].name] = at::from_blob(gradients[i].data(), variables[i].shape, at::kFloat);
  }
  return TensorsOf(by_name);
}

float* RowOf(const at::Tensor& matrix, int64_t row) {
  return matrix.data_ptr<float>() + row * matrix.size(1);
}

std::span<float> SpanOf(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

// What is left of rows; where the mask is undefined, nothing is dropped.
struct DroppedRows {
  at::Tensor mask;
  at::Tensor Of(const at::Tensor& rows) const { return mask.defined() ? rows * mask : rows; }
};

// Rows of the batch on their way.
struct HeadChunk {
  HeadChunk(std::span<const int64_t> of_rows, RelationBlocks asked_for)
      : rows(of_rows), blocks(std::move(asked_for)) {}

  std::span<const int64_t> rows;
  DroppedRows drop_first, drop_hidden;
  at::Tensor z1, kept1;  // relu(a), and what is left of it
  at::Tensor hidden;     // relu(kept1 W2 + b2)
  at::Tensor kept;       // what is left of z1 + hidden
  at::Tensor logits, relations;
  RelationBlocks blocks;  // those of `relations` that are asked for
};

class RelativePass {
 public:
  RelativePass(const RelativeSizes& sizes, const std::vector<Variable>& variables,
               const Batch& batch, const RelativePassOptions& options)
      : sizes_(sizes),
        batch_(batch),
        options_(options),
        moments_(MomentsOf(batch, sizes.state_rows)),
        weights_(ValuesOf(variables)) {
    if (options.gradients != nullptr) gradients_ = GradientsOf(variables, *options.gradients);
  }
  ScoreSums Run();

 private:
  bool learns() const { return options_.gradients != nullptr; }
  RelationRow RelationsOf(int64_t row) const { return {&sizes_, &batch_.inputs, row}; }
  DroppedRows Drop(std::span<const uint64_t> row_ids, DroppedLayer layer, int64_t units) const;
  DroppedRows DropMoments(DroppedLayer layer, int64_t units) const;

  at::Tensor StateRows() const;
  void AddStateGradients(const at::Tensor& d_x) const;
  at::Tensor HeadRows(std::span<const int64_t> rows) const;
  int CertainClassOf(int64_t row) const;
  ScoreSums FindHeads();
  HeadChunk Forward(std::span<const int64_t> rows) const;
  ScoreSums ScoreChunk(const HeadChunk& chunk, const at::Tensor& d_logits) const;
  void Backward(const HeadChunk& chunk, const at::Tensor& d_logits);
  void AddHeadGradients(const HeadChunk& chunk, const at::Tensor& d_a);

  const RelativeSizes& sizes_;
  const Batch& batch_;
  const RelativePassOptions& options_;
  const Moments moments_;
  const RelativeTensors weights_;
  RelativeTensors gradients_;
  at::Tensor memory_, d_memory_;  // h [head/kernel] of each moment [moments, z]
  std::vector<int64_t> heads_;    // the rows that the head is asked for
};

DroppedRows RelativePass::Drop(std::span<const uint64_t> row_ids, DroppedLayer layer,
                               int64_t units) const {
  if (options_.dropout == nullptr) return {};
  const double keep = layer == kDroppedX ? 1 - 0.4 * (1 - options_.keep) : options_.keep;
  return {ReferenceDropout(DropoutKeys(row_ids, LayerKey(*options_.dropout, layer)),
                           static_cast<int>(units), static_cast<float>(keep))};
}

DroppedRows RelativePass::DropMoments(DroppedLayer layer, int64_t units) const {
  if (options_.dropout == nullptr) return {};
  std::vector<uint64_t> ids;
  ids.reserve(moments_.row.size());
  for (const int64_t row : moments_.row) ids.push_back(batch_.row_ids[row]);
  return Drop(ids, layer, units);
}

at::Tensor RelativePass::StateRows() const {
  const int64_t width = weights_.state_embedding.size(1);
  at::Tensor x = at::zeros({moments_.packing.rows(), width});
  for (size_t m = 0; m < moments_.row.size(); ++m) {
    float* const to = RowOf(x, static_cast<int64_t>(m));
    EntryWalk(batch_.inputs, moments_.row[m]).Take(0, sizes_.state_rows, [&](int i, float value) {
      AddScaled(width, value, RowOf(weights_.state_embedding, i), to);
    });
  }
  return x;
}

void RelativePass::AddStateGradients(const at::Tensor& d_x) const {
  for (size_t m = 0; m < moments_.row.size(); ++m) {
    const float* const from = RowOf(d_x, static_cast<int64_t>(m));
    EntryWalk(batch_.inputs, moments_.row[m]).Take(0, sizes_.state_rows, [&](int i, float value) {
      AddScaled(d_x.size(1), value, from, RowOf(gradients_.state_embedding, i));
    });
  }
}

// [head/bias], what the memory says and the head rows of each row.
at::Tensor RelativePass::HeadRows(std::span<const int64_t> rows) const {
  const int64_t width = weights_.head_bias.size(0);
  at::Tensor a = weights_.head_bias.repeat({static_cast<int64_t>(rows.size()), 1});
  for (size_t i = 0; i < rows.size(); ++i) {
    float* const to = RowOf(a, static_cast<int64_t>(i));
    const int64_t moment = moments_.of_row[rows[i]];
    if (moment >= 0) AddScaled(width, 1, RowOf(memory_, moment), to);
    EntryWalk walk(batch_.inputs, rows[i]);
    walk.Skip(sizes_.head_begin());
    walk.Take(sizes_.head_begin(), sizes_.bias_begin(), [&](int k, float value) {
      AddScaled(width, value, RowOf(weights_.head_embedding, k), to);
    });
  }
  return a;
}

// Its only class, where its range leaves one and the label is that; -1: none.
int RelativePass::CertainClassOf(int64_t row) const {
  const int64_t last = batch_.inputs.starts[row + 1] - 1;
  if (last < batch_.inputs.starts[row]) return -1;
  const int first = batch_.inputs.index[last] - sizes_.range_begin();
  if (first < 0 || first >= sizes_.classes) return -1;
  const bool certain = batch_.inputs.value[last] == static_cast<float>(first + 1);
  return certain && batch_.labels[row] == first ? first : -1;
}

// Nothing is learned where a label is certain; its row is counted here.
ScoreSums RelativePass::FindHeads() {
  ScoreSums sums;
  sums.class_steps.resize(sizes_.classes);
  sums.class_correct.resize(sizes_.classes);
  for (int64_t row = 0; row < batch_.packing->rows(); ++row) {
    const int certain = options_.logits == nullptr ? CertainClassOf(row) : -1;
    if (certain < 0) {
      heads_.push_back(row);
    } else {
      sums.AddStep(0, certain, certain, options_.default_label);
    }
  }
  return sums;
}

HeadChunk RelativePass::Forward(std::span<const int64_t> rows) const {
  const int64_t width = weights_.head_bias.size(0);
  std::vector<uint64_t> ids;
  ids.reserve(rows.size());
  for (const int64_t row : rows) ids.push_back(batch_.row_ids[row]);
  HeadChunk chunk(rows, RelationBlocks(sizes_, batch_.inputs, rows));
  chunk.drop_first = Drop(ids, kDroppedFirst, width);
  chunk.drop_hidden = Drop(ids, kDroppedHidden, width);
  chunk.z1 = HeadRows(rows).relu_();
  chunk.kept1 = chunk.drop_first.Of(chunk.z1);
  chunk.hidden = at::addmm(weights_.hidden_bias, chunk.kept1, weights_.hidden_kernel).relu_();
  chunk.kept = chunk.drop_hidden.Of(chunk.z1 + chunk.hidden);
  chunk.logits = at::addmm(weights_.output_bias, chunk.kept, weights_.output_kernel);
  chunk.relations =
      chunk.blocks.Product(chunk.kept, weights_.relations_kernel, weights_.relations_bias);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    AddRelations(RelationsOf(rows[i]), weights_.output_kinds.data_ptr<float>(),
                 RowOf(chunk.relations, at), RowOf(chunk.logits, at));
  }
  return chunk;
}

// d_logits are written where they are defined.
ScoreSums RelativePass::ScoreChunk(const HeadChunk& chunk, const at::Tensor& d_logits) const {
  const auto logits = SpanOf(chunk.logits);
  if (options_.logits != nullptr) {
    options_.logits->insert(options_.logits->end(), logits.begin(), logits.end());
  }
  std::vector<int> labels;
  labels.reserve(chunk.rows.size());
  for (const int64_t row : chunk.rows) labels.push_back(batch_.labels[row]);
  return ScoreLogits(logits, labels, sizes_.classes, options_.default_label, options_.loss_scale,
                     d_logits.defined() ? SpanOf(d_logits) : std::span<float>());
}

void RelativePass::Backward(const HeadChunk& chunk, const at::Tensor& d_logits) {
  const at::Tensor d_relations = at::zeros_like(chunk.relations);
  for (size_t i = 0; i < chunk.rows.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    AddRelationGradients(RelationsOf(chunk.rows[i]), RowOf(d_logits, at),
                         gradients_.output_kinds.data_ptr<float>(), RowOf(d_relations, at));
  }
  gradients_.output_kernel.addmm_(chunk.kept.t(), d_logits);
  gradients_.output_bias.add_(d_logits.sum(0));
  at::Tensor d_kept = d_logits.mm(weights_.output_kernel.t());
  chunk.blocks.AddGradients(chunk.kept, weights_.relations_kernel, d_relations,
                            gradients_.relations_kernel, gradients_.relations_bias, d_kept);
  const at::Tensor d_z = chunk.drop_hidden.Of(d_kept);
  const at::Tensor d_hidden = at::threshold_backward(d_z, chunk.hidden, 0);
  gradients_.hidden_kernel.addmm_(chunk.kept1.t(), d_hidden);
  gradients_.hidden_bias.add_(d_hidden.sum(0));
  const at::Tensor d_first = chunk.drop_first.Of(d_hidden.mm(weights_.hidden_kernel.t()));
  AddHeadGradients(chunk, at::threshold_backward(d_z + d_first, chunk.z1, 0));
}

void RelativePass::AddHeadGradients(const HeadChunk& chunk, const at::Tensor& d_a) {
  const int64_t width = d_a.size(1);
  gradients_.head_bias.add_(d_a.sum(0));
  for (size_t i = 0; i < chunk.rows.size(); ++i) {
    const float* const from = RowOf(d_a, static_cast<int64_t>(i));
    const int64_t moment = moments_.of_row[chunk.rows[i]];
    if (moment >= 0) AddScaled(width, 1, from, RowOf(d_memory_, moment));
    EntryWalk walk(batch_.inputs, chunk.rows[i]);
    walk.Skip(sizes_.head_begin());
    walk.Take(sizes_.head_begin(), sizes_.bias_begin(), [&](int k, float value) {
      AddScaled(width, value, from, RowOf(gradients_.head_embedding, k));
    });
  }
}

ScoreSums RelativePass::Run() {
  const DroppedRows drop_x = DropMoments(kDroppedX, weights_.state_embedding.size(1));
  const DroppedRows drop_memory = DropMoments(kDroppedMemory, weights_.head_kernel.size(0));
  const Gru gru(moments_.packing, weights_.gru, drop_x.Of(StateRows()));
  const at::Tensor heard = drop_memory.Of(gru.outputs());
  memory_ = heard.mm(weights_.head_kernel);
  if (learns()) d_memory_ = at::zeros_like(memory_);
  ScoreSums sums = FindHeads();
  for (size_t first = 0; first < heads_.size(); first += kChunkRows) {
    const size_t rows = std::min(kChunkRows, heads_.size() - first);
    const HeadChunk chunk = Forward(std::span(heads_).subspan(first, rows));
    const at::Tensor d_logits = learns() ? at::empty_like(chunk.logits) : at::Tensor();
    sums.Add(ScoreChunk(chunk, d_logits));
    if (learns()) Backward(chunk, d_logits);
  }
  sums.examples = batch_.examples();
  if (!learns()) return sums;
  gradients_.head_kernel.addmm_(heard.t(), d_memory_);
  const at::Tensor d_outputs = drop_memory.Of(d_memory_.mm(weights_.head_kernel.t()));
  AddStateGradients(drop_x.Of(gru.Backward(d_outputs, gradients_.gru)));
  return sums;
}

}  // namespace

ScoreSums RunRelative(const RelativeSizes& sizes, const std::vector<Variable>& variables,
                      const Batch& batch, const RelativePassOptions& options) {
  const at::NoGradGuard no_graph;
  return RelativePass(sizes, variables, batch, options).Run();
}

}  // namespace magenta
