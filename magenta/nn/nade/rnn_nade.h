#pragma once
// Magenta's RNN-NADE: LSTM layers hear what sounds on a step, and a NADE says which of N pitches
// sound on the next one, from low to high, each knowing those below it. With [.] for the variables,
// H units of the NADE:
//
//   (b_enc [H], b_dec [N]) = h [decoder/dense/kernel] + [decoder/dense/bias]   h: of the last layer
//   a = b_enc + sum of [nade/w_enc] rows of the pitches that sound
//   p_i = sigmoid(b_dec_i + sigmoid(a) . [nade/w_dec_t] row i)                 pitches below i in a
//
// A step of the network is either a whole step of the music, which its layers hear, or the pitch
// that was drawn to the step at hand, which its NADE hears. Either way it says which pitch above it
// comes next, or that none does: N + 1 classes, asked in turn (nn/nade/turns.h). Formulas:
// docs/rules.md section 17.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/nn/nade/nade_inputs.h"
#include "magenta/nn/network.h"
#include "magenta/nn/rnn.h"

namespace magenta {

/// Names of the variables beside those of the layers, row-major float32.
namespace nade {
inline constexpr char kEncoder[] = "nade/w_enc";    // [N, 1, H]
inline constexpr char kDecoder[] = "nade/w_dec_t";  // [N, H, 1]
}  // namespace nade

/// Where the layers' variables stand.
const RnnScope& NadeScope();

/// The shape of a network as its tensors tell it.
struct NadeShape {
  /// Its layers: num_classes is H + N.
  RnnShape layers;
  int pitches = 0;
  int units = 0;  // H
};

/// The shape that `tensors` have. Errors (exit 3) name the variable that is missing or of another
/// shape than its neighbours ask for.
absl::StatusOr<NadeShape> NadeShapeOf(const TensorMap& tensors);

/// The variables of a network of `shape`, whose layers.num_classes is not looked at.
std::vector<NetworkVariable> NadeVariables(const NadeShape& shape);

/// The network of `tensors`, which may be freed afterwards; the scope of `options` is not looked
/// at. Errors: those of NadeShapeOf and MakeRnn.
absl::StatusOr<std::unique_ptr<Network>> MakeRnnNade(const TensorMap& tensors, RnnOptions options);

}  // namespace magenta
