#include "magenta/cli/verbs/own_training.h"

#include <fmt/core.h>

#include <variant>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/models/hparams.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta::cli {
namespace {

class OwnTrainingVerb : public TrainFlags {
 public:
  absl::Status Run(Context& context) override {
    const std::string id = config.empty() ? kDefaultConfig : config;
    MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* spec, FindModel(id));
    if (spec->train == nullptr) {
      return UsageError(fmt::format("{} is a network, which `magenta train` trains", id));
    }
    MAGENTA_ASSIGN_OR_RETURN(const HParams given, ParseHParams(hparams, spec->hparams));
    MAGENTA_ASSIGN_OR_RETURN(std::vector<DatasetExample> examples,
                             ReadDataset(sequence_example_file, *spec));
    std::vector<EventSequence> melodies;
    for (DatasetExample& example : examples) {
      if (auto* events = std::get_if<EventSequence>(&example.content)) {
        melodies.push_back(std::move(*events));
      }
    }
    if (melodies.empty()) {
      return InputError(sequence_example_file, "holds no events, but a network's inputs",
                        "Make the data set without --format=dense");
    }
    MAGENTA_ASSIGN_OR_RETURN(TensorMap tensors, spec->train(melodies, given));
    tensors["global_step"] = Tensor::Int64(1);
    const std::string folder = run_dir + "/train", prefix = folder + "/model.ckpt-1";
    MAGENTA_RETURN_IF_ERROR(MakeFolder(folder));
    MAGENTA_RETURN_IF_ERROR(WriteV2(prefix, tensors));
    MAGENTA_RETURN_IF_ERROR(WriteCheckpointState(folder, {prefix, {prefix}}));
    context.out.Info(
        fmt::format("{} learned from {} melodies; written to {}", id, melodies.size(), prefix));
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewOwnTrainingVerb() { return std::make_unique<OwnTrainingVerb>(); }

}  // namespace magenta::cli
