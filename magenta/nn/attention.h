#pragma once
// Attention over a layer's last outputs, as in Magenta's attention_rnn (docs/rules.md section 6).
//
// W_t A never changes while row t is in the window, so it is made once, when the row comes in, and
// kept beside it: a step costs one product with A instead of attn_length of them. What is kept is
// e^(2 W_t A), for tanh(k + q) is 1 - 2 / (1 + e^2k e^2q): an exponential for each unit of the key
// and of the query, where tanh would ask for one of each pair. Where a key or a query is beyond
// what an exponential can hold, though their sum need not be, the sums are made anew of the window,
// and an exponential of each. The window is a ring: dropping the oldest row is a turn of its head.

#include <span>
#include <string>

#include "magenta/base/tensor.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {

/// The rows that attention remembers, for several sequences.
struct AttentionState {
  FloatBuffer a;            // [rows, padded units]: the last attention
  FloatBuffer window;       // [rows, attn_length, padded units]
  FloatBuffer keys;         // the same shape: e^2x of the window times A
  FloatBuffer max_abs_key;  // [rows, attn_length]: the largest |x| of these
  FloatBuffer weights;      // [rows, attn_length]: the last softmax, newest row first; 0 at first
  int oldest = 0;           // the ring's head, the same for all rows
};

/// Where the window of one row of a step lies: states that are stepped together keep theirs.
struct AttentionRow {
  AttentionState* state = nullptr;
  int row = 0;
};

struct AttentionOptions {
  int inputs;
  int units;
  int length;
  PackOptions pack;
};

class Attention {
 public:
  Attention() = default;
  /// From the variables under `prefix` (".../attention_cell_wrapper/"), whose shapes are checked.
  Attention(const TensorMap& tensors, const std::string& prefix, const AttentionOptions& options);

  int length() const { return length_; }
  AttentionState NewState(int rows) const;
  /// Rows `rows` of `state`, in that order.
  AttentionState Select(const AttentionState& state, std::span<const int> rows) const;

  /// x' = [x, a] K1 + b1 with x already multiplied: `projected` comes in as b1 + x K1's upper rows.
  /// a is [rows, padded units].
  void ProjectInput(const Kernels& kernels, const float* a, int rows, float* projected) const;
  /// K1 and b1, for the caller's own x.
  const PackedMatrix& input_kernel() const { return input_kernel_; }
  const FloatBuffer& input_bias() const { return input_bias_; }

  /// Of the cell's new `c` and `h` ([rows, padded units]): a', which replaces `a`, and y, which
  /// takes the oldest place of each row's window; MoveOn must follow for each state. `scratch`
  /// holds scratch_size() floats a row; a and y are [rows, padded units].
  void Attend(const Kernels& kernels, const float* c, const float* h,
              std::span<const AttentionRow> rows, float* a, float* scratch, float* y) const;
  /// Turns the ring: what Attend put in the oldest place is the newest now.
  void MoveOn(AttentionState& state) const { state.oldest = (state.oldest + 1) % length_; }
  int scratch_size() const { return (2 + length_) * units_padded_ + length_padded_; }

 private:
  void SoftmaxInPlace(const Kernels& kernels, float* scores, int oldest) const;
  void ScoreRow(const Kernels& kernels, float* q, const AttentionRow& row, float* sums,
                float* scores) const;
  void AttendRow(const Kernels& kernels, const AttentionRow& row, float* scores, float* a) const;
  void KeepWeights(const AttentionRow& row, const float* scores) const;
  void Remember(const Kernels& kernels, const float* y, const AttentionRow& row) const;

  int inputs_ = 0;
  int units_ = 0;
  int units_padded_ = 0;
  int length_ = 0;
  int length_padded_ = 0;
  PackedMatrix input_kernel_, query_kernel_, output_kernel_, key_kernel_;
  FloatBuffer input_bias_, query_bias_, output_bias_, v_;
};

}  // namespace magenta
