// How a studio learns: a few short trials choose the learning rate, since music that the model
// knows already is unlearned at a rate that music of another kind needs; then one run, as long as
// there is time for, whose rate comes to 0, and whose best weights are kept. Dropout is for a high
// rate alone: at a low one it takes the weights away from where they were good without it, further
// than a few tunes of a known style bring them on.

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/weights.h"
#include "magenta/studio/jobs/job_work.h"
#include "magenta/studio/jobs/model_card.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

constexpr int kTrialSteps = 10;
constexpr int64_t kWarmupSteps = 2;  // of more steps than these
constexpr double kRates[] = {0.00005, 0.0002, 0.0005};
constexpr double kOnlyRate = kRates[1];  // where nothing can be measured
constexpr double kRateWithDropout = kRates[2];
/// A higher rate must be better by this share of the loss: of few held-out files less is chance,
/// and a higher rate loses more by it.
constexpr double kClearly = 0.02;
constexpr int kMostMeasurements = 100, kCheckpoints = 12;  // of a run
constexpr int64_t kLeastBetween = 5;                       // steps from one to the next
constexpr int kPatience = 4;                               // checkpoints without a gain
constexpr double kShareOfTime = 0.8;                       // of what is left, for steps alone
constexpr int64_t kLeastSteps = 20, kMostSteps = 20000;
constexpr double kKeepProb = 0.7;  // of dropout
// Of what a job writes, for the room that there is.
constexpr int64_t kMostRunBytes = int64_t{256} << 20;
constexpr char kStart[] = "start.mag", kModel[] = "model.mag", kWithCard[] = "taught.mag";

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// The path, from the job's folder, of data/training_... or data/eval_...; "" where it has none, or
/// an empty one.
std::string DataFile(const std::string& folder, const std::string& mode) {
  std::error_code error;
  for (fs::directory_iterator file(folder + "/data", error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename();
    // Beside it there may be what a killed program began.
    const bool is_whole = name.starts_with(mode + "_") && name.ends_with(".tfrecord");
    if (is_whole && file->file_size(error) > 0) return "data/" + name;
  }
  return "";
}

absl::Status CopyFile(const std::string& from, const std::string& to) {
  // The library's own copy forgets why a disk took no more.
  constexpr size_t kPiece = size_t{1} << 20;
  std::ifstream in(from, std::ios::binary);
  MAGENTA_ASSIGN_OR_RETURN(OutputFile out, OutputFile::Create(to));
  std::string piece(kPiece, '\0');
  while (in.read(piece.data(), kPiece), in.gcount() > 0) {
    MAGENTA_RETURN_IF_ERROR(out.Write({piece.data(), static_cast<size_t>(in.gcount())}));
  }
  if (!in.eof()) return OutsideError(from, "cannot be read");
  return out.Commit();
}

void RemoveFolder(const std::string& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

/// What is the same for trials and the run.
std::vector<std::string> TrainArguments(const JobAtWork& work, const std::string& run, double rate,
                                        int64_t steps) {
  const std::string held_out = DataFile(work.folder, "eval");
  return {"train",
          fmt::format("--from={}", kStart),
          "--run_dir=" + run,
          "--sequence_example_file=" + DataFile(work.folder, "training"),
          "--eval_file=" + (held_out.empty() ? "none" : held_out),
          fmt::format("--hparams=learning_rate={:g},dropout_keep_prob={:g}", rate,
                      rate < kRateWithDropout ? 1 : kKeepProb),
          "--learning_rate_schedule=linear",
          fmt::format("--warmup_steps={}", std::min(kWarmupSteps, steps - 1)),
          "--average_weights=0.9",
          fmt::format("--num_training_steps={}", steps),
          "--seed=1",
          "--device=cpu",
          fmt::format("--num_threads={}", work.tools.threads),
          "--progress"};
}

/// A line of `train --json --progress`.
struct TrainLine {
  std::string event;
  int64_t step = 0;
  double loss = 0;
  double eta_seconds = 0;
};

TrainLine LineOf(const std::string& text) {
  TrainLine line;
  const json read = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object() || !read.contains("event")) return line;
  const auto number = [&](const char* name) {
    return read.contains(name) && read[name].is_number() ? read[name].get<double>() : 0.0;
  };
  line.event = read["event"].is_string() ? read["event"].get<std::string>() : "";
  line.step = static_cast<int64_t>(number("step"));
  line.loss = number("loss");
  line.eta_seconds = number("eta_seconds");
  return line;
}

/// What a trial tells.
struct Trial {
  double before = 0, after = 0;  // held-out loss
  double steps_per_second = 0;
};

absl::StatusOr<Trial> TryRate(const JobAtWork& work, double rate) {
  RemoveFolder(work.folder + "/trial");
  std::vector<std::string> arguments = TrainArguments(work, "trial", rate, kTrialSteps);
  arguments.push_back(fmt::format("--eval_every_steps={}", kTrialSteps));
  arguments.push_back(fmt::format("--save_every_steps={}", kTrialSteps));
  Trial trial;
  std::optional<SteadyClock::time_point> first;
  int64_t first_step = 0;
  const absl::Status done =
      RunForJob(work, work.tools.magenta_train, std::move(arguments), [&](const std::string& text) {
        const TrainLine line = LineOf(text);
        if (line.event == "held_out") (line.step == 0 ? trial.before : trial.after) = line.loss;
        if (line.event != "step") return;
        if (!first) {
          first = SteadyClock::now();
          first_step = line.step;
        } else {
          trial.steps_per_second =
              static_cast<double>(line.step - first_step) / std::max(1e-3, SecondsSince(*first));
        }
      });
  RemoveFolder(work.folder + "/trial");
  MAGENTA_RETURN_IF_ERROR(done);
  return trial;
}

/// How many steps there is time for.
int64_t StepsFor(const StudioJob& job, double seconds_gone, double steps_per_second) {
  const double left = std::max(0.0, job.minutes * 60 - seconds_gone) * kShareOfTime;
  return std::clamp(static_cast<int64_t>(left * steps_per_second), kLeastSteps, kMostSteps);
}

/// Settles the learning rate and the number of steps.
absl::Status SettlePlan(const JobAtWork& work) {
  StudioJob& job = work.job;
  const auto start = SteadyClock::now();
  const bool measured = !DataFile(work.folder, "eval").empty();
  double best_loss = 0, speed = 0, chosen = measured ? kRates[0] : kOnlyRate;
  for (const double rate : kRates) {
    if (!measured && rate != kOnlyRate) continue;
    MAGENTA_ASSIGN_OR_RETURN(const Trial trial, TryRate(work, rate));
    speed = std::max(speed, trial.steps_per_second);
    if (rate == kRates[0]) {
      best_loss = trial.after;
      job.curves.before = trial.before;
    } else if (measured && trial.after < best_loss - kClearly * trial.before) {
      best_loss = trial.after;
      chosen = rate;
    }
    work.changed(/*keep=*/false);
  }
  job.learning_rate = chosen;
  if (job.steps == 0) job.steps = StepsFor(job, SecondsSince(start), speed);
  work.changed(/*keep=*/true);
  return absl::OkStatus();
}

void TakeLine(const JobAtWork& work, const std::string& text) {
  StudioJob& job = work.job;
  const TrainLine line = LineOf(text);
  if (line.event == "held_out") {
    job.curves.AddHeldOut(line.step, line.loss);
    if (line.step == 0) job.curves.before = line.loss;
    job.checkpoints = CheckpointsOf(work.folder);
    work.changed(/*keep=*/true);
  } else if (line.event == "step") {
    job.step = line.step;
    job.curves.AddTraining(line.step, line.loss);
    job.progress =
        static_cast<double>(line.step) / static_cast<double>(std::max<int64_t>(1, job.steps));
    job.eta_seconds = line.eta_seconds;
    const std::vector<int64_t> now = CheckpointsOf(work.folder);
    const bool saved = now != job.checkpoints;
    job.checkpoints = now;
    work.changed(saved);
  }
}

absl::Status Learn(const JobAtWork& work) {
  StudioJob& job = work.job;
  const int64_t every = std::max(kLeastBetween, job.steps / kCheckpoints);
  // What a trial reached so soon is not run past.
  const int64_t measure_every =
      std::min(every, std::max<int64_t>(kTrialSteps, job.steps / kMostMeasurements));
  std::vector<std::string> arguments = TrainArguments(work, "run", job.learning_rate, job.steps);
  arguments.push_back(fmt::format("--eval_every_steps={}", measure_every));
  arguments.push_back(fmt::format("--save_every_steps={}", every));
  arguments.emplace_back("--keep=0");
  if (!DataFile(work.folder, "eval").empty()) {
    arguments.push_back(fmt::format("--patience={}", kPatience * every / measure_every));
  }
  absl::Status done = RunForJob(work, work.tools.magenta_train, std::move(arguments),
                                [&](const std::string& text) { TakeLine(work, text); });
  job.checkpoints = CheckpointsOf(work.folder);
  // Not every step was told of.
  if (!job.checkpoints.empty()) job.step = std::max(job.step, job.checkpoints.back());
  if (done.ok() || done.code() == absl::StatusCode::kCancelled) return done;
  if (job.checkpoints.empty()) return done;
  return WithRemedy(std::move(done), "What it has learned so far stays: make room, and go on");
}

/// Bits a note of both models on the held-out music; nothing where they can't be told.
CardScores Scores(const JobAtWork& work) {
  CardScores scores;
  const std::string held_out = DataFile(work.folder, "eval");
  if (held_out.empty()) return scores;
  (void)RunForJob(work, work.tools.magenta,
                  {"score", fmt::format("--bundle_file={},{}", kStart, kModel), held_out},
                  [&](const std::string& text) {
                    const json read = json::parse(text, nullptr, /*allow_exceptions=*/false);
                    if (!read.is_object() || !read.contains("models")) return;
                    const json& models = read["models"];
                    if (models.size() != 2) return;
                    const auto bits = [&](size_t i) {
                      const json& value = models[i].value("bits_per_note", json());
                      return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
                    };
                    scores = {bits(0), bits(1)};
                  });
  return scores;
}

absl::Status Pack(const JobAtWork& work) {
  StudioJob& job = work.job;
  std::string hparams;
  MAGENTA_RETURN_IF_ERROR(
      RunForJob(work, work.tools.magenta,
                {"bundle", "--run_dir=run", fmt::format("--bundle_file={}", kModel),
                 // Without its name, which may change.
                 "--bundle_description=taught in the studio" +
                     (job.report ? fmt::format(" by {} files", job.report->kept) : "")},
                [&](const std::string& text) {
                  const json read = json::parse(text, nullptr, /*allow_exceptions=*/false);
                  if (read.is_object()) hparams = read.value("hparams", "");
                }));
  const auto from = work.tools.models->Find(job.model);
  const std::string card =
      ModelCardOf(job, from.ok() ? from->name : job.model, hparams, Scores(work));
  MAGENTA_RETURN_IF_ERROR(WriteFile(work.folder + "/card.md", card));
  MAGENTA_RETURN_IF_ERROR(
      RunForJob(work, work.tools.magenta,
                {"bundle", fmt::format("--from={}", kModel),
                 fmt::format("--bundle_file={}", kWithCard), "--card=card.md"}));
  MAGENTA_ASSIGN_OR_RETURN(job.result,
                           work.tools.models->Add(work.folder + "/" + kWithCard, job.name));
  std::error_code ignored;
  for (const char* file : {kModel, kWithCard, "card.md"}) {
    fs::remove(work.folder + "/" + file, ignored);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CopyForTraining(const std::string& dataset_folder, const JobModel& from,
                             const std::string& folder) {
  MAGENTA_RETURN_IF_ERROR(MakeFolder(folder + "/data"));
  for (const char* mode : {"training", "eval"}) {
    const std::string file = DataFile(dataset_folder, mode);
    if (file.empty()) continue;
    const std::string name = "/" + file;
    MAGENTA_RETURN_IF_ERROR(CopyFile(dataset_folder + name, folder + name));
  }
  if (DataFile(folder, "training").empty()) {
    return NothingToOutputError("the data set has no example to learn from", "Add other files");
  }
  return CopyFile(from.bundle_file, folder + "/" + kStart);
}

absl::Status TrainForJob(const JobAtWork& work) {
  MAGENTA_RETURN_IF_ERROR(work.tools.room->Take(kMostRunBytes));
  if (work.job.learning_rate == 0 || work.job.steps == 0) {
    MAGENTA_RETURN_IF_ERROR(SettlePlan(work));
  }
  MAGENTA_RETURN_IF_ERROR(Learn(work));
  return Pack(work);
}

std::vector<int64_t> CheckpointsOf(const std::string& folder) {
  constexpr std::string_view kBegin = "model.ckpt-", kEnd = ".index";
  std::vector<int64_t> steps;
  std::error_code error;
  for (fs::directory_iterator file(folder + "/run/train", error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename();
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) continue;
    int64_t step = -1;
    const char* last = name.data() + name.size() - kEnd.size();
    if (std::from_chars(name.data() + kBegin.size(), last, step).ptr == last) {
      steps.push_back(step);
    }
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

}  // namespace magenta
