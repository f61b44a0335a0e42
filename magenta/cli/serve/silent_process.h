#pragma once
// Programs that a server starts.

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta::cli {

/// Starts `arguments` (the program's path first) with no input and nobody to talk to, none of our
/// files, and signals as a program has them; in a session of its own, which no Ctrl-C of ours ends,
/// with `own_session`. Error: exit 5.
absl::StatusOr<pid_t> StartSilent(std::vector<std::string> arguments, bool own_session = false);

}  // namespace magenta::cli
