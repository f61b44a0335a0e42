#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "magenta/base/status.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/train/train_verbs.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/generate/model.h"
#include "magenta/train/distributed/gloo_ranks.h"
#include "magenta/train/distributed/launch.h"
#include "magenta/train/fine_tuning.h"

namespace magenta::cli {
namespace {

// Where a run ends that nobody gave an end.
constexpr int64_t kSteps = 20000, kFineTuningSteps = 2000;
constexpr int64_t kMeasureEvery = 100, kMeasureEveryFineTuning = 20;  // steps
constexpr int kWithoutGain = 10, kFineTuningWithoutGain = 5;          // measurements
constexpr char kNoEvaluation[] = "none";
constexpr auto kBetweenSteps = std::chrono::milliseconds(100);  // that --progress tells of

class RunningTrainVerb : public TrainFlags {
 public:
  absl::Status Run(Context& context) override {
    TrainOptions options;
    MAGENTA_ASSIGN_OR_RETURN(options.model, Chosen());
    FillOptions(context, options);
    CatchSignals();
    options.on_note = [&](const std::string& note) { context.out.Info(note); };
    options.stop = &StopRequested();
    MAGENTA_ASSIGN_OR_RETURN(const auto ranks, Join(context, options));
    options.ranks = ranks.get();
    if (ranks != nullptr && !ranks->leads()) options.on_note = nullptr;
    ProgressBar bar(context.out, "training");
    if (ranks == nullptr || ranks->leads()) {
      options.on_progress = [&](const TrainProgress& progress) {
        if (this->progress && context.out.json()) {
          Tell(progress, context.out);
        } else {
          Show(progress, context.out, bar);
        }
      };
    }
    MAGENTA_ASSIGN_OR_RETURN(const TrainResult result, Train(options));
    if (ranks == nullptr || ranks->leads()) Report(result, context.out);
    return absl::OkStatus();
  }

 private:
  /// The model of --config, else the one that --from is of.
  absl::StatusOr<const ModelSpec*> Chosen() const {
    if (!config.empty()) return FindModel(config);
    if (from.empty()) return FindModel(kDefaultConfig);
    MAGENTA_ASSIGN_OR_RETURN(const ModelSource source, SourceOf(from));
    return SpecOf(source);
  }

  void FillOptions(const Context& context, TrainOptions& options) const {
    options.run_dir = run_dir;
    options.sequence_example_file = sequence_example_file;
    options.hparams = hparams;
    if (num_training_steps >= 0) options.num_training_steps = num_training_steps;
    options.more_steps = more_steps;
    options.default_steps = from.empty() ? kSteps : kFineTuningSteps;
    options.eval_file = eval_file == kNoEvaluation ? "" : eval_file;
    options.hold_out = eval_file.empty();
    options.eval_every_steps = eval_every_steps > 0 ? eval_every_steps
                               : from.empty()       ? kMeasureEvery
                                                    : kMeasureEveryFineTuning;
    if (patience >= 0) options.patience = patience;
    if (eval_file != kNoEvaluation) {
      options.default_patience = from.empty() ? kWithoutGain : kFineTuningWithoutGain;
    }
    options.from = from;
    options.learning_rate_schedule = learning_rate_schedule;
    if (warmup_steps >= 0) options.warmup_steps = warmup_steps;
    options.average_weights = average_weights;
    options.save_every_steps = save_every_steps;
    options.keep = keep;
    options.summary_frequency = summary_frequency;
    options.device = device;
    options.mixed_precision = mixed_precision;
    options.seed = context.globals.seed.value_or(0);
    options.num_threads = context.globals.Threads();
  }

  // Null where no launcher started several processes.
  static absl::StatusOr<std::unique_ptr<Ranks>> Join(const Context& context,
                                                     TrainOptions& options) {
    JoinOptions join;
    MAGENTA_ASSIGN_OR_RETURN(join.place,
                             FindPlace([](const char* name) { return std::getenv(name); }));
    options.local_rank = join.place.local_rank;
    if (join.place.size == 1) return nullptr;
    if (context.globals.num_threads == 0 && join.place.local_size > 0) {
      options.num_threads = std::max(1, options.num_threads / join.place.local_size);
    }
    join.on_note = options.on_note;
    join.stop = options.stop;
    MAGENTA_ASSIGN_OR_RETURN(auto ranks, JoinRanks(join));
    if (ranks->leads()) {
      options.on_note(fmt::format("{} processes train together, by {}'s variables", join.place.size,
                                  join.place.launcher));
    }
    return ranks;
  }

