#pragma once
// The programs that stand beside this one.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {

/// "magenta-live"
std::string_view ProgramName(Program program);

/// The remedy where a part of Magenta is missing: the Debian package that brings it
/// ("magenta-train") where this program is installed, which is where PREFIX/share/magenta lies
/// beside its PREFIX/bin; else the command that builds it ("make").
std::string HowToGet(std::string_view package, std::string_view command);

/// Its path: beside the running program, else on PATH (for programs of one's own, elsewhere). Not
/// there: exit 5, naming the package or the make target that brings it.
absl::StatusOr<std::string> ProgramPath(Program program);

/// Becomes `program` with `args` (verb first). Returns only with an error.
absl::Status ExecProgram(Program program, const std::vector<std::string>& args);

/// Runs `program` and waits. Its stderr is ours, its stdout nobody's. Error (exit 5 or what the
/// program ended with): it could not be started or did not end with 0, of which it has told
/// (SaidAlready) unless it crashed.
absl::Status RunProgram(Program program, const std::vector<std::string>& args);

/// RunProgram with `args` and then `files`, as often as it takes to give it all of them: what one
/// command line holds is limited.
absl::Status RunProgramOnFiles(Program program, const std::vector<std::string>& args,
                               const std::vector<std::string>& files);

/// `files` in stretches that take at most `bytes` of a command line, each of one file at least.
std::vector<std::vector<std::string>> InBatches(const std::vector<std::string>& files,
                                                size_t bytes);

/// Folder of the running program, links resolved.
std::string ProgramFolder();

}  // namespace magenta::cli
