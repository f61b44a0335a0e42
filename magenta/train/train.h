#pragma once
// Training a model and measuring one: what the verbs `train` and `eval` call.
//
// Needs no libtorch header. The arithmetic is docs/rules.md section 6: mean cross entropy over the
// real steps of a batch, each gradient tensor clipped on its own, TensorFlow's Adam. A run is a
// pure function of its seed, its data and its hyper-parameters: killed at any moment and started
// again with the same options it ends in the same bytes of weights as an unbroken run.

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/models/model_spec.h"

namespace magenta {

class Ranks;

/// What a model says about steps of rolls beside Metrics, whose accuracies are of cells then,
/// event_accuracy of those that sound: the recall.
struct RollMetrics {
  /// Of the cells that were thought to sound, those that did.
  double precision = 0;
  /// Mean probability of a step, which the reference calls perplexity.
  double step_probability = 0;
  double f1_score(double recall) const;
};

/// What a model says about labelled steps, pooled over all of them (not a mean of batches).
/// Accuracies are of the most probable class, 0..1; a share of nothing is NaN.
struct Metrics {
  /// Mean cross entropy in nats a step.
  double loss = 0;
  double accuracy = 0;
  /// Over the labels other than "nothing happens" (a repeat is an event), and over that one only.
  double event_accuracy = 0;
  double no_event_accuracy = 0;
  /// Mean over all classes; a class without labels counts as 0.
  double per_class_accuracy = 0;
  int64_t steps = 0;  // labels
  /// Mean cross entropy in nats a step of the grid, where events last other times than one; else
  /// it is loss, and not among the figures.
  std::optional<double> loss_per_step;
  int64_t examples = 0;  // sequences
  /// Of piano rolls.
  std::optional<RollMetrics> roll;

