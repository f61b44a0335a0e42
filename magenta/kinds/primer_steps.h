#pragma once
// Where a primer that stands on steps of a grid begins and ends; what all kinds have in common.

#include <cstdint>

#include "absl/status/statusor.h"
#include "magenta/kinds/kind.h"

namespace magenta {

/// Longest primer, in steps: a day and a half at 120 quarters a minute and four steps per quarter.
inline constexpr int64_t kMaxPrimerSteps = int64_t{1} << 20;

/// Steps from `start_step` up to the section to be generated. Error (exit 2): none, or more than
/// kMaxPrimerSteps.
absl::StatusOr<int> StepsUpToSection(int64_t start_step, const PrimerRequest& request);

/// Where the one event of a primer stands that holds nothing: right before the section.
int64_t SilentPrimerStep(const PrimerRequest& request);

}  // namespace magenta
