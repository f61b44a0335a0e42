#pragma once
// Where weights come from: a run, a checkpoint, a bundle, a folder of Magenta.js's, or the bundle
// that comes with the program.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/models/model_spec.h"

namespace magenta {

/// What the model flags say: at most one of run_dir, checkpoint_file and bundle_file.
struct ModelSource {
  /// "" : what the bundle or checkpoint names, else lookback_rnn.
  std::string config;
  /// A run's folder: the checkpoint of its smallest held-out loss where it has one, else its
  /// newest.
  std::string run_dir;
  /// A V1 file, a V2 prefix or its ".index".
  std::string checkpoint_file;
  /// A .mag file, or a folder of Magenta.js's.
  std::string bundle_file;
  /// As --hparams has it; "" leaves everything to the file.
  std::string hparams_text;
  RuntimeOptions runtime = {};
  /// Of a run that has a best checkpoint, the newest nevertheless.
  bool newest = false;
};

/// Weights and what their file says of them, without a network: what `bundle` writes and `inspect`
/// shows.
struct LoadedWeights {
  TensorMap tensors;  // under modern names
  std::string file;
  /// Of a bundle; "" elsewhere.
  std::string bundle_id;
  /// The config that a checkpoint of ours names; "" elsewhere.
  std::string config;
  std::string generator_description;
  std::string bundle_description;
  /// Of a bundle, Markdown: what it can do and what it was trained on; "" where nobody says.
  std::string card;
  /// The stored hyper-parameters as text; "" where the file has none.
  std::string hparams_text;
  int steps_per_quarter = 0;  // 0: not told
  /// What was chosen, for the user: "the best by held-out loss, step 300 of 500"; "" for nothing.
  std::string note;
};

/// Reads the weights that `source` names, and nothing more; the optimizer's slots of a
/// checkpoint only `with_slots`, and without them averaged weights where it holds some. A source
/// without a file gives the bundled weights of its config.
absl::StatusOr<LoadedWeights> ReadWeights(const ModelSource& source, bool with_slots = false);

/// The weights of a bundle in memory; `name` stands for its file. Errors as ReadWeights'.
absl::StatusOr<LoadedWeights> WeightsOfBundleBytes(const std::string& bytes,
                                                   const std::string& name);

/// The longest card, in bytes.
inline constexpr uint64_t kMostCardBytes = 64 << 10;
/// The card of the bundle at `path`: its own, else, of one that comes with the program, the .md
/// beside it. "" where there is none, or no bundle.
std::string CardOfBundle(const std::string& path);

/// The folders that are looked into, in order. The environment variable MAGENTA_BUNDLES alone when
/// it is set. Else, seen from the folder of the running program, or of the shared library that this
/// code is a part of: ../../data/bundles (a build tree), ../share/magenta/bundles and
/// ../../share/magenta/bundles (an installed one), bundles (a Python package). Last, for those that
/// lie elsewhere, the data/bundles of the sources that this library was compiled from, and the
/// share/magenta/bundles of the prefix that it was configured for.
std::vector<std::string> BundledFolders();

/// The path of the pre-trained weights of model `id`. None: exit 2, naming the folders; where they
/// hold no bundle at all, with what brings them for a remedy.
absl::StatusOr<std::string> BundledWeights(std::string_view id);

/// The weights that `name` means: a file (bundle, checkpoint), a folder (a run, Magenta.js's), or,
/// where there is no such path, a model's name, whose bundle comes with the program (with .mag
/// after it, too). Errors (exit 3) name what exists, or what brings the bundles where there are
/// none.
absl::StatusOr<ModelSource> SourceOf(const std::string& name);

/// The config that is meant where none is named.
inline constexpr char kDefaultConfig[] = "lookback_rnn";
/// The tensor of V2 checkpoints that holds the text of all hyper-parameters.
inline constexpr char kHParamsTensor[] = "magenta/hparams";
/// The tensor of V2 checkpoints that holds the name of the config.
inline constexpr char kConfigNameTensor[] = "magenta/config";
/// What stands before a variable's name where a V2 checkpoint of ours holds its average over the
/// steps of training beside its value. Who reads weights to use them gets the averages.
inline constexpr char kAveragePrefix[] = "magenta/average/";

}  // namespace magenta
