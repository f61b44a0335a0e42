#pragma once
// The recurrent layers of a network over packed sequences, step by step in both directions.

#include <memory>
#include <string>
#include <vector>

#include "magenta/train/kernels/attention.h"
#include "magenta/train/kernels/cells.h"
#include "magenta/train/kernels/weights.h"

namespace magenta {

/// What all layers of a pass share; it must outlive them.
struct PassShape {
  Packing packing;
  std::vector<StepChunk> chunks;
  SparseRows inputs;  // of all rows

  int active(int t) const { return packing.active[t]; }
  int active_after(int t) const { return t + 1 < packing.steps() ? packing.active[t + 1] : 0; }
};

/// Rows of one step at a time.
class StepBuffer {
 public:
  StepBuffer(const PassShape& shape, int panels)
      : data_(int64_t{shape.packing.sequences()} * panels * PanelWidth()),
        rows_{data_.data(), int64_t{shape.packing.sequences()} * PanelWidth()} {}
  PanelRows rows() const { return rows_; }

 private:
  FloatBlock data_;
  PanelRows rows_;
};

/// A layer. Forward goes through steps 0, 1, .., Backward back from the last one; after Backward
/// has gone through a chunk, AddGradients takes it in. One thread's, for one batch: what a step
/// leaves behind is kept until the way back.
class RecurrentLayer {
 public:
  virtual ~RecurrentLayer() = default;
  /// Where step t's input must be before Forward(t). Of no use where the inputs are sparse.
  virtual PanelRows Input(int t) const = 0;
  /// The outputs of step t; valid until the next step.
  virtual PanelRows Forward(int t) = 0;
  /// Takes the gradient of the outputs (which it may change) and gives that of the inputs, valid
  /// until the next step; without data where the inputs are sparse.
  virtual PanelRows Backward(int t, PanelRows d_outputs) = 0;
  virtual void AddGradients(const StepChunk& chunk) = 0;
  virtual void WriteGradients(const VariableTable& table) const = 0;
};

/// Widths are in numbers, before padding.
struct LayerOptions {
  std::string scope;  // ends in '/'; of basic_lstm_cell/ or of attention_cell_wrapper/
  int inputs, units;
  bool sparse;  // whether the inputs are those of PassShape
  int attn_length = 0;
};

/// `table` and `shape` outlive the layer.
std::unique_ptr<RecurrentLayer> MakeLstmLayer(const VariableTable& table, const PassShape& shape,
                                              const LayerOptions& options);
std::unique_ptr<RecurrentLayer> MakeAttentionLayer(const VariableTable& table,
                                                   const PassShape& shape,
                                                   const LayerOptions& options);

/// The cell of both, its state and what it leaves behind for the way back.
class LstmCell {
 public:
  /// Its dense inputs are parts of these widths: {inputs, units}, or {units} after sparse ones.
  LstmCell(const VariableTable& table, const PassShape& shape, const LayerOptions& options);

  const PanelAxis& in() const { return dense_.in(); }
  /// Of `in` at step t; c_out without data: not wanted.
  void Forward(int t, PanelRows in, PanelRows h, PanelRows c_out = {});
  /// Adds to the gradient of step t's new cell state.
  void AddCellGradient(int rows, PanelRows d_c);
  void Backward(int t, PanelRows d_h, PanelRows d_in);
  void AddGradients(const StepChunk& chunk, PanelRows in);
  void WriteGradients(const VariableTable& table) const;

 private:
  const PassShape& shape_;
  int vectors_;
  bool sparse_;
  DenseWeights dense_;
  SparseWeights sparse_weights_;
  FloatBlock c_, dc_;   // [vectors][sequences][L]
  FloatBlock records_;  // a step's after the one's before
  ChunkBuffer dz_;
};

}  // namespace magenta
