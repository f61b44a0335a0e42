// What a relative_gru's tensors say of its shape: widths come from one variable each, the counts of
// relations from a variable of their own, and then every shape is held against all of them.

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "magenta/base/status.h"
#include "magenta/nn/relative_gru.h"
#include "magenta/nn/tensor_checks.h"

namespace magenta {
namespace {

absl::Status ReadWidths(const TensorMap& tensors, RelativeShape& shape) {
  const auto read = [&](const char* name, int& rows, int& columns) -> absl::Status {
    MAGENTA_ASSIGN_OR_RETURN(const Tensor* tensor, FindVariable(tensors, name, 2));
    rows = static_cast<int>(tensor->shape[0]);
    columns = static_cast<int>(tensor->shape[1]);
    return absl::OkStatus();
  };
  int gates = 0;
  RelativeSizes& sizes = shape.sizes;
  MAGENTA_RETURN_IF_ERROR(read(relative::kStateEmbedding, sizes.state_rows, shape.embedding));
  MAGENTA_RETURN_IF_ERROR(read(relative::kStateKernel, shape.units, gates));
  MAGENTA_RETURN_IF_ERROR(read(relative::kHeadEmbedding, sizes.head_rows, shape.head));
  return read(relative::kOutputKinds, sizes.bias_rows, sizes.classes);
}

absl::Status ReadCounts(const TensorMap& tensors, RelativeSizes& sizes) {
  const std::string name = relative::kRelationsCounts;
  MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, name, {3}));
  int* const counts[] = {&sizes.shifts, &sizes.marks, &sizes.values};
  const auto values = tensors.at(name).floats();
  for (size_t i = 0; i < std::size(counts); ++i) {
    const float value = values[i];
    if (!(value >= 0 && value <= kMaxWidth) || value != static_cast<float>(int(value))) {
      return InputError(
          "", fmt::format("variable {} holds {} as its element {}, no count", name, value, i));
    }
    *counts[i] = static_cast<int>(value);
  }
  return absl::OkStatus();
}

/// Inputs are counted in ints.
absl::Status CheckInputSize(const RelativeSizes& sizes) {
  const int64_t rows = int64_t{sizes.state_rows} + sizes.head_rows + sizes.bias_rows;
  const int64_t per_class = int64_t{sizes.shifts} + int64_t{sizes.marks} * kMarkLevels +
                            sizes.values + 2;  // range and bans
  const int64_t size = rows + per_class * sizes.classes;
  if (size <= std::numeric_limits<int>::max()) return absl::OkStatus();
  return InputError("", fmt::format("variable {} asks for inputs of {} numbers",
                                    relative::kRelationsCounts, size));
}

}  // namespace

std::vector<NetworkVariable> RelativeVariables(const RelativeShape& shape) {
  const RelativeSizes& sizes = shape.sizes;
  const int64_t e = shape.embedding, units = shape.units, z = shape.head;
  const int64_t classes = sizes.classes, relations = sizes.relations();
  const auto number = [](int count) { return static_cast<float>(count); };
  return {{relative::kStateEmbedding, {sizes.state_rows, e}},
          {relative::kInputKernel, {e, 3 * units}},
          {relative::kInputBias, {3 * units}},
          {relative::kStateKernel, {units, 3 * units}},
          {relative::kStateBias, {3 * units}},
          {relative::kHeadEmbedding, {sizes.head_rows, z}},
          {relative::kHeadKernel, {units, z}},
          {relative::kHeadBias, {z}},
          {relative::kHiddenKernel, {z, z}},
          {relative::kHiddenBias, {z}},
          {relative::kOutputKernel, {z, classes}},
          {relative::kOutputBias, {classes}},
          {relative::kOutputKinds, {sizes.bias_rows, classes}},
          {relative::kRelationsKernel, {z, relations}},
          {relative::kRelationsBias, {relations}},
          {relative::kRelationsCounts,
           {3},
           {number(sizes.shifts), number(sizes.marks), number(sizes.values)}}};
}

absl::StatusOr<RelativeShape> RelativeShapeOf(const TensorMap& tensors) {
  RelativeShape shape;
  MAGENTA_RETURN_IF_ERROR(ReadWidths(tensors, shape));
  MAGENTA_RETURN_IF_ERROR(ReadCounts(tensors, shape.sizes));
  MAGENTA_RETURN_IF_ERROR(CheckInputSize(shape.sizes));
  for (const NetworkVariable& variable : RelativeVariables(shape)) {
    MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, variable.name, variable.shape));
  }
  return shape;
}

}  // namespace magenta
