#pragma once
// A network as something that learns: its variables, its loss, and the gradients of that. Each
// architecture has one; what trains, scores and shares the work knows no other.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/models/model_spec.h"
#include "magenta/train/batches.h"
#include "magenta/train/score.h"
#include "magenta/train/variables.h"

namespace magenta {

/// How a batch is computed.
struct LearnerOptions {
  /// "cpu" or "cuda:0", as DeviceOf() says.
  std::string device = "cpu";
  /// On the CPU: step by step in libtorch's own operations instead of kernels/network_pass.h. Slow;
  /// the only way on other devices, and what the layers are tested against.
  bool reference = false;
  /// Of the reference: layers without attention by libtorch's LSTM, which on a GPU is cuDNN's, a
  /// kernel for all steps.
  bool library_lstm = false;
  /// Of the reference: products and libtorch's LSTM in bfloat16, whose exponents are float32's, so
  /// that no loss needs scaling. Weights, attention, the loss and the optimizer stay float32.
  bool mixed_precision = false;
  /// Shards that a batch is cut in; 0: by its size, as the second-level cache of a CPU wants it.
  int shards = 0;
};

/// What suits a device that DeviceOf() gave, for a job of so many ranks.
LearnerOptions OptionsForDevice(const std::string& device, bool mixed_precision, int ranks);

/// The device that auto, cpu or cuda means here, for the process of that number on this machine
/// (processes take GPUs in turn). Errors (exit 2): another word; cuda where there is none;
/// MAGENTA_KERNEL names no kernel of this machine.
absl::StatusOr<std::string> DeviceOf(const std::string& wish, int local_rank = 0);

/// Which dropout mask: a pure function of these and of a row's place in its batch.
struct DropoutKey {
  uint32_t seed = 0;
  int64_t step = 0;
};

/// The masks of a layer, by its number: what DropoutKeys() takes.
uint64_t LayerKey(const DropoutKey& key, int layer);

/// Stateless; several threads may use one.
class Learner {
 public:
  virtual ~Learner() = default;

  /// How it computes.
  virtual const LearnerOptions& options() const = 0;
  /// Its variables, always in the same order; values are the start values drawn for `seed`, slots
  /// are 0.
  virtual std::vector<Variable> StartVariables(uint32_t seed) const = 0;
  /// Most examples of a shard, as the caches of a CPU want it.
  virtual size_t largest_shard() const = 0;
  /// Sums over the batch without dropout.
  virtual ScoreSums Score(const std::vector<Variable>& variables, const Batch& batch) const = 0;
  /// Sums over the batch with dropout, and the gradients of sum(loss) / total_steps, one a
  /// variable.
  virtual ScoreSums Gradients(const std::vector<Variable>& variables, const Batch& batch,
                              const DropoutKey& dropout, int64_t total_steps,
                              std::vector<std::vector<float>>& gradients) const = 0;
};

/// Who learns for an architecture.
struct LearnerEntry {
  /// Architecture::name.
  std::string_view architecture;
  absl::StatusOr<std::unique_ptr<Learner>> (*make)(const ModelSpec& spec, const HParams& hparams,
                                                   const LearnerOptions& options);
  /// It refuses other devices.
  bool cpu_only = false;
};

/// Makes learners outside the tree known, after those of the table in learner.cc. `learners` must
/// live as long as the program; called once, by main, before any thread.
void AddLearners(std::span<const LearnerEntry> learners);

/// Error (exit 2): no learner is known for the architecture of `spec`.
absl::Status CheckTrainable(const ModelSpec& spec);

/// DeviceOf() for a model: auto is the CPU where its learner knows no other device. Errors:
/// DeviceOf()'s and CheckTrainable()'s.
absl::StatusOr<std::string> DeviceFor(const ModelSpec& spec, const std::string& wish,
                                      int local_rank = 0);

/// The learner of a model's architecture. Errors (exit 2): that of CheckTrainable; a model that its
/// learner doesn't train.
absl::StatusOr<std::unique_ptr<Learner>> NewLearner(const ModelSpec& spec, const HParams& hparams,
                                                    const LearnerOptions& options);

}  // namespace magenta
