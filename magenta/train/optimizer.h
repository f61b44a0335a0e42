#pragma once
// Clipping and Adam exactly as Magenta's trainer does them (docs/rules.md section 6).

#include <span>
#include <vector>

#include "magenta/train/variables.h"

namespace magenta {

/// The powers of Adam's betas as TensorFlow stores them: .9^(t+1) and .999^(t+1) after t steps, by
/// repeated float32 multiplication.
struct AdamPowers {
  float beta1 = 0.9f;
  float beta2 = 0.999f;

  bool operator==(const AdamPowers&) const = default;
};

/// Scales `gradient` so that its norm is at most `clip_norm`; 0: leaves it.
void ClipByNorm(double clip_norm, std::span<float> gradient);

/// w -= lr_t m / (sqrt(v) + 1e-8), lr_t = learning_rate sqrt(1 - beta2) / (1 - beta1): epsilon
/// outside the correction. `gradients` is parallel to `variables`; `powers` move on by a step.
void AdamStep(double learning_rate, const std::vector<std::vector<float>>& gradients,
              std::vector<Variable>& variables, AdamPowers& powers);

}  // namespace magenta
