#pragma once
// A model that can be run: a spec of the table, the network of some file, and where they came from.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/models/model_spec.h"

namespace magenta {

/// What the model flags say: at most one of run_dir, checkpoint_file and bundle_file.
struct ModelSource {
  /// "" : the bundle's, else lookback_rnn.
  std::string config;
  /// A run's folder: its newest whole checkpoint.
  std::string run_dir;
  /// A V1 file, a V2 prefix or its ".index".
  std::string checkpoint_file;
  /// A .mag file, or a folder of Magenta.js's.
  std::string bundle_file;
  /// As --hparams has it; "" leaves everything to the file.
  std::string hparams_text;
};

/// Immutable, thread-safe, shared by all sessions.
struct Model {
  const ModelSpec* spec = nullptr;
  /// Layer sizes and residual_connections are the file's; attn_length as `notes` tell.
  HParams hparams;
  int steps_per_quarter = 4;
  std::shared_ptr<const Network> network;
  std::shared_ptr<const EventCodec> codec;
  /// The id and description to show: the bundle's, else the spec's.
  std::string id;
  std::string description;
  /// A bundle's own words about itself, "" elsewhere.
  std::string bundle_description;
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

/// Weights and what their file says of them, without a network: what `bundle` writes and `inspect`
/// shows.
struct LoadedWeights {
  TensorMap tensors;  // under modern names
  std::string file;
  /// Of a bundle; "" elsewhere.
  std::string bundle_id;
  std::string generator_description;
  std::string bundle_description;
  /// The stored hyper-parameters as text; "" where the file has none.
  std::string hparams_text;
  int steps_per_quarter = 0;  // 0: not told
};

/// Reads the weights that `source` names, and nothing more. A source without a file gives the
/// bundled weights of its config.
absl::StatusOr<LoadedWeights> ReadWeights(const ModelSource& source);

/// The model of `weights` (which may come from elsewhere than a file). `config` and `hparams_text`
/// as in ModelSource.
absl::StatusOr<std::shared_ptr<const Model>> MakeModel(const LoadedWeights& weights,
                                                       const std::string& config,
                                                       const std::string& hparams_text);

/// The config that is meant where none is named.
inline constexpr char kDefaultConfig[] = "lookback_rnn";
/// The tensor of V2 checkpoints that holds the text of all hyper-parameters.
inline constexpr char kHParamsTensor[] = "magenta/hparams";

}  // namespace magenta
