#include "magenta/cli/terminal/signals.h"

#include <unistd.h>

#include <csignal>

#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void OnSignal(int) {
  if (stop_requested.exchange(true)) ::_exit(130);
}

}  // namespace

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& StopRequested() { return stop_requested; }

absl::Status CheckInterrupted() {
  return stop_requested ? InterruptedError("interrupted") : absl::OkStatus();
}

}  // namespace magenta::cli
