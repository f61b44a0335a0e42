#include "magenta/cli/serve/render_child.h"

#include <fmt/core.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/serve/silent_process.h"
#include "magenta/io/midi/midi_file.h"

namespace magenta::cli {
namespace {

/// WAV has 32 bits for its length.
constexpr uint64_t kMostRendered = uint64_t{4} << 30;
constexpr auto kLookEvery = std::chrono::milliseconds(10);

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

std::string_view EndingOfFormat(RenderFormat format) {
  switch (format) {
    case RenderFormat::kSvg: return "svg";
    case RenderFormat::kPng: return "png";
    case RenderFormat::kWav: break;
  }
  return "wav";
}

absl::StatusOr<std::string> RenderInProcess(const std::string& program,
                                            const std::string& sound_font,
                                            const NoteSequence& music, RenderFormat format,
                                            const std::function<bool()>& stop) {
  TemporaryFolder folder;
  MAGENTA_ASSIGN_OR_RETURN(const std::string path, folder.Path());
  // A picture shows chords and names, which MIDI has not; what sounds, sounds as the MIDI does.
  const bool sounds = format == RenderFormat::kWav;
  const std::string input = path + (sounds ? "/music.mid" : "/music.pb");
  const std::string output = fmt::format("{}/music.{}", path, EndingOfFormat(format));
  MAGENTA_ASSIGN_OR_RETURN(const std::string midi, WriteMidi(music));
  MAGENTA_RETURN_IF_ERROR(WriteFile(input, sounds ? midi : music.SerializeAsString()));
  std::vector<std::string> arguments = {program, "render", "--quiet", "--output=" + output, input};
  if (sounds && !sound_font.empty()) arguments.push_back("--soundfont=" + sound_font);
  const std::string& title = music.sequence_metadata().title();
  if (!sounds) arguments.push_back("--title=" + (title.empty() ? " " : title));
  MAGENTA_ASSIGN_OR_RETURN(const pid_t child, StartSilent(std::move(arguments)));
  const int status = WaitFor(child, stop);
  if (status == 0) return ReadFile(output, kMostRendered);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 3 || code == 4) {
    return UsageError("the music cannot be sounded or drawn",
                      "`magenta render` says why, of the same music as audio/midi");
  }
  return OutsideError("", fmt::format("magenta-live render ended with status {}", code),
                      "A sound font must be there: --soundfont of `magenta serve`");
}

}  // namespace

RenderFunction RenderByProcess(const std::string& sound_font) {
  const auto program = ProgramPath(Program::kLive);
  if (!program.ok()) return nullptr;
  return [program = *program, sound_font](const NoteSequence& music, RenderFormat format,
                                          const std::function<bool()>& stop) {
    return RenderInProcess(program, sound_font, music, format, stop);
  };
}

}  // namespace magenta::cli
