// The GRU whose head scores classes by how they lie to one another. Its widths are those of the
// tensors; nothing else of it is a hyper-parameter.

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/codec/relative_codec.h"
#include "magenta/models/architecture.h"
#include "magenta/nn/relative_gru.h"

namespace magenta {
namespace {

absl::StatusOr<HParams> SettleRelative(const TensorMap& tensors, const HParamSources& sources,
                                       std::vector<std::string>& /*notes*/) {
  MAGENTA_ASSIGN_OR_RETURN(const RelativeShape shape, RelativeShapeOf(tensors));
  HParams hparams = sources.said;
  if (hparams.attn_length != 0 || hparams.residual_connections) {
    return UsageError("relative_gru has no attention and no residual connections",
                      "Leave attn_length and residual_connections out of --hparams");
  }
  const std::vector<int> layers = {shape.embedding, shape.units, shape.head};
  MAGENTA_RETURN_IF_ERROR(CheckSaidLayers(sources, layers));
  hparams.rnn_layer_sizes = layers;
  return hparams;
}

absl::StatusOr<std::unique_ptr<Network>> MakeRelativeRuntime(const TensorMap& tensors,
                                                             const HParams& /*hparams*/,
                                                             const RuntimeOptions& options) {
  return MakeRelativeGru(tensors, {.kernels = nullptr, .weights = options.weights});
}

absl::StatusOr<NetworkSizes> SizesOfRelative(const TensorMap& tensors) {
  MAGENTA_ASSIGN_OR_RETURN(const RelativeShape shape, RelativeShapeOf(tensors));
  return NetworkSizes{shape.sizes.input_size(), shape.sizes.classes};
}

std::vector<NetworkVariable> VariablesOfRelative(const EventCodec& codec, const HParams& hparams) {
  const auto* relative = dynamic_cast<const RelativeCodec*>(&codec);
  MAGENTA_CHECK(relative != nullptr);
  // e, H, z; where fewer are given, the last is the others' too.
  std::vector<int> widths = hparams.rnn_layer_sizes;
  widths.resize(3, widths.back());
  return RelativeVariables({relative->sizes(), widths[0], widths[1], widths[2]});
}

}  // namespace

const Architecture kRelativeArchitecture = {.name = "relative_gru",
                                            .make_runtime = &MakeRelativeRuntime,
                                            .sizes = &SizesOfRelative,
                                            .settle = &SettleRelative,
                                            .describe = &DescribeLayers,
                                            .variables = &VariablesOfRelative};

}  // namespace magenta
