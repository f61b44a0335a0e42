#pragma once
// Attention of a step over the last outputs of each sequence (PARITY section 6).
//
// A key is an output's product with attn_w. Its score under a query q is sum(v tanh(key + q)), and
// tanh(x) = 1 - 2 / (1 + e^2x), where e^(2 key + 2 q) is a product: so e^(2 key) is made once an
// output and e^2q once a step, and a number of the window costs a division instead of a tanh. The
// sum of v, the same in all scores, is left out: a softmax does not see it. Where key or query is
// so large that no float holds its exponential, it is kept itself, and the product made of both.

#include <cstdint>

#include "magenta/train/kernels/panels.h"

namespace magenta {

/// Sequences one after another, in each its steps: row of (sequence, step) is
/// data + sequence * stride + step * width.
struct SequenceRows {
  float* data = nullptr;
  int64_t stride = 0;
  int width = 0;  // PaddedUnits()
};

/// keys(step) = e^(2 x) for x of [rows, units], or what stands for it beyond +-43.5; then far[row],
/// 0 at first, becomes 1.
void StoreExponentials(int rows, PanelRows x, int step, SequenceRows keys, uint8_t* far);
/// to(step) = x, and x = from(step).
void StoreRows(int rows, PanelRows x, int step, SequenceRows to);
void LoadRows(int rows, SequenceRows from, int step, PanelRows x);

/// Floats of a row of weights: one for each row of the window and one more, in whole vectors.
inline int AlphaStride(int length) { return PaddedUnits(length + 1); }

/// The window of step t: outputs of steps t - filled .. t - 1, and length - filled rows of zeros.
struct AttentionWindow {
  int rows;
  int step, length, filled;
  SequenceRows keys, outputs;
  const uint8_t* far;  // [rows], of StoreExponentials
  PanelRows query;
  const float* v;  // [width], 0 in padding
  float* alpha;  // [rows][AlphaStride()]: weights of the filled rows, then the one of each zero row
  float* scratch;  // [2 * width + AlphaStride()]
};

/// alpha = softmax of scores; attended = sum of alpha * outputs.
void AttentionForward(const AttentionWindow& window, PanelRows attended);

/// Adds to d_outputs, to d_keys (but for their factor 4 v, see ScaleKeys) and to d_v [width];
/// writes d_query.
struct AttentionGradients {
  PanelRows d_attended;
  SequenceRows d_outputs, d_keys;
  float* d_v;
  PanelRows d_query;
};
void AttentionBackward(const AttentionWindow& window, const AttentionGradients& gradients);

/// x *= 4 v, for gradients x of the keys of a step.
void ScaleKeys(int rows, int width, const float* v, PanelRows x);

}  // namespace magenta
