#pragma once
// The network of nn/relative_gru.h as something that learns, on the CPU alone.
//
// Start values: embeddings normal around 0, of deviation 0.15 (state rows) and 0.1 (head rows);
// kernels Glorot uniform; biases, kinds and all of the relations 0. Dropout, in training alone,
// with keep = dropout_keep_prob: of x with 1 - 0.4 (1 - keep); of h before head/kernel, of z1
// before hidden/kernel and of z before what reads it with keep. h as it recurs is whole.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/nn/network.h"
#include "magenta/nn/relative_sizes.h"
#include "magenta/train/learner.h"

namespace magenta {

/// Stateless but for its shape; several threads may use one.
class RelativeLearner final : public Learner {
 public:
  /// `variables` are RelativeVariables() of a shape of these sizes; `keep` is dropout_keep_prob.
  RelativeLearner(const RelativeSizes& sizes, std::vector<NetworkVariable> variables, double keep,
                  int default_label, LearnerOptions options = {})
      : sizes_(sizes),
        variables_(std::move(variables)),
        keep_(keep),
        default_label_(default_label),
        options_(std::move(options)) {}

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
  RelativeSizes sizes_;
  std::vector<NetworkVariable> variables_;
  double keep_;
  int default_label_;
  LearnerOptions options_;
};

/// The learner of models of kRelativeArchitecture. Errors (exit 2): a codec that is no
/// RelativeCodec, another number of layers than three (or fewer, the last of which stands for the
/// others), another device than the CPU.
absl::StatusOr<std::unique_ptr<Learner>> NewRelativeLearner(const ModelSpec& spec,
                                                            const HParams& hparams,
                                                            const LearnerOptions& options);

}  // namespace magenta
