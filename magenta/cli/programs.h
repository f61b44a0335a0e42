#pragma once
// The programs that stand beside this one.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {

/// "magenta-live"
std::string_view ProgramName(Program program);

/// Its path: beside the running program, else on PATH (for programs of one's own, elsewhere). Not
/// built: exit 5, naming the make target.
absl::StatusOr<std::string> ProgramPath(Program program);

/// Becomes `program` with `args` (verb first). Returns only with an error.
absl::Status ExecProgram(Program program, const std::vector<std::string>& args);

/// Runs `program` and waits. Its stderr is ours, its stdout nobody's. Error (exit 5 or what the
/// program ended with): it could not be started or did not end with 0, of which it has told
/// (SaidAlready) unless it crashed.
absl::Status RunProgram(Program program, const std::vector<std::string>& args);

/// Folder of the running program, links resolved.
std::string ProgramFolder();

}  // namespace magenta::cli
