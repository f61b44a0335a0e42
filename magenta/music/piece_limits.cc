#include "magenta/music/piece_limits.h"

#include <fmt/core.h>

#include <string>

#include "absl/strings/cord.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr char kLimitPayload[] = "magenta/piece_limit";

}  // namespace

absl::Status PieceLimitError(std::string_view unit, uint64_t found, uint64_t limit, bool or_more) {
  absl::Status status = InputError("",
                                   fmt::format("has {} {}{}; the limit for a piece is {}", found,
                                               unit, or_more ? " or more" : "", limit),
                                   "Split it into smaller pieces");
  status.SetPayload(kLimitPayload, absl::Cord(std::string(unit)));
  return status;
}

bool IsPieceLimitError(const absl::Status& status) {
  return status.GetPayload(kLimitPayload).has_value();
}

}  // namespace magenta
