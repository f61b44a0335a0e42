#pragma once
// What a training step does besides plain products: LSTM cells, dropout, softmax with its loss.
//
// Rows are sequences, in panels (panels.h). L is the floats of a vector; units come in vectors, the
// last one filled up with units whose weights are 0: forwards they stay near 0 and nobody reads
// them, backwards they stay 0. Calls keep nothing: on numbers of their own, threads may call at
// once.

#include <cstdint>
#include <span>
#include <vector>

#include "magenta/train/kernels/panels.h"
#include "magenta/train/kernels/products.h"

namespace magenta {

/// Floats that a row leaves behind for the way back, a vector of units: i, j, f, o (activated), the
/// cell state before and tanh of the new one; L each.
inline int CellRecord() { return 6 * VectorLanes(); }

/// One step of LSTM cells with their product: z = [in, sparse] W + b, split i, j, f, o;
/// c' = c sigmoid(f) + sigmoid(i) tanh(j); h = tanh(c') sigmoid(o).
struct LstmForwardStep {
  int rows;
  int vectors;  // of units
  PanelRows in;
  const PanelAxis* in_axis;
  const float* weights;  // [vectors][in panels][P][P], columns PanelAxis::Gates
  const float* bias;     // [vectors * P]; the forget gate's 1 is in it
  SparseRows sparse;     // starts null: none
  int sparse_inputs;
  const float* sparse_weights;  // [vectors][sparse_inputs][P]
  float* c;                     // [vectors][c_rows][L]: becomes the new cell state
  int c_rows;
  float* record;    // [vectors][rows][CellRecord()]: written
  PanelRows h;      // written
  PanelRows c_out;  // data null: not wanted
};
void LstmForward(const LstmForwardStep& step);

/// The same step backwards. `dc`, the gradient of the new cell state, becomes that of the one
/// before; `dz` those of the products.
struct LstmBackwardStep {
  int rows;
  int vectors;
  const float* record;
  PanelRows dh;
  float* dc;  // [vectors][c_rows][L]
  int c_rows;
  PanelRows dz;
};
void LstmBackward(const LstmBackwardStep& step);

/// Which numbers a layer drops: a pure function of a row's key and the unit.
struct Dropout {
  const uint32_t* row_keys = nullptr;  // null: none is dropped
  float keep = 1;
  Dropout FromRow(int64_t row) const {
    return {row_keys == nullptr ? nullptr : row_keys + row, keep};
  }
};

/// A key for each row of a layer, from the row's name in its batch.
std::vector<uint32_t> DropoutKeys(std::span<const uint64_t> row_ids, uint64_t layer_key);

/// to = (from + also) * (1/keep or 0). `also` may have no data.
void ScaleByDropout(int rows, int vectors, PanelRows from, PanelRows also, const Dropout& dropout,
                    PanelRows to);

/// to += from, in rows of so many vectors.
inline void AddRows(int rows, int vectors, PanelRows from, PanelRows to) {
  ScaleByDropout(rows, vectors, from, to, {}, to);
}

/// What is left to sum of a row's cross entropy: loss = log(sum) + largest - logits[label].
struct SoftmaxRow {
  float largest, sum, label_logit;
  int best;  // the first class of the largest logit
};

/// Softmax of rows of logits against labels; the logits of padding must be far below all others.
/// With scale != 0 the logits become the gradient of sum(loss) * scale.
void ScoreSoftmax(int rows, int vectors, PanelRows logits, const int* labels, float scale,
                  SoftmaxRow* results);

}  // namespace magenta
