#pragma once
// The verbs that magenta-train runs.

#include <memory>

#include "magenta/cli/terminal/output.h"
#include "magenta/cli/verb.h"
#include "magenta/train/train.h"

namespace magenta::cli {

std::unique_ptr<Verb> NewRunningTrainVerb();
std::unique_ptr<Verb> NewRunningEvalVerb();

/// "step 500  loss 1.2345  perplexity 3.44  accuracy 0.61 ..."
std::string MetricsText(int64_t step, const Metrics& metrics);
/// The metrics by their names, and the step.
Json MetricsJson(int64_t step, const Metrics& metrics);

}  // namespace magenta::cli
