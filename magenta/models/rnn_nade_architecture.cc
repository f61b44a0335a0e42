// Magenta's RNN-NADE. Layer sizes and the NADE's are those of the tensors; attn_length is found as
// for the layers of other models.

#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/models/architecture.h"
#include "magenta/nn/nade/rnn_nade.h"

namespace magenta {
namespace {

absl::StatusOr<HParams> SettleNade(const TensorMap& tensors, const HParamSources& sources,
                                   std::vector<std::string>& notes) {
  MAGENTA_ASSIGN_OR_RETURN(const NadeShape shape, NadeShapeOf(tensors));
  if (NamesHParam(sources.said_text, "nade_hidden_units") &&
      sources.said.nade_hidden_units != shape.units) {
    return SaidOtherwise("nade_hidden_units",
                         std::to_string(sources.said.nade_hidden_units.value_or(0)),
                         std::to_string(shape.units));
  }
  MAGENTA_ASSIGN_OR_RETURN(HParams hparams, SettleLayers(shape.layers, sources, notes));
  hparams.nade_hidden_units = shape.units;
  return hparams;
}

absl::StatusOr<std::unique_ptr<Network>> MakeNadeRuntime(const TensorMap& tensors,
                                                         const HParams& hparams,
                                                         const RuntimeOptions& options) {
  RnnOptions layers;
  layers.attn_length = hparams.attn_length;
  layers.weights = options.weights;
  return MakeRnnNade(tensors, std::move(layers));
}

absl::StatusOr<NetworkSizes> NadeSizes(const TensorMap& tensors) {
  MAGENTA_ASSIGN_OR_RETURN(const NadeShape shape, NadeShapeOf(tensors));
  return NetworkSizes{NadeInputs(shape.pitches), shape.pitches + 1};
}

std::vector<NetworkVariable> VariablesOfNade(const EventCodec& codec, const HParams& hparams) {
  const int pitches = codec.num_classes() - 1;
  const RnnShape layers = {pitches, hparams.rnn_layer_sizes, 0, hparams.attn_length > 0,
                           hparams.residual_connections};
  return NadeVariables({layers, pitches, hparams.nade_hidden_units.value()});
}

std::string DescribeNade(const HParams& hparams) {
  return fmt::format("{}, {} NADE units", DescribeLayers(hparams),
                     hparams.nade_hidden_units.value_or(0));
}

}  // namespace

const Architecture kRnnNadeArchitecture = {.name = "rnn_nade",
                                           .make_runtime = &MakeNadeRuntime,
                                           .sizes = &NadeSizes,
                                           .settle = &SettleNade,
                                           .describe = &DescribeNade,
                                           .variables = &VariablesOfNade};

}  // namespace magenta
