#pragma once
// Sound by `magenta-live render`, a process a piece: magenta-serve links no FluidSynth, and a sound
// that crashes or hangs takes no server with it.

#include <string>

#include "magenta/serve/options.h"

namespace magenta::cli {

/// Renders with `sound_font`, or what `render` finds for "". Null where magenta-live is not built.
/// Errors of a sound: as `render` ends (exit 3 and 4 as INVALID_ARGUMENT, others kUnavailable).
SoundFunction SoundByRender(const std::string& sound_font);

}  // namespace magenta::cli
