#pragma once
// Magenta's network: stacked LSTM layers, attention over the first one's last outputs where
// attn_length > 0, and a linear layer to the logits. Formulas: docs/rules.md section 6.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/nn/network.h"
#include "magenta/nn/packed_matrix.h"
#include "magenta/nn/rnn_names.h"

namespace magenta {

struct Kernels;  // kernels/kernels.h

/// Longest attention window.
inline constexpr int kMaxAttentionLength = 4096;

/// The shape of a network as its tensors tell it.
struct RnnShape {
  int input_size = 0;
  std::vector<int> layer_sizes;
  int num_classes = 0;
  bool has_attention = false;
  bool residual = false;
};

/// The shape that `tensors` (Magenta's 2.x variable names) have. Errors name the variable that is
/// missing or of another shape than its neighbours ask for.
absl::StatusOr<RnnShape> RnnShapeOf(const TensorMap& tensors, const RnnScope& scope = {});

/// The variables of a network of `shape`.
std::vector<NetworkVariable> RnnVariables(const RnnShape& shape, const RnnScope& scope = {});

/// How a network steps.
struct RnnOptions {
  /// Rows of attention window (it stands in no weight): > 0 exactly when the tensors have
  /// attention.
  int attn_length = 0;
  /// Null: those that fit the processor best, or that MAGENTA_KERNEL names.
  const Kernels* kernels = nullptr;
  /// kFloat16 halves what a step reads, and rounds the weights of products to 11 bits. Biases stay.
  WeightType weights = WeightType::kFloat32;
  RnnScope scope = {};
};

/// The network of `tensors`, which may be freed afterwards. Errors: those of RnnShapeOf, a weight
/// that is not finite or too large for float16 (exit 3), a wrong attn_length or MAGENTA_KERNEL
/// (exit 2).
absl::StatusOr<std::unique_ptr<Network>> MakeRnn(const TensorMap& tensors, RnnOptions options);
/// The same with the other options' defaults.
absl::StatusOr<std::unique_ptr<Network>> MakeRnn(const TensorMap& tensors, int attn_length);

}  // namespace magenta
