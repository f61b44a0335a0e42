#pragma once
// Which of our models Magenta.js knows, and which of its are ours.
//
// Its MusicRNN feeds a stack of LSTM cells with the one-hot code of the last event, as wide as its
// output. So those of our models can go there whose codec is just that: basic_rnn and mono_rnn.

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/magentajs.h"

namespace magenta {

/// MIDI pitches, both included.
struct PitchRange {
  int lowest = 0;
  int highest = 0;
  bool operator==(const PitchRange&) const = default;
};

/// The pitches of `codec` when it is one-hot in and out: no event, note off, then pitch by pitch.
std::optional<PitchRange> OneHotPitches(const EventCodec& codec);

/// The weights in a folder of Magenta.js's. bundle_id is the model that the folder names, else the
/// one whose codec has its pitches. Errors (exit 3): those of ReadMagentaJs, pitches of no model.
absl::StatusOr<LoadedWeights> WeightsOfMagentaJs(const std::string& folder);

/// What WriteMagentaJs is to write of `weights`, which `model` was made from. Errors (exit 2) say
/// what Magenta.js lacks: the model's inputs, attention, residual connections.
absl::StatusOr<MagentaJsModel> ForMagentaJs(const Model& model, const LoadedWeights& weights);

}  // namespace magenta
