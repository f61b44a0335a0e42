// The plainest melody model: it sees the last event alone.
#include "magenta/codec/melody_codecs.h"
#include "magenta/models/specs/melody_rnn.h"

namespace magenta {

ModelSpec BasicRnn() {
  return MakeMelodyRnnSpec("basic_rnn", "Melodies, one-hot events: each step sees the last event",
                           {}, {.min_note = 48, .max_note = 84, .transpose_to_key = 0},
                           MakeOneHotCodec({48, 84}));
}

}  // namespace magenta
