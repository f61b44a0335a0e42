#include "magenta/studio/jobs/job_queue.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/generate/model.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr uint64_t kMostJobFile = uint64_t{16} << 20;
constexpr double kLeastMinutes = 0.1, kMostMinutes = 24 * 60;
constexpr int64_t kMostJobSteps = 20000;
constexpr auto kKeepEvery = std::chrono::seconds(2);

absl::Status CheckOption(const ModelSpec& spec, const std::string& name, double value) {
  std::string names;
  for (const ExampleOption& option : spec.kind->example_options()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", option.name);
    if (option.name != name) continue;
    const bool whole = option.type == ExampleOption::Type::kDouble || value == std::floor(value);
    if (whole && value >= option.low && value <= option.high) return absl::OkStatus();
    return UsageError(fmt::format("{} is {}", name, value),
                      fmt::format("Give a number from {} to {}", option.low, option.high));
  }
  return UsageError(fmt::format("{} has no option {}", spec.id, name),
                    fmt::format("It has {}", names));
}

absl::Status CheckLength(const JobRequest& request) {
  if ((request.minutes > 0) == (request.steps > 0)) {
    return UsageError("a train job needs minutes or steps", "Give one of them, above 0");
  }
  if (request.steps > kMostJobSteps) {
    return UsageError(fmt::format("steps is {}", request.steps),
                      fmt::format("Give at most {}", kMostJobSteps));
  }
  if (request.minutes > 0 &&
      !(request.minutes >= kLeastMinutes && request.minutes <= kMostMinutes)) {
    return UsageError(fmt::format("minutes is {}", request.minutes),
                      fmt::format("Give {} to {}", kLeastMinutes, kMostMinutes));
  }
  return absl::OkStatus();
}

}  // namespace

JobQueue::JobQueue(JobQueueOptions options)
    : options_(std::move(options)),
      jobs_folder_(options_.studio_dir + "/jobs"),
      collections_(options_.studio_dir + "/collections", options_.collections,
                   *options_.tools.room) {
  options_.tools.collections = &collections_;
  std::error_code error;
  if (!options_.studio_dir.empty() && fs::is_directory(jobs_folder_, error)) (void)Open();
}

JobQueue::~JobQueue() {
  Stop();
  if (lock_file_ >= 0) ::close(lock_file_);
}

absl::Status JobQueue::Open() {
  const std::lock_guard lock(mutex_);
  return OpenLocked();
}

// Takes the folder for this server, once.
absl::Status JobQueue::OpenLocked() {
  if (lock_file_ >= 0) return absl::OkStatus();
  if (options_.studio_dir.empty()) {
    return OutsideError("", "there is no folder to keep anything in", "Give --studio_dir");
  }
  MAGENTA_RETURN_IF_ERROR(MakeFolder(jobs_folder_));
  const std::string path = jobs_folder_ + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return OutsideError(path, "can't be written", "Give another --studio_dir");
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return OutsideError("", "another magenta server teaches in this folder",
                        "Use its page, or give one of them another --studio_dir");
  }
  if (absl::Status started = StartWorker(); !started.ok()) {
    ::close(file);
    return started;
  }
  lock_file_ = file;
  Load();
  return absl::OkStatus();
}

