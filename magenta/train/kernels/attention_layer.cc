// Idea: an output enters the window of the next `length` steps, so its product with attn_w is made
// once. Backwards, what each window says about an output adds up until the step of that output
// comes. In the letters of docs/rules.md section 6:
//
//   x' = [x, a] K1 + b1    (c', h') = cell([x', h])    q = [c', h'] K3 + b3
//   a' = softmax(scores of the window under q) window    y = [h', a'] K2 + b2    key = y A
//
// c, h and a of a row lie side by side, so that [c, h] and [h, a] are both there without copying.

#include <algorithm>
#include <cstring>

#include "magenta/train/kernels/layers.h"

namespace magenta {
namespace {

constexpr char kCell[] = "basic_lstm_cell/";

PanelAxis WrapperInputs(const LayerOptions& o) {
  return o.sparse ? PanelAxis::Parts({o.units}) : PanelAxis::Parts({o.inputs, o.units});
}

LayerOptions CellOptions(const LayerOptions& o) {
  return {o.scope + kCell, o.inputs, o.units, false};
}

// A matrix over sequences and their steps.
class SequenceTape {
 public:
  /// Not set to anything.
  SequenceTape(int sequences, int steps, int width)
      : data_(int64_t{sequences} * steps * width),
        rows_{data_.data(), int64_t{steps} * width, width} {}
  static SequenceTape Zeros(int sequences, int steps, int width) {
    SequenceTape tape(sequences, steps, width);
    std::memset(tape.data_.data(), 0, sizeof(float) * sequences * steps * width);
    return tape;
  }
  SequenceRows rows() const { return rows_; }

 private:
  FloatBlock data_;
  SequenceRows rows_;
};

// Rows of a window that are filled in the longest sequence.
int MostFilled(const PassShape& shape, const LayerOptions& o) {
  return std::min(o.attn_length, shape.packing.steps());
}

// WindowGradients with their memory.
class WindowGradientState {
 public:
  WindowGradientState(int sequences, int most, int width)
      : ring_steps_(WindowRingSteps(most)),
        d_outputs_(SequenceTape::Zeros(sequences, ring_steps_, width)),
        d_keys_(SequenceTape::Zeros(sequences, ring_steps_, width)),
        queries_(sequences, kWindowBlock, width),
        d_attended_(sequences, kWindowBlock, width),
        slopes_(sequences, kWindowBlock, PaddedUnits(most + kWindowBlock)),
        alpha_(sequences, kWindowBlock, PaddedUnits(most + kWindowBlock)),
        waiting_(static_cast<size_t>(sequences)),
        far_(static_cast<size_t>(sequences)) {}

  WindowGradients windows() {
    return {ring_steps_ - 1, d_outputs_.rows(),  d_keys_.rows(),
            queries_.rows(), d_attended_.rows(), slopes_.rows(),
            alpha_.rows(),   waiting_.data(),    far_.data()};
  }

 private:
  int ring_steps_;
  SequenceTape d_outputs_, d_keys_, queries_, d_attended_, slopes_, alpha_;
  std::vector<uint8_t> waiting_, far_;
};

// What the way back needs.
struct AttentionGradientState {
  WindowGradientState windows;
  ChunkBuffer d_x, d_query, d_y, d_key;
  FloatBlock d_v;
  StepBuffer d_ha, d_ch, d_in, d_xa;