  /// exp(loss)
  double perplexity() const;
  /// (name, value) by Magenta's names: loss, metrics/accuracy, metrics/event_accuracy,
  /// metrics/no_event_accuracy, metrics/per_class_accuracy, metrics/perplexity; with loss_per_step
  /// metrics/loss_per_step and metrics/perplexity_per_step, which for others are loss and
  /// perplexity again. Of rolls: loss, metrics/accuracy, precision, recall, f1_score, perplexity.
  std::vector<std::pair<std::string, double>> Figures() const;
};

/// Where training stands; sent after every step.
struct TrainProgress {
  int64_t step = 0;   // steps done, all runs of this run_dir together
  int64_t total = 0;  // 0: endless
  double loss = 0;    // of this step's batch, before its update
  double perplexity = 0;
  double accuracy = 0;
  double steps_per_s = 0;
  double events_per_s = 0;
  double eta_s = 0;          // seconds left, 0 when endless
  double padding_share = 0;  // of the batch, were it padded to its longest example (it is not)
  /// Not null right after an evaluation on eval_file.
  const Metrics* evaluation = nullptr;
};

struct TrainOptions {
  const ModelSpec* model = nullptr;
  /// Checkpoints go to run_dir/train (and run_dir/best), event files to run_dir/{train,eval}.
  /// Where run_dir/train holds a checkpoint, of ours or of Magenta, training goes on from it.
  std::string run_dir;
  /// TFRecords of training examples, compact or dense: a path, a pattern, or several by commas.
  std::string sequence_example_file;
  /// The user's --hparams text; what it leaves out comes from the checkpoint, else from the model.
  std::string hparams;
  /// Steps in all, resumed ones counted; 0: endless. Absent, and no more_steps: as many as the
  /// schedule of a resumed run has, else default_steps.
  std::optional<int64_t> num_training_steps;
  /// When resuming: this many steps beyond the checkpoint, whatever num_training_steps says. Not
  /// for a run with a schedule.
  int64_t more_steps = 0;
  /// Where a run ends that has no other end (a note says so; 0: endless), and its patience where
  /// that is absent; a patience needs held-out examples.
  int64_t default_steps = 0;
  int default_patience = 0;
  /// Held-out examples, evaluated every eval_every_steps and at the end; empty: none, or with
  /// `hold_out` those of HoldOut (pipeline/held_out.h).
  std::string eval_file;
  bool hold_out = false;
  int64_t eval_every_steps = 100;
  /// Stop after this many evaluations in a row without a smaller loss; 0: never. Absent:
  /// default_patience where default_steps is the end, else 0.
  std::optional<int> patience;
  /// Fine-tune: what to start from (SourceOf), with fresh optimizer slots, at step 0, where
  /// held-out examples are measured too, and with FineTuningHParams. Ignored when resuming.
  std::string from;
  /// How the learning rate goes on (RateShape's names): linear and cosine ones come to 0 at the
  /// last step, which num_training_steps names where the run begins. "": a resumed run's own, else
  /// constant.
  std::string learning_rate_schedule;
  /// Steps over which the rate rises first; absent: a resumed run's own, else 0.
  std::optional<int64_t> warmup_steps;
  /// Decay of a moving average of the weights, in [0, 1): what is measured, kept as the best and
  /// used afterwards. 0: none; absent: a resumed run's own, else none.
  std::optional<double> average_weights;
  int64_t save_every_steps = 100;
  /// Checkpoints kept; 0: all.
  int keep = 10;
  /// Steps between scalars in the event file of run_dir/train, first at the first step.
  int64_t summary_frequency = 10;
  /// auto, cpu or cuda.
  std::string device = "auto";
  /// On a GPU: products in bfloat16.
  bool mixed_precision = false;
  /// Of several processes on this machine, which one: they take GPUs in turn.
  int local_rank = 0;
  uint32_t seed = 0;
  /// Threads to use; the results do not depend on it.
  int num_threads = 1;
  /// The processes that share the work (train/distributed/ranks.h); null: this one is alone. The
  /// weights do not depend on it. Rank 0 writes all files; *stop of any rank stops all.
  Ranks* ranks = nullptr;
  /// Called on the training thread; may be empty.
  std::function<void(const TrainProgress&)> on_progress;
  /// Lines for the user (resumed from, early stop, ...); may be empty.
  std::function<void(const std::string&)> on_note;
  /// Becomes true, by a signal, to stop after the step at hand; may be null.
  const std::atomic<bool>* stop = nullptr;
};

struct TrainResult {
  int64_t step = 0;
  /// Prefix of the last checkpoint.
  std::string checkpoint;
  /// Of the last batch (loss, accuracies), before its update.
  Metrics training;
  bool has_evaluation = false;
  /// The last one on eval_file.
  Metrics evaluation;
  /// Of all evaluations; its checkpoint lies in run_dir/best/train.
  double best_loss = std::numeric_limits<double>::infinity();
  int64_t best_step = -1;
  bool stopped_early = false;
  /// The step at which its learning rate comes to 0, beyond which it cannot go; 0: none.
  int64_t schedule_steps = 0;
};

/// Trains until the last step, an early stop, or *stop (then InterruptedError, exit 130, after
/// saving a checkpoint). Errors: hparams that disagree with the checkpoint (exit 2, showing both);
/// data missing, corrupt, of another config or empty (exit 3); run_dir not writable (exit 5); a
/// loss that is infinite or no number (exit 3; the last checkpoint stays); another process that
/// trains run_dir (exit 5); ranks that are not about to do the same (exit 2) or are lost (exit 5).
absl::StatusOr<TrainResult> Train(const TrainOptions& options);

struct EvalOptions {
  const ModelSpec* model = nullptr;
  /// One of these three; bundle_file is a .mag. Of run_dir the best checkpoint is measured where it
  /// has one, else (or with `newest`, or `follow`) the newest.
  std::string run_dir;
  bool newest = false;
  std::string checkpoint_file;
  std::string bundle_file;
  std::string sequence_example_file;  // as TrainOptions'
  /// Examples made for another model will do, where its events are the same.
  bool same_events = false;
  std::string hparams;
  /// Examples to use, from the first; 0: all.
  int64_t num_examples = 0;
  std::string device = "auto";
  int num_threads = 1;
  /// With run_dir: measure each new checkpoint until *stop, looking every poll_seconds.
  bool follow = false;
  double poll_seconds = 10;
  /// Called after each evaluation with the checkpoint's step.
  std::function<void(int64_t step, const Metrics&)> on_metrics;
  const std::atomic<bool>* stop = nullptr;
};

struct EvalResult {
  int64_t step = 0;        // the checkpoint's global_step; 0 where it has none
  std::string checkpoint;  // the file that was measured
  Metrics metrics;
};

/// Measures a checkpoint on a data set, without dropout, over every example. With run_dir, the
/// figures also go to an event file in run_dir/eval. Errors as Train's.
absl::StatusOr<EvalResult> Evaluate(const EvalOptions& options);

}  // namespace magenta
