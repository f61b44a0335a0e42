#pragma once
// A literal of Python: what sounds on each step.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// "[(36, 42), (), (42,)]": a tuple or list of MIDI pitches a step, in brackets of either sort; as
/// many as a piece may have events. Errors (exit 2) name the column, with `remedy`.
absl::StatusOr<std::vector<std::vector<int>>> ReadStepList(std::string_view text,
                                                           const std::string& remedy);

}  // namespace magenta
