#pragma once
// What kind of network a model is: what its tensors tell, and how it runs. An architecture is one
// constant in a file of its own; a model names the one that it has, and magenta-train knows a
// learner by its name (magenta/train/learner.h).

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/tensor.h"
#include "magenta/codec/codec.h"
#include "magenta/models/hparams.h"
#include "magenta/nn/network.h"
#include "magenta/nn/packed_matrix.h"

namespace magenta {

struct RnnShape;  // nn/rnn.h

/// How a network is to run, as its user says; nothing of it is in a checkpoint.
struct RuntimeOptions {
  WeightType weights = WeightType::kFloat32;
};

/// What a network reads and gives at a step.
struct NetworkSizes {
  int inputs = 0;
  /// Classes of all its heads together.
  int labels = 0;
};

/// What is said of a network's hyper-parameters, each time as text and as what that amounts to.
struct HParamSources {
  std::string_view model_id;
  /// The file's text; the model's defaults where it is silent.
  std::string_view stored_text;
  const HParams& stored;
  /// The user's text; `stored` where it is silent.
  std::string_view said_text;
  const HParams& said;
};

/// Plain functions, so that an architecture is a constant. All but the first two may be null.
/// Errors need not name the file.
struct Architecture {
  /// "rnn"; unique.
  std::string_view name;
  /// A network from checkpoint tensors; hparams tell what no tensor does. Options that mean nothing
  /// to it are ignored.
  absl::StatusOr<std::unique_ptr<Network>> (*make_runtime)(const TensorMap& tensors,
                                                           const HParams& hparams,
                                                           const RuntimeOptions& options) = nullptr;
  /// The sizes that tensors tell, so that those of another model are found out before their
  /// hyper-parameters are read. Null: the network's own are looked at once it is made.
  absl::StatusOr<NetworkSizes> (*sizes)(const TensorMap& tensors) = nullptr;
  /// The hyper-parameters that a network of these tensors has. Errors: what the user says is not
  /// what the tensors tell (exit 2). What is assumed is appended to `notes`, a sentence each. Null:
  /// sources.said.
  absl::StatusOr<HParams> (*settle)(const TensorMap& tensors, const HParamSources& sources,
                                    std::vector<std::string>& notes) = nullptr;
  /// What is told of a network's size: "layers [64,64]". Null: nothing.
  std::string (*describe)(const HParams& hparams) = nullptr;
  /// The variables of a network that reads what `codec` writes and says what it reads. Null: nobody
  /// knows, and there are no random weights for tests.
  std::vector<NetworkVariable> (*variables)(const EventCodec& codec,
                                            const HParams& hparams) = nullptr;
};

/// An error (exit 2) where the user says other rnn_layer_sizes than `layers`, which tensors tell.
absl::Status CheckSaidLayers(const HParamSources& sources, const std::vector<int>& layers);
/// An error (exit 2) that shows of the hyper-parameter `name` what the user said and what the file
/// has.
absl::Status SaidOtherwise(std::string_view name, const std::string& said, const std::string& file);
/// What layers of `shape` tell, with attn_length as it is found for them; notes as `settle`'s.
absl::StatusOr<HParams> SettleLayers(const RnnShape& shape, const HParamSources& sources,
                                     std::vector<std::string>& notes);
/// "layers [64,64]": what `describe` may be.
std::string DescribeLayers(const HParams& hparams);

/// "rnn": the LSTM layers that Magenta's event models are, with attention where hparams say so.
extern const Architecture kRnnArchitecture;
/// "rnn_nade": nn/nade/rnn_nade.h, for what MakePianorollCodec writes; attention where hparams say
/// so.
extern const Architecture kRnnNadeArchitecture;
/// "relative_gru": nn/relative_gru.h, for a RelativeCodec. Its rnn_layer_sizes are {e, H, z}.
extern const Architecture kRelativeArchitecture;

}  // namespace magenta
