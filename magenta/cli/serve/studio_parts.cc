#include "magenta/cli/serve/studio_parts.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <system_error>

#include "absl/strings/numbers.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/terminal/home.h"

namespace magenta::cli {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The first of `paths` that exists; "" where none does.
std::string FirstThere(std::initializer_list<std::string> paths) {
  std::error_code error;
  for (const std::string& path : paths) {
    if (std::filesystem::exists(path, error)) return path;
  }
  return "";
}

std::string PageFolder() {
  if (std::string given = Variable("MAGENTA_STUDIO"); !given.empty()) return given;
  const std::string folder = ProgramFolder();
  return FirstThere({folder + "/../studio", folder + "/../share/magenta/studio"});
}

std::string OwnStudioDir() {
  std::string data = Variable("XDG_DATA_HOME");
  // The specification has relative ones left out.
  if (!data.starts_with('/')) data = ExpandHome("~") + "/.local/share";
  return data.starts_with('/') ? data + "/magenta/studio" : "";
}

/// SF3 first: a sixth of the bytes to load.
std::string SystemSoundFont() {
  return FirstThere(
      {"/usr/share/sounds/sf3/FluidR3Mono_GM.sf3", "/usr/share/sounds/sf3/default-GM.sf3",
       "/usr/share/soundfonts/FluidR3Mono_GM.sf3", "/usr/share/sounds/sf2/TimGM6mb.sf2",
       "/usr/share/sounds/sf2/default-GM.sf2", "/usr/share/sounds/sf2/FluidR3_GM.sf2"});
}

std::string PathOrNone(Program program) { return ProgramPath(program).value_or(""); }

}  // namespace

StudioOptions StudioOptionsOf(const std::string& studio_dir, const std::string& sound_font) {
  StudioOptions options;
  options.page_folder = PageFolder();
  const std::string given = sound_font.empty() ? Variable("MAGENTA_SOUNDFONT") : sound_font;
  options.sound_font = given.empty() ? SystemSoundFont() : given;
  options.studio_dir = studio_dir.empty() ? OwnStudioDir() : studio_dir;
  int nice = 0;
  if (absl::SimpleAtoi(Variable("MAGENTA_JOB_NICE"), &nice)) {
    options.job_nice = std::clamp(nice, 0, 19);
  }
  options.magenta = PathOrNone(Program::kMagenta);
  options.magenta_train = PathOrNone(Program::kTrain);
  options.remedy = HowToGet("magenta", "make studio");
  options.train_remedy = HowToGet("magenta-train", "make");
  return options;
}

}  // namespace magenta::cli
