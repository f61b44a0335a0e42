// Key-aware events, and attention over the last forty steps.
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/melody_rnn.h"

namespace magenta {

ModelSpec AttentionRnn() {
  HParams hparams;
  hparams.clip_norm = 3;
  hparams.attn_length = 40;
  return MakeMelodyRnnSpec("attention_rnn",
                           "Melodies with key-aware events and attention over the last 40 steps",
                           hparams, {.min_note = 48, .max_note = 84, .transpose_to_key = 0},
                           MakeKeyMelodyCodec({48, 84}));
}

}  // namespace magenta
