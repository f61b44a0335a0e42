#pragma once
// What Magenta's melody models share: a melody kind, a recurrent network, four steps per quarter.

#include <memory>
#include <string>

#include "magenta/kinds/melody_kind.h"
#include "magenta/models/model_spec.h"

namespace magenta {

/// A spec of the family; `codec` must take the pitches that `kind` gives.
ModelSpec MakeMelodyRnnSpec(std::string id, std::string description, const HParams& hparams,
                            const MelodyKindOptions& kind, std::unique_ptr<EventCodec> codec);

}  // namespace magenta
