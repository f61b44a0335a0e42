#pragma once
// What models of performances are told in a session: how dense, which pitch classes.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/cli/verbs/live_flags.h"
#include "magenta/generator.pb.h"
#include "magenta/music/performance/conditions.h"

namespace magenta::cli {

/// Names of the arguments by which `model` is told conditions.
std::vector<std::string> ConditionsTaken(const GeneratorDetails& model);

/// What `flags` tell `models` until a control says something else. Errors (exit 2): none of
/// `models` is told what flags or controls say; a flag holds no value, or several.
absl::StatusOr<Conditions> FirstConditions(const LiveFlags& flags,
                                           const std::vector<GeneratorDetails>& models);

}  // namespace magenta::cli
