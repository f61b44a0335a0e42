// A step in four moves: rows that have something to remember come first, and advance; all rows go
// through the head; then each row's classes get what relations say, and bans. Rows of one or of
// several states are brought together for that, so that a weight is loaded once for all of them;
// no sum depends on which rows those are.

#include "magenta/nn/relative_gru.h"

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/nn/kernels/exp_constants.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/row_buffers.h"
#include "magenta/nn/tensor_checks.h"

namespace magenta {
namespace {

/// y = x w + b.
struct DenseLayer {
  int inputs = 0;
  PackedMatrix kernel;
  FloatBuffer bias;

  int width() const { return kernel.width(); }
  /// y[rows, width()] of x, whose rows are `stride` floats apart.
  void Apply(const Kernels& kernels, const FloatBuffer& x, size_t stride, int rows,
             float* y) const {
    FillRows(bias, rows, y);
    kernels.multiply(kernel, 0, inputs, {x.data(), stride, rows}, y, width());
  }
};

/// Columns `first` to before `first + count` of the row-major `values` [rows, columns].
std::vector<float> ColumnsOf(std::span<const float> values, int columns, int first, int count) {
  std::vector<float> out;
  for (size_t row = 0; row < values.size(); row += static_cast<size_t>(columns)) {
    const auto part = values.subspan(row + static_cast<size_t>(first), static_cast<size_t>(count));
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

/// `values` [rows, 3 units] with zeros behind each gate, so that each begins a lane block.
std::vector<float> PadGates(std::span<const float> values, int units) {
  const size_t padded = PadToLanes(units), gates = values.size() / units;
  std::vector<float> out(gates * padded);
  for (size_t gate = 0; gate < gates; ++gate) {
    std::copy_n(values.data() + gate * units, units, out.data() + gate * padded);
  }
  return out;
}

/// The first of `x`'s entries whose index is `begin` or more.
size_t FirstEntry(const SparseVector& x, int begin) {
  return std::lower_bound(x.index.begin(), x.index.end(), begin) - x.index.begin();
}

/// Calls f(group, place in it, value) for `x`'s entries in [begin, end), which is cut into groups
/// of `width`.
template <class F>
void ForEachEntry(const SparseVector& x, int begin, int end, int width, const F& f) {
  int group = 0;
  for (size_t e = FirstEntry(x, begin); e < x.index.size() && x.index[e] < end; ++e) {
    while (x.index[e] - begin >= width) {
      begin += width;
      ++group;
    }
    f(group, x.index[e] - begin, x.value[e]);
  }
}

/// What steps need beside the rows' memories: it grows to the most rows that one had.
struct RelativeWorkspace {
  /// The memories of a step's rows, and the rows in the order in which they stand in the buffers
  /// below: those that advance come first.
  std::vector<float*> memories;
  std::vector<int> order;
  int advancing = 0;
  FloatBuffer h, x, input_gates, state_gates, a, z, logits, relations;
  /// Which shifts a row asks for; what is said of each, [shifts, rows, width].
  std::vector<bool> asked;
  FloatBuffer shifts;
  /// One block of an input.
  SparseVector block;
};

class RelativeState final : public NetworkState {
 public:
  /// `h` is [rows, units], padded.
  RelativeState(FloatBuffer h, int units, int rows)
      : h_(std::move(h)), units_(units), rows_(rows) {}

  int rows() const override { return rows_; }
  std::unique_ptr<NetworkState> Select(std::span<const int> rows) const override {
    for (int row : rows) MAGENTA_CHECK(row >= 0 && row < rows_);
    return std::make_unique<RelativeState>(SelectRows(h_, units_, rows), units_,
                                           static_cast<int>(rows.size()));
  }

  float* memory(int row) { return h_.data() + static_cast<size_t>(row) * units_; }
  RelativeWorkspace& workspace() { return workspace_; }

 private:
  FloatBuffer h_;
  size_t units_;
  int rows_;
  RelativeWorkspace workspace_;
};

RelativeState& RelativeStateOf(NetworkState& state) { return static_cast<RelativeState&>(state); }

class RelativeGru final : public Network {
 public:
  RelativeGru(const TensorMap& tensors, const RelativeShape& shape, const Kernels& kernels,
              WeightType weights);

  int input_size() const override { return sizes_.input_size(); }
  std::span<const int> head_sizes() const override { return {&sizes_.classes, 1}; }
  std::unique_ptr<NetworkState> NewState(int rows) const override {
    return std::make_unique<RelativeState>(FloatBuffer(static_cast<size_t>(rows) * units_, 0.0f),
                                           units_, rows);
  }
  void Step(NetworkState& state, std::span<const SparseVector> inputs,
            std::span<float> logits) const override {
    NetworkState* const owner = &state;
    StepRows({&owner, 1}, inputs, logits, RelativeStateOf(state).workspace());
  }
  void StepAll(std::span<NetworkState* const> states, std::span<const SparseVector> inputs,
               std::span<float> logits, std::unique_ptr<NetworkState>& scratch) const override {
    if (scratch == nullptr) scratch = NewState(0);
    StepRows(states, inputs, logits, RelativeStateOf(*scratch).workspace());
  }

 private:
  using Inputs = std::span<const SparseVector>;

  void StepRows(std::span<NetworkState* const> states, Inputs inputs, std::span<float> logits,
                RelativeWorkspace& w) const;
  void MakeRoom(int rows, RelativeWorkspace& w) const;
  void Arrange(std::span<NetworkState* const> states, Inputs inputs, RelativeWorkspace& w) const;
  void AdvanceMemories(Inputs inputs, RelativeWorkspace& w) const;
  void AdvanceMemory(float* input_gates, const float* state_gates, float* h) const;
  bool IsCertain(const SparseVector& input) const;
  void LeaveCertainRows(Inputs inputs, RelativeWorkspace& w) const;
  void ScoreRows(Inputs inputs, RelativeWorkspace& w) const;
  void ApplyRelations(Inputs inputs, RelativeWorkspace& w) const;
  void AddBlock(const PackedMatrix& rows, const SparseVector& input, int begin, SparseVector& block,
                float* y) const;
  void AddRelations(const SparseVector& input, size_t row, const RelativeWorkspace& w,
                    std::span<float> logits) const;
  void AddShift(int r, float value, const float* differences, std::span<float> logits) const;
  void Ban(const SparseVector& input, std::span<float> logits) const;

  const Kernels& kernels_;
  const RelativeSizes sizes_;
  const int units_;  // H, padded
  PackedMatrix state_rows_, head_rows_, bias_rows_;
  DenseLayer input_, state_, head_, hidden_, output_;
  // T: that of each shift by itself, since a step asks for few of them; that of marks and values.
  std::vector<DenseLayer> shifts_;
  DenseLayer others_;
};

RelativeGru::RelativeGru(const TensorMap& tensors, const RelativeShape& shape,
                         const Kernels& kernels, WeightType weights)
    : kernels_(kernels), sizes_(shape.sizes), units_(PadToLanes(shape.units)) {
  const PackOptions pack = {kernels.lanes, 1, weights};
  const auto floats = [&](const char* name) { return tensors.at(name).floats(); };
  const auto rows = [&](const char* name, int count, int columns) {
    return PackedMatrix(floats(name), count, columns, pack);
  };
  const auto dense = [&](const char* kernel, const char* bias, int inputs) {
    const auto b = floats(bias);
    return DenseLayer{inputs, rows(kernel, inputs, static_cast<int>(b.size())), PackRow(b, pack)};
  };
  const auto gates = [&](const char* kernel, const char* bias, int inputs) {
    return DenseLayer{inputs,
                      PackedMatrix(PadGates(floats(kernel), shape.units), inputs, 3 * units_, pack),
                      PackRow(PadGates(floats(bias), shape.units), pack)};
  };
  namespace names = relative;
  state_rows_ = rows(names::kStateEmbedding, sizes_.state_rows, shape.embedding);
  head_rows_ = rows(names::kHeadEmbedding, sizes_.head_rows, shape.head);
  bias_rows_ = rows(names::kOutputKinds, sizes_.bias_rows, sizes_.classes);
  input_ = gates(names::kInputKernel, names::kInputBias, shape.embedding);
  state_ = gates(names::kStateKernel, names::kStateBias, shape.units);
  head_ = dense(names::kHeadKernel, names::kHeadBias, shape.units);
  hidden_ = dense(names::kHiddenKernel, names::kHiddenBias, shape.head);
  output_ = dense(names::kOutputKernel, names::kOutputBias, shape.head);
  const auto relations = [&](int first, int count) {
    const int all = sizes_.relations();
    return DenseLayer{shape.head,
                      PackedMatrix(ColumnsOf(floats(names::kRelationsKernel), all, first, count),
                                   shape.head, count, pack),
                      PackRow(ColumnsOf(floats(names::kRelationsBias), all, first, count), pack)};
  };
  for (int s = 0; s < sizes_.shifts; ++s) {
    shifts_.push_back(relations(kShiftWidth * s, kShiftWidth));
  }
  const int first_other = kShiftWidth * sizes_.shifts;
  others_ = relations(first_other, sizes_.relations() - first_other);
}

void RelativeGru::StepRows(std::span<NetworkState* const> states, Inputs inputs,
                           std::span<float> logits, RelativeWorkspace& w) const {
  const size_t classes = sizes_.classes;
  MAGENTA_CHECK(logits.size() == inputs.size() * classes);
  Arrange(states, inputs, w);
  AdvanceMemories(inputs, w);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!IsCertain(inputs[i])) continue;
    const std::span<float> scores = logits.subspan(i * classes, classes);
    std::fill(scores.begin(), scores.end(), 0.0f);
    Ban(inputs[i], scores);
  }
  LeaveCertainRows(inputs, w);
  ScoreRows(inputs, w);
  for (size_t i = 0; i < w.order.size(); ++i) {
    const size_t row = w.order[i];
    const std::span<float> scores = logits.subspan(row * classes, classes);
    std::copy_n(w.logits.data() + i * output_.width(), classes, scores.data());
    AddRelations(inputs[row], i, w, scores);
    Ban(inputs[row], scores);
  }
}

void RelativeGru::MakeRoom(int rows, RelativeWorkspace& w) const {
  w.memories.resize(rows);
  w.order.resize(rows);
  const auto grow = [rows](FloatBuffer& buffer, int width) {
    buffer.resize(std::max(buffer.size(), static_cast<size_t>(rows) * width));
  };
  grow(w.h, units_);
  grow(w.x, state_rows_.width());
  grow(w.input_gates, 3 * units_);
  grow(w.state_gates, 3 * units_);
  grow(w.a, head_.width());
  grow(w.z, head_.width());
  grow(w.logits, output_.width());
  grow(w.relations, others_.width());
  w.asked.resize(shifts_.size());
  if (!shifts_.empty()) grow(w.shifts, shifts_[0].width() * static_cast<int>(shifts_.size()));
  const int most = std::max({sizes_.state_rows, sizes_.head_rows, sizes_.bias_rows});
  w.block.index.reserve(most);
  w.block.value.reserve(most);
}

/// The rows of all `states` in their order, their memories in w.h.
void RelativeGru::Arrange(std::span<NetworkState* const> states, Inputs inputs,
                          RelativeWorkspace& w) const {
  MakeRoom(static_cast<int>(inputs.size()), w);
  size_t row = 0, first = 0, last = inputs.size();
  for (NetworkState* state : states) {
    MAGENTA_CHECK(row + state->rows() <= inputs.size());
    for (int r = 0; r < state->rows(); ++r, ++row) {
      const std::vector<int32_t>& index = inputs[row].index;
      MAGENTA_CHECK(index.empty() || (index.front() >= 0 && index.back() < input_size()));
      const bool advances = !index.empty() && index.front() < sizes_.head_begin();
      w.order[advances ? first++ : --last] = static_cast<int>(row);
      w.memories[row] = RelativeStateOf(*state).memory(r);
    }
  }
  MAGENTA_CHECK(row == inputs.size());
  w.advancing = static_cast<int>(first);
  float* h = w.h.data();
  for (size_t i = 0; i < row; ++i) h = std::copy_n(w.memories[w.order[i]], units_, h);
}

/// The first rows of w.h, and the memories that they came from.
void RelativeGru::AdvanceMemories(Inputs inputs, RelativeWorkspace& w) const {
  if (w.advancing == 0) return;
  const int width = state_rows_.width();
  std::fill_n(w.x.data(), static_cast<size_t>(w.advancing) * width, 0.0f);
  for (int i = 0; i < w.advancing; ++i) {
    AddBlock(state_rows_, inputs[w.order[i]], 0, w.block,
             w.x.data() + static_cast<size_t>(i) * width);
  }
  input_.Apply(kernels_, w.x, width, w.advancing, w.input_gates.data());
  state_.Apply(kernels_, w.h, units_, w.advancing, w.state_gates.data());
  for (size_t i = 0; i < static_cast<size_t>(w.advancing); ++i) {
    float* h = w.h.data() + i * units_;
    AdvanceMemory(w.input_gates.data() + 3 * i * units_, w.state_gates.data() + 3 * i * units_, h);
    std::copy_n(h, units_, w.memories[w.order[i]]);
  }
}

/// h' of one row, from what x and h say of r, u and n. `input_gates` is used up.
void RelativeGru::AdvanceMemory(float* input_gates, const float* state_gates, float* h) const {
  constexpr float kMost = exp_constants::kSigmoidLimit;
  const int units = units_;
  float* const r = input_gates;
  float* const u = r + units;
  float* const n = u + units;
  // 1 + e^-y has the sigmoid of y for its reciprocal, and 1 - 2 / (1 + e^2y) is tanh.
  for (int i = 0; i < 2 * units; ++i) {
    const float y = -(r[i] + state_gates[i]);
    r[i] = y < kMost ? y : kMost;
  }
  kernels_.exp(r, r, 2 * units);
  for (int i = 0; i < units; ++i) n[i] += state_gates[2 * units + i] / (1.0f + r[i]);
  kernels_.exp_twice(n, n, units);
  for (int i = 0; i < units; ++i) {
    const float next = 1.0f - 2.0f / (1.0f + n[i]);
    h[i] = next + (h[i] - next) / (1.0f + u[i]);
  }
}

/// Whether its range leaves one class: nothing needs to be scored.
bool RelativeGru::IsCertain(const SparseVector& input) const {
  if (input.index.empty()) return false;
  const int first = input.index.back() - sizes_.range_begin();
  return first >= 0 && first < sizes_.classes &&
         input.value.back() == static_cast<float>(first + 1);
}

/// w.order and w.h of the rows that must be scored alone.
void RelativeGru::LeaveCertainRows(Inputs inputs, RelativeWorkspace& w) const {
  size_t kept = 0;
  for (size_t i = 0; i < w.order.size(); ++i) {
    if (IsCertain(inputs[w.order[i]])) continue;
    if (kept != i) {
      std::copy_n(w.h.data() + i * units_, units_, w.h.data() + kept * units_);
      w.order[kept] = w.order[i];
    }
    ++kept;
  }
  w.order.resize(kept);
}

/// w.logits without relations, and w.relations, of the rows of w.order.
void RelativeGru::ScoreRows(Inputs inputs, RelativeWorkspace& w) const {
  const int rows = static_cast<int>(w.order.size()), width = head_.width();
  if (rows == 0) return;
  head_.Apply(kernels_, w.h, units_, rows, w.a.data());
  float* a = w.a.data();
  for (int i = 0; i < rows; ++i, a += width) {
    AddBlock(head_rows_, inputs[w.order[i]], sizes_.head_begin(), w.block, a);
    for (int j = 0; j < width; ++j) a[j] = std::max(a[j], 0.0f);
  }
  hidden_.Apply(kernels_, w.a, width, rows, w.z.data());
  for (size_t j = 0; j < static_cast<size_t>(rows) * width; ++j) {
    w.z[j] = w.a[j] + std::max(w.z[j], 0.0f);
  }
  output_.Apply(kernels_, w.z, width, rows, w.logits.data());
  ApplyRelations(inputs, w);
  for (int i = 0; i < rows; ++i) {
    AddBlock(bias_rows_, inputs[w.order[i]], sizes_.bias_begin(), w.block,
             w.logits.data() + static_cast<size_t>(i) * output_.width());
  }
}

/// w.relations, and of w.shifts what any row asks for.
void RelativeGru::ApplyRelations(Inputs inputs, RelativeWorkspace& w) const {
  const int rows = static_cast<int>(w.order.size()), width = head_.width();
  others_.Apply(kernels_, w.z, width, rows, w.relations.data());
  std::fill(w.asked.begin(), w.asked.end(), false);
  for (const int row : w.order) {
    ForEachEntry(inputs[row], sizes_.shift_begin(), sizes_.mark_begin(), sizes_.classes,
                 [&](int shift, int, float) { w.asked[shift] = true; });
  }
  for (size_t s = 0; s < shifts_.size(); ++s) {
    if (!w.asked[s]) continue;
    float* const said = w.shifts.data() + s * static_cast<size_t>(rows * shifts_[s].width());
    shifts_[s].Apply(kernels_, w.z, width, rows, said);
  }
}

/// y += the rows that the block of `input` at `begin` names, each times its entry's value.
void RelativeGru::AddBlock(const PackedMatrix& rows, const SparseVector& input, int begin,
                           SparseVector& block, float* y) const {
  block.Clear();
  ForEachEntry(input, begin, begin + rows.rows(), rows.rows(),
               [&](int, int row, float value) { block.Add(row, value); });
  if (!block.index.empty()) kernels_.multiply_sparse(rows, block, y);
}

/// Shifts, marks and values, entry by entry; products here are rounded before they are added. `row`
/// is a place in w.order.
void RelativeGru::AddRelations(const SparseVector& input, size_t row, const RelativeWorkspace& w,
                               std::span<float> logits) const {
  const float* const marks = w.relations.data() + row * others_.width();
  const float* const values = marks + kMarkLevels * sizes_.marks;
  const int classes = sizes_.classes;
  ForEachEntry(input, sizes_.shift_begin(), sizes_.mark_begin(), classes,
               [&](int shift, int r, float value) {
                 const size_t at = static_cast<size_t>(shift) * w.order.size() + row;
                 AddShift(r, value, w.shifts.data() + at * shifts_[shift].width(), logits);
               });
  ForEachEntry(input, sizes_.mark_begin(), sizes_.value_begin(), classes * kMarkLevels,
               [&](int mark, int at, float value) {
                 const int level = at % kMarkLevels;
                 logits[at / kMarkLevels] += value * marks[kMarkLevels * mark + level];
               });
  ForEachEntry(input, sizes_.value_begin(), sizes_.range_begin(), classes,
               [&](int v, int c, float value) { logits[c] += value * values[v]; });
}

/// Each class by its difference to class `r`.
void RelativeGru::AddShift(int r, float value, const float* differences,
                           std::span<float> logits) const {
  const int classes = sizes_.classes;
  const int near = std::clamp(r - kShiftReach, kFixedClasses, std::max(kFixedClasses, classes));
  const int far = std::min(r + kShiftReach, classes);
  int c = kFixedClasses;
  for (; c < near; ++c) logits[c] += value * differences[0];
  for (; c < far; ++c) logits[c] += value * differences[c - r + kShiftReach];
  for (; c < classes; ++c) logits[c] += value * differences[kShiftWidth - 1];
}

/// Range and bans.
void RelativeGru::Ban(const SparseVector& input, std::span<float> logits) const {
  for (size_t e = FirstEntry(input, sizes_.range_begin()); e < input.index.size(); ++e) {
    if (input.index[e] >= sizes_.ban_begin()) {
      logits[input.index[e] - sizes_.ban_begin()] = kBannedLogit;
      continue;
    }
    const int first = input.index[e] - sizes_.range_begin();
    for (int c = 0; c < sizes_.classes; ++c) {
      if (c < first || !(static_cast<float>(c) < input.value[e])) logits[c] = kBannedLogit;
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Network>> MakeRelativeGru(const TensorMap& tensors,
                                                         const RelativeGruOptions& options) {
  const Kernels* kernels = options.kernels;
  if (kernels == nullptr) {
    MAGENTA_ASSIGN_OR_RETURN(kernels, ChosenKernels());
  }
  MAGENTA_ASSIGN_OR_RETURN(const RelativeShape shape, RelativeShapeOf(tensors));
  MAGENTA_RETURN_IF_ERROR(CheckWeights(tensors, {"relative/"}, options.weights));
  return std::make_unique<RelativeGru>(tensors, shape, *kernels, options.weights);
}

}  // namespace magenta
