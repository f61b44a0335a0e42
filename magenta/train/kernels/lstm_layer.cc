// An input row is [x, h of the step before]: one product a step forwards, one backwards, and one a
// chunk of steps for the kernel's gradient. Sparse x are not in the row: the weights that they name
// are added one by one.

#include "magenta/train/kernels/layers.h"

namespace magenta {
namespace {

PanelAxis CellInputs(const LayerOptions& o) {
  return o.sparse ? PanelAxis::Parts({o.units}) : PanelAxis::Parts({o.inputs, o.units});
}

class LstmLayer : public RecurrentLayer {
 public:
  LstmLayer(const VariableTable& table, const PassShape& shape, const LayerOptions& o)
      : shape_(shape),
        sparse_(o.sparse),
        state_vectors_(VectorsOf(o.units)),
        state_panels_(PanelsOf(o.units)),
        cell_(table, shape, o),
        first_state_(cell_.in().panels() - state_panels_),
        in_(shape.packing, shape.chunks, cell_.in().panels()),
        h_(shape, state_panels_),
        d_in_(shape, cell_.in().panels()) {
    ClearRows(shape.active(0), state_panels_, in_.Step(0).From(first_state_));
  }

  PanelRows Input(int t) const override { return in_.Step(t); }

  PanelRows Forward(int t) override {
    // Outputs are made where the next step reads them if it has the same rows.
    const int later = shape_.active_after(t);
    const PanelRows next = later > 0 ? in_.Step(t + 1).From(first_state_) : PanelRows{};
    const PanelRows h = later == shape_.active(t) ? next : h_.rows();
    cell_.Forward(t, in_.Step(t), h);
    if (later > 0 && h.data != next.data) CopyRows(later, state_panels_, h, next);
    return h;
  }

  PanelRows Backward(int t, PanelRows d_h) override {
    AddRows(shape_.active_after(t), state_vectors_, d_in_.rows().From(first_state_), d_h);
    cell_.Backward(t, d_h, d_in_.rows());
    return sparse_ ? PanelRows{} : d_in_.rows();
  }

  void AddGradients(const StepChunk& chunk) override {
    cell_.AddGradients(chunk, in_.Chunk(chunk));
  }
  void WriteGradients(const VariableTable& table) const override { cell_.WriteGradients(table); }

 private:
  const PassShape& shape_;
  bool sparse_;
  int state_vectors_, state_panels_;
  LstmCell cell_;
  int first_state_;
  PanelTape in_;
  StepBuffer h_, d_in_;
};

}  // namespace

LstmCell::LstmCell(const VariableTable& table, const PassShape& shape, const LayerOptions& o)
    : shape_(shape),
      vectors_(VectorsOf(o.units)),
      sparse_(o.sparse),
      dense_(table, {o.scope + "kernel", o.sparse ? o.inputs : 0, o.scope + "bias"}, CellInputs(o),
             PanelAxis::Gates(o.units)) {
  const int lanes = VectorLanes();
  if (sparse_) {
    sparse_weights_ = SparseWeights(table, o.scope + "kernel", o.inputs, dense_.out());
  }
  for (int v = 0; v < vectors_; ++v) {
    for (int l = 0; l < lanes; ++l) dense_.bias()[(4 * v + 2) * lanes + l] += 1;  // forget gate
  }
  const int64_t state = int64_t{shape.packing.sequences()} * vectors_ * lanes;
  c_ = FloatBlock::Zeros(state);
  records_ = FloatBlock(shape.packing.rows() * vectors_ * CellRecord());
  if (!table.with_gradients()) return;
  dc_ = FloatBlock::Zeros(state);
  dz_ = ChunkBuffer(shape.packing, shape.chunks, dense_.out().panels());
}

void LstmCell::Forward(int t, PanelRows in, PanelRows h, PanelRows c_out) {
  const int64_t row = shape_.packing.offset[t];
  const int sequences = shape_.packing.sequences();
  float* record = records_.data() + row * vectors_ * CellRecord();
  LstmForward({shape_.active(t), vectors_, in, &dense_.in(), dense_.weights(), dense_.bias(),
               sparse_ ? shape_.inputs.FromRow(row) : SparseRows{}, sparse_weights_.inputs(),
               sparse_weights_.weights(), c_.data(), sequences, record, h, c_out});
}

void LstmCell::AddCellGradient(int rows, PanelRows d_c) {
  const int lanes = VectorLanes();
  for (int v = 0; v < vectors_; ++v) {
    const float* from = d_c.data + v / 4 * d_c.stride + v % 4 * lanes;
    float* to = dc_.data() + int64_t{v} * shape_.packing.sequences() * lanes;
    for (int r = 0; r < rows; ++r, from += 4 * lanes, to += lanes) {
      for (int l = 0; l < lanes; ++l) to[l] += from[l];
    }
  }
}

void LstmCell::Backward(int t, PanelRows d_h, PanelRows d_in) {
  const int64_t row = shape_.packing.offset[t];
  const PanelRows dz = dz_.Step(t);
  LstmBackward({shape_.active(t), vectors_, records_.data() + row * vectors_ * CellRecord(), d_h,
                dc_.data(), shape_.packing.sequences(), dz});
  dense_.Backward(shape_.active(t), dz, d_in);
}

void LstmCell::AddGradients(const StepChunk& chunk, PanelRows in) {
  dense_.AddGradient(chunk.rows, in, dz_.Chunk(chunk));
  if (!sparse_) return;
  sparse_weights_.AddGradient(chunk.rows, shape_.inputs.FromRow(chunk.row), dz_.Chunk(chunk));
}

void LstmCell::WriteGradients(const VariableTable& table) const {
  dense_.WriteGradient(table);
  if (sparse_) sparse_weights_.WriteGradient(table);
}

std::unique_ptr<RecurrentLayer> MakeLstmLayer(const VariableTable& table, const PassShape& shape,
                                              const LayerOptions& options) {
  return std::make_unique<LstmLayer>(table, shape, options);
}

}  // namespace magenta
