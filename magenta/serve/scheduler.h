#pragma once
// Many requests through one network at once.
//
// Every thread holds some requests in progress. It goes round: of all that wait for a network step,
// those of one model take it together, then each draws its next event. Requests come in and leave
// between two steps, whatever step of their own they are at; as sequences do not see each other,
// the notes are those of the request alone.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generator.pb.h"
#include "magenta/serve/metrics.h"
#include "magenta/serve/options.h"

namespace magenta {

using Clock = std::chrono::steady_clock;

/// One request as its front end holds it, until its answer was taken: how it is told that nobody
/// waits any more, and what it costs. Thread-safe.
class Ticket {
 public:
  Ticket() = default;
  ~Ticket() { Free(); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  /// May be called at any time, more than once.
  void Cancel() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }

  /// Adds `bytes` to `all`, which outlives the ticket, until the ticket goes. The same `all` each
  /// time.
  void Hold(std::atomic<int64_t>& all, int64_t bytes) {
    all += bytes;
    held_ += bytes;
    all_ = &all;
  }
  /// Takes back what was held.
  void Free() {
    if (std::atomic<int64_t>* all = all_) *all -= held_.exchange(0);
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> held_{0};
  std::atomic<std::atomic<int64_t>*> all_{nullptr};
};

/// Too much is asked for at the moment, by however many (kResourceExhausted).
absl::Status BusyError(std::string message);
/// Whether `status` is one, rather than says that one request is too large.
bool IsBusy(const absl::Status& status);

/// A request and who waits for it. The functions are called on the scheduler's threads, or within
/// Submit; they must not block.
struct Job {
  std::shared_ptr<const Model> model;
  /// Not looked at any more once `done` was called.
  std::shared_ptr<const GenerateSequenceRequest> request;
  Clock::time_point deadline;
  std::shared_ptr<Ticket> ticket;
  /// New notes; the first piece also has tempo and the like. All pieces merged are the result. May
  /// be empty: no pieces are made then.
  std::function<void(NoteSequence piece)> piece;
  /// What was expected at each step that is drawn, in order: before the piece that holds it. May be
  /// empty: nothing is worked out then.
  std::function<void(const ExpectedStep& step)> expected;
  /// Called once. Errors: those of SequenceGenerator; kResourceExhausted past a limit or when too
  /// many wait, kCancelled, kDeadlineExceeded, kUnavailable when the server ends or got no thread.
  std::function<void(absl::StatusOr<Generation> result)> done;
};

/// Thread-safe.
class Scheduler {
 public:
  Scheduler(const ServeOptions& options, ServerMetrics& metrics);
  /// Stop()s.
  ~Scheduler();

  /// Begins with `job` as soon as there is room.
  void Submit(Job job);

  /// Ends what runs and waits with kUnavailable, and takes nothing more. Everybody was told when it
  /// returns. Not from two threads.
  void Stop();

  /// Waits until nothing runs or waits, at most until `deadline`. The last may be told after.
  void Drain(Clock::time_point deadline);

 private:
  struct Running;
  class Worker;
  void Work(Worker& worker);
  bool TakeJobs(Worker& worker, std::vector<Job>& taken);
  void Start(Worker& worker, std::vector<Job>& taken);
  void Step(Worker& worker);
  void Advance(Worker& worker, bool look, Clock::time_point now);
  void LookAround(Clock::time_point now);
  void Leave(int count);
  void RemoveEnded(Clock::time_point now, std::vector<Job>& ended);
  absl::Status Queue(Job& job);

  const ServeOptions options_;
  ServerMetrics& metrics_;
  std::mutex mutex_;
  std::condition_variable arrived_, idle_;
  std::deque<Job> queue_;
  int running_ = 0;  // jobs with a worker
  bool stop_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace magenta
