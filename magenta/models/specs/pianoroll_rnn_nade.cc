// Magenta's models of piano rolls: what sounds on each sixteenth, of 88 keys.
#include <memory>
#include <string>
#include <utility>

#include "magenta/codec/pianoroll_codec.h"
#include "magenta/kinds/chords/pianoroll_kind.h"
#include "magenta/models/model_spec.h"

namespace magenta {
namespace {

ModelSpec PianorollRnnNade(std::string id, std::string description) {
  ModelSpec spec;
  spec.id = std::move(id);
  spec.description = std::move(description);
  spec.hparams.dropout_keep_prob = 0.5;
  spec.hparams.clip_norm = 5;
  spec.hparams.nade_hidden_units = 128;
  spec.grid = Grid::PerQuarter(4);
  spec.kind = MakePianorollKind();
  spec.codec = MakePianorollCodec();
  spec.architecture = &kRnnNadeArchitecture;
  return spec;
}

}  // namespace

ModelSpec RnnNade() {
  ModelSpec spec = PianorollRnnNade("rnn-nade", "RNN-NADE");
  spec.hparams.batch_size = 64;
  spec.hparams.rnn_layer_sizes = {128, 128, 128};
  return spec;
}

ModelSpec RnnNadeAttn() {
  ModelSpec spec = PianorollRnnNade("rnn-nade_attn", "RNN-NADE with attention.");
  spec.hparams.batch_size = 48;
  spec.hparams.rnn_layer_sizes = {128, 128};
  spec.hparams.attn_length = 32;
  return spec;
}

}  // namespace magenta
