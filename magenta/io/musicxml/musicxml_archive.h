#pragma once
// The score inside a zipped .mxl.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// Whether `bytes` begin as a zip archive does.
bool IsZipArchive(std::string_view bytes);

/// The XML that META-INF/container.xml names as the score (its first rootfile of MusicXML's media
/// type, or without one), or the first .xml outside META-INF when there is no container. Inflates
/// at most limits.unpacked_bytes of it and 1 MiB of the container. Errors name the entry.
absl::StatusOr<std::string> ReadMxlScore(std::string_view bytes, const PieceLimits& limits);

}  // namespace magenta
