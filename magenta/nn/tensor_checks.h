#pragma once
// What every network asks of the tensors that it is made from: anything may stand in a file.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {

/// Wider layers than this are taken for damage; variables of them are up to four times as wide.
inline constexpr int64_t kMaxWidth = 1 << 20;

/// Whether the tensor `name` is what only a trainer needs, and so is no weight.
bool IsTrainersOwn(std::string_view name);

/// The float32 variable `name` of `rank` dimensions, each from 1 to 4 * kMaxWidth. Errors (exit 3)
/// say what it is instead; of one that is missing, which name is nearest.
absl::StatusOr<const Tensor*> FindVariable(const TensorMap& tensors, const std::string& name,
                                           size_t rank);

/// Whether FindVariable finds `name`, in that shape.
absl::Status ExpectVariable(const TensorMap& tensors, const std::string& name,
                            const std::vector<int64_t>& shape);

/// An error (exit 3) for the first float32 of the tensors under `prefixes` that is no number, or
/// none of `type`: sums with it would be no numbers either.
absl::Status CheckWeights(const TensorMap& tensors,
                          std::initializer_list<std::string_view> prefixes, WeightType type);

}  // namespace magenta
