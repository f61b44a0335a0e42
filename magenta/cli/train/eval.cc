#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/train/train_verbs.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/generate/model.h"
#include "magenta/generate/weights.h"

namespace magenta::cli {
namespace {

/// How long --follow waits for a new checkpoint, as the reference does.
constexpr std::chrono::seconds kPatience{300};

/// Sets a flag when nothing happened for kPatience, or when a signal came.
class Watchdog {
 public:
  Watchdog() : last_(std::chrono::steady_clock::now()), thread_([this] { Watch(); }) {}
  ~Watchdog() {
    ended_ = true;
    thread_.join();
  }
  void Touch() { last_ = std::chrono::steady_clock::now(); }
  const std::atomic<bool>& stop() const { return stop_; }
  bool gave_up() const { return gave_up_; }

 private:
  void Watch() {
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

class RunningEvalVerb : public EvalFlags {
 public:
  absl::Status Run(Context& context) override {
    EvalOptions options;
    MAGENTA_ASSIGN_OR_RETURN(options.model, FindModel(config.empty() ? kDefaultConfig : config));
    MAGENTA_RETURN_IF_ERROR(FillOptions(context, options));
    CatchSignals();
    Watchdog watchdog;
    options.stop = &watchdog.stop();
    const auto show = [&](int64_t step, const Metrics& metrics) {
      watchdog.Touch();
      context.out.Line(context.out.json() ? MetricsJson(step, metrics).Text()
                                          : MetricsText(step, metrics));
      (void)context.out.Flush();
    };
    if (follow) options.on_metrics = show;
    const auto result = Evaluate(options);
    if (follow && watchdog.gave_up()) return absl::OkStatus();
    if (!result.ok()) return result.status();
    if (!follow) show(result->step, result->metrics);
    context.out.Info(fmt::format("{} examples, {} steps, by {}", result->metrics.examples,
                                 result->metrics.steps, result->checkpoint));
    return absl::OkStatus();
  }

 private:
  absl::Status FillOptions(const Context& context, EvalOptions& options) const {
    const int named = !run_dir.empty() + !checkpoint_file.empty() + !bundle_file.empty();
    if (named > 1) {
      return UsageError("--run_dir, --checkpoint_file and --bundle_file exclude each other",
                        "Name the weights once");
    }
    if (follow && run_dir.empty()) return UsageError("--follow needs --run_dir");
    options.run_dir = run_dir;
    options.checkpoint_file = checkpoint_file;
    options.bundle_file = bundle_file;
    if (named == 0) {
      MAGENTA_ASSIGN_OR_RETURN(options.bundle_file, BundledWeights(options.model->id));
    }
    options.sequence_example_file = sequence_example_file;
    options.hparams = hparams;
    options.num_examples = num_examples;
    options.device = device;
    options.num_threads = context.globals.Threads();
    options.follow = follow;
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningEvalVerb() { return std::make_unique<RunningEvalVerb>(); }

}  // namespace magenta::cli