  AttentionGradientState(const PassShape& shape, const LayerOptions& o)
      : windows(shape.packing.sequences(), MostFilled(shape, o), PaddedUnits(o.units)),
        d_x(shape.packing, shape.chunks, PanelsOf(o.inputs)),
        d_query(shape.packing, shape.chunks, PanelsOf(o.units)),
        d_y(shape.packing, shape.chunks, PanelsOf(o.units)),
        d_key(shape.packing, shape.chunks, PanelsOf(o.units)),
        d_v(FloatBlock::Zeros(PaddedUnits(o.units))),
        d_ha(shape, 2 * PanelsOf(o.units)),
        d_ch(shape, 2 * PanelsOf(o.units)),
        d_in(shape, PanelsOf(o.inputs) + PanelsOf(o.units)),
        d_xa(shape, PanelsOf(o.inputs) + PanelsOf(o.units)) {}
};

class AttentionLayer : public RecurrentLayer {
 public:
  AttentionLayer(const VariableTable& table, const PassShape& shape, const LayerOptions& o)
      : shape_(shape),
        options_(o),
        vectors_(VectorsOf(o.units)),
        panels_(PanelsOf(o.units)),
        x_panels_(PanelsOf(o.inputs)),
        wrapper_(table, {o.scope + "kernel", o.sparse ? o.inputs : 0, o.scope + "bias"},
                 WrapperInputs(o), PanelAxis::Parts({o.inputs})),
        cell_(table, shape, CellOptions(o)),
        query_(table, {o.scope + "attention/kernel", 0, o.scope + "attention/bias"},
               PanelAxis::Parts({o.units, o.units}), PanelAxis::Parts({o.units})),
        output_(
            table,
            {o.scope + "attn_output_projection/kernel", 0, o.scope + "attn_output_projection/bias"},
            PanelAxis::Parts({o.units, o.units}), PanelAxis::Parts({o.units})),
        key_(table, {o.scope + "attention/attn_w", 0, ""}, PanelAxis::Parts({o.units}),
             PanelAxis::Parts({o.units})),
        v_(FloatBlock::Zeros(PaddedUnits(o.units))),
        xa_(shape.packing, shape.chunks, wrapper_.in().panels()),
        in_(shape.packing, shape.chunks, x_panels_ + panels_),
        cha_(shape.packing, shape.chunks, 3 * panels_),
        q_(shape.packing, shape.chunks, panels_),
        y_(shape.packing, shape.chunks, panels_),
        most_filled_(MostFilled(shape, o)),
        alpha_(shape.packing.rows() * AlphaStride(most_filled_)),
        outputs_(shape.packing.sequences(), shape.packing.steps(), PaddedUnits(o.units)),
        keys_(shape.packing.sequences(), shape.packing.steps(), PaddedUnits(o.units)),
        far_(static_cast<size_t>(shape.packing.sequences())),
        scratch_(std::max(2 * PaddedUnits(o.units), AlphaStride(most_filled_))),
        key_rows_(shape, panels_) {
    if (o.sparse) {
      sparse_ = SparseWeights(table, o.scope + "kernel", o.inputs, wrapper_.out());
    }
    const ConstMatrix v = table.Weights(o.scope + "attention/attn_v");
    std::memcpy(v_.data(), v.data, static_cast<size_t>(o.units) * sizeof(float));
    ClearRows(shape.active(0), panels_, in_.Step(0).From(x_panels_));
    ClearRows(shape.active(0), panels_, xa_.Step(0).From(a_panel()));
    if (table.with_gradients()) back_ = std::make_unique<AttentionGradientState>(shape, o);
  }

  PanelRows Input(int t) const override { return xa_.Step(t); }
  PanelRows Forward(int t) override;
  PanelRows Backward(int t, PanelRows d_outputs) override;
  void AddGradients(const StepChunk& chunk) override;
  void WriteGradients(const VariableTable& table) const override;

 private:
  int a_panel() const { return wrapper_.in().panels() - panels_; }
  AttentionWindow Window(int t) const {
    return {shape_.active(t),
            t,
            options_.attn_length,
            std::min(t, most_filled_),
            most_filled_,
            keys_.rows(),
            outputs_.rows(),
            far_.data(),
            q_.Step(t),
            v_.data(),
            alpha_.data() + shape_.packing.offset[t] * AlphaStride(most_filled_),
            scratch_.data()};
  }
  void ProjectInput(int t);
  void GradientOfOutput(int t, PanelRows d_outputs);
  void GradientOfState(int t);

