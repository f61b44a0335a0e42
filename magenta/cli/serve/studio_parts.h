#pragma once
// Where the parts of the studio lie on this machine.

#include <string>

#include "magenta/studio/studio_options.h"

namespace magenta::cli {

/// `studio_dir` "" is the user's own: $XDG_DATA_HOME/magenta/studio, else
/// ~/.local/share/magenta/studio, else none. `sound_font` "" is $MAGENTA_SOUNDFONT, else one that
/// the system has. The page: $MAGENTA_STUDIO; else, seen from the folder of the running program,
/// ../studio (a build tree), ../share/magenta/studio (an installed one). Nothing need exist.
StudioOptions StudioOptionsOf(const std::string& studio_dir, const std::string& sound_font);

}  // namespace magenta::cli
