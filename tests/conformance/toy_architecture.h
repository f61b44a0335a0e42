#pragma once
// An architecture that nothing in the tree is like: no layers and no memory, one matrix from inputs
// to logits. Its one hyper-parameter of its own, which no tensor tells, is attn_length: what logits
// are divided by.

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/models/architecture.h"
#include "tests/conformance/toy_kind.h"

namespace magenta::toy {

inline constexpr char kToyMatrix[] = "toy/matrix";

class ToyMatrixNetwork final : public Network {
 public:
  ToyMatrixNetwork(const Tensor& matrix, int divisor)
      : inputs_(static_cast<int>(matrix.shape[0])),
        labels_(static_cast<int>(matrix.shape[1])),
        divisor_(static_cast<float>(divisor)),
        values_(matrix.floats().begin(), matrix.floats().end()) {}

  int input_size() const override { return inputs_; }
  std::span<const int> head_sizes() const override { return {&labels_, 1}; }
  std::unique_ptr<NetworkState> NewState(int rows) const override {
    return std::make_unique<State>(rows);
  }
  void Step(NetworkState& /*state*/, std::span<const SparseVector> inputs,
            std::span<float> logits) const override {
    std::fill(logits.begin(), logits.end(), 0.0f);
    for (size_t row = 0; row < inputs.size(); ++row) {
      for (size_t e = 0; e < inputs[row].index.size(); ++e) {
        for (int label = 0; label < labels_; ++label) {
          logits[row * labels_ + label] +=
              inputs[row].value[e] / divisor_ * values_[inputs[row].index[e] * labels_ + label];
        }
      }
    }
  }

 private:
  struct State final : NetworkState {
    explicit State(int count) : count(count) {}
    int rows() const override { return count; }
    std::unique_ptr<NetworkState> Select(std::span<const int> rows) const override {
      return std::make_unique<State>(static_cast<int>(rows.size()));
    }
    const int count;
  };

  const int inputs_, labels_;
  const float divisor_;
  const std::vector<float> values_;
};

inline absl::StatusOr<const Tensor*> ToyMatrixIn(const TensorMap& tensors) {
  const auto found = tensors.find(kToyMatrix);
  if (found != tensors.end() && found->second.dtype == DType::kFloat32 &&
      found->second.shape.size() == 2) {
    return &found->second;
  }
  return InputError("", "holds no toy/matrix", "Name a checkpoint of a toy");
}

inline constexpr Architecture kToyArchitecture = {
    .name = "toy matrix",
    .make_runtime = [](const TensorMap& tensors, const HParams& hparams,
                       const RuntimeOptions&) -> absl::StatusOr<std::unique_ptr<Network>> {
      MAGENTA_ASSIGN_OR_RETURN(const Tensor* matrix, ToyMatrixIn(tensors));
      return std::make_unique<ToyMatrixNetwork>(*matrix, hparams.attn_length);
    },
    .sizes = [](const TensorMap& tensors) -> absl::StatusOr<NetworkSizes> {
      MAGENTA_ASSIGN_OR_RETURN(const Tensor* matrix, ToyMatrixIn(tensors));
      return NetworkSizes{static_cast<int>(matrix->shape[0]), static_cast<int>(matrix->shape[1])};
    },
    .settle = [](const TensorMap&, const HParamSources& sources,
                 std::vector<std::string>& notes) -> absl::StatusOr<HParams> {
      if (sources.said.attn_length < 1) return UsageError("a toy divides by attn_length");
      if (sources.stored_text.empty()) notes.push_back("the toy's divisor is its default");
      return sources.said;
    },
    .describe =
        [](const HParams& hparams) { return fmt::format("a matrix over {}", hparams.attn_length); },
    .variables =
        [](const EventCodec& codec, const HParams&) {
          return std::vector<NetworkVariable>{
              {kToyMatrix, {codec.input_size(), codec.num_labels()}}};
        }};

/// "toy_matrix": music of the toy kind by that architecture.
inline ModelSpec ToyMatrixModel() {
  ModelSpec spec = ToyModel();
  spec.id = "toy_matrix";
  spec.hparams.attn_length = 2;
  spec.architecture = &kToyArchitecture;
  return spec;
}

}  // namespace magenta::toy
