#pragma once
// What a run tells TensorBoard: scalars by Magenta's names, and a melody of the model at hand.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "magenta/base/tensor.h"
#include "magenta/io/record/event_writer.h"
#include "magenta/train/train.h"

namespace magenta {

/// Event files of one run; each file begins with its first event.
class RunLog {
 public:
  explicit RunLog(std::string run_dir) : run_dir_(std::move(run_dir)) {}

  /// Figures of a training step to run_dir/train: Magenta's, learning_rate and global_step/sec.
  absl::Status Training(int64_t step, const Metrics& metrics, double learning_rate,
                        double steps_per_s);
  /// Pooled figures to run_dir/eval.
  absl::Status Evaluation(int64_t step, const Metrics& metrics);
  /// A text to run_dir/eval, as a block of code under "melody".
  absl::Status Melody(int64_t step, const std::string& text);

 private:
  absl::StatusOr<EventWriter*> Writer(const char* part, std::optional<EventWriter>& writer);

  std::string run_dir_;
  std::optional<EventWriter> train_, eval_;
};

/// 128 events that a network of `tensors` draws after a middle C, 16 a line: note names, "-" for no
/// event, "off" for note off. "" where the model is not one of the table or speaks no melodies.
std::string SampleText(const TensorMap& tensors, const std::string& config,
                       const std::string& hparams_text, uint32_t seed);

}  // namespace magenta
