#include "magenta/cli/serve/render_child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/programs.h"
#include "magenta/io/midi/midi_file.h"

extern char** environ;

namespace magenta::cli {
namespace {

/// The format has 32 bits for its length.
constexpr uint64_t kMaxWav = uint64_t{4} << 30;
constexpr auto kLookEvery = std::chrono::milliseconds(10);

/// Starts `arguments`, with no input and nobody to talk to, and signals as a program has them.
absl::StatusOr<pid_t> StartSilent(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // Not the server's sockets: a connection that it closes, and its port, would stay open.
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, to_default;
  sigemptyset(&none);
  sigemptyset(&to_default);
  sigaddset(&to_default, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &to_default);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, pointers[0], &files, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) return OutsideError("", "the program that makes sound cannot be started");
  return child;
}

/// What `child` ended with; where `stop` becomes true, it is killed.
int WaitFor(pid_t child, const std::function<bool()>& stop) {
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (stop()) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return status;
}

absl::StatusOr<std::string> Render(const std::string& program, const std::string& sound_font,
                                   const NoteSequence& music, const std::function<bool()>& stop) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string midi, WriteMidi(music));
  TemporaryFolder folder;
  MAGENTA_ASSIGN_OR_RETURN(const std::string path, folder.Path());
  MAGENTA_RETURN_IF_ERROR(WriteFile(path + "/music.mid", midi));
  std::vector<std::string> arguments = {program, "render", "--quiet",
                                        "--output=" + path + "/music.wav", path + "/music.mid"};
  if (!sound_font.empty()) arguments.push_back("--soundfont=" + sound_font);
  MAGENTA_ASSIGN_OR_RETURN(const pid_t child, StartSilent(std::move(arguments)));
  const int status = WaitFor(child, stop);
  if (status == 0) return ReadFile(path + "/music.wav", kMaxWav);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 3 || code == 4) {
    return UsageError("the music cannot be made sound",
                      "`magenta render` says why, of the same answer as audio/midi");
  }
  return OutsideError("", fmt::format("magenta-live render ended with status {}", code),
                      "A sound font must be there: --soundfont of `magenta serve`");
}

}  // namespace

SoundFunction SoundByRender(const std::string& sound_font) {
  const auto program = ProgramPath(Program::kLive);
  if (!program.ok()) return nullptr;
  return [program = *program, sound_font](const NoteSequence& music,
                                          const std::function<bool()>& stop) {
    return Render(program, sound_font, music, stop);
  };
}

}  // namespace magenta::cli
