#pragma once
// Magenta's RNN-NADE as a function to differentiate, on a CPU: its layers by the kernels of other
// networks (kernels/network_pass.h), its NADE by nade_head.h.

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/train/learner.h"
#include "magenta/train/rnn/rnn_layout.h"

namespace magenta {

/// Learns what sounds on each step from the steps before it; the first one from silence. Labels
/// aren't read.
class NadeLearner final : public Learner {
 public:
  /// Of `pitches`; the rest is the hparams'.
  NadeLearner(int pitches, const HParams& hparams, LearnerOptions options = {});

  const LearnerOptions& options() const override { return options_; }
  std::vector<Variable> StartVariables(uint32_t seed) const override;
  size_t largest_shard() const override;
  ScoreSums Score(const std::vector<Variable>& variables, const Batch& batch) const override;
  ScoreSums Gradients(const std::vector<Variable>& variables, const Batch& batch,
                      const DropoutKey& dropout, int64_t total_steps,
                      std::vector<std::vector<float>>& gradients) const override;

 private:
  ScoreSums Run(const std::vector<Variable>& variables, const Batch& batch,
                const DropoutKey* dropout, float scale,
                std::vector<std::vector<float>>* gradients) const;

  int pitches_;
  RnnLayout layout_;
  LearnerOptions options_;
};

/// The learner of models of kRnnNadeArchitecture. Error (exit 2): another device than the CPU.
absl::StatusOr<std::unique_ptr<Learner>> NewNadeLearner(const ModelSpec& spec,
                                                        const HParams& hparams,
                                                        const LearnerOptions& options);

}  // namespace magenta
