#include "magenta/serve/scheduler.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/cord.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/request/response_pieces.h"

namespace magenta {
namespace {

constexpr char kBusyPayload[] = "magenta/busy";
/// How often it is seen who does not wait any more.
constexpr auto kLookAround = std::chrono::milliseconds(10);

/// Whether nobody waits for `job` any more, and why.
absl::Status EndOf(const Job& job, Clock::time_point now) {
  if (job.ticket->cancelled()) return absl::CancelledError("the client has gone");
  if (now < job.deadline) return absl::OkStatus();
  return absl::DeadlineExceededError("the request took longer than its deadline or the server's");
}

}  // namespace

absl::Status BusyError(std::string message) {
  absl::Status status = LimitError(std::move(message), "Try again later");
  status.SetPayload(kBusyPayload, absl::Cord());
  return status;
}

bool IsBusy(const absl::Status& status) { return status.GetPayload(kBusyPayload).has_value(); }

/// A job in progress.
struct Scheduler::Running {
  Job job;
  GenerationTask task;
  ResponsePieces pieces = {};

  void SendPiece(const NoteSequence& sequence, bool whole) {
    if (auto piece = pieces.Next(sequence, whole)) job.piece(*std::move(piece));
  }

  void TellExpected() {
    if (job.expected == nullptr) return;
    for (const ExpectedStep& step : task.TakeExpected()) job.expected(step);
  }

  void LookForPieces() {
    if (job.piece == nullptr || !pieces.IsTimeToLook(task.steps_done())) return;
    if (const auto so_far = task.SoFar()) SendPiece(*so_far, false);
  }

  /// Ends with `ended`, or with the result.
  void End(absl::Status ended) {
    if (!ended.ok()) return job.done(std::move(ended));
    Generation generation = task.Finish();
    if (job.piece != nullptr) SendPiece(generation.outputs.at(0).sequence, true);
    job.done(std::move(generation));
  }
};

/// A thread's jobs, and what it steps them with.
class Scheduler::Worker {
 public:
  std::vector<std::unique_ptr<Running>> jobs;
  std::map<const Model*, StepBuffers> buffers;
  std::map<const Model*, std::vector<Session*>> sessions;

  /// Those of which no job is left: a model may go, and another one stand where it stood.
  void ForgetModels() {
    const auto has_no_job = [this](const auto& entry) {
      return std::none_of(jobs.begin(), jobs.end(), [&entry](const auto& running) {
        return &running->task.model() == entry.first;
      });
    };
    std::erase_if(buffers, has_no_job);
    std::erase_if(sessions, has_no_job);
  }
};

Scheduler::Scheduler(const ServeOptions& options, ServerMetrics& metrics)
    : options_(options), metrics_(metrics) {
  const std::lock_guard lock(mutex_);  // they look at workers_
  for (int i = 0; i < std::max(1, options.threads); ++i) {
    auto worker = std::make_unique<Worker>();
    auto thread = StartThread([this, worker = worker.get()] { Work(*worker); });
    if (!thread.ok()) break;  // those that there are do the work
    workers_.push_back(std::move(worker));
    threads_.push_back(*std::move(thread));
  }
}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (Job& job : std::exchange(queue_, {})) job.done(absl::UnavailableError("the server ends"));
}

void Scheduler::Submit(Job job) {
  std::vector<Job> ended;
  absl::Status taken;
  {
    const std::lock_guard lock(mutex_);
    RemoveEnded(Clock::now(), ended);
    taken = Queue(job);
  }
  for (Job& gone : ended) gone.done(EndOf(gone, Clock::now()));
  if (!taken.ok()) return job.done(taken);
  arrived_.notify_one();
}

/// Moves `job` into the queue, or says why not. Locked.
absl::Status Scheduler::Queue(Job& job) {
  if (stop_) return absl::UnavailableError("the server ends");
  if (workers_.empty()) return NoThreadError();
  if (running_ + static_cast<int>(queue_.size()) >= options_.max_sessions + options_.max_queue) {
    return BusyError("too many requests wait");
  }
  queue_.push_back(std::move(job));
  metrics_.queue = static_cast<int64_t>(queue_.size());
  return absl::OkStatus();
}

/// Moves the jobs of the queue that nobody waits for to `ended`. Locked.
void Scheduler::RemoveEnded(Clock::time_point now, std::vector<Job>& ended) {
  const auto first = std::stable_partition(queue_.begin(), queue_.end(),
                                           [now](const Job& job) { return EndOf(job, now).ok(); });
  ended.insert(ended.end(), std::make_move_iterator(first), std::make_move_iterator(queue_.end()));
  queue_.erase(first, queue_.end());
  metrics_.queue = static_cast<int64_t>(queue_.size());
}

