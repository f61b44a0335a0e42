#include "magenta/cli/programs.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

extern char** environ;

namespace magenta::cli {
namespace {

std::vector<char*> ArgumentPointers(std::string& name, std::vector<std::string>& args) {
  std::vector<char*> pointers = {name.data()};
  for (std::string& arg : args) pointers.push_back(arg.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A program of ours that ends with a status of the contract has said why.
absl::Status ChildFailure(std::string_view name, int status) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  const std::string message = fmt::format("{} ended with status {}", name, code);
  switch (code) {
    case 2: return SaidAlready(UsageError(message));
    case 3: return SaidAlready(InputError("", message));
    case 4: return SaidAlready(NothingToOutputError(message));
    case 5: return SaidAlready(OutsideError("", message));
    case 130: return SaidAlready(InterruptedError(message));
    default: return OutsideError("", message);
  }
}

}  // namespace

std::string_view ProgramName(Program program) {
  switch (program) {
    case Program::kTrain: return "magenta-train";
    case Program::kLive: return "magenta-live";
    case Program::kServe: return "magenta-serve";
    case Program::kMagenta: break;
  }
  return "magenta";
}

std::string ProgramFolder() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : self.parent_path().string();
}

std::string HowToGet(std::string_view package, std::string_view command) {
  std::error_code error;
  return std::filesystem::is_directory(ProgramFolder() + "/../share/magenta", error)
             ? fmt::format("The package {0} brings it: `apt-get install ./{0}_*.deb`", package)
             : fmt::format("`{}` builds it", command);
}

absl::StatusOr<std::string> ProgramPath(Program program) {
  std::vector<std::string> folders = {ProgramFolder()};
  const char* path_variable = std::getenv("PATH");
  std::istringstream named(path_variable == nullptr ? "" : path_variable);
  for (std::string folder; std::getline(named, folder, ':');) {
    if (folder.starts_with('/')) folders.push_back(folder);
  }
  for (const std::string& folder : folders) {
    std::string path = fmt::format("{}/{}", folder, ProgramName(program));
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return OutsideError("", fmt::format("{} is not here", ProgramName(program)),
                      HowToGet(program == Program::kTrain ? "magenta-train" : "magenta",
                               program == Program::kLive ? "make demo" : "make"));
}

absl::Status ExecProgram(Program program, const std::vector<std::string>& args) {
  MAGENTA_ASSIGN_OR_RETURN(std::string path, ProgramPath(program));
  std::string name(ProgramName(program));
  std::vector<std::string> copies = args;
  ::execv(path.c_str(), ArgumentPointers(name, copies).data());
  return OutsideError(path, fmt::format("cannot be started: {}", std::strerror(errno)));
}

absl::Status RunProgram(Program program, const std::vector<std::string>& args) {
  MAGENTA_ASSIGN_OR_RETURN(std::string path, ProgramPath(program));
  std::string name(ProgramName(program));
  std::vector<std::string> copies = args;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, path.c_str(), &actions, nullptr,
                                  ArgumentPointers(name, copies).data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return OutsideError(path, fmt::format("cannot be started: {}", std::strerror(error)));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? absl::OkStatus() : ChildFailure(name, status);
}

absl::Status RunProgramOnFiles(Program program, const std::vector<std::string>& args,
                               const std::vector<std::string>& files) {
  // Half of what every Linux takes, the environment counted, however small its stacks.
  constexpr size_t kBytesAtOnce = size_t{64} << 10;
  for (const std::vector<std::string>& batch : InBatches(files, kBytesAtOnce)) {
    std::vector<std::string> all = args;
    all.insert(all.end(), batch.begin(), batch.end());
    MAGENTA_RETURN_IF_ERROR(RunProgram(program, all));
  }
  return absl::OkStatus();
}

std::vector<std::vector<std::string>> InBatches(const std::vector<std::string>& files,
                                                size_t bytes) {
  std::vector<std::vector<std::string>> batches;
  size_t used = 0;
  for (const std::string& file : files) {
    const size_t size = file.size() + 1 + sizeof(char*);
    if (batches.empty() || used + size > bytes) {
      batches.emplace_back();
      used = 0;
    }
    used += size;
    batches.back().push_back(file);
  }
  return batches;
}

}  // namespace magenta::cli