void JobQueue::Load() {
  std::error_code error;
  for (fs::directory_iterator entry(jobs_folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string id = entry->path().filename();
    if (!IsId(id)) continue;
    const auto text = ReadFile(FolderOf(id) + "/job.json", kMostJobFile);
    std::error_code gone;
    // One without is what a server left that was ended while it made or removed it.
    if (absl::IsNotFound(text.status())) {
      fs::remove_all(entry->path(), gone);
      continue;
    }
    all_known_ &= text.ok();
    auto job = text.ok() ? ParseJobFile(*text) : text.status();
    if (!job.ok() || job->id != id) continue;
    jobs_[id] = {*std::move(job), ++changes_};
  }
  if (all_known_) RemoveOldCollections();
}

void JobQueue::RemoveOldCollections() {
  std::set<std::string> used;
  for (const auto& [id, entry] : jobs_) used.insert(entry.job.collection);
  collections_.RemoveOld(used);
}

// With the lock held, for which it waits then.
absl::Status JobQueue::StartWorker() {
  if (stop_) return OutsideError("", "the server is being stopped");
  MAGENTA_ASSIGN_OR_RETURN(worker_, StartThread([this] { Work(); }));
  return absl::OkStatus();
}

absl::StatusOr<Collections*> JobQueue::Files() {
  MAGENTA_RETURN_IF_ERROR(Open());
  return &collections_;
}

absl::StatusOr<std::string> JobQueue::NewCollection() {
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(OpenLocked());
  if (all_known_) RemoveOldCollections();
  return collections_.Create();
}

absl::StatusOr<JobQueue::Entry*> JobQueue::Known(const std::string& id) {
  MAGENTA_RETURN_IF_ERROR(OpenLocked());
  const auto found = jobs_.find(id);
  if (found != jobs_.end()) return &found->second;
  return MissingInputError("", fmt::format("there is no job {}", id), "It may have been deleted");
}

absl::Status JobQueue::CheckRequest(const JobRequest& request, const JobModel& model) {
  MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* spec, FindModel(model.config));
  if (request.kind == JobKind::kDataset) {
    MAGENTA_RETURN_IF_ERROR(collections_.SizeOf(request.collection).status());
    for (const auto& [name, value] : request.options) {
      MAGENTA_RETURN_IF_ERROR(CheckOption(*spec, name, value));
    }
    return absl::OkStatus();
  }
  MAGENTA_RETURN_IF_ERROR(CheckLength(request));
  if (options_.tools.magenta_train.empty()) {
    return WithRemedy(
        absl::UnimplementedError("magenta-train, which teaches, is not installed here"),
        options_.tools.train_remedy);
  }
  MAGENTA_ASSIGN_OR_RETURN(const Entry* dataset, Known(request.dataset));
  const StudioJob& made = dataset->job;
  if (made.kind != JobKind::kDataset || made.state != JobState::kDone) {
    return UsageError(fmt::format("job {} is no data set that is done", made.id),
                      "Wait for it, or make one");
  }
  const auto other = FindModel(made.config);
  if (!other.ok() || (made.config != model.config)) {
    return UsageError(fmt::format("the data set is for {}, and {} is another kind of model",
                                  made.config, model.config),
                      "Make a data set for this model");
  }
  return absl::OkStatus();
}

// The folder of a new job, without its job.json.
absl::Status JobQueue::Prepare(const JobRequest& request, const JobModel& model, StudioJob& job) {
  job.id = NewId();
  job.kind = request.kind;
  job.model = request.model;
  job.config = model.config;
  job.created_at = IsoNow();
  job.collection = request.collection;
  job.options = request.options;
  job.name = ShownName(request.name);
  MAGENTA_RETURN_IF_ERROR(options_.tools.room->Take(0));
  if (request.kind == JobKind::kDataset) return MakeFolder(FolderOf(job.id));
  if (job.name.empty()) job.name = "My music";
  job.dataset = request.dataset;
  job.minutes = request.minutes;
  job.steps = request.steps;
  job.report = jobs_.at(request.dataset).job.report;
  return CopyForTraining(FolderOf(request.dataset), model, FolderOf(job.id));
}

absl::StatusOr<StudioJob> JobQueue::Create(const JobRequest& request) {
  MAGENTA_ASSIGN_OR_RETURN(const JobModel model, options_.tools.models->Find(request.model));
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(OpenLocked());
  if (jobs_.size() >= options_.most_jobs) {
    return LimitError(fmt::format("there are {} jobs already", jobs_.size()),
                      "Delete some that are done");
  }
  MAGENTA_RETURN_IF_ERROR(CheckRequest(request, model));
  StudioJob job;
  absl::Status made = Prepare(request, model, job);
  if (made.ok()) made = WriteFile(FolderOf(job.id) + "/job.json", JobFileText(job));
  if (!made.ok()) {
    std::error_code ignored;
    fs::remove_all(FolderOf(job.id), ignored);
    return made;
  }
  Entry& entry = jobs_[job.id];
  entry.job = job;
  Changed(entry, /*keep=*/false);
  return job;
}

absl::StatusOr<std::vector<StudioJob>> JobQueue::List() {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  if (!fs::is_directory(jobs_folder_, error)) return std::vector<StudioJob>();
  MAGENTA_RETURN_IF_ERROR(OpenLocked());
  std::vector<StudioJob> jobs;
  for (const auto& [id, entry] : jobs_) jobs.push_back(entry.job);
  std::sort(jobs.begin(), jobs.end(), [](const StudioJob& a, const StudioJob& b) {
    return std::pair(a.created_at, a.id) < std::pair(b.created_at, b.id);
  });
  return jobs;
}

absl::StatusOr<StudioJob> JobQueue::Find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_ASSIGN_OR_RETURN(const Entry* entry, Known(id));
  return entry->job;
}

absl::StatusOr<StudioJob> JobQueue::StopJob(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_ASSIGN_OR_RETURN(Entry * entry, Known(id));
  if (entry->at_work) {
    entry->stop_asked = true;
  } else if (entry->job.state == JobState::kWaiting) {
    entry->job.state = JobState::kStopped;
    Changed(*entry, /*keep=*/true);
  }
  return entry->job;
}

