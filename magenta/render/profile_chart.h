#pragma once
// Collections of melodies side by side, as a picture: their figures and their distributions.

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/render/piano_roll.h"
#include "magenta/render/profile.h"

namespace magenta {

/// A collection and what it is called.
struct NamedProfile {
  std::string name;
  Profile profile;
};

/// How many collections have a colour of their own.
inline constexpr size_t kMostProfiles = 8;

/// A panel a distribution (a bar a value and collection), and one with the shares among the
/// figures. Collections without melodies have no bars. Error (exit 2): more than kMostProfiles.
absl::StatusOr<std::string> DrawProfiles(std::span<const NamedProfile> profiles,
                                         const std::string& title, PictureFormat format);

}  // namespace magenta
