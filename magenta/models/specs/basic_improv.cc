// The plainest improviser: the last event, and the triad of the next.
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/improv_rnn.h"

namespace magenta {

ModelSpec BasicImprov() {
  HParams hparams;
  hparams.rnn_layer_sizes = {64, 64};
  return MakeImprovRnnSpec("basic_improv",
                           "Basic melody-given-chords RNN with one-hot triad encoding for chords.",
                           hparams, ImprovChords::kTriads, MakeOneHotCodec({48, 84}));
}

}  // namespace magenta
