#pragma once
// The arithmetic of the kernels one number at a time: the reference for every kernel. Method and
// constants: exp_constants.h.

#include <bit>
#include <cmath>
#include <cstdint>

#include "magenta/nn/kernels/exp_constants.h"

namespace magenta::scalar {

/// a * b + c rounded once, for processors without such an operation. The product is exact in a
/// double; of its sum with c the error is found (Knuth's two-sum), and where there is one the sum
/// is made odd in its last bit, so that rounding it again, to a float, goes the way that the exact
/// sum would (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
inline float FusedByDoubles(float a, float b, float c) {
  const double product = static_cast<double>(a) * b, addend = c;
  const double sum = product + addend;
  const double part = sum - product;
  const double error = (product - (sum - part)) + (addend - part);
  uint64_t bits = std::bit_cast<uint64_t>(sum);
  if ((bits & 1) == 0 && (error > 0 || error < 0)) {
    bits += (error > 0) == (sum > 0) ? 1 : -1;
  }
  return static_cast<float>(std::bit_cast<double>(bits));
}

/// a * b + c rounded once.
inline float Fused(float a, float b, float c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_fmaf(a, b, c);
#else
  return FusedByDoubles(a, b, c);
#endif
}

/// `x`, but no further from 0 than `limit`, which it is where it is no number.
inline float Clamp(float x, float limit) {
  x = x < limit ? x : limit;
  return x > -limit ? x : -limit;
}

/// A number as 2^n (1 + q).
struct PowerAndRest {
  float power;
  float rest;
};

/// e^x for |x| <= kExpLimit.
inline PowerAndRest SplitExp(float x) {
  using namespace exp_constants;
  const float t = Fused(x, kLog2E, kRound);
  const float n = t - kRound;
  const float r = Fused(-n, kLn2Low, Fused(-n, kLn2High, x));
  const float p = Fused(Fused(Fused(Fused(kP4, r, kP3), r, kP2), r, kP1), r, kP0);
  const float power = std::bit_cast<float>((std::bit_cast<uint32_t>(t) + 127u) << 23);
  return {power, Fused(r * r, p, r)};
}

/// e^x held within e^-limit .. e^limit.
inline float ClampedExp(float x, float limit) {
  const PowerAndRest e = SplitExp(Clamp(x, limit));
  return Fused(e.power, e.rest, e.power);
}

inline float Exp(float x) {
  using exp_constants::kExpLimit;
  return x < -kExpLimit ? 0.0f : ClampedExp(x, kExpLimit);
}

/// e^2x within e^-87 .. e^87.
inline float ExpTwice(float x) { return ClampedExp(x + x, exp_constants::kExpLimit); }

/// 1 + e^-x, of which a sigmoid is the reciprocal.
inline float OnePlusExp(float x) { return ClampedExp(-x, exp_constants::kSigmoidLimit) + 1.0f; }

/// e^2x - 1, of which tanh is the quotient with itself and 2: small x lose no digits.
inline float ExpTwiceMinusOne(float x) {
  const PowerAndRest e = SplitExp(Clamp(x + x, 2 * exp_constants::kTanhLimit));
  return Fused(e.power, e.rest, e.power - 1.0f);
}

}  // namespace magenta::scalar
