// Any number of notes at a time: chords, chorales.
#include <memory>

#include "magenta/codec/one_hot.h"
#include "magenta/kinds/polyphony_kind.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {

ModelSpec Polyphony() {
  ModelSpec spec;
  spec.id = "polyphony";
  spec.description = "Polyphonic RNN";
  spec.hparams.rnn_layer_sizes = {256, 256, 256};
  spec.hparams.batch_size = 64;
  spec.hparams.dropout_keep_prob = 0.5;
  spec.hparams.clip_norm = 5;
  spec.grid = Grid::PerQuarter(4);
  spec.kind = MakePolyphonyKind();
  spec.codec = MakeOneHotCodec(std::make_shared<OneHotClasses>(kPolyphonyEvents, kStepEnd));
  spec.architecture = &kRnnArchitecture;
  return spec;
}

}  // namespace magenta
