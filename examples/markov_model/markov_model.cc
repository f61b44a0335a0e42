// A model of one's own: a second-order Markov chain over melody events. It learns by counting which
// event follows each pair of events; where a pair is rare, what follows its second event counts
// more. docs/add-a-model.md walks through this file.

#include "examples/markov_model/markov_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/codec/melody_codecs.h"
#include "magenta/kinds/melody_kind.h"

namespace magenta {
namespace {

constexpr char kTable[] = "markov/log_probabilities";  // [before last, last, next]
constexpr float kTrust = 2;  // what the next lower order counts for, in occurrences

std::shared_ptr<const EventCodec> Codec() { return MakeOneHotCodec({48, 84}); }

/// counts -> probabilities that fall back on `lower` where counts are few.
void Blend(std::vector<float>& counts, const std::vector<float>& lower, size_t classes) {
  for (size_t row = 0; row < counts.size(); row += classes) {
    float total = 0;
    for (size_t i = 0; i < classes; ++i) total += counts[row + i];
    for (size_t i = 0; i < classes; ++i) {
      const float below = lower[(row + i) % lower.size()];
      counts[row + i] = (counts[row + i] + kTrust * below) / (total + kTrust);
    }
  }
}

absl::StatusOr<TensorMap> Train(std::span<const EventSequence> melodies, const HParams&) {
  const auto codec = Codec();
  const size_t n = codec->num_classes();
  std::vector<float> none(n, 1.0f / n), one(n), two(n * n), three(n * n * n);
  const auto encoder = codec->NewEncoder();
  for (const EventSequence& melody : melodies) {
    size_t before = 0, last = 0;  // no event
    for (const Event event : melody.events) {
      const size_t next = encoder->Label(event);
      ++one[next];
      ++two[last * n + next];
      ++three[(before * n + last) * n + next];
      before = std::exchange(last, next);
    }
  }
  Blend(one, none, n);
  Blend(two, one, n);
  Blend(three, two, n);
  for (float& p : three) p = std::log(p);
  const auto size = static_cast<int64_t>(n);
  return TensorMap{{kTable, Tensor::Floats({size, size, size}, three)}};
}

/// The event before the last, of each row.
struct ChainState final : NetworkState {
  std::vector<int> before;
  int rows() const override { return static_cast<int>(before.size()); }
  std::unique_ptr<NetworkState> Select(std::span<const int> rows) const override {
    auto selected = std::make_unique<ChainState>();
    for (int row : rows) selected->before.push_back(before[row]);
    return selected;
  }
};

class Chain final : public Network {
 public:
  Chain(const Tensor& table, int classes)
      : table_(table.floats().begin(), table.floats().end()), classes_(classes) {}
  int input_size() const override { return classes_; }
  std::span<const int> head_sizes() const override { return {&classes_, 1}; }
  std::unique_ptr<NetworkState> NewState(int rows) const override {
    auto state = std::make_unique<ChainState>();
    state->before.assign(rows, 0);
    return state;
  }
  void Step(NetworkState& state, std::span<const SparseVector> inputs,
            std::span<float> logits) const override {
    auto& before = static_cast<ChainState&>(state).before;
    for (size_t row = 0; row < inputs.size(); ++row) {
      const int last = inputs[row].index[0];
      const size_t from = (size_t(before[row]) * classes_ + last) * classes_;
      std::copy_n(table_.begin() + from, classes_, logits.begin() + row * classes_);
      before[row] = last;
    }
  }

 private:
  std::vector<float> table_;
  int classes_;
};

absl::StatusOr<std::unique_ptr<Network>> MakeRuntime(const TensorMap& tensors, const HParams&,
                                                     const RuntimeOptions&) {
  const int n = Codec()->num_classes();
  const auto table = tensors.find(kTable);
  if (table == tensors.end() || table->second.dtype != DType::kFloat32 ||
      table->second.shape != std::vector<int64_t>{n, n, n}) {
    return InputError("", "holds no table of a Markov chain", "Train one: markov train");
  }
  return std::make_unique<Chain>(table->second, n);
}

constexpr Architecture kChain = {.name = "markov chain", .make_runtime = &MakeRuntime};

}  // namespace

ModelSpec MarkovModel() {
  ModelSpec spec;
  spec.id = "markov";
  spec.description = "A second-order Markov chain over melody events";
  spec.kind = MakeMelodyKind({48, 84, 0});
  spec.codec = Codec();
  spec.architecture = &kChain;
  spec.train = &Train;
  return spec;
}

}  // namespace magenta