absl::StatusOr<StudioJob> JobQueue::Resume(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_ASSIGN_OR_RETURN(Entry * entry, Known(id));
  StudioJob& job = entry->job;
  if (job.state == JobState::kStopped || job.state == JobState::kFailed) {
    job.state = JobState::kWaiting;
    job.error_message = job.error_remedy = "";
    Changed(*entry, /*keep=*/true);
  }
  return job;
}

absl::Status JobQueue::Remove(const std::string& id) {
  std::unique_lock lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(Known(id).status());
  const auto at_work = [&] {
    const auto found = jobs_.find(id);
    return found != jobs_.end() && found->second.at_work;
  };
  if (at_work()) jobs_[id].stop_asked = true;
  changed_.wait(lock, [&] { return !at_work(); });
  jobs_.erase(id);
  ++changes_;
  changed_.notify_all();
  std::error_code error;
  // First what makes it one: a server that is ended in the middle leaves no half job.
  fs::remove(FolderOf(id) + "/job.json", error);
  fs::remove_all(FolderOf(id), error);
  options_.tools.room->Recount();
  return error ? OutsideError(FolderOf(id), error.message()) : absl::OkStatus();
}

absl::StatusOr<std::string> JobQueue::Tune(const std::string& id, int64_t step) {
  MAGENTA_ASSIGN_OR_RETURN(const StudioJob job, Find(id));
  return TuneOfCheckpoint(FolderOf(id), job, step);
}

uint64_t JobQueue::WaitForChange(uint64_t seen, double seconds) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                    [&] { return stop_ || changes_ != seen; });
  return changes_;
}

uint64_t JobQueue::VersionOf(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? 0 : found->second.version;
}

// With the lock held.
void JobQueue::Changed(Entry& entry, bool keep) {
  entry.version = ++changes_;
  changed_.notify_all();
  if (keep) (void)WriteFile(FolderOf(entry.job.id) + "/job.json", JobFileText(entry.job));
}

// One that ran goes on before those that wait.
JobQueue::Entry* JobQueue::Next() {
  Entry* next = nullptr;
  const auto place = [](const Entry& entry) {
    return std::tuple(entry.job.state != JobState::kRunning, entry.job.created_at, entry.job.id);
  };
  for (auto& [id, entry] : jobs_) {
    if (!IsPending(entry.job)) continue;
    if (next == nullptr || place(entry) < place(*next)) next = &entry;
  }
  return next;
}

// All programs are started by this one thread: they end with it.
void JobQueue::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || Next() != nullptr; });
    if (stop_) return;
    RunOne(lock, Next()->job.id);
  }
}

void JobQueue::RunOne(std::unique_lock<std::mutex>& lock, const std::string& id) {
  Entry& entry = jobs_.at(id);  // it stays while it is at work
  entry.at_work = true;
  entry.stop_asked = false;
  entry.job.state = JobState::kRunning;
  Changed(entry, /*keep=*/true);
  StudioJob job = entry.job;
  lock.unlock();
  SteadyClock::time_point kept = SteadyClock::now();
  const JobAtWork work{options_.tools, FolderOf(id), job,
                       [&](bool keep) {
                         const auto now = SteadyClock::now();
                         keep |= now - kept > kKeepEvery;
                         if (keep) kept = now;
                         const std::lock_guard held(mutex_);
                         entry.job = job;
                         Changed(entry, keep);
                       },
                       [&] {
                         const std::lock_guard held(mutex_);
                         return stop_ || entry.stop_asked;
                       }};
  const absl::Status done =
      job.kind == JobKind::kDataset ? MakeJobDataset(work) : TrainForJob(work);
  lock.lock();
  entry.job = std::move(job);
  Settle(entry, done);
}

void JobQueue::Settle(Entry& entry, const absl::Status& done) {
  StudioJob& job = entry.job;
  job.eta_seconds.reset();
  const bool stopped = done.code() == absl::StatusCode::kCancelled;
  if (done.ok()) {
    job.state = JobState::kDone;
    job.progress = 1;
  } else if (stopped && stop_ && !entry.stop_asked) {
    job.state = JobState::kRunning;  // for the next server
  } else if (stopped) {
    job.state = JobState::kStopped;
  } else {
    job.state = JobState::kFailed;
    job.error_message = ErrorMessage(done);
    job.error_remedy = ErrorRemedy(done);
  }
  entry.at_work = false;
  options_.tools.room->Recount();
  Changed(entry, /*keep=*/true);
}

void JobQueue::Stop() {
  std::thread worker;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
    worker = std::move(worker_);
  }
  if (worker.joinable()) worker.join();
}

}  // namespace magenta
