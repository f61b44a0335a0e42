#pragma once
// What a run leaves on disk, so that it can go on: checkpoints with everything that the next step
// depends on. Layout and tensor names: docs/formats/run.md.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/pipeline/dataset_reader.h"
#include "magenta/train/batches.h"
#include "magenta/train/optimizer.h"
#include "magenta/train/variables.h"

namespace magenta {

/// Of steps that a run may count, be told or read: what is counted on must not overflow.
inline constexpr int64_t kMostRunSteps = int64_t{1} << 53;

/// Everything but weights and slots that a step depends on.
struct RunState {
  int64_t step = 0;
  AdamPowers powers;
  uint32_t seed = 0;
  DataPosition position;
  int64_t num_examples = 0;  // of the training data, to notice that it changed
  int64_t data_hash = 0;     // DataHash of it; 0: not known
  double best_loss = std::numeric_limits<double>::infinity();
  int64_t best_step = -1;
  int64_t evaluations_without_gain = 0;
  int64_t held_out_hash = 0;    // DataHash of what best_loss is of; 0: not known
  int64_t evaluated_step = -1;  // the last one whose evaluation is in the three above
  /// The HeldOutRule of a run that nobody gave music to measure on; absent in runs begun before
  /// there was a choice, which go on as they began.
  int64_t held_out_rule = 0;
  /// The BatchRule; absent in runs begun before there was a choice, which go on as they began.
  int64_t batch_rule = 0;
  RateSchedule schedule;
  double average_decay = 0;  // AverageStep's; 0: no averages

  bool operator==(const RunState&) const = default;
};

/// A hash of the labels and the first input of `examples`, in their order, whether they are stored
/// dense or compact; never 0.
int64_t DataHash(std::span<const DatasetExample> examples, const EventCodec& codec);

/// A checkpoint's tensors: weights, slots, global_step and beta powers by Magenta's names, the rest
/// under magenta/ (which TensorFlow passes over). The same bytes for the same state.
TensorMap RunTensors(const std::vector<Variable>& variables, const RunState& state,
                     const std::string& config, const std::string& hparams_text);

/// What RunTensors wrote; what is absent (a checkpoint of Magenta's) keeps `defaults`. Errors (exit
/// 3): a tensor of another type or size than it should be; numbers that no run has.
absl::StatusOr<RunState> ReadRunState(const TensorMap& tensors, const RunState& defaults);

/// Writes `folder`/model.ckpt-<step> and the state file, then removes what is beyond the newest
/// `keep` checkpoints (0: nothing). Returns the prefix. Killed at any moment, the folder names a
/// whole checkpoint, old or new. Errors: exit 5.
absl::StatusOr<std::string> SaveCheckpoint(const std::string& folder, int64_t step,
                                           const TensorMap& tensors, int keep);

/// Takes up what a process that was killed while it saved has left in `folder`: a checkpoint of
/// ours that the state file does not list joins the list as its oldest, so that `keep` counts it
/// and the oldest go; half of one is removed, and so are temporary files of checkpoints and of the
/// state file. What Magenta has left there and other names stay; where there is no state file
/// temporary files alone go. Only for who holds the run's lock. Errors: exit 5.
absl::Status TidyCheckpoints(const std::string& folder, int keep);

/// The newest whole checkpoint of `run_dir`, "" where training has not begun. Errors (exit 3):
/// checkpoints were there and none is whole.
absl::StatusOr<std::string> FindCheckpoint(const std::string& run_dir);

}  // namespace magenta
