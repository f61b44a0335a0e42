#include "magenta/train/variables.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/random.h"
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

// Box and Muller's: two uniform draws make a normal one.
float DrawNormal(double deviation, SeededUniform& uniform) {
  const double radius = std::sqrt(-2 * std::log(1 - uniform.Next()));
  return static_cast<float>(deviation * radius * std::cos(2 * std::numbers::pi * uniform.Next()));
}

}  // namespace

Variable& StartValues::Add(const std::string& name, std::vector<int64_t> shape) {
  size_t size = 1;
  for (const int64_t dim : shape) size *= static_cast<size_t>(dim);
  const std::vector<float> zeros(size);
  variables_.push_back({name, std::move(shape), zeros, zeros, zeros, {}});
  return variables_.back();
}

uint32_t StartValues::SeedOf(const std::string& name) const {
  return static_cast<uint32_t>(StableHash("start/" + name, seed_));
}

void StartValues::Glorot(const std::string& name, std::vector<int64_t> shape, int64_t fan_in,
                         int64_t fan_out) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  SeededUniform uniform(SeedOf(name));
  for (float& x : Add(name, std::move(shape)).value) {
    x = static_cast<float>(limit * (2 * uniform.Next() - 1));
  }
}

void StartValues::Normal(const std::string& name, std::vector<int64_t> shape, double deviation) {
  SeededUniform uniform(SeedOf(name));
  for (float& x : Add(name, std::move(shape)).value) x = DrawNormal(deviation, uniform);
}

void StartValues::TruncatedNormal(const std::string& name, std::vector<int64_t> shape,
                                  double deviation) {
  SeededUniform uniform(SeedOf(name));
  for (float& x : Add(name, std::move(shape)).value) {
    do {
      x = DrawNormal(deviation, uniform);
    } while (std::abs(x) > 2 * deviation);
  }
}

void StartValues::Values(const std::string& name, std::vector<int64_t> shape,
                         std::vector<float> values) {
  Variable& variable = Add(name, std::move(shape));
  MAGENTA_CHECK(variable.value.size() == values.size());
  variable.value = std::move(values);
}

void StartValues::Dense(const std::string& scope, int inputs, int outputs, const char* matrix,
                        const char* bias) {
  Glorot(scope + matrix, {inputs, outputs}, inputs, outputs);
  Zeros(scope + bias, {outputs});
}

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
