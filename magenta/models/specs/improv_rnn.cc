#include "magenta/models/specs/improv_rnn.h"

#include <utility>

#include "magenta/codec/conditional_codec.h"
#include "magenta/kinds/lead_sheet_kind.h"
#include "magenta/models/specs/melody_rnn.h"

namespace magenta {

ModelSpec MakeImprovRnnSpec(std::string id, std::string description, const HParams& hparams,
                            ImprovChords chords, std::unique_ptr<EventCodec> melody) {
  const bool triads = chords == ImprovChords::kTriads;
  ModelSpec spec = MakeMelodyRnnSpec(
      std::move(id), std::move(description), hparams, {},
      MakeConditionalCodec(triads ? TriadEncoding() : ChordPitchEncoding(), std::move(melody)));
  spec.kind = MakeLeadSheetKind({.min_note = 48, .max_note = 84, .triads_only = triads});
  return spec;
}

}  // namespace magenta
