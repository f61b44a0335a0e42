#pragma once
// Threads that a system may refuse: a limit of processes (`ulimit -u`), a container's pids.

#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// What std::thread's constructor throws std::system_error for, as an error (exit 5).
absl::Status NoThreadError();

/// A thread that runs `work`. Error: NoThreadError.
absl::StatusOr<std::thread> StartThread(std::function<void()> work);

/// Threads that share work which the calling thread does, too: as many of `count` as there are to
/// be had, maybe none.
std::vector<std::thread> StartThreads(int count, const std::function<void()>& work);

/// Whether `count` more threads could be started now, by trying: for before a library that does not
/// say when it gets none. Error: NoThreadError.
absl::Status CheckThreads(int count);

}  // namespace magenta
