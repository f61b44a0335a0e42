// The layers are a network of their own (nn/rnn.h), of which each row has a state for itself: rows
// at the end of a step of the music go through it together, the others wait. Then all rows go
// through the NADE together. The reference's order needs what was said earlier, which a row keeps.

#include "magenta/nn/nade/rnn_nade.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/nade/turns.h"
#include "magenta/nn/row_buffers.h"
#include "magenta/nn/tensor_checks.h"

namespace magenta {
namespace {

/// What one sequence remembers.
struct NadeRow {
  std::unique_ptr<NetworkState> layers;
  FloatBuffer a;      // [H], padded
  FloatBuffer b_dec;  // [N]
  int next = 0;       // the lowest pitch that may still be drawn
  /// Of the reference's order, [H + N] each.
  std::vector<FloatBuffer> remembered;
  FloatBuffer held;

  NadeRow Copy() const {
    constexpr int kIt[] = {0};
    return {layers->Select(kIt), a, b_dec, next, remembered, held};
  }
};

/// What steps need beside the rows' memories: it grows to the most rows that one had.
struct NadeWorkspace {
  std::vector<NadeRow*> rows;
  std::vector<int> places;  // of the rows within their states
  std::vector<NetworkState*> heard;
  std::vector<int> heard_rows;
  std::vector<SparseVector> frames;
  std::vector<float> biases;  // [heard rows, H + N]
  FloatBuffer units, turns;
  std::unique_ptr<NetworkState> scratch;
};

class NadeState final : public NetworkState {
 public:
  explicit NadeState(std::vector<NadeRow> memories) : memories_(std::move(memories)) {}
  int rows() const override { return static_cast<int>(memories_.size()); }
  std::unique_ptr<NetworkState> Select(std::span<const int> rows) const override {
    std::vector<NadeRow> selected;
    for (const int row : rows) {
      MAGENTA_CHECK(row >= 0 && row < this->rows());
      selected.push_back(memories_[row].Copy());
    }
    return std::make_unique<NadeState>(std::move(selected));
  }
  NadeRow& memory(int row) { return memories_[row]; }
  NadeWorkspace& workspace() { return workspace_; }

 private:
  std::vector<NadeRow> memories_;
  NadeWorkspace workspace_;
};

NadeState& NadeStateOf(NetworkState& state) { return static_cast<NadeState&>(state); }

class RnnNade final : public Network {
 public:
  RnnNade(std::unique_ptr<Network> layers, const TensorMap& tensors, const NadeShape& shape,
          const RnnOptions& options)
      : kernels_(*options.kernels),
        layers_(std::move(layers)),
        pitches_(shape.pitches),
        units_(shape.units),
        classes_(shape.pitches + 1) {
    const auto encoder = tensors.at(nade::kEncoder).floats();
    const size_t padded = PadToLanes(units_);
    encoder_.resize(padded * pitches_);
    const auto decoder = tensors.at(nade::kDecoder).floats();
    std::vector<float> columns(decoder.size());  // [H, N]
    for (int i = 0; i < pitches_; ++i) {
      std::copy_n(encoder.data() + static_cast<size_t>(i) * units_, units_,
                  encoder_.data() + i * padded);
      for (int u = 0; u < units_; ++u) {
        columns[static_cast<size_t>(u) * pitches_ + i] =
            decoder[static_cast<size_t>(i) * units_ + u];
      }
    }
    decoder_ = PackedMatrix(columns, units_, pitches_, {kernels_.lanes, 1, options.weights});
  }

  int input_size() const override { return NadeInputs(pitches_); }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }

  std::unique_ptr<NetworkState> NewState(int rows) const override {
    std::vector<NadeRow> memories(static_cast<size_t>(rows));
    for (NadeRow& memory : memories) {
      memory.layers = layers_->NewState(1);
      memory.a.resize(PadToLanes(units_));
      memory.b_dec.resize(static_cast<size_t>(decoder_.width()));
    }
    return std::make_unique<NadeState>(std::move(memories));
  }

  void Step(NetworkState& state, std::span<const SparseVector> inputs,
            std::span<float> logits) const override {
    NetworkState* const it = &state;
    StepRows({&it, 1}, inputs, logits, NadeStateOf(state).workspace());
  }

  void StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
               std::span<float> logits, std::unique_ptr<NetworkState>& scratch) const override {
    if (scratch == nullptr) scratch = std::make_unique<NadeState>(std::vector<NadeRow>());
    StepRows(states, inputs, logits, NadeStateOf(*scratch).workspace());
  }

 private:
  void StepRows(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
                std::span<float> logits, NadeWorkspace& work) const;
  void MakeRoom(size_t rows, NadeWorkspace& work) const;
  void HearStep(const SparseVector& input, size_t at, NadeWorkspace& work) const;
  void HearPitch(int pitch, NadeRow& memory) const;
  void TakeBiases(int row, const SparseVector& input, std::span<const float> said,
                  NadeWorkspace& work) const;
  void SetBiases(std::span<const float> biases, NadeRow& memory) const;
  static void ClearBiases(NadeRow& memory);
  NadeOrder OrderOf(const SparseVector& input) const;

