#include "magenta/base/threads.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {

absl::Status NoThreadError() {
  return OutsideError("", "the system gives no more threads",
                      "End other programs or raise the limit (`ulimit -u`, a container's pids)");
}

absl::StatusOr<std::thread> StartThread(std::function<void()> work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error&) {
    return NoThreadError();
  }
}

std::vector<std::thread> StartThreads(int count, const std::function<void()>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    auto thread = StartThread(work);
    if (!thread.ok()) break;
    threads.push_back(*std::move(thread));
  }
  return threads;
}

absl::Status CheckThreads(int count) {
  std::mutex mutex;
  std::condition_variable changed;
  bool enough = false;
  std::vector<std::thread> started = StartThreads(count, [&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return enough; });
  });
  {
    const std::lock_guard lock(mutex);
    enough = true;
  }
  changed.notify_all();
  for (std::thread& thread : started) thread.join();
  return static_cast<int>(started.size()) == count ? absl::OkStatus() : NoThreadError();
}

}  // namespace magenta
