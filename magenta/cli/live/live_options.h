#pragma once
// From flags to a session: what they mean, and whether they agree.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/cli/verbs/live_flags.h"
#include "magenta/live/backend.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/music/score/sheet.h"

namespace magenta::cli {

/// The options of `flags` for models of `steps_per_quarter`. Errors (exit 2) name flag and value;
/// `notes` gets what is not taken as it stands.
absl::StatusOr<DuetOptions> MakeDuetOptions(const LiveFlags& flags, int steps_per_quarter,
                                            uint32_t seed, std::vector<std::string>& notes);

/// The voices that --accompany names, from high to low. Errors (exit 2): no such part, or the
/// player's own; flags of turns beside it.
absl::StatusOr<std::vector<VoiceRole>> AccompanyingVoices(const LiveFlags& flags);

/// The ports that `flags` ask for.
MidiPortRequest MakePortRequest(const LiveFlags& flags);

/// Of an output that is a file: a track for each player and one for the machine's answers to them.
std::vector<OutputTrack> MakeOutputTracks(const DuetOptions& options);

}  // namespace magenta::cli
