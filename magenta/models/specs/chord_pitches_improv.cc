// Any chord, by its root, pitches and bass.
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/improv_rnn.h"

namespace magenta {

ModelSpec ChordPitchesImprov() {
  HParams hparams;
  hparams.rnn_layer_sizes = {256, 256, 256};
  hparams.clip_norm = 3;
  return MakeImprovRnnSpec("chord_pitches_improv",
                           "Melody-given-chords RNN with chord pitches encoding.", hparams,
                           ImprovChords::kPitches, MakeOneHotCodec({48, 84}));
}

}  // namespace magenta
