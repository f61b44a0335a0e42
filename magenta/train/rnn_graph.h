#pragma once
// The network as a function to differentiate: logits of a batch, and the gradient of its loss.
// The only place where libtorch's graph and its devices are.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/train/batches.h"
#include "magenta/train/rnn_variables.h"
#include "magenta/train/score.h"

namespace magenta {

/// How a batch is computed.
struct GraphOptions {
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
GraphOptions OptionsForDevice(const std::string& device, bool mixed_precision, int ranks);

/// The device that auto, cpu or cuda means here, for the process of that number on this machine
/// (processes take GPUs in turn). Errors (exit 2): another word; cuda where there is none;
/// MAGENTA_KERNEL names no kernel of this machine.
absl::StatusOr<std::string> DeviceOf(const std::string& wish, int local_rank = 0);

/// Which dropout mask: a pure function of these and of a row's place in its batch.
struct DropoutKey {
  uint32_t seed = 0;
  int64_t step = 0;
};

/// Stateless but for its layout; several threads may use one.
class RnnGraph {
 public:
  RnnGraph(RnnLayout layout, int default_label, GraphOptions options = {})
      : layout_(std::move(layout)), default_label_(default_label), options_(std::move(options)) {}

  const RnnLayout& layout() const { return layout_; }
  const GraphOptions& options() const { return options_; }

  /// The logits, [rows, classes] in the batch's packed order; no dropout.
  std::vector<float> Logits(const std::vector<Variable>& variables, const Batch& batch) const;

  /// Sums over the batch without dropout.
  ScoreSums Score(const std::vector<Variable>& variables, const Batch& batch) const;

  /// Sums over the batch with dropout (where keep < 1), and the gradients of
  /// sum(loss) / total_steps, one a variable.
  ScoreSums Gradients(const std::vector<Variable>& variables, const Batch& batch,
                      const DropoutKey& dropout, int64_t total_steps,
                      std::vector<std::vector<float>>& gradients) const;

 private:
  ScoreSums ReferenceGradients(const std::vector<Variable>& variables, const Batch& batch,
                               const DropoutKey* dropout, double scale,
                               std::vector<std::vector<float>>& gradients) const;

  RnnLayout layout_;
  int default_label_;
  GraphOptions options_;
};

}  // namespace magenta
