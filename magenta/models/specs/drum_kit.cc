// A kit of nine drums, where in four bars it is, and attention over the last two.
#include "magenta/codec/drum_codecs.h"
#include "magenta/models/specs/drums_rnn.h"

namespace magenta {

ModelSpec DrumKit() {
  HParams hparams;
  hparams.rnn_layer_sizes = {256, 256, 256};
  hparams.clip_norm = 3;
  hparams.attn_length = 32;
  return MakeDrumsRnnSpec("drum_kit", "Drums RNN with multiple drums and binary counters.", hparams,
                          Grid::PerQuarter(4), DrumKitTypes(), MakeDrumKitCodec());
}

}  // namespace magenta
