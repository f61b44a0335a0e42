#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

#include "magenta/base/status.h"
#include "magenta/render/sound.h"

namespace magenta {
namespace {

bool IsReadable(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

}  // namespace

absl::StatusOr<std::string> FindSoundFont(const std::string& requested) {
  if (!requested.empty()) {
    if (IsReadable(requested)) return requested;
    return MissingInputError(requested, "there is no such sound font",
                             "Give --soundfont an .sf2 or .sf3 file");
  }
  if (const char* named = std::getenv("MAGENTA_SOUNDFONT"); named != nullptr && *named != '\0') {
    if (IsReadable(named)) return std::string(named);
    return MissingInputError(named, "$MAGENTA_SOUNDFONT names a sound font that is not there",
                             "Correct or unset it");
  }
  for (const char* name : {"FluidR3_GM.sf2", "TimGM6mb.sf2", "default.sf2", "default-GM.sf2"}) {
    for (const char* folder : {"/usr/share/sounds/sf2", "/usr/share/soundfonts",
                               "/usr/local/share/sounds/sf2", "/usr/local/share/soundfonts"}) {
      std::string path = fmt::format("{}/{}", folder, name);
      if (IsReadable(path)) return path;
    }
  }
  return OutsideError(
      "", "no sound font is installed",
      "Install one (apt-get install timgm6mb-soundfont), or name one by --soundfont "
      "or $MAGENTA_SOUNDFONT");
}

}  // namespace magenta
