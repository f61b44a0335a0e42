#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/train/train_verbs.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/generate/model.h"

namespace magenta::cli {
namespace {

class RunningTrainVerb : public TrainFlags {
 public:
  absl::Status Run(Context& context) override {
    TrainOptions options;
    MAGENTA_ASSIGN_OR_RETURN(options.model, FindModel(config.empty() ? kDefaultConfig : config));
    FillOptions(context, options);
    CatchSignals();
    ProgressBar bar(context.out, "training");
    options.on_progress = [&](const TrainProgress& progress) { Show(progress, context.out, bar); };
    options.on_note = [&](const std::string& note) { context.out.Info(note); };
    options.stop = &StopRequested();
    MAGENTA_ASSIGN_OR_RETURN(const TrainResult result, Train(options));
    Report(result, context.out);
    return absl::OkStatus();
  }

 private:
  void FillOptions(const Context& context, TrainOptions& options) const {
    options.run_dir = run_dir;
    options.sequence_example_file = sequence_example_file;
    options.hparams = hparams;
    options.num_training_steps = num_training_steps;
    options.more_steps = more_steps;
    options.eval_file = eval_file;
    options.eval_every_steps = eval_every_steps;
    options.patience = patience;
    options.from = from;
    options.save_every_steps = save_every_steps;
    options.keep = keep;
    options.summary_frequency = summary_frequency;
    options.device = device;
    options.seed = context.globals.seed.value_or(0);
    options.num_threads = context.globals.Threads();
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
      out.Info(fmt::format("nothing to do: the run has {} steps already (--more_steps=N adds some)",
                           result.step));
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
  }
};

}  // namespace

std::string MetricsText(int64_t step, const Metrics& metrics) {
  std::string text = fmt::format("step {}", step);
  for (const auto& [name, value] : metrics.Named()) text += fmt::format("  {} {:.6g}", name, value);
  return text;
}

Json MetricsJson(int64_t step, const Metrics& metrics) {
  Json json = Json::Object().Set("step", step);
  for (const auto& [name, value] : metrics.Named()) json.Set(name, value);
  return json.Set("steps", metrics.steps).Set("examples", metrics.examples);
}

std::unique_ptr<Verb> NewRunningTrainVerb() { return std::make_unique<RunningTrainVerb>(); }

}  // namespace magenta::cli
