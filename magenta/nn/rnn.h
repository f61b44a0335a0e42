#pragma once
// Magenta's network: stacked LSTM layers, attention over the first one's last outputs where
// attn_length > 0, and a linear layer to the logits. Formulas: PARITY section 6.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/nn/network.h"

namespace magenta {

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
absl::StatusOr<RnnShape> RnnShapeOf(const TensorMap& tensors);

/// The network of `tensors`. `attn_length` rows of attention window (it stands in no weight); it
/// must be > 0 exactly when the tensors have attention.
absl::StatusOr<std::unique_ptr<Network>> MakeRnn(const TensorMap& tensors, int attn_length);

}  // namespace magenta
