#include "magenta/models/specs/melody_rnn.h"

#include <utility>

namespace magenta {
ModelSpec MakeMelodyRnnSpec(std::string id, std::string description, const HParams& hparams,
                            const MelodyKindOptions& kind, std::unique_ptr<EventCodec> codec) {
  ModelSpec spec;
  spec.id = std::move(id);
  spec.description = std::move(description);
  spec.hparams = hparams;
  spec.kind = MakeMelodyKind(kind);
  spec.codec = std::move(codec);
  spec.architecture = &kRnnArchitecture;
  return spec;
}

}  // namespace magenta
