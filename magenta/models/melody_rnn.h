#pragma once
// What Magenta's melody models share: a melody domain, a recurrent network, four steps a quarter.

#include <memory>
#include <string>

#include "magenta/models/melody_domain.h"
#include "magenta/models/model_spec.h"

namespace magenta {

/// A spec of the family; `codec` must take the pitches that `domain` gives.
ModelSpec MakeMelodyRnnSpec(std::string id, std::string description, const HParams& hparams,
                            const MelodyDomainOptions& domain, std::unique_ptr<EventCodec> codec);

}  // namespace magenta
