#include "magenta/models/specs/drums_rnn.h"

#include <utility>

#include "magenta/kinds/drums_kind.h"

namespace magenta {

ModelSpec MakeDrumsRnnSpec(std::string id, std::string description, const HParams& hparams,
                           Grid grid, const DrumTypes& types, std::unique_ptr<EventCodec> codec) {
  ModelSpec spec;
  spec.id = std::move(id);
  spec.description = std::move(description);
  spec.hparams = hparams;
  spec.grid = grid;
  spec.kind = MakeDrumsKind(types);
  spec.codec = std::move(codec);
  spec.architecture = &kRnnArchitecture;
  return spec;
}

}  // namespace magenta
