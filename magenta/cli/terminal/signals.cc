#include "magenta/cli/terminal/signals.h"

#include <unistd.h>

#include <csignal>
#include <ctime>

#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

std::atomic<double> seconds_to_end = 0;
std::atomic<double> first_seconds = 0;
static_assert(std::atomic<double>::is_always_lock_free);

double MonotonicSeconds() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void OnSignal(int) {
  const double now = MonotonicSeconds();
  if (!stop_requested.exchange(true)) {
    first_seconds = now;
  } else if (now - first_seconds >= seconds_to_end) {
    ::_exit(130);
  }
}

}  // namespace

void CatchSignals(double seconds) {
  seconds_to_end = seconds;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};
  ::sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
}

const std::atomic<bool>& StopRequested() { return stop_requested; }

absl::Status CheckInterrupted() {
  return stop_requested ? InterruptedError("interrupted") : absl::OkStatus();
}

}  // namespace magenta::cli
