// Whether anything is struck: rhythm alone, in eighth notes.
#include "magenta/codec/drum_codecs.h"
#include "magenta/models/specs/drums_rnn.h"

namespace magenta {

ModelSpec OneDrum() {
  return MakeDrumsRnnSpec("one_drum", "Drums RNN with 2-state encoding.", {}, Grid::PerQuarter(2),
                          OneDrumType(), MakeOneDrumCodec());
}

}  // namespace magenta
