#pragma once
// Magenta's recurrent network as a function to differentiate: by kernels of our own on a CPU, by
// libtorch's graph elsewhere.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/train/learner.h"
#include "magenta/train/rnn/rnn_layout.h"

namespace magenta {

/// Most examples of a shard of such layers.
size_t LargestShardOf(const RnnLayout& layout);

/// Stateless but for its layout; several threads may use one.
class RnnLearner final : public Learner {
 public:
  /// `heads` are of the layout's classes together.
  RnnLearner(RnnLayout layout, LabelHeads heads, LearnerOptions options = {})
      : layout_(std::move(layout)), heads_(std::move(heads)), options_(std::move(options)) {}
  /// Of one head.
  RnnLearner(const RnnLayout& layout, int default_label, LearnerOptions options = {})
      : RnnLearner(layout, LabelHeads{{layout.num_classes}, {default_label}}, std::move(options)) {}

  const RnnLayout& layout() const { return layout_; }
  /// The logits, [rows, classes] in the batch's packed order; no dropout.
  std::vector<float> Logits(const std::vector<Variable>& variables, const Batch& batch) const;

  const LearnerOptions& options() const override { return options_; }
  std::vector<Variable> StartVariables(uint32_t seed) const override;
  size_t largest_shard() const override;
  ScoreSums Score(const std::vector<Variable>& variables, const Batch& batch) const override;
  ScoreSums Gradients(const std::vector<Variable>& variables, const Batch& batch,
                      const DropoutKey& dropout, int64_t total_steps,
                      std::vector<std::vector<float>>& gradients) const override;

 private:
  ScoreSums ReferenceGradients(const std::vector<Variable>& variables, const Batch& batch,
                               const DropoutKey* dropout, double scale,
                               std::vector<std::vector<float>>& gradients) const;

  RnnLayout layout_;
  LabelHeads heads_;
  LearnerOptions options_;
};

/// The learner of models of kRnnArchitecture.
absl::StatusOr<std::unique_ptr<Learner>> NewRnnLearner(const ModelSpec& spec,
                                                       const HParams& hparams,
                                                       const LearnerOptions& options);

}  // namespace magenta
