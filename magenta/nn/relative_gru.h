#pragma once
// The architecture "relative_gru": a GRU that advances at the steps that bring it something, and a
// head that scores each class by itself and by how it lies to others. A step is one decision; what
// the blocks of its sparse input mean, relative_sizes.h says. With [.] for the variables:
//
//   x = sum of [state/embedding] rows                                         the state rows
//   r = s(x Wr + br + h Ur + cr),  u = s(x Wu + bu + h Uu + cu)               s: sigmoid
//   n = tanh(x Wn + bn + r (h Un + cn)),  h' = (1 - u) n + u h                h = 0 at first
//   a = h [head/kernel] + [head/bias] + sum of [head/embedding] rows          the head rows
//   z1 = relu(a),  z = z1 + relu(z1 [hidden/kernel] + [hidden/bias])
//   T = z [relations/kernel] + [relations/bias]                               49 S + 11 M + V
//   logits = z [output/kernel] + [output/bias] + sum of [output/kinds] rows + relations of T
//
// Where a step has no state row, h stays. A banned class's logit is kBannedLogit whatever it got;
// where the last entry is a range of one class, that one's is 0, and the head isn't asked.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/nn/network.h"
#include "magenta/nn/packed_matrix.h"
#include "magenta/nn/relative_sizes.h"

namespace magenta {

struct Kernels;  // kernels/kernels.h

/// The logit of a class that an input bans: no float's exponential beside any other's.
inline constexpr float kBannedLogit = -1e30f;

/// Names of the variables, row-major float32. Widths: e, H, z of RelativeShape; G, B, K, C of its
/// sizes.
namespace relative {
inline constexpr char kStateEmbedding[] = "relative/state/embedding";    // [G, e]
inline constexpr char kInputKernel[] = "relative/gru/input_kernel";      // [e, 3H]: r, u, n
inline constexpr char kInputBias[] = "relative/gru/input_bias";          // [3H]
inline constexpr char kStateKernel[] = "relative/gru/state_kernel";      // [H, 3H]
inline constexpr char kStateBias[] = "relative/gru/state_bias";          // [3H]
inline constexpr char kHeadEmbedding[] = "relative/head/embedding";      // [B, z]
inline constexpr char kHeadKernel[] = "relative/head/kernel";            // [H, z]
inline constexpr char kHeadBias[] = "relative/head/bias";                // [z]
inline constexpr char kHiddenKernel[] = "relative/hidden/kernel";        // [z, z]
inline constexpr char kHiddenBias[] = "relative/hidden/bias";            // [z]
inline constexpr char kOutputKernel[] = "relative/output/kernel";        // [z, C]
inline constexpr char kOutputBias[] = "relative/output/bias";            // [C]
inline constexpr char kOutputKinds[] = "relative/output/kinds";          // [K, C]
inline constexpr char kRelationsKernel[] = "relative/relations/kernel";  // [z, relations()]
inline constexpr char kRelationsBias[] = "relative/relations/bias";      // [relations()]
/// [3]: S, M, V. It is never learned: no other variable tells them apart.
inline constexpr char kRelationsCounts[] = "relative/relations/counts";
}  // namespace relative

/// The shape of a network as its tensors tell it.
struct RelativeShape {
  RelativeSizes sizes;
  /// e, H and z: width of x, units of the GRU, width of the head.
  int embedding = 0, units = 0, head = 0;

  bool operator==(const RelativeShape&) const = default;
};

/// The shape that `tensors` have. Errors (exit 3) name the variable that is missing, of another
/// type or of another shape than its neighbours ask for, and counts that are no counts.
absl::StatusOr<RelativeShape> RelativeShapeOf(const TensorMap& tensors);

/// The variables of a network of `shape`, kRelationsCounts with its values.
std::vector<NetworkVariable> RelativeVariables(const RelativeShape& shape);

/// How a network steps.
struct RelativeGruOptions {
  /// Null: those that fit the processor best, or that MAGENTA_KERNEL names.
  const Kernels* kernels = nullptr;
  /// kFloat16 halves what a step reads, and rounds the weights of products to 11 bits. Biases stay.
  WeightType weights = WeightType::kFloat32;
};

/// The network of `tensors`, which may be freed afterwards. Errors: those of RelativeShapeOf, a
/// weight that is not finite or too large for float16 (exit 3), a wrong MAGENTA_KERNEL (exit 2).
absl::StatusOr<std::unique_ptr<Network>> MakeRelativeGru(const TensorMap& tensors,
                                                         const RelativeGruOptions& options);

}  // namespace magenta
