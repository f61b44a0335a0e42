#pragma once
// Clipping and Adam exactly as Magenta's trainer does them (docs/rules.md section 6); and what it
// has not: a schedule of the learning rate, weights that decay, and averaged weights.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/train/variables.h"

namespace magenta {

/// The powers of Adam's betas as TensorFlow stores them: .9^(t+1) and .999^(t+1) after t steps, by
/// repeated float32 multiplication.
struct AdamPowers {
  float beta1 = 0.9f;
  float beta2 = 0.999f;

  bool operator==(const AdamPowers&) const = default;
};

/// How the learning rate falls. The numbers stand in checkpoints.
enum class RateShape : int64_t {
  kConstant = 0,
  kLinear = 1,  // in a line to 0
  kCosine = 2,  // in half a wave of the cosine to 0
};

/// The shape by its name in lower case ("cosine"). Errors (exit 2): no such name.
absl::StatusOr<RateShape> RateShapeOf(std::string_view name);
std::string_view RateShapeName(RateShape shape);

/// What the learning rate is multiplied with.
struct RateSchedule {
  RateShape shape = RateShape::kConstant;
  int64_t warmup_steps = 0;  // over which it rises in a line
  int64_t last_step = 0;     // where it has come to 0; of a constant one 0

  bool operator==(const RateSchedule&) const = default;
  /// In (0, 1], for the step that follows on `step` steps, fewer than last_step.
  double FactorAt(int64_t step) const;
};

/// Scales `gradient` so that its norm is at most `clip_norm`; 0: leaves it.
void ClipByNorm(double clip_norm, std::span<float> gradient);

/// w -= lr_t m / (sqrt(v) + 1e-8), lr_t = learning_rate sqrt(1 - beta2) / (1 - beta1): epsilon
/// outside the correction. `gradients` is parallel to `variables`; `powers` move on by a step.
void AdamStep(double learning_rate, const std::vector<std::vector<float>>& gradients,
              std::vector<Variable>& variables, AdamPowers& powers);

/// Decoupled weight decay (Loshchilov and Hutter 2019, AdamW), before AdamStep: w -= share * w for
/// matrices, variables of two dimensions or more; biases stay. `share` is the step's learning rate
/// times the hyper-parameter weight_decay; 0: nothing is done.
void DecayWeights(double share, std::vector<Variable>& variables);

/// Moves each average towards its variable's value after `step` steps: a += (1 - d) (w - a) with
/// d = min(decay, (1 + step) / (10 + step)), TensorFlow's ExponentialMovingAverage with
/// num_updates.
void AverageStep(double decay, int64_t step, std::vector<Variable>& variables);

}  // namespace magenta
