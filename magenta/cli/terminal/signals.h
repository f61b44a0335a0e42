#pragma once
// Ctrl-C and SIGTERM as a flag that long work looks at.

#include <atomic>

#include "absl/status/status.h"

namespace magenta::cli {

/// From now on the first SIGINT or SIGTERM sets StopRequested(); the second ends the program at
/// once with status 130.
void CatchSignals();

/// True once a signal came.
const std::atomic<bool>& StopRequested();

/// InterruptedError (exit 130) once a signal came, else OK.
absl::Status CheckInterrupted();

}  // namespace magenta::cli
