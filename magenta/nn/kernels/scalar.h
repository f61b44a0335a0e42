#pragma once
// exp, tanh and sigmoid one number at a time: the reference for every kernel, and what code outside
// the kernels uses where a few numbers are at hand. Method and constants: exp_constants.h.

#include <bit>
#include <cmath>
#include <cstdint>

#include "magenta/nn/kernels/exp_constants.h"

namespace magenta::scalar {

/// A number as 2^n (1 + q).
struct PowerAndRest {
  float power;
  float rest;
};

/// e^x for |x| <= kExpLimit.
inline PowerAndRest SplitExp(float x) {
  using namespace exp_constants;
  const float t = x * kLog2E + kRound;
  const float n = t - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  const float p = (((kP4 * r + kP3) * r + kP2) * r + kP1) * r + kP0;
  const float power = std::bit_cast<float>((std::bit_cast<uint32_t>(t) + 127u) << 23);
  return {power, (r * r) * p + r};
}

/// e^x held within e^-87 .. e^87.
inline float ClampedExp(float x) {
  using exp_constants::kExpLimit;
  x = x > -kExpLimit ? x : -kExpLimit;
  x = x < kExpLimit ? x : kExpLimit;
  const PowerAndRest e = SplitExp(x);
  return e.power * (e.rest + 1.0f);
}

inline float Exp(float x) { return x < -exp_constants::kExpLimit ? 0.0f : ClampedExp(x); }

inline float Sigmoid(float x) { return 1.0f / (ClampedExp(-x) + 1.0f); }

/// (e^2|x| - 1) / (e^2|x| + 1) by e^2|x| - 1 itself, so that small x lose no digits.
inline float Tanh(float x) {
  float y = std::fabs(x);
  y = y < exp_constants::kTanhLimit ? y : exp_constants::kTanhLimit;
  const PowerAndRest e = SplitExp(y + y);
  const float minus_one = e.power * e.rest + (e.power - 1.0f);
  return std::copysign(minus_one / (minus_one + 2.0f), x);
}

}  // namespace magenta::scalar
