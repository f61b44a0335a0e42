// Magenta's recurrent network. Its layer sizes are those of the tensors; attn_length, which no
// tensor tells, is the user's, else the file's, else the model's default.

#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/models/architecture.h"
#include "magenta/nn/rnn.h"

namespace magenta {
namespace {

std::string LayersText(const std::vector<int>& sizes) {
  std::string text = "[";
  for (int size : sizes) text += (text.size() > 1 ? "," : "") + std::to_string(size);
  return text + "]";
}

absl::Status CheckSaid(const HParamSources& sources, const RnnShape& shape) {
  const auto names = [&](const char* name) { return NamesHParam(sources.said_text, name); };
  const HParams& said = sources.said;
  MAGENTA_RETURN_IF_ERROR(CheckSaidLayers(sources, shape.layer_sizes));
  if (names("residual_connections") && said.residual_connections != shape.residual) {
    return SaidOtherwise("residual_connections", said.residual_connections ? "True" : "False",
                         shape.residual ? "True" : "False");
  }
  if (!names("attn_length")) return absl::OkStatus();
  if ((said.attn_length > 0) != shape.has_attention) {
    return SaidOtherwise("attn_length", std::to_string(said.attn_length),
                         shape.has_attention ? "N (its weights have attention)"
                                             : "0 (its weights have no attention)");
  }
  const int stored = sources.stored.attn_length;
  if (NamesHParam(sources.stored_text, "attn_length") && said.attn_length != stored) {
    return SaidOtherwise("attn_length", std::to_string(said.attn_length), std::to_string(stored));
  }
  return absl::OkStatus();
}

absl::Status SettleAttention(const HParamSources& sources, const RnnShape& shape, int& length,
                             std::vector<std::string>& notes) {
  if (!shape.has_attention) {
    length = 0;
    return absl::OkStatus();
  }
  if (NamesHParam(sources.said_text, "attn_length")) return absl::OkStatus();
  if (length <= 0) {
    return UsageError(fmt::format("the weights have attention, and {} has no default for "
                                  "attn_length",
                                  sources.model_id),
                      "Give another --config, as attention_rnn or rnn-nade_attn, or in --hparams "
                      "the attn_length that they learned with");
  }
  if (!NamesHParam(sources.stored_text, "attn_length")) {
    notes.push_back(fmt::format("attn_length is not in the file: {}, the default of {}", length,
                                sources.model_id));
  }
  return absl::OkStatus();
}

absl::StatusOr<HParams> SettleRnn(const TensorMap& tensors, const HParamSources& sources,
                                  std::vector<std::string>& notes) {
  MAGENTA_ASSIGN_OR_RETURN(const RnnShape shape, RnnShapeOf(tensors));
  return SettleLayers(shape, sources, notes);
}

absl::StatusOr<std::unique_ptr<Network>> MakeRnnRuntime(const TensorMap& tensors,
                                                        const HParams& hparams,
                                                        const RuntimeOptions& options) {
  RnnOptions rnn;
  rnn.attn_length = hparams.attn_length;
  rnn.weights = options.weights;
  return MakeRnn(tensors, rnn);
}

absl::StatusOr<NetworkSizes> RnnSizes(const TensorMap& tensors) {
  MAGENTA_ASSIGN_OR_RETURN(const RnnShape shape, RnnShapeOf(tensors));
  return NetworkSizes{shape.input_size, shape.num_classes};
}

std::vector<NetworkVariable> VariablesOfRnn(const EventCodec& codec, const HParams& hparams) {
  return RnnVariables({codec.input_size(), hparams.rnn_layer_sizes, codec.num_labels(),
                       hparams.attn_length > 0, hparams.residual_connections});
}

}  // namespace

absl::Status SaidOtherwise(std::string_view name, const std::string& said,
                           const std::string& file) {
  return UsageError(
      fmt::format("--hparams says {}={}, but the file has {}={}", name, said, name, file),
      fmt::format("Leave {} out of --hparams", name));
}

absl::StatusOr<HParams> SettleLayers(const RnnShape& shape, const HParamSources& sources,
                                     std::vector<std::string>& notes) {
  MAGENTA_RETURN_IF_ERROR(CheckSaid(sources, shape));
  HParams hparams = sources.said;
  hparams.rnn_layer_sizes = shape.layer_sizes;
  hparams.residual_connections = shape.residual;
  MAGENTA_RETURN_IF_ERROR(SettleAttention(sources, shape, hparams.attn_length, notes));
  return hparams;
}

absl::Status CheckSaidLayers(const HParamSources& sources, const std::vector<int>& layers) {
  const std::vector<int>& said = sources.said.rnn_layer_sizes;
  if (!NamesHParam(sources.said_text, "rnn_layer_sizes") || said == layers) {
    return absl::OkStatus();
  }
  return SaidOtherwise("rnn_layer_sizes", LayersText(said), LayersText(layers));
}

std::string DescribeLayers(const HParams& hparams) {
  return "layers " + LayersText(hparams.rnn_layer_sizes);
}

const Architecture kRnnArchitecture = {.name = "rnn",
                                       .make_runtime = &MakeRnnRuntime,
                                       .sizes = &RnnSizes,
                                       .settle = &SettleRnn,
                                       .describe = &DescribeLayers,
                                       .variables = &VariablesOfRnn};

}  // namespace magenta
