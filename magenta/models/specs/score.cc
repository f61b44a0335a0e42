// Pieces of several voices under a sheet: it continues, fills, harmonises and accompanies.
#include "magenta/codec/score/score_codec.h"
#include "magenta/kinds/score_kind.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/score/sheet.h"

namespace magenta {

ModelSpec Score() {
  ScoreKindOptions pitches;
  ScoreCodecOptions codec;
  codec.sheets = true;
  codec.kinds = {0, 1, 2, 3, 4, 5, 6};  // VoiceRole
  codec.first_pitches = {69, 63, 57, 50, 64, 60, 52};
  codec.low = pitches.low;
  codec.pitches = pitches.pitches;
  codec.longest_shift = kLongestShift;
  codec.cycle = 8 * kTicksPerQuarter;
  codec.other_cycle = 2 * kTicksPerQuarter;
  codec.motions = true;
  codec.intervals = true;
  codec.fading_ticks = 8 * kTicksPerQuarter;
  ModelSpec spec;
  spec.id = "score";
  spec.description =
      "Several parts on triplets and sixteenths: goes on, fills, harmonises, accompanies.";
  spec.hparams.rnn_layer_sizes = {64, 224, 144};
  spec.hparams.batch_size = 24;
  spec.hparams.learning_rate = 0.004;
  spec.hparams.weight_decay = 0.3;
  spec.hparams.dropout_keep_prob = 0.75;
  spec.hparams.clip_norm = 0;
  spec.grid = Grid::PerQuarter(kTicksPerQuarter);
  spec.kind = MakeScoreKind(pitches);
  spec.codec = MakeScoreCodec(std::move(codec));
  spec.architecture = &kRelativeArchitecture;
  spec.temperature = 0.8;  // several voices add their improbable notes up (docs/music.md)
  return spec;
}

}  // namespace magenta
