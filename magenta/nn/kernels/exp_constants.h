#pragma once
// The one exponential from which exp, tanh and sigmoid are made, in every kernel.
//
// e^x = 2^n e^r with n = round(x log2 e) and r = x - n ln 2 in two pieces (Cody and Waite);
// e^r - 1 = r + r^2 P(r) with P of degree 4, found by Remez exchange on |r| <= ln(2)/2 (relative
// error of e^r - 1 below 1.4e-8). Rounding is done by adding and taking away 1.5 * 2^23, whose sum
// also holds n in its low bits; so the whole is fused multiply-adds and one shift, which give the
// same bits on every machine. Subnormal numbers never occur, so flushing them to zero (as audio
// programs ask the processor to do) changes nothing.

namespace magenta::exp_constants {

inline constexpr float kLog2E = 0x1.715476p0f;
/// ln 2 with 9 zero bits at its end, so that n times it is exact for |n| < 512.
inline constexpr float kLn2High = 0x1.62e4p-1f;
inline constexpr float kLn2Low = 0x1.7f7d1cp-20f;
inline constexpr float kRound = 12582912.0f;  // 1.5 * 2^23
inline constexpr float kP0 = 0x1.fffffep-2f;
inline constexpr float kP1 = 0x1.5554acp-3f;
inline constexpr float kP2 = 0x1.55567ap-5f;
inline constexpr float kP3 = 0x1.122a32p-7f;
inline constexpr float kP4 = 0x1.6beb9cp-10f;
/// exp is 0 below -kExpLimit and stops growing above it.
inline constexpr float kExpLimit = 87.0f;
/// tanh is 1 to the last bit of a float from here on.
inline constexpr float kTanhLimit = 10.0f;
/// A sigmoid is taken no further: it is 9e-14 from its end there, and the product of two gates'
/// exponentials and a tanh's stays below 1e35.
inline constexpr float kSigmoidLimit = 30.0f;
/// No more is divided by in attention_scores.
inline constexpr float kMostSum = 1e30f;

}  // namespace magenta::exp_constants
