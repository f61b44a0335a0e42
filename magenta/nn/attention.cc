#include "magenta/nn/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "magenta/nn/row_buffers.h"

namespace magenta {
namespace {

/// Beyond this a key's or a query's e^2x is not exact.
constexpr float kExactLimit = 43.5f;

float LargestOf(const float* x, int size) {
  float largest = 0;
  for (int i = 0; i < size; ++i) largest = std::max(largest, std::abs(x[i]));
  return largest;
}

}  // namespace

Attention::Attention(const TensorMap& tensors, const std::string& prefix,
                     const AttentionOptions& options)
    : inputs_(options.inputs),
      units_(options.units),
      units_padded_(PadToLanes(options.units)),
      length_(options.length),
      length_padded_(PadToLanes(options.length)) {
  const auto matrix = [&](const char* name, int rows, int columns) {
    return PackedMatrix(tensors.at(prefix + name).floats(), rows, columns, options.pack);
  };
  const auto row = [&](const char* name) {
    return PackRow(tensors.at(prefix + name).floats(), options.pack);
  };
  input_kernel_ = matrix("kernel", inputs_ + units_, inputs_);
  input_bias_ = row("bias");
  query_kernel_ = matrix("attention/kernel", 2 * units_, units_);
  query_bias_ = row("attention/bias");
  output_kernel_ = matrix("attn_output_projection/kernel", 2 * units_, units_);
  output_bias_ = row("attn_output_projection/bias");
  key_kernel_ = matrix("attention/attn_w", units_, units_);
  v_ = row("attention/attn_v");
}

AttentionState Attention::NewState(int rows) const {
  const size_t row = units_padded_;
  AttentionState state;
  state.a.assign(rows * row, 0.0f);
  state.window.assign(rows * row * length_, 0.0f);
  state.keys.assign(rows * row * length_, 1.0f);  // e^0
  state.max_abs_key.assign(static_cast<size_t>(rows) * length_, 0.0f);
  state.weights.assign(static_cast<size_t>(rows) * length_, 0.0f);
  return state;
}

AttentionState Attention::Select(const AttentionState& state, std::span<const int> rows) const {
  const size_t row = units_padded_;
  return {SelectRows(state.a, row, rows),
          SelectRows(state.window, row * length_, rows),
          SelectRows(state.keys, row * length_, rows),
          SelectRows(state.max_abs_key, length_, rows),
          SelectRows(state.weights, length_, rows),
          state.oldest};
}

void Attention::ProjectInput(const Kernels& kernels, const float* a, int rows,
                             float* projected) const {
  kernels.multiply(input_kernel_, inputs_, units_, {a, static_cast<size_t>(units_padded_), rows},
                   projected, input_kernel_.width());
}

void Attention::Attend(const Kernels& kernels, const float* c, const float* h,
                       std::span<const AttentionRow> rows, float* a, float* scratch,
                       float* y) const {
  const size_t stride = units_padded_;
  const int count = static_cast<int>(rows.size());
  float* q = scratch;
  float* scores = q + count * stride;
  float* sums = scores + count * length_padded_;
  FillRows(query_bias_, count, q);
  kernels.multiply(query_kernel_, 0, units_, {c, stride, count}, q, stride);
  kernels.multiply(query_kernel_, units_, units_, {h, stride, count}, q, stride);
  for (int row = 0; row < count; ++row) {
    ScoreRow(kernels, q + row * stride, rows[row], sums, scores + row * length_padded_);
    AttendRow(kernels, rows[row], scores + row * length_padded_, a + row * stride);
  }
  FillRows(output_bias_, count, y);
  kernels.multiply(output_kernel_, 0, units_, {h, stride, count}, y, stride);
  kernels.multiply(output_kernel_, units_, units_, {a, stride, count}, y, stride);
  for (int row = 0; row < count; ++row) Remember(kernels, y + row * stride, rows[row]);
}

/// The scores of one row's window by its query `q`, which is overwritten. `sums` has room for the
/// window and a row more.
void Attention::ScoreRow(const Kernels& kernels, float* q, const AttentionRow& row, float* sums,
                         float* scores) const {
  const size_t stride = units_padded_, first = static_cast<size_t>(row.row) * length_;
  const AttentionState& state = *row.state;
  const float* keys = state.keys.data() + first * stride;
  const bool exact = LargestOf(q, units_padded_) <= kExactLimit &&
                     LargestOf(state.max_abs_key.data() + first, length_) <= kExactLimit;
  if (exact) {
    kernels.exp_twice(q, q, units_padded_);
  } else {
    for (int t = 0; t < length_; ++t) std::copy_n(q, stride, sums + t * stride);
    kernels.multiply(key_kernel_, 0, units_,
                     {state.window.data() + first * stride, stride, length_}, sums, stride);
    kernels.exp_twice(sums, sums, length_ * units_padded_);
    std::fill_n(q, stride, 1.0f);
    keys = sums;
  }
  kernels.attention_scores(keys, q, v_.data(), length_, units_padded_, scores);
}

/// a' of one row: the window's rows by the softmax of their scores, oldest first.
void Attention::AttendRow(const Kernels& kernels, const AttentionRow& row, float* scores,
                          float* a) const {
  const size_t stride = units_padded_;
  const AttentionState& state = *row.state;
  const float* window = state.window.data() + row.row * stride * length_;
  SoftmaxInPlace(kernels, scores, state.oldest);
  KeepWeights(row, scores);
  std::fill_n(a, stride, 0.0f);
  const int tail = length_ - state.oldest;
  kernels.weighted_sum(window + state.oldest * stride, scores + state.oldest, tail, units_padded_,
                       a);
  kernels.weighted_sum(window, scores, state.oldest, units_padded_, a);
}

/// The ring's weights from the newest row back to the oldest.
void Attention::KeepWeights(const AttentionRow& row, const float* scores) const {
  AttentionState& state = *row.state;
  float* weights = state.weights.data() + static_cast<size_t>(row.row) * length_;
  weights = std::reverse_copy(scores, scores + state.oldest, weights);
  std::reverse_copy(scores + state.oldest, scores + length_, weights);
}

/// scores := softmax(scores), summed from the oldest row on.
void Attention::SoftmaxInPlace(const Kernels& kernels, float* scores, int oldest) const {
  const float max = *std::max_element(scores, scores + length_);
  for (int t = 0; t < length_; ++t) scores[t] -= max;
  std::fill(scores + length_, scores + length_padded_, 0.0f);
  kernels.exp(scores, scores, length_padded_);
  float sum = 0;
  for (int t = oldest; t < length_; ++t) sum += scores[t];
  for (int t = 0; t < oldest; ++t) sum += scores[t];
  for (int t = 0; t < length_; ++t) scores[t] /= sum;
}

/// Puts y in the place of the oldest row, and y A beside it.
void Attention::Remember(const Kernels& kernels, const float* y, const AttentionRow& row) const {
  const size_t stride = units_padded_;
  AttentionState& state = *row.state;
  const size_t slot = (static_cast<size_t>(row.row) * length_ + state.oldest) * stride;
  std::copy_n(y, stride, state.window.data() + slot);
  float* key = state.keys.data() + slot;
  std::fill_n(key, stride, 0.0f);
  kernels.multiply(key_kernel_, 0, units_, {y, stride, 1}, key, stride);
  state.max_abs_key[static_cast<size_t>(row.row) * length_ + state.oldest] =
      LargestOf(key, units_padded_);
  kernels.exp_twice(key, key, units_padded_);
}

}  // namespace magenta
