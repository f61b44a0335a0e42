// What a network's tensors say of its shape: each layer's variables are looked for under the names
// that Magenta 2.x gives them, and every shape is held against its neighbours'.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/nn/rnn.h"
#include "magenta/nn/rnn_names.h"
#include "magenta/nn/tensor_checks.h"

namespace magenta {
namespace {

/// Units of the LSTM whose bias is `name`: a quarter of its length.
absl::StatusOr<int64_t> UnitsOf(const TensorMap& tensors, const std::string& name) {
  MAGENTA_ASSIGN_OR_RETURN(const Tensor* bias, FindVariable(tensors, name, 1));
  const int64_t length = bias->shape[0];
  if (length % 4 != 0 || length / 4 > kMaxWidth) {
    return InputError("", fmt::format("variable {} has shape {}, no four gates of equal size", name,
                                      bias->ShapeText()));
  }
  return length / 4;
}

absl::Status CheckAttention(const TensorMap& tensors, const LayerNames& names, int64_t inputs,
                            int64_t units) {
  using Wanted = std::pair<std::string, std::vector<int64_t>>;
  for (const Wanted& wanted : {
           Wanted{names.attention + "kernel", {inputs + units, inputs}},
           Wanted{names.attention + "bias", {inputs}},
           Wanted{names.attention + "attention/attn_w", {1, 1, units, units}},
           Wanted{names.attention + "attention/attn_v", {units}},
           Wanted{names.attention + "attention/kernel", {2 * units, units}},
           Wanted{names.attention + "attention/bias", {units}},
           Wanted{names.attention + "attn_output_projection/kernel", {2 * units, units}},
           Wanted{names.attention + "attn_output_projection/bias", {units}},
       }) {
    MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, wanted.first, wanted.second));
  }
  return absl::OkStatus();
}

/// Checks layer `layer` behind `inputs` values (-1: not known yet, the first layer's) and adds it
/// to `shape`.
absl::Status AddLayer(const TensorMap& tensors, int layer, const RnnScope& scope, int64_t inputs,
                      RnnShape& shape) {
  const LayerNames names = NamesOfLayer(tensors, layer, scope);
  if (layer > 0 && names.has_attention) {
    return InputError("",
                      fmt::format("variable {}kernel: attention on every layer, as Magenta had it "
                                  "from September 2016 to May 2017, is not read",
                                  names.attention),
                      "Train attention_rnn again; since then the first layer alone has attention");
  }
  MAGENTA_ASSIGN_OR_RETURN(const int64_t units, UnitsOf(tensors, names.lstm + "bias"));
  const std::string first =
      names.has_projection ? names.projection + "kernel" : names.lstm + "kernel";
  MAGENTA_ASSIGN_OR_RETURN(const Tensor* kernel, FindVariable(tensors, first, 2));
  if (inputs < 0) inputs = kernel->shape[0] - (names.has_projection ? 0 : units);
  if (inputs < 1) {
    return InputError("", fmt::format("variable {} has shape {}, too few rows for {} units", first,
                                      kernel->ShapeText(), units));
  }
  if (layer == 0) {
    shape.input_size = static_cast<int>(inputs);
    shape.has_attention = names.has_attention;
    shape.residual = names.has_projection;
  }
  if (names.has_projection || (shape.residual && inputs != units)) {
    MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, names.projection + "kernel", {inputs, units}));
    MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, names.projection + "bias", {units}));
    inputs = units;
  }
  MAGENTA_RETURN_IF_ERROR(
      ExpectVariable(tensors, names.lstm + "kernel", {inputs + units, 4 * units}));
  if (names.has_attention) {
    MAGENTA_RETURN_IF_ERROR(CheckAttention(tensors, names, inputs, units));
  }
  shape.layer_sizes.push_back(static_cast<int>(units));
  return absl::OkStatus();
}

/// "fully_connected/" of "fully_connected/weights".
std::string FolderOf(const std::string& name) { return name.substr(0, name.rfind('/') + 1); }

/// The variables that a network of `shape` reads.
std::vector<std::string> WeightNames(const TensorMap& tensors, const RnnShape& shape,
                                     const RnnScope& scope) {
  std::vector<std::string> names = {scope.weights, scope.biases};
  for (int layer = 0; layer < static_cast<int>(shape.layer_sizes.size()); ++layer) {
    const LayerNames layer_names = NamesOfLayer(tensors, layer, scope);
    for (const char* name : {"kernel", "bias"}) {
      names.push_back(layer_names.lstm + name);
      if (layer_names.has_projection) names.push_back(layer_names.projection + name);
      if (!layer_names.has_attention) continue;
      names.push_back(layer_names.attention + name);
      names.push_back(layer_names.attention + "attention/" + name);
      names.push_back(layer_names.attention + "attn_output_projection/" + name);
    }
    if (!layer_names.has_attention) continue;
    names.push_back(layer_names.attention + "attention/attn_w");
    names.push_back(layer_names.attention + "attention/attn_v");
  }
  return names;
}