  const Kernels& kernels_;
  std::unique_ptr<Network> layers_;
  int pitches_, units_, classes_;
  FloatBuffer encoder_;   // [N, H], rows padded
  PackedMatrix decoder_;  // [H, N]
};

/// Whether `input` is the pitch that was drawn to a step.
bool IsDrawn(const SparseVector& input, int pitches) {
  return input.index.size() == 1 && input.index[0] >= NadeDrawn(pitches) &&
         input.index[0] < NadeOrderPlace(pitches);
}

NadeOrder RnnNade::OrderOf(const SparseVector& input) const {
  if (input.index.empty() || input.index.back() != NadeOrderPlace(pitches_)) {
    return NadeOrder::kAtOnce;
  }
  return static_cast<NadeOrder>(static_cast<int>(input.value.back()));
}

/// A step of rows that are thrown away lets the layers make room for as many.
void RnnNade::MakeRoom(size_t rows, NadeWorkspace& work) const {
  if (rows <= work.frames.size()) return;
  const size_t biases = static_cast<size_t>(units_) + static_cast<size_t>(pitches_);
  for (auto* list : {&work.heard_rows, &work.places}) list->reserve(rows);
  work.rows.reserve(rows);
  work.heard.reserve(rows);
  work.frames.resize(rows);
  for (SparseVector& frame : work.frames) {
    frame.Clear();
    frame.index.reserve(static_cast<size_t>(pitches_));
    frame.value.reserve(static_cast<size_t>(pitches_));
  }
  work.biases.resize(rows * biases);
  work.units.resize(rows * PadToLanes(units_));
  work.turns.resize(rows * static_cast<size_t>(decoder_.width()));
  if (rows == 1) return;
  std::vector<std::unique_ptr<NetworkState>> states;
  std::vector<NetworkState*> all;
  for (size_t r = 0; r < rows; ++r) all.push_back(states.emplace_back(layers_->NewState(1)).get());
  layers_->StepAll(all, work.frames, {work.biases.data(), rows * biases}, work.scratch);
}

/// The step of the music that `input` says, for the row of the workspace at `at`.
void RnnNade::HearStep(const SparseVector& input, size_t at, NadeWorkspace& work) const {
  SparseVector& frame = work.frames[work.heard.size()];
  frame.Clear();
  for (size_t e = 0; e < input.index.size() && input.index[e] < pitches_; ++e) {
    frame.Add(input.index[e], input.value[e]);
  }
  work.heard.push_back(work.rows[at]->layers.get());
  work.heard_rows.push_back(static_cast<int>(at));
}

void RnnNade::HearPitch(int pitch, NadeRow& memory) const {
  const float* row = encoder_.data() + static_cast<size_t>(pitch) * memory.a.size();
  for (size_t u = 0; u < memory.a.size(); ++u) memory.a[u] += row[u];
  memory.next = std::max(memory.next, pitch + 1);
}

void RnnNade::SetBiases(std::span<const float> biases, NadeRow& memory) const {
  std::copy_n(biases.data(), units_, memory.a.data());
  std::copy_n(biases.data() + units_, pitches_, memory.b_dec.data());
  memory.next = 0;
}

void RnnNade::ClearBiases(NadeRow& memory) {
  std::fill(memory.a.begin(), memory.a.end(), 0.0f);
  std::fill(memory.b_dec.begin(), memory.b_dec.end(), 0.0f);
  memory.next = 0;
}

/// What the layers have `said` becomes what the NADE of the workspace's row begins a step with.
void RnnNade::TakeBiases(int row, const SparseVector& input, std::span<const float> said,
                         NadeWorkspace& work) const {
  NadeRow& memory = *work.rows[row];
  const NadeOrder order = OrderOf(input);
  if (order == NadeOrder::kRemember || order == NadeOrder::kLastOfPrimer) {
    if (memory.remembered.size() < kNadeRemembered) {
      memory.remembered.emplace_back(said.begin(), said.end());
    }
  }
  if (order == NadeOrder::kAtOnce || order == NadeOrder::kRemember) {
    return SetBiases(said, memory);
  }
  if (order == NadeOrder::kFirstDrawn && !memory.remembered.empty()) {
    const size_t of = std::min<size_t>(work.places[row], memory.remembered.size() - 1);
    SetBiases(memory.remembered[of], memory);
  } else if (order == NadeOrder::kLater && !memory.held.empty()) {
    SetBiases(memory.held, memory);
  } else {
    ClearBiases(memory);
  }
  if (order != NadeOrder::kLastOfPrimer) memory.held.assign(said.begin(), said.end());
}

