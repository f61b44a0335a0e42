#pragma once
// A model = one ModelSpec in one file of specs/ + one line in models.def.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/codec/codec.h"
#include "magenta/kinds/kind.h"
#include "magenta/models/architecture.h"
#include "magenta/models/hparams.h"

namespace magenta {

struct ModelSpec {
  std::string id;           // "lookback_rnn"
  std::string description;  // one sentence
  /// What it is called in bundles, where that is another model's id; else "".
  std::string bundle_id = {};
  HParams hparams;  // defaults
  Grid grid;
  std::shared_ptr<const MusicKind> kind;
  std::shared_ptr<const EventCodec> codec;
  /// What kind of network it is. Of a model that trains itself it may be no more than a name and
  /// its make_runtime.
  const Architecture* architecture = nullptr;
  /// What its music is drawn at where nobody says.
  double temperature = 1.0;
  /// For a model that trains itself: from event sequences to tensors that its make_runtime takes.
  /// Null: magenta-train trains it.
  absl::StatusOr<TensorMap> (*train)(std::span<const EventSequence> examples,
                                     const HParams& hparams) = nullptr;
};

/// The table, in the order of models.def.
std::span<const ModelSpec> BuiltInModels();

/// Makes models outside the tree known to FindModel, after those of the table. `models` must live
/// as long as the program; called once, by main, before any thread.
void AddModels(std::span<const ModelSpec> models);

/// The table's, then those that were added.
std::vector<const ModelSpec*> KnownModels();

/// The model of that id. Errors (exit 2) list the table; of the name of a family (drums_rnn) they
/// name its configs, and of models of Magenta that are not here they say that.
absl::StatusOr<const ModelSpec*> FindModel(std::string_view id);

/// Whether `id` is a model of Magenta's that has no place here.
bool IsModelElsewhere(std::string_view id);

}  // namespace magenta
