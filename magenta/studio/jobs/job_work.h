#pragma once
// What is done for a job, by programs of ours that run beside the server. Each begins where an
// earlier server left it.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/studio/jobs/collections.h"
#include "magenta/studio/jobs/studio_job.h"

namespace magenta {

/// A model that a job begins from.
struct JobModel {
  std::string name;         // as people know it
  std::string config;       // "lookback_rnn"
  std::string bundle_file;  // a path
};

/// Where those models are, and where the ones go that come of jobs. Thread-safe.
class JobModels {
 public:
  virtual ~JobModels() = default;
  /// Errors: none of that id (kNotFound).
  virtual absl::StatusOr<JobModel> Find(const std::string& id) = 0;
  /// Takes a copy of `bundle_file` as a model called `name`, and gives its id.
  virtual absl::StatusOr<std::string> Add(const std::string& bundle_file,
                                          const std::string& name) = 0;
};

/// What a job is done with.
struct JobTools {
  std::string magenta;  // the programs' paths; "": not built
  std::string magenta_train;
  std::string train_remedy;  // StudioOptions'
  int threads = 1;           // that they may use
  int nice = 19;             // ChildProcess's
  Collections* collections = nullptr;
  JobModels* models = nullptr;
  DiskRoom* room = nullptr;  // of all that is kept, jobs and models
};

/// A job at work.
struct JobAtWork {
  const JobTools& tools;
  /// Of its own; what the programs write lies here.
  std::string folder;
  StudioJob& job;
  /// The job has changed; `keep`: so that a restarted server should know.
  std::function<void(bool keep)> changed;
  /// Whether to stop, soon.
  std::function<bool()> stop;
};

/// Makes DATA (below the folder) of the job's collection, and its report. Errors: nothing in it can
/// be learned from (the report is there); the disk's; kCancelled when stopped.
absl::Status MakeJobDataset(const JobAtWork& work);

/// What a train job needs of others, so that they may go: the dataset and the model that it begins
/// from. When it is made.
absl::Status CopyForTraining(const std::string& dataset_folder, const JobModel& from,
                             const std::string& folder);

/// Trains, packs the best and gives it to the models. Errors: as the programs'; kCancelled when
/// stopped, and then the next call goes on.
absl::Status TrainForJob(const JobAtWork& work);

/// The steps of the checkpoints that a train job has, ascending.
std::vector<int64_t> CheckpointsOf(const std::string& folder);

/// A tune of eight bars by the checkpoint of `step`, the same each time, as JSON of a NoteSequence;
/// made once. Errors: no such checkpoint (kNotFound).
absl::StatusOr<std::string> TuneOfCheckpoint(const std::string& folder, const StudioJob& job,
                                             int64_t step);

/// Runs a verb of `program` in the job's folder with --json and --quiet. Errors: as it said; of one
/// that was stopped kCancelled.
absl::Status RunForJob(const JobAtWork& work, const std::string& program,
                       std::vector<std::string> arguments,
                       const std::function<void(const std::string& line)>& on_line = {});

}  // namespace magenta
