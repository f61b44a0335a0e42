#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/cli/input/model_list.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/train/train_verbs.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/generate/model.h"
#include "magenta/generate/weights.h"
#include "magenta/train/fine_tuning.h"

namespace magenta::cli {
namespace {

/// How long --follow waits for a new checkpoint, as the reference does.
constexpr std::chrono::seconds kPatience{300};

/// Sets a flag when nothing happened for kPatience, or when a signal came.
class Watchdog {
 public:
  Watchdog() : last_(std::chrono::steady_clock::now()), thread_([this] { Run(); }) {}
  ~Watchdog() {
    ended_ = true;
    thread_.join();
  }
  void Touch() { last_ = std::chrono::steady_clock::now(); }
  const std::atomic<bool>& stop() const { return stop_; }
  bool gave_up() const { return gave_up_; }

 private:
  void Run() {
    while (!ended_ && !stop_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      gave_up_ = std::chrono::steady_clock::now() - last_.load() > kPatience;
      if (gave_up_ || StopRequested()) stop_ = true;
    }
  }

  std::atomic<std::chrono::steady_clock::time_point> last_;
  std::atomic<bool> stop_ = false, ended_ = false, gave_up_ = false;
  std::thread thread_;
};

/// A model and how it did.
struct Measured {
  std::string name;
  EvalResult result;
};

class RunningEvalVerb : public EvalFlags {
 public:
  absl::Status Run(Context& context) override {
    const std::vector<NamedSource> sources = ListSources(Source());
    if (follow && (sources.size() != 1 || run_dir.empty())) {
      return UsageError("--follow needs --run_dir", "Name one run");
    }
    CatchSignals();
    Watchdog watchdog;
    if (follow) return Follow(sources[0], context, watchdog);
    std::vector<Measured> all;
    for (const NamedSource& named : sources) {
      MAGENTA_ASSIGN_OR_RETURN(EvalOptions options, Options(named, context));
      options.same_events = sources.size() > 1;
      options.stop = &watchdog.stop();
      MAGENTA_ASSIGN_OR_RETURN(EvalResult result, Evaluate(options));
      context.out.Info(fmt::format("{} examples, {} steps, by {}", result.metrics.examples,
                                   result.metrics.steps, result.checkpoint));
      all.push_back({named.name, std::move(result)});
    }
    if (all.size() > 1) {
      Report(all, context.out);
    } else {
      Show(all[0].result.step, all[0].result.metrics, context.out);
    }
    return absl::OkStatus();
  }

 private:
  ModelSource Source() const {
    ModelSource source;
    source.config = config;
    source.run_dir = run_dir;
    source.newest = newest;
    source.checkpoint_file = checkpoint_file;
    source.bundle_file = bundle_file;
    source.hparams_text = hparams;
    return source;
  }

  absl::Status Follow(const NamedSource& named, Context& context, Watchdog& watchdog) const {
    MAGENTA_ASSIGN_OR_RETURN(EvalOptions options, Options(named, context));
    options.follow = true;
    options.stop = &watchdog.stop();
    options.on_metrics = [&](int64_t step, const Metrics& metrics) {
      watchdog.Touch();
      Show(step, metrics, context.out);
    };
    const auto result = Evaluate(options);
    return watchdog.gave_up() ? absl::OkStatus() : result.status();
  }

  static void Show(int64_t step, const Metrics& metrics, Output& out) {
    out.Line(out.json() ? MetricsJson(step, metrics).Text() : MetricsText(step, metrics));
    (void)out.Flush();
  }

  /// The figures of all models, each name once, in the order in which they come first.
  static std::vector<std::string> FigureNames(const std::vector<Measured>& all) {
    std::vector<std::string> names;
    for (const Measured& one : all) {
      for (const auto& [name, value] : one.result.metrics.Figures()) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
    }
    return names;
  }

  /// A cell a name, empty where the model has no such figure.
  static std::vector<std::string> Row(const Measured& one, const std::vector<std::string>& names) {
    std::vector<std::string> row = {Printable(one.name), fmt::format("{}", one.result.step)};
    const auto figures = one.result.metrics.Figures();
    for (const std::string& name : names) {
      const auto figure = std::find_if(figures.begin(), figures.end(),
                                       [&](const auto& entry) { return entry.first == name; });
      row.push_back(figure == figures.end() ? "" : fmt::format("{:.4f}", figure->second));
    }
    return row;
  }

  static void Report(const std::vector<Measured>& all, Output& out) {
    const std::vector<std::string> names = FigureNames(all);
    std::vector<std::string> header = {"model", "step"};
    for (const std::string& name : names) {
      header.push_back(name.starts_with("metrics/") ? name.substr(8) : name);
    }
    TextTable table(header);
    Json models = Json::Array();
    for (const Measured& one : all) {
      table.Add(Row(one, names));
      models.Add(MetricsJson(one.result.step, one.result.metrics)
                     .Set("model", one.name)
                     .Set("file", one.result.checkpoint));
    }
    if (out.json()) {
      out.Result(Json::Object().Set("models", models));
    } else {
      out.Raw(table.Text());
    }
  }

  absl::StatusOr<EvalOptions> Options(const NamedSource& named, const Context& context) const {
    ModelSource source = named.source;
    if ((source.run_dir + source.checkpoint_file + source.bundle_file).empty()) {
      MAGENTA_RETURN_IF_ERROR(FindModel(named.name).status());
      auto bundle = BundledWeights(named.name);
      if (!bundle.ok()) {
        return WithRemedy(bundle.status(), "Name a bundle, a checkpoint or a run's folder");
      }
      source.bundle_file = *std::move(bundle);
    }
    EvalOptions options;
    const auto spec = SpecOf(source);
    // A run that is followed may have no checkpoint yet.
    if (!spec.ok() && (!follow || !source.config.empty())) return spec.status();
    MAGENTA_ASSIGN_OR_RETURN(options.model, spec.ok() ? spec : FindModel(kDefaultConfig));
    options.run_dir = source.run_dir;
    options.newest = source.newest;
    options.checkpoint_file = source.checkpoint_file;
    options.bundle_file = source.bundle_file;
    options.sequence_example_file = sequence_example_file;
    for (size_t at; (at = options.sequence_example_file.find(kConfigMark)) != std::string::npos;) {
      options.sequence_example_file.replace(at, kConfigMark.size(), options.model->id);
    }
    options.hparams = hparams;
    options.num_examples = num_examples;
    options.device = device;
    options.num_threads = context.globals.Threads();
    return options;
  }

  static constexpr std::string_view kConfigMark = "{config}";
};

}  // namespace

std::unique_ptr<Verb> NewRunningEvalVerb() { return std::make_unique<RunningEvalVerb>(); }

}  // namespace magenta::cli
