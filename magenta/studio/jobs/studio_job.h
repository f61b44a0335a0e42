#pragma once
// What is known of a job, as the API tells it and as a restarted server finds it again:
// docs/formats/job.md.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/studio/jobs/dataset_report.h"

namespace magenta {

enum class JobKind { kDataset, kTrain };
enum class JobState { kWaiting, kRunning, kStopped, kDone, kFailed };

/// A step and the loss there, in nats a step of music.
using CurvePoint = std::pair<int64_t, double>;

/// How a training went. Points of `training` are thinned out as they become many.
struct TrainingCurves {
  std::vector<CurvePoint> training;
  std::vector<CurvePoint> held_out;
  /// The held-out loss of the weights that it began from.
  std::optional<double> before;

  void AddTraining(int64_t step, double loss);
  void AddHeldOut(int64_t step, double loss);
  /// The smallest held-out loss; nothing where nothing was measured.
  std::optional<CurvePoint> Best() const;
};

struct StudioJob {
  std::string id;
  JobKind kind = JobKind::kDataset;
  std::string name;
  /// The model that it is about: its id on the shelf and its config.
  std::string model;
  std::string config;
  JobState state = JobState::kWaiting;
  double progress = 0;                // 0..1
  std::optional<double> eta_seconds;  // nothing before a step of the run was measured
  std::string created_at;             // ISO 8601, UTC
  /// Of a failed one; "" otherwise.
  std::string error_message, error_remedy;
  /// Of a dataset job, and of the train jobs that learn from it, once it is known.
  std::optional<DatasetReport> report;

  // Of a dataset job.
  std::string collection;
  std::map<std::string, double> options;  // of `magenta dataset`, a bool as 0 or 1

  // Of a train job.
  std::string dataset;       // the job that made what it learns from
  double minutes = 0;        // how long it may learn; 0: `steps` were named
  double learning_rate = 0;  // 0: not chosen yet
  int64_t step = 0;
  int64_t steps = 0;  // 0: not known yet
  TrainingCurves curves;
  std::vector<int64_t> checkpoints;
  std::string result;  // the model on the shelf that came of it; ""
};

/// "train"; "waiting".
const char* JobKindName(JobKind kind);
const char* JobStateName(JobState state);

/// Whether it will go on by itself.
bool IsPending(const StudioJob& job);

/// As the API tells it, one line.
std::string JobJson(const StudioJob& job);

/// As it is kept in a file.
std::string JobFileText(const StudioJob& job);
/// Errors (exit 3): no JSON, or none of a job.
absl::StatusOr<StudioJob> ParseJobFile(const std::string& text);

/// `name` as it may be shown: UTF-8 of one line, blanks around it gone, at most 80 characters
/// and 200 bytes; "" stays "".
std::string ShownName(const std::string& name);

/// Now, "2026-11-29T07:31:20.123Z".
std::string IsoNow();

/// An id of the server's own: twelve hexadecimal digits by chance.
std::string NewId();
/// Whether `id` could be one: what stands in a path of ours is checked first.
bool IsId(const std::string& id);

}  // namespace magenta
