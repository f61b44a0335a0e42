#pragma once
// From flags to a session: what they mean, and whether they agree.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/cli/live/accompany_parts.h"
#include "magenta/cli/verbs/live_flags.h"
#include "magenta/live/backend.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/music/grid.h"

namespace magenta::cli {

/// The whole of `text` as a number within low..high.
std::optional<int> LiveNumber(std::string_view text, int low, int high);
/// The program (0..127) that --`flag` names; -1: none. Error (exit 2): there is no such program.
absl::StatusOr<int> ProgramOf(std::string_view flag, std::string_view text);

/// The options of `flags` for models of `grid`, with `parts` where both play at once.
/// Errors (exit 2) name flag and value; `notes` gets what is not taken as it stands.
absl::StatusOr<DuetOptions> MakeDuetOptions(const LiveFlags& flags,
                                            const std::vector<AccompanyingPart>& parts, Grid grid,
                                            uint32_t seed, std::vector<std::string>& notes);

/// The ports that `flags` ask for.
MidiPortRequest MakePortRequest(const LiveFlags& flags);

/// Of an output that is a file: a track for each player and one for the machine's answers to them,
/// or for each part of its accompaniment.
std::vector<OutputTrack> MakeOutputTracks(const DuetOptions& options);

}  // namespace magenta::cli
