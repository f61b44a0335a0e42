#include "magenta/train/variables.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/generate/weights.h"

namespace magenta {
namespace {

constexpr char kFirstMoment[] = "/Adam";
constexpr char kSecondMoment[] = "/Adam_1";
constexpr char kOtherModel[] = "Is this checkpoint of the same --config and --hparams?";

absl::Status TakeTensor(const TensorMap& tensors, const std::string& name,
                        const std::vector<int64_t>& shape, std::vector<float>& values,
                        const char* remedy = kOtherModel) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    return InputError("", fmt::format("variable {} is missing", name), remedy);
  }
  const Tensor& tensor = found->second;
  if (tensor.dtype != DType::kFloat32 || tensor.shape != shape) {
    Tensor wanted;
    wanted.shape = shape;
    return InputError(
        "",
        fmt::format("variable {} is {} {} where {} {} is needed", name, DTypeName(tensor.dtype),
                    tensor.ShapeText(), DTypeName(DType::kFloat32), wanted.ShapeText()),
        remedy);
  }
  const auto floats = tensor.floats();
  values.assign(floats.begin(), floats.end());
  return absl::OkStatus();
}

}  // namespace

absl::Status TakeValues(const TensorMap& tensors, std::vector<Variable>& variables) {
  for (Variable& v : variables) {
    MAGENTA_RETURN_IF_ERROR(TakeTensor(tensors, v.name, v.shape, v.value));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> TakeSlots(const TensorMap& tensors, std::vector<Variable>& variables) {
  const bool any = std::any_of(variables.begin(), variables.end(), [&](const Variable& v) {
    return tensors.contains(v.name + kFirstMoment) || tensors.contains(v.name + kSecondMoment);
  });
  if (!any) return false;
  for (Variable& v : variables) {
    MAGENTA_RETURN_IF_ERROR(TakeTensor(tensors, v.name + kFirstMoment, v.shape, v.first_moment));
    MAGENTA_RETURN_IF_ERROR(TakeTensor(tensors, v.name + kSecondMoment, v.shape, v.second_moment));
  }
  return true;
}

void StartAverages(std::vector<Variable>& variables) {
  for (Variable& v : variables) v.average = v.value;
}

absl::Status TakeAverages(const TensorMap& tensors, std::vector<Variable>& variables) {
  for (Variable& v : variables) {
    MAGENTA_RETURN_IF_ERROR(TakeTensor(tensors, kAveragePrefix + v.name, v.shape, v.average, ""));
  }
  return absl::OkStatus();
}

std::vector<Variable> Averaged(std::vector<Variable> variables) {
  for (Variable& v : variables) {
    if (!v.average.empty()) v.value = std::exchange(v.average, {});
  }
  return variables;
}

TensorMap ToTensors(const std::vector<Variable>& variables, bool with_slots) {
  TensorMap tensors;
  for (const Variable& v : variables) {
    tensors[v.name] = Tensor::Floats(v.shape, v.value);
    if (!with_slots) continue;
    tensors[v.name + kFirstMoment] = Tensor::Floats(v.shape, v.first_moment);
    tensors[v.name + kSecondMoment] = Tensor::Floats(v.shape, v.second_moment);
    if (v.average.empty()) continue;
    tensors[kAveragePrefix + v.name] = Tensor::Floats(v.shape, v.average);
  }
  return tensors;
}

}  // namespace magenta
