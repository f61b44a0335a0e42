#include "magenta/train/relative/relative_learner.h"

#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/codec/relative_codec.h"
#include "magenta/nn/relative_gru.h"
#include "magenta/train/relative/relative_pass.h"

namespace magenta {
namespace {

// A shard's kernels are read once a moment of all its examples: the more of these the better.
constexpr size_t kLargestRelativeShard = 16;
constexpr double kStateDeviation = 0.15, kHeadDeviation = 0.1;

// Whether its effect is one of relations or kinds, which nothing is known of at first.
bool BeginsAtZero(const NetworkVariable& variable) {
  return variable.shape.size() == 1 || variable.name == relative::kOutputKinds ||
         variable.name == relative::kRelationsKernel;
}

}  // namespace

std::vector<Variable> RelativeLearner::StartVariables(uint32_t seed) const {
  StartValues list(seed);
  for (const NetworkVariable& variable : variables_) {
    const auto& [name, shape, constant] = variable;
    if (!constant.empty()) {
      list.Values(name, shape, constant);
    } else if (BeginsAtZero(variable)) {
      list.Zeros(name, shape);
    } else if (name == relative::kStateEmbedding || name == relative::kHeadEmbedding) {
      list.Normal(name, shape,
                  name == relative::kStateEmbedding ? kStateDeviation : kHeadDeviation);
    } else {
      list.Glorot(name, shape, shape[0], shape[1]);
    }
  }
  return list.Take();
}

size_t RelativeLearner::largest_shard() const { return kLargestRelativeShard; }

std::vector<float> RelativeLearner::Logits(const std::vector<Variable>& variables,
                                           const Batch& batch) const {
  std::vector<float> logits;
  RelativePassOptions options;
  options.logits = &logits;
  RunRelative(sizes_, variables, batch, options);
  return logits;
}

ScoreSums RelativeLearner::Score(const std::vector<Variable>& variables, const Batch& batch) const {
  RelativePassOptions options;
  options.default_label = default_label_;
  return RunRelative(sizes_, variables, batch, options);
}

ScoreSums RelativeLearner::Gradients(const std::vector<Variable>& variables, const Batch& batch,
                                     const DropoutKey& dropout, int64_t total_steps,
                                     std::vector<std::vector<float>>& gradients) const {
  gradients.clear();
  for (const Variable& variable : variables) gradients.emplace_back(variable.value.size());
  RelativePassOptions options;
  options.default_label = default_label_;
  if (keep_ < 1) options.dropout = &dropout;
  options.keep = keep_;
  options.gradients = &gradients;
  options.loss_scale = 1.0 / static_cast<double>(total_steps);
  return RunRelative(sizes_, variables, batch, options);
}

absl::StatusOr<std::unique_ptr<Learner>> NewRelativeLearner(const ModelSpec& spec,
                                                            const HParams& hparams,
                                                            const LearnerOptions& options) {
  const auto* codec = dynamic_cast<const RelativeCodec*>(spec.codec.get());
  if (codec == nullptr) {
    return UsageError(
        fmt::format("the codec of {} writes no relations, which its architecture "
                    "reads",
                    spec.id));
  }
  if (hparams.rnn_layer_sizes.size() > 3) {
    return UsageError(fmt::format("{} has three layers, and rnn_layer_sizes names {}", spec.id,
                                  hparams.rnn_layer_sizes.size()),
                      "Give the widths of what a step hears, of the memory and of the head: "
                      "rnn_layer_sizes=[128,224,192].");
  }
  return std::make_unique<RelativeLearner>(
      codec->sizes(), spec.architecture->variables(*codec, hparams), hparams.dropout_keep_prob,
      codec->default_label(), options);
}

}  // namespace magenta
