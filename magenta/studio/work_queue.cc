#include "magenta/studio/work_queue.h"

#include <utility>

#include "magenta/base/threads.h"
#include "magenta/serve/scheduler.h"

namespace magenta {

absl::Status WorkQueue::Add(Work work) {
  const std::lock_guard lock(mutex_);
  if (stop_) return absl::UnavailableError("the server is being stopped");
  if (waiting_.size() >= max_waiting_) return BusyError("too many requests wait");
  if (!HaveThread()) return NoThreadError();
  waiting_.push_back(std::move(work));
  changed_.notify_one();
  return absl::OkStatus();
}

/// Locked. Whether there is a thread to work; one more is begun where all are busy.
bool WorkQueue::HaveThread() {
  const bool more = waiting_.size() >= static_cast<size_t>(idle_);
  if (more && threads_.size() < static_cast<size_t>(most_)) {
    auto thread = StartThread([this] { Run(); });
    if (thread.ok()) threads_.push_back(*std::move(thread));
  }
  return !threads_.empty();
}

void WorkQueue::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it held
    lock.lock();
  }
}

void WorkQueue::Stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    threads.swap(threads_);
    changed_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace magenta
