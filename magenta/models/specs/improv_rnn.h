#pragma once
// What Magenta's improv models share: lead sheets, chords before a melody's codec, a recurrent
// network.

#include <memory>
#include <string>

#include "magenta/models/model_spec.h"

namespace magenta {

/// How chords are read.
enum class ImprovChords { kTriads, kPitches };

/// A spec of the family; `melody` must take the pitches 48 .. 83.
ModelSpec MakeImprovRnnSpec(std::string id, std::string description, const HParams& hparams,
                            ImprovChords chords, std::unique_ptr<EventCodec> melody);

}  // namespace magenta
