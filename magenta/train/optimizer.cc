#include "magenta/train/optimizer.h"

#include <cmath>

#include "magenta/base/check.h"

namespace magenta {
namespace {

constexpr float kBeta1 = 0.9f;
constexpr float kBeta2 = 0.999f;
constexpr float kEpsilon = 1e-8f;

}  // namespace

void ClipByNorm(double clip_norm, std::span<float> gradient) {
  if (clip_norm <= 0) return;
  double squares = 0;
  for (const float g : gradient) squares += double{g} * g;
  const double norm = std::sqrt(squares);
  if (norm <= clip_norm) return;
  const float scale = static_cast<float>(clip_norm / norm);
  for (float& g : gradient) g *= scale;
}

void AdamStep(double learning_rate, const std::vector<std::vector<float>>& gradients,
              std::vector<Variable>& variables, AdamPowers& powers) {
  MAGENTA_CHECK(gradients.size() == variables.size());
  const float rate =
      static_cast<float>(learning_rate) * std::sqrt(1 - powers.beta2) / (1 - powers.beta1);
  for (size_t i = 0; i < variables.size(); ++i) {
    Variable& variable = variables[i];
    const std::vector<float>& gradient = gradients[i];
    MAGENTA_CHECK(gradient.size() == variable.value.size());
    for (size_t k = 0; k < gradient.size(); ++k) {
      float& m = variable.first_moment[k];
      float& v = variable.second_moment[k];
      m += (gradient[k] - m) * (1 - kBeta1);
      v += (gradient[k] * gradient[k] - v) * (1 - kBeta2);
      variable.value[k] -= rate * m / (std::sqrt(v) + kEpsilon);
    }
  }
  powers.beta1 *= kBeta1;
  powers.beta2 *= kBeta2;
}

}  // namespace magenta
