#include "magenta/models/melody_rnn.h"

#include <utility>

#include "magenta/nn/rnn.h"

namespace magenta {
namespace {

absl::StatusOr<std::unique_ptr<Network>> MakeMelodyRnnRuntime(const TensorMap& tensors,
                                                              const HParams& hparams,
                                                              const RuntimeOptions& options) {
  RnnOptions rnn;
  rnn.attn_length = hparams.attn_length;
  rnn.weights = options.weights;
  return MakeRnn(tensors, rnn);
}

}  // namespace

ModelSpec MakeMelodyRnnSpec(std::string id, std::string description, const HParams& hparams,
                            const MelodyKindOptions& kind, std::unique_ptr<EventCodec> codec) {
  ModelSpec spec;
  spec.id = std::move(id);
  spec.description = std::move(description);
  spec.hparams = hparams;
  spec.kind = MakeMelodyKind(kind);
  spec.codec = std::move(codec);
  spec.make_runtime = &MakeMelodyRnnRuntime;
  return spec;
}

}  // namespace magenta
