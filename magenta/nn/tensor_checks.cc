#include "magenta/nn/tensor_checks.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/nn/rnn_names.h"

namespace magenta {
namespace {

std::string DimsText(const std::vector<int64_t>& shape) {
  Tensor tensor;
  tensor.shape = shape;
  return tensor.ShapeText();
}

/// Names the variable, the nearest one that is there, and else some that are.
absl::Status MissingVariable(const TensorMap& tensors, const std::string& name) {
  std::vector<std::string> there;
  for (const auto& [known, tensor] : tensors) {
    if (!IsTrainersOwn(known)) there.push_back(known);
  }
  const std::string nearest = NearestName(name, there);
  std::string message = fmt::format("variable {} is missing", name);
  if (!nearest.empty()) {
    message += fmt::format("; the nearest that is there is {}", nearest);
  } else if (there.empty()) {
    message += ", and so is any other";
  } else {
    constexpr size_t kShown = 5;
    const size_t shown = std::min(there.size(), kShown);
    message += fmt::format(" among {}{}", fmt::join(there.begin(), there.begin() + shown, ", "),
                           shown < there.size() ? ", ..." : "");
  }
  return InputError("", message, "Name a checkpoint of such a network");
}

/// Whether `value` is a finite number of `type`.
bool Holds(WeightType type, float value) {
  return type == WeightType::kFloat32 ? std::isfinite(value) : std::abs(value) < kHalfLimit;
}

}  // namespace

bool IsTrainersOwn(std::string_view name) {
  return IsOptimizerSlot(name) || name.starts_with("magenta/");
}

absl::StatusOr<const Tensor*> FindVariable(const TensorMap& tensors, const std::string& name,
                                           size_t rank) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) return MissingVariable(tensors, name);
  const Tensor& tensor = found->second;
  if (tensor.dtype != DType::kFloat32) {
    return InputError(
        "", fmt::format("variable {} is of type {}, not float32", name, DTypeName(tensor.dtype)));
  }
  bool fits = tensor.shape.size() == rank;
  for (int64_t dim : tensor.shape) fits = fits && dim >= 1 && dim <= 4 * kMaxWidth;
  if (!fits) {
    return InputError("", fmt::format("variable {} has shape {}, not one of {} dimensions", name,
                                      tensor.ShapeText(), rank));
  }
  return &tensor;
}

absl::Status ExpectVariable(const TensorMap& tensors, const std::string& name,
                            const std::vector<int64_t>& shape) {
  MAGENTA_ASSIGN_OR_RETURN(const Tensor* tensor, FindVariable(tensors, name, shape.size()));
  if (tensor->shape == shape) return absl::OkStatus();
  return InputError("", fmt::format("variable {} has shape {} where its neighbours ask for {}",
                                    name, tensor->ShapeText(), DimsText(shape)));
}

absl::Status CheckWeights(const TensorMap& tensors,
                          std::initializer_list<std::string_view> prefixes, WeightType type) {
  for (const auto& [name, tensor] : tensors) {
    const bool weight =
        std::any_of(prefixes.begin(), prefixes.end(),
                    [&name = name](std::string_view prefix) { return name.starts_with(prefix); });
    if (!weight || tensor.dtype != DType::kFloat32) continue;
    const auto values = tensor.floats();
    for (size_t i = 0; i < values.size(); ++i) {
      if (Holds(type, values[i])) continue;
      return InputError(
          "", fmt::format("variable {} holds {} as its element {}", name, values[i], i),
          std::isfinite(values[i]) ? "float16 goes to 65504: use --weights=float32"
                                   : "the training run that wrote it had diverged: take an earlier "
                                     "checkpoint");
    }
  }
  return absl::OkStatus();
}

}  // namespace magenta
