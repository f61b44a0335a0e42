#pragma once
// The element-wise half of the recurrent layers: what is left of a step after its matrix products.
//
// Rows are sequences, units the cell's width; a matrix of width units may lie inside a wider one
// (Matrix::stride). Vectorised for what the processor has (Highway).

#include <cstdint>

#include "magenta/train/kernels/blas.h"

namespace magenta {

/// One step of LSTM cells. `gates` is [rows, 4 units]: pre-activations i, j, f, o (the forget
/// gate's 1 not yet added) become sigmoid(i), tanh(j), sigmoid(f + 1), sigmoid(o). A null
/// `c_before` is 0.
struct LstmForwardStep {
  int rows, units;
  Matrix gates;
  ConstMatrix c_before;
  Matrix c, tanh_c, h;  // written: the new cell state, its tanh, the new output
};
void LstmForward(const LstmForwardStep& step);

/// The same step backwards: `gates`, activations, become the gradients of the pre-activations;
/// `dc`, the gradient of the new cell state, becomes that of the state before.
struct LstmBackwardStep {
  int rows, units;
  Matrix gates;
  ConstMatrix c_before, tanh_c, dh;
  Matrix dc;
};
void LstmBackward(const LstmBackwardStep& step);

/// Attention over a window of outputs. Output k of row r is outputs[k] + r * units, its product
/// with attn_w projected[k] + r * units (oldest first, k < filled); the window's other length -
/// filled rows are zero and take part.
struct AttentionWindow {
  int rows, units, length, filled;
  const float* const* outputs;
  const float* const* projected;
  ConstMatrix query;  // [rows, units]
  const float* v;     // attn_v
};

/// weights = softmax over the window of sum(v * tanh(projected + query)): [rows, filled + 1], the
/// last column the weight of each zero row (unspecified where there is none);
/// attended = sum of weights * outputs: [rows, units].
void AttentionForward(const AttentionWindow& window, Matrix weights, Matrix attended);

/// Given d_attended, adds to the gradients of outputs and projected products (d_outputs[k] and
/// d_projected[k] lie as those do) and of v, and writes that of the query.
struct AttentionGradients {
  ConstMatrix weights, d_attended;
  float* const* d_outputs;
  float* const* d_projected;
  float* d_v;
  Matrix d_query;
};
void AttentionBackward(const AttentionWindow& window, const AttentionGradients& gradients);

/// values *= 1/keep where a bit drawn for (key, row id, unit) says so (probability keep), else 0.
/// The same bits whatever the order of rows: `row_ids` names them.
void ScaleByDropout(int rows, int units, const uint64_t* row_ids, uint64_t key, float keep,
                    Matrix values);

}  // namespace magenta
