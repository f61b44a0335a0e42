#pragma once
// What a run tells TensorBoard: scalars by Magenta's names, and music of the model at hand.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "magenta/base/tensor.h"
#include "magenta/io/record/event_writer.h"
#include "magenta/train/run_folder.h"
#include "magenta/train/train.h"

namespace magenta {

/// Event files of one run; each file begins with its first event.
class RunLog {
 public:
  explicit RunLog(std::string run_dir) : run_dir_(std::move(run_dir)) {}

  /// What a run that now begins, or goes on, tells: its hyper-parameters, and from which steps on
  /// its figures stand for those that a run which was broken off has left.
  absl::Status Begin(const HParamsSession& session, int64_t training_step, int64_t evaluation_step);
  /// Figures of a step that is the best so far on held-out music, to run_dir.
  absl::Status Best(int64_t step, const Metrics& metrics);
  /// What has become of it, with the figures of its last step.
  absl::Status End(bool success, int64_t step, const Metrics& metrics);

  /// Figures of a training step to run_dir/train: Magenta's, learning_rate and global_step/sec.
  absl::Status Training(int64_t step, const Metrics& metrics, double learning_rate,
                        double steps_per_s);
  /// Pooled figures to run_dir/eval.
  absl::Status Evaluation(int64_t step, const Metrics& metrics);
  /// A text to run_dir/eval, as a block of code under `name` ("melody").
  absl::Status Sample(int64_t step, std::string_view name, const std::string& text);

 private:
  // One of the files below run_dir, and what it says first.
  struct Part {
    const char* folder;
    std::optional<int64_t> first_step;
    std::optional<EventWriter> writer;
  };
  absl::StatusOr<EventWriter*> Writer(Part& part);
  absl::Status Session(int64_t step, const char* what, const Metrics& metrics);

  std::string run_dir_;
  Part session_{"", {}, {}}, train_{"/train", {}, {}}, eval_{"/eval", {}, {}};
};

/// The row of TensorBoard's HPARAMS tab for a run of `config` whose seed and plan are those of
/// `state`; `from`: what it was fine-tuned from.
HParamsSession SessionOf(const std::string& config, const HParams& hparams, const RunState& state,
                         const std::string& from);

/// 128 events, 16 a line: the kind's default primer (a middle C, a bass drum), and what a network
/// of `tensors` draws after it, as MusicKind::EventText has them. "" where the model is not one of
/// the table.
std::string SampleText(const TensorMap& tensors, const std::string& config,
                       const std::string& hparams_text, uint32_t seed);

}  // namespace magenta