  // For programs: {"event": "held_out", ...} or {"event": "step", ...}.
  void Tell(const TrainProgress& progress, Output& out) {
    const auto now = std::chrono::steady_clock::now();
    if (progress.evaluation != nullptr) {
      out.Result(Json::Object()
                     .Set("event", "held_out")
                     .Set("step", progress.step)
                     .Set("loss", progress.evaluation->loss)
                     .Set("examples", progress.evaluation->examples));
    } else if (now - told_ >= kBetweenSteps || progress.step == progress.total) {
      told_ = now;
      out.Result(Json::Object()
                     .Set("event", "step")
                     .Set("step", progress.step)
                     .Set("total", progress.total)
                     .Set("loss", progress.loss)
                     .Set("steps_per_second", progress.steps_per_s)
                     .Set("eta_seconds", progress.eta_s));
    } else {
      return;
    }
    (void)out.Flush();
  }

  static void Show(const TrainProgress& progress, Output& out, ProgressBar& bar) {
    if (progress.evaluation != nullptr) {
      out.Info("held out: " + MetricsText(progress.step, *progress.evaluation));
    }
    bar.Update(
        static_cast<double>(progress.step), static_cast<double>(progress.total),
        fmt::format("step {}  loss {:.4f}  perplexity {:.3f}  accuracy {:.3f}  {:.1f} steps/s  "
                    "{:.0f} events/s",
                    progress.step, progress.loss, progress.perplexity, progress.accuracy,
                    progress.steps_per_s, progress.events_per_s));
  }

  static void Report(const TrainResult& result, Output& out) {
    const Metrics& metrics = result.has_evaluation ? result.evaluation : result.training;
    if (metrics.steps == 0 && !out.json()) {
      std::string more = " (--more_steps=N adds some)";
      if (result.schedule_steps > result.step) {
        more =
            fmt::format(" (its schedule ends with --num_training_steps={})", result.schedule_steps);
      } else if (result.schedule_steps > 0) {
        more = ", all that its schedule has";
      }
      out.Info(fmt::format("nothing to do: the run has {} steps already{}", result.step, more));
      return;
    }
    if (out.json()) {
      Json json = MetricsJson(result.step, metrics);
      json.Set("held_out", result.has_evaluation)
          .Set("checkpoint", result.checkpoint)
          .Set("best_step", result.best_step)
          .Set("best_loss", result.best_loss)
          .Set("stopped_early", result.stopped_early);
      out.Result(json);
    } else {
      out.Line(MetricsText(result.step, metrics));
    }
    out.Info(fmt::format("{} at step {}: {}", result.stopped_early ? "stopped early" : "done",
                         result.step, result.checkpoint));
    if (result.best_step >= 0 && result.best_step != result.step) {
      out.Info(fmt::format("the best by held-out loss ({:.4f}) is step {}{}; --run_dir takes it",
                           result.best_loss, result.best_step,
                           result.best_step == 0 ? ", what it began from" : ""));
    }
  }

  std::chrono::steady_clock::time_point told_;
};

}  // namespace

std::string MetricsText(int64_t step, const Metrics& metrics) {
  std::string text = fmt::format("step {}", step);
  for (const auto& [name, value] : metrics.Figures())
    text += fmt::format("  {} {:.6g}", name, value);
  return text;
}

Json MetricsJson(int64_t step, const Metrics& metrics) {
  Json json = Json::Object().Set("step", step);
  for (const auto& [name, value] : metrics.Figures()) json.Set(name, value);
  return json.Set("steps", metrics.steps).Set("examples", metrics.examples);
}

std::unique_ptr<Verb> NewRunningTrainVerb() { return std::make_unique<RunningTrainVerb>(); }

}  // namespace magenta::cli
