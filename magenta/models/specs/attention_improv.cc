// Key-aware events over triads, and attention over the last forty steps.
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/improv_rnn.h"

namespace magenta {

ModelSpec AttentionImprov() {
  HParams hparams;
  hparams.rnn_layer_sizes = {128, 128, 128};
  hparams.clip_norm = 3;
  hparams.attn_length = 40;
  return MakeImprovRnnSpec("attention_improv",
                           "Melody-given-chords RNN with one-hot triad encoding for chords, "
                           "attention, and binary counters.",
                           hparams, ImprovChords::kTriads, MakeKeyMelodyCodec({48, 84}));
}

}  // namespace magenta
