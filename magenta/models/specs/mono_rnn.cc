// One-hot over all MIDI pitches, in the key they come in.
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/melody_rnn.h"

namespace magenta {

ModelSpec MonoRnn() {
  return MakeMelodyRnnSpec(
      "mono_rnn", "Melodies, one-hot events over all 128 pitches in their own key", {},
      {.min_note = 0, .max_note = 128, .transpose_to_key = {}}, MakeOneHotCodec({0, 128}));
}

}  // namespace magenta
