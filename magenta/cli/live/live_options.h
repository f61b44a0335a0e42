#pragma once
// From flags to a session: what they mean, and whether they agree.

#include "absl/status/statusor.h"
#include "magenta/cli/verbs/live_flags.h"
#include "magenta/live/backend.h"
#include "magenta/live/stage/duet_options.h"

namespace magenta::cli {

/// The options of `flags` for models of `steps_per_quarter`. Errors (exit 2) name flag and value.
absl::StatusOr<DuetOptions> MakeDuetOptions(const LiveFlags& flags, int steps_per_quarter,
                                            uint32_t seed);

/// Gives --qpm and --meter their defaults where they were left out: with --backend=file the first
/// tempo and meter of the first input that has them, else 120 and 4/4. Returns what is worth
/// saying.
std::vector<std::string> SettleTime(LiveFlags& flags);

/// The ports that `flags` ask for.
MidiPortRequest MakePortRequest(const LiveFlags& flags);

}  // namespace magenta::cli
