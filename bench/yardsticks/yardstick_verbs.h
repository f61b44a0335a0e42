#pragma once
// The verbs that `yardsticks` has instead of those of `magenta`.

#include <memory>

#include "magenta/cli/verb.h"

namespace magenta::yardsticks {

std::unique_ptr<cli::Verb> NewDatasetVerb();
std::unique_ptr<cli::Verb> NewScoreVerb();

}  // namespace magenta::yardsticks
