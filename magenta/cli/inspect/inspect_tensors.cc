#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "magenta/base/status.h"
#include "magenta/cli/inspect/inspect.h"
#include "magenta/cli/terminal/output.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/magentajs.h"
#include "magenta/io/tensor/metagraph.h"

namespace magenta::cli {
namespace {

/// Euclidean norm, in double.
template <typename T>
double SumOfSquares(const std::string& bytes) {
  double sum = 0;
  for (size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    sum += static_cast<double>(value) * static_cast<double>(value);
  }
  return sum;
}

/// Nothing where the elements are no floating point numbers.
std::optional<double> NormOf(const Tensor& tensor) {
  if (tensor.dtype == DType::kFloat32) return std::sqrt(SumOfSquares<float>(tensor.bytes));
  if (tensor.dtype == DType::kFloat64) return std::sqrt(SumOfSquares<double>(tensor.bytes));
  return std::nullopt;
}

/// The one number of a tensor of one, in double; nothing of others.
std::optional<double> OneNumber(const Tensor& tensor) {
  if (tensor.size() != 1) return std::nullopt;
  const auto as = [&](auto value) {
    std::memcpy(&value, tensor.bytes.data(), sizeof value);
    return static_cast<double>(value);
  };
  switch (tensor.dtype) {
    case DType::kFloat32: return as(float{});
    case DType::kFloat64: return as(double{});
    case DType::kInt32: return as(int32_t{});
    case DType::kInt64: return as(int64_t{});
    case DType::kUint8:
    case DType::kBool: return as(uint8_t{});
  }
  return std::nullopt;
}

std::string ValueText(const Tensor& tensor) {
  if (tensor.dtype == DType::kInt64 && tensor.size() == 1) {
    return fmt::format("{}", tensor.int64s()[0]);
  }
  if (const auto number = OneNumber(tensor)) {
    return fmt::format("{:.{}g}", *number, tensor.dtype == DType::kFloat64 ? 17 : 9);
  }
  if (const auto norm = NormOf(tensor)) return fmt::format("norm {:.6g}", *norm);
  return fmt::format("{} bytes", tensor.bytes.size());
}

void AddTensors(const TensorMap& tensors, Inspection& result) {
  TextTable table({"variable", "type", "shape", "value"});
  Json list = Json::Array();
  int64_t parameters = 0;
  for (const auto& [name, tensor] : tensors) {
    table.Add({name, DTypeName(tensor.dtype), tensor.ShapeText(), ValueText(tensor)});
    Json entry = Json::Object()
                     .Set("name", name)
                     .Set("dtype", DTypeName(tensor.dtype))
                     .Set("shape", Json::ArrayOf(tensor.shape));
    if (const auto norm = NormOf(tensor)) entry.Set("norm", *norm);
    if (tensor.dtype == DType::kInt64 && tensor.size() == 1) {
      entry.Set("value", tensor.int64s()[0]);
    } else if (const auto number = OneNumber(tensor)) {
      entry.Set("value", *number);
    }
    list.Add(entry);
    if (tensor.dtype == DType::kFloat32) parameters += tensor.size();
  }
  result.text += table.Text("  ");
  result.text += fmt::format("  {} variables, {} numbers\n", tensors.size(), parameters);
  result.json.Set("variables", list);
  const auto hparams = tensors.find(kHParamsTensor);
  if (hparams == tensors.end()) return;
  result.text += fmt::format("  hparams {}\n", hparams->second.bytes);
  result.json.Set("hparams", hparams->second.bytes);
}

}  // namespace

absl::StatusOr<Inspection> InspectCheckpoint(const std::string& path, const InspectOptions&) {
  MAGENTA_ASSIGN_OR_RETURN(const TensorMap tensors, ReadCheckpoint(path));
  Inspection result;
  result.text = "checkpoint\n";
  result.json.Set("kind", "checkpoint");
  AddTensors(tensors, result);
  return result;
}

absl::StatusOr<Inspection> InspectBundle(const std::string& path, const InspectOptions&) {
  MAGENTA_ASSIGN_OR_RETURN(const Bundle bundle, ReadBundle(path));
  const GeneratorBundle& proto = bundle.proto;
  Inspection result;
  result.text = fmt::format("bundle of {}: {}\n", proto.generator_details().id(),
                            proto.generator_details().description());
  if (!proto.bundle_details().description().empty()) {
    result.text += fmt::format("  {}\n", proto.bundle_details().description());
  }
  if (!proto.hparams().empty()) result.text += fmt::format("  hparams {}\n", proto.hparams());
  if (!proto.metagraph_file().empty()) {
    result.text += fmt::format("  TensorFlow metagraph, {} bytes\n", proto.metagraph_file().size());
  }
  if (const std::string& card = proto.card(); !card.empty()) {
    const auto lines = std::count(card.begin(), card.end(), '\n') + (card.back() == '\n' ? 0 : 1);
    result.text +=
        fmt::format("  a card of {} line{} (--json shows it)\n", lines, lines == 1 ? "" : "s");
  }
  result.text += bundle.has_checksum ? "  checksum of the whole file: right\n"
                                     : "  no checksum but that of the weights, which is right\n";
  const int attention = AttentionLengthOf(proto.metagraph_file());
  if (attention > 0) result.text += fmt::format("  attn_length {} in the graph\n", attention);
  result.json.Set("kind", "bundle")
      .Set("checksum", bundle.has_checksum ? "right" : "none")
      .Set("id", proto.generator_details().id())
      .Set("description", proto.generator_details().description())
      .Set("bundle_description", proto.bundle_details().description())
      .Set("card", proto.card())
      .Set("hparams", proto.hparams())
      .Set("steps_per_quarter", proto.steps_per_quarter())
      .Set("metagraph_bytes", static_cast<int64_t>(proto.metagraph_file().size()));
  AddTensors(bundle.tensors, result);
  return result;
}

absl::StatusOr<Inspection> InspectMagentaJs(const std::string& folder, const InspectOptions&) {
  MAGENTA_ASSIGN_OR_RETURN(const MagentaJsModel model, ReadMagentaJs(folder));
  Inspection result;
  result.text =
      fmt::format("Magenta.js's MusicRNN of {}, pitches {} to {}\n",
                  model.id.empty() ? "no name" : model.id, model.min_pitch, model.max_pitch);
  if (!model.bundle_description.empty()) result.text += "  " + model.bundle_description + "\n";
  if (!model.hparams.empty()) result.text += fmt::format("  hparams {}\n", model.hparams);
  result.text += model.has_checksums ? "  checksums of all files: right\n" : "  no checksums\n";
  result.json.Set("kind", "magentajs")
      .Set("checksum", model.has_checksums ? "right" : "none")
      .Set("id", model.id)
      .Set("min_pitch", model.min_pitch)
      .Set("max_pitch", model.max_pitch)
      .Set("description", model.description)
      .Set("bundle_description", model.bundle_description)
      .Set("hparams", model.hparams);
  AddTensors(model.tensors, result);
  return result;
}

}  // namespace magenta::cli