/// An error listing the variables that look like weights and that no part of the network takes: a
/// layer that is skipped, say. What an optimizer adds stands behind its weight's name and a slash.
absl::Status CheckNoneIsLeft(const TensorMap& tensors, const RnnShape& shape,
                             const RnnScope& scope) {
  const std::vector<std::string> read = WeightNames(tensors, shape, scope);
  const std::string output = FolderOf(scope.weights);
  std::vector<std::string> left;
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with(scope.cells) && !name.starts_with(output)) continue;
    const bool known =
        std::any_of(read.begin(), read.end(), [&name = name](const std::string& weight) {
          return name == weight || name.starts_with(weight + "/");
        });
    if (!known && !IsTrainersOwn(name)) left.push_back(name);
  }
  if (left.empty()) return absl::OkStatus();
  constexpr size_t kShown = 5;
  const size_t shown = std::min(left.size(), kShown);
  std::string message =
      fmt::format("no part of a network of {} layers takes {}{}", shape.layer_sizes.size(),
                  fmt::join(left.begin(), left.begin() + static_cast<ptrdiff_t>(shown), ", "),
                  shown < left.size() ? fmt::format(" and {} more", left.size() - shown) : "");
  const std::string nearest = NearestName(left[0], read);
  if (!nearest.empty()) message += fmt::format("; nearest to the first is {}", nearest);
  return InputError("", message, "Layers are cell_0, cell_1, ... without a gap");
}

}  // namespace

bool IsOptimizerSlot(std::string_view name) {
  constexpr std::string_view kSlot = "/Adam";
  const size_t at = name.rfind(kSlot);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = name.substr(at + kSlot.size());
  return rest.empty() || (rest.size() > 1 && rest[0] == '_' &&
                          rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

LayerNames NamesOfLayer(const TensorMap& tensors, int layer, const RnnScope& scope) {
  LayerNames names;
  std::string cell = fmt::format("{}multi_rnn_cell/cell_{}/", scope.cells, layer);
  names.projection = cell + "input_projection_wrapper/";
  names.has_projection = tensors.contains(names.projection + "kernel");
  if (names.has_projection) cell = names.projection;
  names.attention = cell + "attention_cell_wrapper/";
  names.has_attention = tensors.contains(names.attention + "kernel");
  names.lstm = (names.has_attention ? names.attention : cell) + "basic_lstm_cell/";
  return names;
}

absl::StatusOr<RnnShape> RnnShapeOf(const TensorMap& tensors, const RnnScope& scope) {
  RnnShape shape;
  int64_t inputs = -1;
  for (int layer = 0;; ++layer) {
    const std::string prefix = fmt::format("{}multi_rnn_cell/cell_{}/", scope.cells, layer);
    const auto found = tensors.lower_bound(prefix);
    const bool exists = found != tensors.end() && found->first.starts_with(prefix);
    if (layer > 0 && !exists) break;
    MAGENTA_RETURN_IF_ERROR(AddLayer(tensors, layer, scope, inputs, shape));
    inputs = shape.layer_sizes.back();
  }
  MAGENTA_ASSIGN_OR_RETURN(const Tensor* output, FindVariable(tensors, scope.weights, 2));
  shape.num_classes = static_cast<int>(output->shape[1]);
  MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, scope.weights, {inputs, shape.num_classes}));
  MAGENTA_RETURN_IF_ERROR(ExpectVariable(tensors, scope.biases, {shape.num_classes}));
  MAGENTA_RETURN_IF_ERROR(CheckNoneIsLeft(tensors, shape, scope));
  return shape;
}

std::vector<NetworkVariable> RnnVariables(const RnnShape& shape, const RnnScope& scope) {
  std::vector<NetworkVariable> variables;
  int64_t inputs = shape.input_size;
  for (size_t i = 0; i < shape.layer_sizes.size(); ++i) {
    const int64_t units = shape.layer_sizes[i];
    std::string cell = fmt::format("{}multi_rnn_cell/cell_{}/", scope.cells, i);
    const auto add = [&](std::string_view name, std::vector<int64_t> dims) {
      variables.push_back({fmt::format("{}{}", cell, name), std::move(dims)});
    };
    if (shape.residual && (i == 0 || inputs != units)) {
      cell += "input_projection_wrapper/";
      add("kernel", {inputs, units});
      add("bias", {units});
      inputs = units;
    }
    if (shape.has_attention && i == 0) {
      cell += "attention_cell_wrapper/";
      add("kernel", {inputs + units, inputs});
      add("bias", {inputs});
      add("attention/attn_w", {1, 1, units, units});
      add("attention/attn_v", {units});
      add("attention/kernel", {2 * units, units});
      add("attention/bias", {units});
      add("attn_output_projection/kernel", {2 * units, units});
      add("attn_output_projection/bias", {units});
    }
    add("basic_lstm_cell/kernel", {inputs + units, 4 * units});
    add("basic_lstm_cell/bias", {4 * units});
    inputs = units;
  }
  variables.push_back({scope.weights, {inputs, shape.num_classes}});
  variables.push_back({scope.biases, {shape.num_classes}});
  return variables;
}

}  // namespace magenta
