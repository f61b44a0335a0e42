#include "magenta/train/nade/nade_learner.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/check.h"
#include "magenta/nn/nade/rnn_nade.h"
#include "magenta/train/kernels/network_pass.h"
#include "magenta/train/nade/nade_head.h"
#include "magenta/train/rnn/rnn_learner.h"

namespace magenta {
namespace {

RnnLayout LayoutOfNade(int pitches, const HParams& hparams) {
  RnnLayout layout;
  layout.input_size = pitches;
  layout.num_classes = pitches + hparams.nade_hidden_units.value();
  layout.hparams = hparams;
  layout.scope = NadeScope();
  return layout;
}

size_t PlaceOf(const std::vector<Variable>& variables, std::string_view name) {
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [name](const Variable& v) { return v.name == name; });
  MAGENTA_CHECK(found != variables.end());
  return static_cast<size_t>(found - variables.begin());
}

/// `batch` as the layers hear it: each row is the one before it of the same sequence, the first one
/// silence.
Batch HeardBefore(const Batch& batch, int pitches) {
  Batch heard;
  heard.packing = batch.packing;
  heard.row_ids = batch.row_ids;
  heard.input_size = pitches;
  const Packing& packing = *batch.packing;
  for (int t = 0; t < packing.steps(); ++t) {
    for (int r = 0; r < packing.active[t]; ++r) {
      if (t > 0) {
        batch.inputs.ForEach(static_cast<size_t>(packing.offset[t - 1] + r),
                             [&](int32_t i, float value) { heard.inputs.Add(i, value); });
      }
      heard.inputs.EndRow();
    }
  }
  return heard;
}

std::span<const int32_t> SoundingIn(const SparseMatrix& rows, int64_t row) {
  return std::span(rows.index).subspan(rows.starts[row], rows.starts[row + 1] - rows.starts[row]);
}

}  // namespace

NadeLearner::NadeLearner(int pitches, const HParams& hparams, LearnerOptions options)
    : pitches_(pitches), layout_(LayoutOfNade(pitches, hparams)), options_(std::move(options)) {}

std::vector<Variable> NadeLearner::StartVariables(uint32_t seed) const {
  StartValues list(seed);
  const double deviation = 1 / std::sqrt(double(pitches_));
  const int64_t units = layout_.hparams.nade_hidden_units.value();
  list.TruncatedNormal(nade::kEncoder, {pitches_, 1, units}, deviation);
  list.TruncatedNormal(nade::kDecoder, {pitches_, units, 1}, deviation);
  std::vector<Variable> variables = list.Take();
  for (Variable& variable : magenta::StartVariables(layout_, seed)) {
    variables.push_back(std::move(variable));
  }
  return variables;
}

size_t NadeLearner::largest_shard() const { return LargestShardOf(layout_); }

ScoreSums NadeLearner::Run(const std::vector<Variable>& variables, const Batch& batch,
                           const DropoutKey* dropout, float scale,
                           std::vector<std::vector<float>>* gradients) const {
  const size_t encoder = PlaceOf(variables, nade::kEncoder);
  const size_t decoder = PlaceOf(variables, nade::kDecoder);
  NadeHead head(variables[encoder].value, variables[decoder].value, pitches_);
  const size_t width = static_cast<size_t>(head.width());
  NetworkPassOptions options;
  options.gradients = gradients;
  for (int layer = 0; dropout != nullptr && layer < layout_.layers(); ++layer) {
    options.dropout_keys.push_back(LayerKey(*dropout, layer));
  }
  options.score = [&](int64_t first_row, std::span<const float> said, std::span<float> slopes) {
    ScoreSums sums;
    for (size_t r = 0; r * width < said.size(); ++r) {
      const auto row = static_cast<int64_t>(r) + first_row;
      head.ScoreRow(said.subspan(r * width, width), SoundingIn(batch.inputs, row), scale,
                    slopes.empty() ? slopes : slopes.subspan(r * width, width), sums);
    }
    return sums;
  };
  const Batch heard = HeardBefore(batch, pitches_);
  ScoreSums sums = RunNetwork(layout_, variables, heard, options);
  if (gradients != nullptr) head.AddGradients((*gradients)[encoder], (*gradients)[decoder]);
  return sums;
}

ScoreSums NadeLearner::Score(const std::vector<Variable>& variables, const Batch& batch) const {
  return Run(variables, batch, nullptr, 1, nullptr);
}

ScoreSums NadeLearner::Gradients(const std::vector<Variable>& variables, const Batch& batch,
                                 const DropoutKey& dropout, int64_t total_steps,
                                 std::vector<std::vector<float>>& gradients) const {
  const bool drops = layout_.hparams.dropout_keep_prob < 1;
  return Run(variables, batch, drops ? &dropout : nullptr,
             static_cast<float>(1.0 / static_cast<double>(total_steps)), &gradients);
}

absl::StatusOr<std::unique_ptr<Learner>> NewNadeLearner(const ModelSpec& spec,
                                                        const HParams& hparams,
                                                        const LearnerOptions& options) {
  return std::make_unique<NadeLearner>(spec.codec->example_width(), hparams, options);
}

}  // namespace magenta
