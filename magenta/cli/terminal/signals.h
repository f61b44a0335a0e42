#pragma once
// Ctrl-C, SIGTERM and a terminal that is closed (SIGHUP) as a flag that long work looks at.

#include <atomic>

#include "absl/status/status.h"

namespace magenta::cli {

/// From now on the first SIGINT, SIGTERM or SIGHUP (unless it is ignored, as under nohup) sets
/// StopRequested(); one that comes `seconds_to_end` or more after it ends the program at once with
/// status 130. What must not be left half done in that time, such as ending notes, is done.
void CatchSignals(double seconds_to_end = 0);

/// What verbs that play give their notes to end, in seconds, whatever an impatient hand does.
inline constexpr double kSecondsToEndNotes = 2;

/// True once a signal came.
const std::atomic<bool>& StopRequested();

/// InterruptedError (exit 130) once a signal came, else OK.
absl::Status CheckInterrupted();

}  // namespace magenta::cli
