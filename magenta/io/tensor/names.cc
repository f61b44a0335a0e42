#include "magenta/io/tensor/names.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace magenta {
namespace {

constexpr std::pair<std::string_view, std::string_view> kModernParts[] = {
    {"RNN", "rnn"},
    {"MultiRNNCell", "multi_rnn_cell"},
    {"BasicLSTMCell", "basic_lstm_cell"},
    {"AttentionCellWrapper", "attention_cell_wrapper"},
    {"Attention", "attention"},
    {"AttnW", "attn_w"},
    {"AttnV", "attn_v"},
    {"AttnOutputProjection", "attn_output_projection"},
    {"Matrix", "kernel"},
    {"Bias", "bias"},
    {"weights", "kernel"},
    {"biases", "bias"},
    {"Linear", ""},
};

// One part of a name between slashes; empty when it has no part in the modern name.
std::string ModernPart(std::string_view part) {
  for (const auto& [old, modern] : kModernParts) {
    if (part == old) return std::string(modern);
  }
  constexpr std::string_view kCell = "Cell";
  const std::string_view number = part.substr(std::min(part.size(), kCell.size()));
  if (part.starts_with(kCell) && !number.empty() &&
      number.find_first_not_of("0123456789") == std::string_view::npos) {
    return "cell_" + std::string(number);
  }
  return std::string(part);
}

void WidenStep(TensorMap& tensors) {
  const auto step = tensors.find("global_step");
  if (step == tensors.end()) return;
  const Tensor& tensor = step->second;
  int32_t value = 0;
  if (tensor.dtype != DType::kInt32 || tensor.bytes.size() != sizeof value) return;
  std::memcpy(&value, tensor.bytes.data(), sizeof value);
  step->second = Tensor::Int64(value);
}

}  // namespace

std::string ModernName(std::string_view name) {
  if (!name.starts_with("RNN/") && !name.starts_with("rnn/")) return std::string(name);
  std::string modern;
  while (true) {
    const size_t slash = name.find('/');
    const std::string part = ModernPart(name.substr(0, slash));
    if (!part.empty()) modern += (modern.empty() ? "" : "/") + part;
    if (slash == std::string_view::npos) return modern;
    name.remove_prefix(slash + 1);
  }
}

TensorMap ModernNames(TensorMap tensors) {
  TensorMap renamed;
  while (!tensors.empty()) {
    auto node = tensors.extract(tensors.begin());
    const std::string modern = ModernName(node.key());
    if (!tensors.contains(modern) && !renamed.contains(modern)) node.key() = modern;
    renamed.insert(std::move(node));
  }
  WidenStep(renamed);
  return renamed;
}

}  // namespace magenta
