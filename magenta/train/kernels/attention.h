#pragma once
// Attention of a step over the last outputs of each sequence (docs/rules.md section 6).
//
// A key is an output's product with attn_w. Its score under a query q is sum(v tanh(key + q)), and
// tanh(x) = 1 - 2 / (1 + e^2x), where e^(2 key + 2 q) is a product: so e^(2 key) is made once an
// output and e^2q once a step, and a number of the window costs a division instead of a tanh. The
// sum of v, the same in all scores, is left out: a softmax does not see it. Where key or query is
// so large that no float holds its exponential, it is kept itself, and the product made of both.
// Calls keep nothing: on numbers of their own, threads may call at once.

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
/// to(step) = x.
void StoreRows(int rows, PanelRows x, int step, SequenceRows to);
/// x = from(step), where zeros are left.
void TakeRows(int rows, SequenceRows from, int step, PanelRows x);

/// Floats of a row of weights: one for each row of the window that is ever filled and one more, in
/// whole vectors.
inline int AlphaStride(int max_rows) { return PaddedUnits(max_rows + 1); }

/// The window of step t: outputs of steps t - filled .. t - 1, and length - filled rows of zeros.
struct AttentionWindow {
  int rows;
  int step, length, filled;
  int max_rows;  // rows that are filled in the longest sequence: at most `length`
  SequenceRows keys, outputs;
  const uint8_t* far;  // [rows], of StoreExponentials
  PanelRows query;
  const float* v;  // [width], 0 in padding
  float* alpha;  // [rows][AlphaStride()]: weights of the filled rows, then the one of each zero row
  float* scratch;  // [max(2 * width, AlphaStride())]
};

/// alpha = softmax of scores; attended = sum of alpha * outputs.
void AttentionForward(const AttentionWindow& window, PanelRows attended);

/// Steps whose gradients of windows are added at once, see AttentionBackward.
inline constexpr int kWindowBlock = 8;

/// What windows say about their outputs and keys, until the step of that output comes. All 0 at
/// first.
struct WindowGradients {
  int mask;  // WindowRingSteps() - 1
  /// [rows][WindowRingSteps()][width], of step s at s & mask; d_keys without their factor 4 v, see
  /// ScaleKeys.
  SequenceRows d_outputs, d_keys;
  /// [rows][kWindowBlock][width] of the steps of a block that wait, of step t at t % kWindowBlock:
  /// e^2q, and the gradient of what was attended.
  SequenceRows queries, d_attended;
  /// [rows][kWindowBlock][PaddedUnits(max_rows + kWindowBlock)] likewise: gradients of scores, and
  /// weights; those of output s at s - first step of the block + max_rows.
  SequenceRows slopes, alpha;
  uint8_t* waiting;  // [rows]: steps of each row
  uint8_t* far;      // [rows]: whether one of them has a number that is far
};

/// Steps of a ring that holds windows of `max_rows` rows; a power of two.
int WindowRingSteps(int max_rows);

struct AttentionGradients {
  PanelRows d_attended;
  WindowGradients windows;
  float* d_v;
  PanelRows d_query;
};
/// Adds to d_v [width] and to what the windows say, and writes d_query; all steps come, in
/// falling order. The outputs within the step's own block of kWindowBlock hear at once. The others,
/// which are not needed before the block is done, hear from all its steps together at its first
/// one: so their gradients go through the caches once a block.
void AttentionBackward(const AttentionWindow& window, const AttentionGradients& gradients);

/// x *= 4 v, for gradients x of the keys of a step.
void ScaleKeys(int rows, int width, const float* v, PanelRows x);

}  // namespace magenta
