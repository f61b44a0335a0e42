#pragma once
// A model that can be run: a spec of the table, the network of some file, and where they came from.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/weights.h"
#include "magenta/models/model_spec.h"
#include "magenta/nn/sampling.h"

namespace magenta {

/// Immutable, thread-safe, shared by all sessions.
struct Model {
  const ModelSpec* spec = nullptr;
  /// What the tensors tell is theirs (layer sizes); the rest as `notes` tell.
  HParams hparams;
  Grid grid;
  std::shared_ptr<const Network> network;
  std::shared_ptr<const EventCodec> codec;
  /// The id and description to show: the bundle's, else the spec's.
  std::string id;
  std::string description;
  /// A bundle's own words about itself, "" elsewhere.
  std::string bundle_description;
  /// Its card, as LoadedWeights has it.
  std::string card;
  /// The file that the weights were read from (for V2 its prefix).
  std::string file;
  /// -1 where the file does not tell.
  int64_t global_step = -1;
  /// One sentence, what was loaded from where: "lookback_rnn, layers [64,64], from X at step 600".
  std::string provenance;
  /// What was assumed, for the user: "attn_length is not in the file: 40, the default of ...".
  std::vector<std::string> notes;
};

/// Loads the model of `source`. Errors: more than one file named, unknown config, hyper-parameters
/// that disagree with the file (both shown), no bundled weights (exit 2); a file that is missing,
/// corrupt, or made for another config (exit 3).
absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const ModelSource& source);

/// The model of `weights` (which may come from elsewhere than a file). `config` and `hparams_text`
/// as in ModelSource.
absl::StatusOr<std::shared_ptr<const Model>> MakeModel(const LoadedWeights& weights,
                                                       const std::string& config,
                                                       const std::string& hparams_text,
                                                       const RuntimeOptions& runtime = {});

/// Whether one of several pitches is drawn at a time, so that they may have a temperature of their
/// own.
bool ChoosesAmongPitches(const EventCodec& codec, const MusicKind& kind);

/// Whether some of the events that are drawn are pitches.
bool DrawsPitches(const EventCodec& codec, const MusicKind& kind);

/// Whether one of all events is drawn at a time, so that a piece may say which are likelier.
bool CanAdapt(const EventCodec& codec);

/// Error (exit 2): `model` can't adapt.
absl::Status CheckAdapts(const Model& model);

/// Error (exit 2): a pitch temperature, and `model` draws no pitches; or CheckAdapts'
/// where it is to adapt.
absl::Status CheckSampling(const Sampling& sampling, const Model& model);

}  // namespace magenta
