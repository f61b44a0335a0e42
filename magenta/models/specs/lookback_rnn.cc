// Sees the events of one and two bars ago, and may say "as then".
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/melody_rnn.h"

namespace magenta {

ModelSpec LookbackRnn() {
  return MakeMelodyRnnSpec(
      "lookback_rnn", "Melodies that look back one and two bars, and learn to repeat them", {},
      {.min_note = 48, .max_note = 84, .transpose_to_key = 0}, MakeLookbackCodec({48, 84}));
}

}  // namespace magenta
