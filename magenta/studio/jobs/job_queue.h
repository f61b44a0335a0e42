#pragma once
// Jobs that outlive the server: each has a folder JOBS/ID with job.json (docs/formats/job.md), one
// runs at a time, the others wait in the order in which they were asked for.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/studio/jobs/collections.h"
#include "magenta/studio/jobs/job_work.h"

namespace magenta {

struct JobQueueOptions {
  /// Where jobs/ and collections/ lie; "": there is nowhere to write, and every call says so.
  std::string studio_dir;
  JobTools tools;  // collections are the queue's own
  CollectionLimits collections;
  /// Jobs that there may be.
  size_t most_jobs = 1000;
};

/// What a client asks for.
struct JobRequest {
  JobKind kind = JobKind::kDataset;
  std::string model;
  std::string name;
  // Of a dataset job.
  std::string collection;
  std::map<std::string, double> options;
  // Of a train job: minutes, or steps.
  std::string dataset;
  double minutes = 0;
  int64_t steps = 0;
};

/// Thread-safe. One server at a time: of a second one on the same folder every call is an error.
class JobQueue {
 public:
  /// What an earlier server left unfinished goes on at once.
  explicit JobQueue(JobQueueOptions options);
  /// Stop()s.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// Files to learn from. Errors: the folder is another server's, or can't be made (kUnavailable).
  absl::StatusOr<Collections*> Files();
  /// Begins one, and gives its id; old ones that no job names go. Errors: Files()', and
  /// Collections::Create's.
  absl::StatusOr<std::string> NewCollection();

  /// Errors: what the request says (kInvalidArgument), no such model, collection or dataset
  /// (kNotFound), too many jobs (kResourceExhausted), no magenta-train (kUnimplemented), no room,
  /// the disk's (kUnavailable).
  absl::StatusOr<StudioJob> Create(const JobRequest& request);
  /// Oldest first.
  absl::StatusOr<std::vector<StudioJob>> List();
  /// Errors, here and below: none of that id (kNotFound).
  absl::StatusOr<StudioJob> Find(const std::string& id);
  /// Asks a job that waits or runs to stop; another stays as it is.
  absl::StatusOr<StudioJob> StopJob(const std::string& id);
  /// A job that was stopped or has failed waits again; another stays as it is.
  absl::StatusOr<StudioJob> Resume(const std::string& id);
  /// Stops it, waits for that, and removes its folder.
  absl::Status Remove(const std::string& id);
  /// TuneOfCheckpoint.
  absl::StatusOr<std::string> Tune(const std::string& id, int64_t step);

  /// Counts changes of all jobs. Waits until it is another than `seen`, at most `seconds`.
  uint64_t WaitForChange(uint64_t seen, double seconds);
  /// The count of the last change of a job; 0: there is none of that id (any more).
  uint64_t VersionOf(const std::string& id);

  /// The running program is asked to end; its job goes on with the next server.
  void Stop();

 private:
  struct Entry {
    StudioJob job;
    uint64_t version = 0;
    bool stop_asked = false;
    bool at_work = false;
  };

  absl::Status Open();
  absl::Status OpenLocked();
  void Load();
  absl::Status StartWorker();
  void RemoveOldCollections();
  void Work();
  Entry* Next();
  void RunOne(std::unique_lock<std::mutex>& lock, const std::string& id);
  void Settle(Entry& entry, const absl::Status& done);
  void Changed(Entry& entry, bool keep);
  absl::Status CheckRequest(const JobRequest& request, const JobModel& model);
  absl::Status Prepare(const JobRequest& request, const JobModel& model, StudioJob& job);
  std::string FolderOf(const std::string& id) const { return jobs_folder_ + "/" + id; }
  absl::StatusOr<Entry*> Known(const std::string& id);

  JobQueueOptions options_;
  const std::string jobs_folder_;
  Collections collections_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Entry> jobs_;
  uint64_t changes_ = 1;
  int lock_file_ = -1;
  bool all_known_ = true;  // of every folder of a job its job.json was read
  bool stop_ = false;
  std::thread worker_;
};

}  // namespace magenta
