#pragma once
// `magenta train` for models that learn by themselves (ModelSpec::train), in programs without
// libtorch.

#include <memory>

#include "magenta/cli/verb.h"

namespace magenta::cli {

/// Takes the flags of `train`; what only networks have (steps, evaluation, device) does nothing.
/// Writes RUN/train/model.ckpt-1 and its state file. A model that is a network is handed to
/// magenta-train.
std::unique_ptr<Verb> NewOwnTrainingVerb();

}  // namespace magenta::cli