/// Gives `worker` its share of the queue; waits while it has nothing to do. False: the end.
bool Scheduler::TakeJobs(Worker& worker, std::vector<Job>& taken) {
  std::unique_lock lock(mutex_);
  if (worker.jobs.empty()) {
    arrived_.wait(lock, [this] { return stop_ || !queue_.empty(); });
  }
  if (stop_) return false;
  const int threads = static_cast<int>(workers_.size());
  auto mine = static_cast<int>(worker.jobs.size());
  while (!queue_.empty() && running_ < options_.max_sessions && mine <= running_ / threads) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
    ++running_;
    ++mine;
  }
  metrics_.queue = static_cast<int64_t>(queue_.size());
  metrics_.sessions = running_;
  if (!queue_.empty() && running_ < options_.max_sessions) arrived_.notify_one();
  return true;
}

/// Reads the requests of `taken`.
void Scheduler::Start(Worker& worker, std::vector<Job>& taken) {
  TaskOptions options;
  options.max_steps = options_.max_steps;
  options.max_rows = options_.max_rows;
  for (Job& job : taken) {
    const absl::Status ended = EndOf(job, Clock::now());
    options.distributions = job.expected != nullptr;
    auto task = ended.ok() ? GenerationTask::Start(job.model, *job.request, options)
                           : absl::StatusOr<GenerationTask>(ended);
    if (task.ok()) {
      job.request = nullptr;  // the task has read it
      worker.jobs.push_back(std::make_unique<Running>(Running{std::move(job), *std::move(task)}));
    } else {
      Leave(1);
      job.done(std::move(task).status());
    }
  }
}

/// One network step for all jobs of `worker` that wait for one, those of a model together.
void Scheduler::Step(Worker& worker) {
  for (auto& [model, sessions] : worker.sessions) sessions.clear();
  for (const auto& running : worker.jobs) {
    if (running->task.session().pending()) {
      worker.sessions[&running->task.model()].push_back(&running->task.session());
    }
  }
  for (auto& [model, sessions] : worker.sessions) {
    if (sessions.empty()) continue;
    int rows = 0;
    for (const Session* session : sessions) rows += session->rows();
    Session::StepTogether(sessions, worker.buffers[model]);
    metrics_.CountStep(rows);
  }
}

/// The next event of every job, and with `look` the end of those that nobody waits for. Those that
/// end make room first, so that a client that has its answer finds it.
void Scheduler::Advance(Worker& worker, bool look, Clock::time_point now) {
  std::vector<std::pair<std::unique_ptr<Running>, absl::Status>> left;
  for (auto& running : worker.jobs) {
    absl::Status ended = look ? EndOf(running->job, now) : absl::OkStatus();
    if (ended.ok()) {
      if (running->task.session().pending()) continue;
      running->task.Advance();
      running->TellExpected();
      if (!running->task.done()) {
        running->LookForPieces();
        continue;
      }
    }
    left.emplace_back(std::move(running), std::move(ended));
  }
  if (left.empty()) return;
  std::erase(worker.jobs, nullptr);
  worker.ForgetModels();
  Leave(static_cast<int>(left.size()));
  for (auto& [running, ended] : left) running->End(std::move(ended));
}

/// Tells those in the queue that nobody waits for any more.
void Scheduler::LookAround(Clock::time_point now) {
  std::vector<Job> ended;
  {
    const std::lock_guard lock(mutex_);
    RemoveEnded(now, ended);
  }
  for (Job& job : ended) job.done(EndOf(job, now));
}

void Scheduler::Leave(int count) {
  const std::lock_guard lock(mutex_);
  running_ -= count;
  metrics_.sessions = running_;
  if (running_ == 0 && queue_.empty()) idle_.notify_all();
}

void Scheduler::Work(Worker& worker) {
  Clock::time_point looked;
  for (std::vector<Job> taken; TakeJobs(worker, taken); taken.clear()) {
    Start(worker, taken);
    const Clock::time_point now = Clock::now();
    const bool look = now - looked > kLookAround;
    if (look) LookAround(looked = now);
    Step(worker);
    Advance(worker, look, now);
  }
  Leave(static_cast<int>(worker.jobs.size()));
  for (const auto& running : worker.jobs) running->End(absl::UnavailableError("the server ends"));
}

void Scheduler::Drain(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  idle_.wait_until(lock, deadline, [this] { return running_ == 0 && queue_.empty(); });
}

}  // namespace magenta
