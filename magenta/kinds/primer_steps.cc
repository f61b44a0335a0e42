#include "magenta/kinds/primer_steps.h"

#include <fmt/core.h>

#include <algorithm>

#include "magenta/base/status.h"

namespace magenta {

absl::StatusOr<int> StepsUpToSection(int64_t start_step, const PrimerRequest& request) {
  const int64_t length = request.generate_start_step - start_step;
  if (length < 1) {
    return UsageError(fmt::format("the section to be generated begins at step {}: no step is left "
                                  "for a primer",
                                  request.generate_start_step),
                      "Let the section start later");
  }
  if (length > kMaxPrimerSteps) {
    return UsageError(fmt::format("the section to be generated begins {} steps after the primer, "
                                  "more than {}",
                                  length, kMaxPrimerSteps),
                      "Let the section start where the primer ends");
  }
  return static_cast<int>(length);
}

int64_t SilentPrimerStep(const PrimerRequest& request) {
  const int64_t step = request.generate_start_step - 1;
  return request.reference_windows ? std::max<int64_t>(0, step) : step;
}

}  // namespace magenta