void RnnNade::StepRows(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
                       std::span<float> logits, NadeWorkspace& work) const {
  const size_t count = inputs.size(), width = static_cast<size_t>(classes_);
  MAGENTA_CHECK(logits.size() == count * width);
  MakeRoom(count, work);
  work.rows.clear();
  work.places.clear();
  for (NetworkState* state : states) {
    for (int r = 0; r < state->rows(); ++r) {
      work.rows.push_back(&NadeStateOf(*state).memory(r));
      work.places.push_back(r);
    }
  }
  MAGENTA_CHECK(work.rows.size() == count);
  work.heard.clear();
  work.heard_rows.clear();
  for (size_t r = 0; r < count; ++r) {
    MAGENTA_CHECK(inputs[r].index.empty() || inputs[r].index.back() < input_size());
    if (IsDrawn(inputs[r], pitches_)) {
      HearPitch(inputs[r].index[0] - NadeDrawn(pitches_), *work.rows[r]);
    } else if (OrderOf(inputs[r]) == NadeOrder::kUnheard) {
      ClearBiases(*work.rows[r]);
    } else {
      HearStep(inputs[r], r, work);
    }
  }
  const size_t heard = work.heard.size(),
               biases = static_cast<size_t>(units_) + static_cast<size_t>(pitches_);
  const std::span<float> said(work.biases.data(), heard * biases);
  if (heard > 0) {
    layers_->StepAll(work.heard, {work.frames.data(), heard}, said, work.scratch);
  }
  for (size_t h = 0; h < heard; ++h) {
    const int row = work.heard_rows[h];
    TakeBiases(row, inputs[row], said.subspan(h * biases, biases), work);
  }
  const size_t padded = PadToLanes(units_), columns = static_cast<size_t>(decoder_.width());
  for (size_t r = 0; r < count; ++r) {
    float* const y = work.units.data() + r * padded;
    for (size_t u = 0; u < padded; ++u) y[u] = -work.rows[r]->a[u];
    kernels_.exp(y, y, static_cast<int>(padded));
    for (size_t u = 0; u < padded; ++u) y[u] = 1.0f / (1.0f + y[u]);
    std::copy(work.rows[r]->b_dec.begin(), work.rows[r]->b_dec.end(),
              work.turns.data() + r * columns);
  }
  kernels_.multiply(decoder_, 0, units_, {work.units.data(), padded, static_cast<int>(count)},
                    work.turns.data(), columns);
  for (size_t r = 0; r < count; ++r) {
    float* const out = logits.data() + r * width;
    const int next = work.rows[r]->next;
    std::fill_n(out, next, kPassed);
    std::copy(work.turns.data() + r * columns + next, work.turns.data() + r * columns + pitches_,
              out + next);
    out[pitches_] = 0;
  }
}

}  // namespace

const RnnScope& NadeScope() {
  static const RnnScope& scope =
      *new RnnScope{"decoder/", "decoder/dense/kernel", "decoder/dense/bias"};
  return scope;
}

absl::StatusOr<NadeShape> NadeShapeOf(const TensorMap& tensors) {
  NadeShape shape;
  MAGENTA_ASSIGN_OR_RETURN(const Tensor* encoder, FindVariable(tensors, nade::kEncoder, 3));
  shape.pitches = static_cast<int>(encoder->shape[0]);
  shape.units = static_cast<int>(encoder->shape[2]);
  MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, nade::kEncoder, {shape.pitches, 1, shape.units}));
  MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, nade::kDecoder, {shape.pitches, shape.units, 1}));
  MAGENTA_ASSIGN_OR_RETURN(shape.layers, RnnShapeOf(tensors, NadeScope()));
  if (shape.layers.input_size != shape.pitches) {
    return InputError("", fmt::format("the layers read {} numbers a step, but {} is of {} pitches",
                                      shape.layers.input_size, nade::kEncoder, shape.pitches));
  }
  MAGENTA_RETURN_IF_ERROR(
      ExpectVariable(tensors, NadeScope().biases, {shape.units + shape.pitches}));
  return shape;
}

std::vector<NetworkVariable> NadeVariables(const NadeShape& shape) {
  RnnShape layers = shape.layers;
  layers.num_classes = shape.units + shape.pitches;
  std::vector<NetworkVariable> variables = {
      {nade::kEncoder, {shape.pitches, 1, shape.units}},
      {nade::kDecoder, {shape.pitches, shape.units, 1}},
  };
  for (NetworkVariable& variable : RnnVariables(layers, NadeScope())) {
    variables.push_back(std::move(variable));
  }
  return variables;
}

absl::StatusOr<std::unique_ptr<Network>> MakeRnnNade(const TensorMap& tensors, RnnOptions options) {
  if (options.kernels == nullptr) {
    MAGENTA_ASSIGN_OR_RETURN(options.kernels, ChosenKernels());
  }
  options.scope = NadeScope();
  MAGENTA_ASSIGN_OR_RETURN(const NadeShape shape, NadeShapeOf(tensors));
  MAGENTA_RETURN_IF_ERROR(CheckWeights(tensors, {nade::kEncoder, nade::kDecoder}, options.weights));
  MAGENTA_ASSIGN_OR_RETURN(std::unique_ptr<Network> layers, MakeRnn(tensors, options));
  return std::make_unique<RnnNade>(std::move(layers), tensors, shape, options);
}

}  // namespace magenta
