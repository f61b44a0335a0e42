#pragma once
// What Magenta's drum models share: drum tracks of some types, and a recurrent network.

#include <memory>
#include <string>

#include "magenta/models/model_spec.h"
#include "magenta/music/drums/drum_types.h"

namespace magenta {

/// A spec of the family; `codec` must take masks of `types`.
ModelSpec MakeDrumsRnnSpec(std::string id, std::string description, const HParams& hparams,
                           Grid grid, const DrumTypes& types, std::unique_ptr<EventCodec> codec);

}  // namespace magenta