  const PassShape& shape_;
  LayerOptions options_;
  int vectors_, panels_, x_panels_;  // of units, of units, of inputs
  DenseWeights wrapper_;
  LstmCell cell_;
  DenseWeights query_, output_, key_;
  SparseWeights sparse_;
  FloatBlock v_;
  PanelTape xa_;   // [x where it is dense, a of the step before]
  PanelTape in_;   // [x', h of the step before]
  PanelTape cha_;  // [c', h', a']
  PanelTape q_, y_;
  int most_filled_;
  FloatBlock alpha_;
  SequenceTape outputs_, keys_;
  std::vector<uint8_t> far_;  // of each sequence: whether a key so far is
  FloatBlock scratch_;
  StepBuffer key_rows_;
  std::unique_ptr<AttentionGradientState> back_;
};

void AttentionLayer::ProjectInput(int t) {
  const int n = shape_.active(t);
  if (options_.sparse) {
    sparse_.Forward(n, shape_.inputs.FromRow(shape_.packing.offset[t]), wrapper_.bias(),
                    in_.Step(t));
  }
  wrapper_.Forward(n, xa_.Step(t), in_.Step(t), options_.sparse);
}

PanelRows AttentionLayer::Forward(int t) {
  const int n = shape_.active(t);
  const PanelRows c = cha_.Step(t), h = c.From(panels_), a = c.From(2 * panels_);
  ProjectInput(t);
  cell_.Forward(t, in_.Step(t), h, c);
  query_.Forward(n, c, q_.Step(t));
  AttentionForward(Window(t), a);
  output_.Forward(n, h, y_.Step(t));
  key_.Forward(n, y_.Step(t), key_rows_.rows());
  StoreRows(n, y_.Step(t), t, outputs_.rows());
  StoreExponentials(n, key_rows_.rows(), t, keys_.rows(), far_.data());
  if (const int later = shape_.active_after(t); later > 0) {
    CopyRows(later, panels_, h, in_.Step(t + 1).From(x_panels_));
    CopyRows(later, panels_, a, xa_.Step(t + 1).From(a_panel()));
  }
  return y_.Step(t);
}

// d_y: what the layers above, later windows and the key say about y.
void AttentionLayer::GradientOfOutput(int t, PanelRows d_outputs) {
  const int n = shape_.active(t);
  const PanelRows d_y = back_->d_y.Step(t), d_key = back_->d_key.Step(t);
  const WindowGradients windows = back_->windows.windows();
  TakeRows(n, windows.d_outputs, t & windows.mask, d_y);
  AddRows(n, vectors_, d_outputs, d_y);
  TakeRows(n, windows.d_keys, t & windows.mask, d_key);
  ScaleKeys(n, keys_.rows().width, v_.data(), d_key);
  key_.Backward(n, d_key, d_y, true);
}

// d_ha: what step t's output and step t + 1 say about h and a of step t.
void AttentionLayer::GradientOfState(int t) {
  const PanelRows d_h = back_->d_ha.rows(), d_a = d_h.From(panels_);
  output_.Backward(shape_.active(t), back_->d_y.Step(t), d_h);
  const int later = shape_.active_after(t);
  AddRows(later, vectors_, back_->d_in.rows().From(x_panels_), d_h);
  AddRows(later, vectors_, back_->d_xa.rows().From(a_panel()), d_a);
}

PanelRows AttentionLayer::Backward(int t, PanelRows d_outputs) {
  const int n = shape_.active(t);
  GradientOfOutput(t, d_outputs);
  GradientOfState(t);
  const PanelRows d_h = back_->d_ha.rows(), d_c = back_->d_ch.rows();
  AttentionBackward(Window(t), {d_h.From(panels_), back_->windows.windows(), back_->d_v.data(),
                                back_->d_query.Step(t)});
  query_.Backward(n, back_->d_query.Step(t), d_c);
  AddRows(n, vectors_, d_c.From(panels_), d_h);
  cell_.AddCellGradient(n, d_c);
  const PanelRows d_in = back_->d_in.rows();
  cell_.Backward(t, d_h, d_in);
  CopyRows(n, x_panels_, d_in, back_->d_x.Step(t));
  wrapper_.Backward(n, d_in, back_->d_xa.rows());
  return options_.sparse ? PanelRows{} : back_->d_xa.rows();
}

void AttentionLayer::AddGradients(const StepChunk& chunk) {
  const int rows = chunk.rows;
  const PanelRows d_x = back_->d_x.Chunk(chunk);
  wrapper_.AddGradient(rows, xa_.Chunk(chunk), d_x);
  if (options_.sparse) sparse_.AddGradient(rows, shape_.inputs.FromRow(chunk.row), d_x);
  cell_.AddGradients(chunk, in_.Chunk(chunk));
  query_.AddGradient(rows, cha_.Chunk(chunk), back_->d_query.Chunk(chunk));
  output_.AddGradient(rows, cha_.Chunk(chunk).From(panels_), back_->d_y.Chunk(chunk));
  key_.AddGradient(rows, y_.Chunk(chunk), back_->d_key.Chunk(chunk));
}

void AttentionLayer::WriteGradients(const VariableTable& table) const {
  wrapper_.WriteGradient(table);
  if (options_.sparse) sparse_.WriteGradient(table);
  cell_.WriteGradients(table);
  query_.WriteGradient(table);
  output_.WriteGradient(table);
  key_.WriteGradient(table);
  const Matrix d_v = table.Gradient(options_.scope + "attention/attn_v");
  std::memcpy(d_v.data, back_->d_v.data(), static_cast<size_t>(options_.units) * sizeof(float));
}

}  // namespace

std::unique_ptr<RecurrentLayer> MakeAttentionLayer(const VariableTable& table,
                                                   const PassShape& shape,
                                                   const LayerOptions& options) {
  return std::make_unique<AttentionLayer>(table, shape, options);
}

}  // namespace magenta
