#pragma once
// Work that takes too long for the threads of connections, on a few of its own.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace magenta {

/// Thread-safe.
class WorkQueue {
 public:
  using Work = std::function<void()>;

  /// `threads` begin with the first work; at most `max_waiting` works wait for one of them.
  WorkQueue(int threads, size_t max_waiting) : most_(threads), max_waiting_(max_waiting) {}
  /// Stop()s.
  ~WorkQueue() { Stop(); }
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// `work` is done once, on a thread of the queue. Errors, and it is not done: too many wait
  /// (kResourceExhausted), Stop() was called or the system has no thread (kUnavailable).
  absl::Status Add(Work work);

  /// Takes no more; everything that was taken is done when it returns.
  void Stop();

 private:
  bool HaveThread();
  void Run();

  const int most_;
  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::vector<std::thread> threads_;
  int idle_ = 0;
  bool stop_ = false;
};

}  // namespace magenta
