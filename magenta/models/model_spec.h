#pragma once
// A model = one ModelSpec in one file of this folder + one line in models.def.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/codec/codec.h"
#include "magenta/kinds/kind.h"
#include "magenta/models/hparams.h"
#include "magenta/nn/network.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {

/// How a network is to run, as its user says; nothing of it is in a checkpoint.
struct RuntimeOptions {
  WeightType weights = WeightType::kFloat32;
};

/// The LSTM that Magenta's event models are, with attention where hparams say so: a
/// ModelSpec::make_runtime.
absl::StatusOr<std::unique_ptr<Network>> MakeRnnRuntime(const TensorMap& tensors,
                                                        const HParams& hparams,
                                                        const RuntimeOptions& options);

struct ModelSpec {
  std::string id;           // "lookback_rnn"
  std::string description;  // one sentence
  HParams hparams;          // defaults
  Grid grid;
  std::shared_ptr<const MusicKind> kind;
  std::shared_ptr<const EventCodec> codec;
  /// A network from checkpoint tensors; hparams tell what no tensor does (attn_length). Options
  /// that mean nothing to a model are ignored.
  absl::StatusOr<std::unique_ptr<Network>> (*make_runtime)(const TensorMap& tensors,
                                                           const HParams& hparams,
                                                           const RuntimeOptions& options) = nullptr;
  /// For a model that is no network: its own training on event sequences, to tensors that
  /// make_runtime takes. Null: magenta-train trains it.
  absl::StatusOr<TensorMap> (*train)(std::span<const EventSequence> examples,
                                     const HParams& hparams) = nullptr;
};

/// The table, in the order of models.def.
std::span<const ModelSpec> BuiltInModels();

/// Makes models outside the tree known to FindModel, after those of the table. `models` must live
/// as long as the program; called once, by main, before any thread.
void AddModels(std::span<const ModelSpec> models);

/// The model of that id. Errors (exit 2) list the table; of the name of a family (drums_rnn) they
/// name its configs, and of models of Magenta that are not here they say that.
absl::StatusOr<const ModelSpec*> FindModel(std::string_view id);

/// Whether `id` is a model of Magenta's that has no place here.
bool IsModelElsewhere(std::string_view id);

}  // namespace magenta
