#pragma once
// --accompany: which parts the machine plays, on which channels, with which instruments.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/verbs/live_flags.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/request/parts/added_parts.h"

namespace magenta::cli {

struct AccompanyingPart {
  PartRole role = PartRole::kBass;
  /// 0..15, where one is given.
  std::optional<int> channel;
};

/// What --accompany names, from high to low; nothing without it. Errors (exit 2): no such part or
/// channel, one part twice, the player's own; flags of turns beside it.
absl::StatusOr<std::vector<AccompanyingPart>> ParseAccompany(const LiveFlags& flags);

/// Their voices, from high to low.
std::vector<VoiceRole> VoicesOf(const std::vector<AccompanyingPart>& parts);

/// Gives the machine of each of `options`'s players these parts: those without a channel get one
/// each, from the machine's up, that nobody else is on, as long as there are such. Errors (exit 2):
/// --program names no instruments, or neither one nor one for each part.
absl::Status SetParts(const LiveFlags& flags, const std::vector<AccompanyingPart>& parts,
                      DuetOptions& options);

/// Who plays where: "Alto on channel 2, Bass on 3"; "" where turns are taken.
std::string ChannelsText(const DuetOptions& options);

}  // namespace magenta::cli
