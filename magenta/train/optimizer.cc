#include "magenta/train/optimizer.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr float kBeta1 = 0.9f;
constexpr float kBeta2 = 0.999f;
constexpr float kEpsilon = 1e-8f;

constexpr std::string_view kShapeNames[] = {"constant", "linear", "cosine"};  // by RateShape

}  // namespace

absl::StatusOr<RateShape> RateShapeOf(std::string_view name) {
  const auto found = std::find(std::begin(kShapeNames), std::end(kShapeNames), name);
  if (found != std::end(kShapeNames)) return static_cast<RateShape>(found - kShapeNames);
  return UsageError(fmt::format("unknown schedule of the learning rate \"{}\"", name),
                    fmt::format("Use {}.", fmt::join(kShapeNames, ", ")));
}

std::string_view RateShapeName(RateShape shape) { return kShapeNames[static_cast<size_t>(shape)]; }

double RateSchedule::FactorAt(int64_t step) const {
  if (step < warmup_steps) return double(step + 1) / double(warmup_steps + 1);
  const double done = double(step - warmup_steps) / double(last_step - warmup_steps);
  switch (shape) {
    case RateShape::kConstant: return 1;
    case RateShape::kLinear: return 1 - done;
    case RateShape::kCosine: return (1 + std::cos(std::numbers::pi * done)) / 2;
  }
  return 1;
}

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

void DecayWeights(double share, std::vector<Variable>& variables) {
  if (share == 0) return;
  const float kept = static_cast<float>(1 - share);
  for (Variable& variable : variables) {
    if (variable.shape.size() < 2) continue;
    for (float& w : variable.value) w *= kept;
  }
}

void AverageStep(double decay, int64_t step, std::vector<Variable>& variables) {
  const float share = static_cast<float>(1 - std::min(decay, double(1 + step) / double(10 + step)));
  for (Variable& v : variables) {
    for (size_t k = 0; k < v.value.size(); ++k) v.average[k] += share * (v.value[k] - v.average[k]);
  }
}

}  // namespace magenta
