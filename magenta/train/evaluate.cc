#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/run_log.h"
#include "magenta/train/shards.h"
#include "magenta/train/train.h"

namespace magenta {
namespace {

struct Evaluator {
  const EvalOptions& options;
  std::vector<DatasetExample> examples;
  std::string device;
  RunLog log;

  absl::StatusOr<EvalResult> Measure(const ModelSource& source);
};

ModelSource EvaluatedSource(const EvalOptions& options) {
  ModelSource source;
  source.run_dir = options.run_dir;
  source.newest = options.newest;
  source.checkpoint_file = options.checkpoint_file;
  source.bundle_file = options.bundle_file;
  return source;
}

absl::StatusOr<EvalResult> Evaluator::Measure(const ModelSource& source) {
  MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, ReadWeights(source));
  const ModelSpec& spec = *options.model;
  MAGENTA_ASSIGN_OR_RETURN(const auto model, MakeModel(weights, spec.id, options.hparams));
  MAGENTA_ASSIGN_OR_RETURN(const auto learner,
                           NewLearner(spec, model->hparams, OptionsForDevice(device, false, 1)));
  std::vector<Variable> variables = learner->StartVariables(0);
  if (absl::Status status = TakeValues(weights.tensors, variables); !status.ok()) {
    return WithFile(status, weights.file);
  }
  const ScoreSums sums =
      ScoreExamples(*learner, variables, examples, *spec.codec, options.num_threads, options.stop);
  if (options.stop != nullptr && *options.stop) return InterruptedError("evaluation was stopped");
  EvalResult result{std::max<int64_t>(model->global_step, 0), weights.file,
                    sums.ToMetrics(StepsOfClasses(spec))};
  // A single measurement of some step on some music would stand across the curve that training
  // draws.
  if (options.follow) {
    MAGENTA_RETURN_IF_ERROR(log.Evaluation(result.step, result.metrics));
  }
  if (options.on_metrics) options.on_metrics(result.step, result.metrics);
  return result;
}

// Sleeps in short pieces; false once *stop.
bool WaitUnlessStopped(double seconds, const std::atomic<bool>* stop) {
  constexpr std::chrono::milliseconds kPiece(50);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (stop != nullptr && *stop) return false;
    std::this_thread::sleep_for(kPiece);
  }
  return stop == nullptr || !*stop;
}

absl::StatusOr<EvalResult> Follow(Evaluator& evaluator) {
  const EvalOptions& options = evaluator.options;
  EvalResult result;
  do {
    const auto latest = LatestCheckpoint(options.run_dir);
    if (!latest.ok() || *latest == result.checkpoint) continue;
    ModelSource source;
    source.checkpoint_file = *latest;
    auto measured = evaluator.Measure(source);
    // A trainer may remove a checkpoint while it is being read; the next one is there then.
    if (!measured.ok() && LatestCheckpoint(options.run_dir).value_or(*latest) != *latest) continue;
    if (!measured.ok()) return measured.status();
    result = *std::move(measured);
  } while (WaitUnlessStopped(options.poll_seconds, options.stop));
  if (result.checkpoint.empty()) return InterruptedError("stopped before there was a checkpoint");
  return result;
}

absl::Status CheckEvalOptions(const EvalOptions& options) {
  if (options.model == nullptr) return UsageError("no model to measure", "Give --config.");
  const int named =
      !options.run_dir.empty() + !options.checkpoint_file.empty() + !options.bundle_file.empty();
  if (named != 1) {
    return UsageError(fmt::format("{} models are named where one is measured", named),
                      "Give one of --run_dir, --checkpoint_file and --bundle_file.");
  }
  if (options.follow && options.run_dir.empty()) {
    return UsageError("--follow watches a run", "Give --run_dir.");
  }
  if (options.sequence_example_file.empty()) {
    return UsageError("no examples to measure on", "Give --sequence_example_file.");
  }
  if (options.model->train != nullptr) {
    return UsageError(
        fmt::format("{} cannot be measured: it is no network that train knows", options.model->id));
  }
  return CheckTrainable(*options.model);
}

}  // namespace

absl::StatusOr<EvalResult> Evaluate(const EvalOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckEvalOptions(options));
  MAGENTA_RETURN_IF_ERROR(CheckLibtorchThreads());
  KeepFreedMemory();
  Evaluator evaluator{options, {}, "", RunLog(options.run_dir)};
  MAGENTA_ASSIGN_OR_RETURN(evaluator.device, DeviceFor(*options.model, options.device));
  MAGENTA_ASSIGN_OR_RETURN(evaluator.examples, ReadDataset(options.sequence_example_file,
                                                           *options.model, options.same_events));
  if (options.num_examples > 0 &&
      static_cast<size_t>(options.num_examples) < evaluator.examples.size()) {
    evaluator.examples.resize(static_cast<size_t>(options.num_examples));
  }
  if (options.follow) return Follow(evaluator);
  return evaluator.Measure(EvaluatedSource(options));
}

}  // namespace magenta
