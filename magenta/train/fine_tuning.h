#pragma once
// What is different where a run begins from trained weights.

#include <string>

#include "absl/status/statusor.h"
#include "magenta/generate/weights.h"
#include "magenta/models/hparams.h"

namespace magenta {

/// The learning rate of a run that begins from trained weights, unless --hparams names one: a tenth
/// of what a fresh network learns with, so that what it knows is not unlearned (docs/cli.md has
/// figures).
inline constexpr double kFineTuningRate = 0.0001;

/// The model that the weights of `source` are of.
absl::StatusOr<const ModelSpec*> SpecOf(const ModelSource& source);

/// `stored`, with what `text` (the user's --hparams) names in it, as a fine-tuning run uses them:
/// the learning rate is the user's or kFineTuningRate, and decays only where the user says how.
HParams FineTuningHParams(HParams stored, std::string_view text);

}  // namespace magenta
