#pragma once
// What an RNN-NADE of N pitches (nn/nade/rnn_nade.h) reads: N numbers for what sounds on a step, N
// for the pitch that was drawn to a step, and one of NadeOrder.

namespace magenta {

constexpr int NadeInputs(int pitches) { return 2 * pitches + 1; }
/// The place of the first pitch that was drawn.
constexpr int NadeDrawn(int pitches) { return pitches; }
/// The place of the order.
constexpr int NadeOrderPlace(int pitches) { return 2 * pitches; }

/// With the reference's windows, what is said of a step of the music comes later than it
/// (docs/rules.md section 17).
enum class NadeOrder {
  kAtOnce = 0,        // not read
  kRemember = 1,      // of the primer: at once, and what is said is remembered
  kLastOfPrimer = 2,  // the same, but nothing is said of it: all biases are 0
  kFirstDrawn = 3,    // row r says what was remembered of the primer's step r; what is said is held
  kLater = 4,         // what was held is said, and what is said is held
  kUnheard = 5,       // the layers don't hear it; all biases are 0
};
/// Steps of a primer that are remembered: rows beyond take the last of them.
inline constexpr int kNadeRemembered = 64;

}  // namespace magenta
