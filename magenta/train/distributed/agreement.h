#pragma once
// That all ranks of a job are about to do the same.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "magenta/train/distributed/ranks.h"

namespace magenta {

/// What this rank is about to do: (name, value), the same names on all ranks.
using RunFacts = std::vector<std::pair<std::string, std::string>>;

/// Meets all ranks. `prepared` is how this rank's preparation went, and comes back when it failed;
/// a rank whose own went well and another's did not ends as that one does (same exit status).
/// Errors (exit 2): a fact differs from rank 0's; the message names it, the rank and both values.
absl::Status AgreeOnRun(Ranks& ranks, const absl::Status& prepared, const RunFacts& facts);

}  // namespace magenta
