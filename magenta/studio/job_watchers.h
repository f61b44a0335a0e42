#pragma once
// Clients that watch jobs, as server-sent events: what has changed goes to all of them from one
// thread, four times a second at most.

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "magenta/serve/http_api.h"
#include "magenta/studio/jobs/job_queue.h"

namespace magenta {

/// Thread-safe.
class JobWatchers {
 public:
  /// `jobs` outlives it.
  explicit JobWatchers(JobQueue& jobs) : jobs_(jobs) {}
  /// Stop()s.
  ~JobWatchers() { Stop(); }
  JobWatchers(const JobWatchers&) = delete;
  JobWatchers& operator=(const JobWatchers&) = delete;

  /// Tells `reply` of the job: event `job` now and at each change, `end` once it has ended or is
  /// gone. Errors, and nothing was sent: there are too many (kResourceExhausted), the server ends.
  absl::Status Add(const std::string& id, std::shared_ptr<HttpReply> reply,
                   std::shared_ptr<Ticket> ticket);

  /// Ends all streams, without an `end`: the jobs go on with the next server.
  void Stop();

 private:
  struct Watcher {
    std::string id;
    std::shared_ptr<HttpReply> reply;
    std::shared_ptr<Ticket> ticket;
    uint64_t told = 0;  // the job's version
  };

  void Run();
  /// Whether there may be more to tell.
  bool Tell(Watcher& watcher);

  JobQueue& jobs_;
  std::mutex mutex_;
  std::list<Watcher> watchers_;
  std::thread thread_;
  bool stop_ = false;
};

}  // namespace magenta
