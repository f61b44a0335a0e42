#pragma once
// Sound and pictures by `magenta-live render`, a process a piece: magenta-serve links neither
// FluidSynth nor Cairo, and a piece that crashes or hangs takes no server with it.

#include <string>

#include "magenta/serve/options.h"

namespace magenta::cli {

/// Sounds by `sound_font`, or what `render` finds for "". Null where magenta-live is not built.
/// Errors of a piece: as `render` ends (exit 3 and 4 as INVALID_ARGUMENT, others kUnavailable).
RenderFunction RenderByProcess(const std::string& sound_font);

}  // namespace magenta::cli
