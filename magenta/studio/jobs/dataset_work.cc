#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/pipeline/held_out.h"
#include "magenta/studio/jobs/job_work.h"

namespace magenta {
namespace {

constexpr int64_t kLeastFilesToHoldOut = 5;
constexpr uint64_t kMostReport = uint64_t{256} << 20;

/// --min_bars=3 --infer_chords
std::vector<std::string> FlagsOf(const StudioJob& job, const MusicKind& kind) {
  std::vector<std::string> flags;
  for (const ExampleOption& option : kind.example_options()) {
    const auto found = job.options.find(std::string(option.name));
    if (found == job.options.end()) continue;
    if (option.type == ExampleOption::Type::kBool) {
      flags.push_back(fmt::format("--{}{}", found->second != 0 ? "" : "no", option.name));
    } else {
      flags.push_back(fmt::format("--{}={}", option.name, found->second));
    }
  }
  return flags;
}

absl::Status ReadReport(const JobAtWork& work, const std::map<std::string, std::string>& names) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(work.folder + "/report.json", kMostReport));
  MAGENTA_ASSIGN_OR_RETURN(work.job.report, ReadDatasetReport(text, names));
  return absl::OkStatus();
}

/// In the words of the page.
absl::Status NothingKept(const DatasetReport& report) {
  std::string remedy = "Add other files";
  for (const DiscardedFiles& files : report.discarded) {
    if (files.remedy) {
      remedy = files.remedy->text;
      break;
    }
  }
  return NothingToOutputError(
      fmt::format("this model can learn from none of the {} files", report.files), remedy);
}

}  // namespace

absl::Status MakeJobDataset(const JobAtWork& work) {
  StudioJob& job = work.job;
  MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* spec, FindModel(job.config));
  MAGENTA_ASSIGN_OR_RETURN(const auto names, work.tools.collections->NamesOf(job.collection));
  if (names.empty()) {
    return NothingToOutputError("there are no files to learn from", "Add some files of music");
  }
  // Paths from the job's folder: they have no comma, no blank and no star, wherever that lies.
  std::vector<std::string> arguments = {
      "dataset",
      "--config=" + job.config,
      "--input=" +
          std::filesystem::relative(work.tools.collections->FilesOf(job.collection), work.folder)
              .string(),
      "--output_dir=data",
      "--eval_ratio=0",
      "--report=report.json",
      fmt::format("--num_threads={}", work.tools.threads)};
  for (std::string& flag : FlagsOf(job, *spec->kind)) arguments.push_back(std::move(flag));
  const absl::Status made = RunForJob(work, work.tools.magenta, std::move(arguments));
  std::error_code error;
  if ((made.ok() || ExitStatus(made) == 4 || ExitStatus(made) == 3) &&
      std::filesystem::exists(work.folder + "/report.json", error)) {
    MAGENTA_RETURN_IF_ERROR(ReadReport(work, names));
    if (!made.ok() && job.report->kept == 0) return NothingKept(*job.report);
  }
  MAGENTA_RETURN_IF_ERROR(made);
  const std::string files = fmt::format("_{}.tfrecord", spec->kind->names().files);
  MAGENTA_ASSIGN_OR_RETURN(
      const SplitCounts counts,
      SplitDataset(work.folder + "/data/training" + files, work.folder + "/data/eval" + files,
                   /*seed=*/0, kLeastFilesToHoldOut));
  job.report->examples = counts.training;
  job.report->held_out = counts.held_out;
  return absl::OkStatus();
}

}  // namespace magenta
