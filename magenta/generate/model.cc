// Loading: find the spec of the weights, settle the hyper-parameters (what the tensors tell, then
// the text stored beside them, then the config's defaults; the user's text must not contradict the
// file; which of them tensors tell the architecture knows), and hold the network's sizes against
// the codec's.

#include "magenta/generate/model.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int kMaxStepsPerQuarter = 96;

/// The spec of a checkpoint: the user's --config, else the one that it names, else the default.
absl::StatusOr<const ModelSpec*> SpecOfCheckpoint(const LoadedWeights& weights,
                                                  const std::string& config) {
  if (!config.empty()) return FindModel(config);
  if (weights.config.empty()) return FindModel(kDefaultConfig);
  auto spec = FindModel(weights.config);
  if (spec.ok()) return spec;
  return InputError(
      weights.file,
      fmt::format("the checkpoint is of a model that is not here: {}", ErrorMessage(spec.status())),
      ErrorRemedy(spec.status()));
}

/// The spec that `weights` are for, given the --config of the user.
absl::StatusOr<const ModelSpec*> SpecFor(const LoadedWeights& weights, const std::string& config) {
  if (weights.bundle_id.empty()) return SpecOfCheckpoint(weights, config);
  if (!config.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* spec, FindModel(config));
    if (weights.bundle_id == config || weights.bundle_id == spec->bundle_id) return spec;
    return InputError(weights.file,
                      fmt::format("the bundle is of {}, not of {}", weights.bundle_id, config),
                      "Leave --config out, or name the bundle's");
  }
  auto spec = FindModel(weights.bundle_id);
  if (spec.ok()) return spec;
  return InputError(
      weights.file,
      fmt::format("the bundle is of a model that is not here: {}", ErrorMessage(spec.status())),
      ErrorRemedy(spec.status()));
}

/// Models whose network these weights are: those that have attention by themselves where these
/// have, if there are such.
std::vector<const ModelSpec*> FittingModels(const TensorMap& tensors) {
  std::vector<const ModelSpec*> exact, all;
  for (const ModelSpec& spec : BuiltInModels()) {
    const Architecture& architecture = *spec.architecture;
    if (architecture.sizes == nullptr) continue;
    const auto sizes = architecture.sizes(tensors);
    if (!sizes.ok() || sizes->inputs != spec.codec->input_size() ||
        sizes->labels != spec.codec->num_labels()) {
      continue;
    }
    all.push_back(&spec);
    if (architecture.settle == nullptr) continue;
    std::vector<std::string> notes;
    const auto settled =
        architecture.settle(tensors, {spec.id, "", spec.hparams, "", spec.hparams}, notes);
    const bool attends = spec.hparams.attn_length > 0;
    if (settled.ok() && (settled->attn_length > 0) == attends) exact.push_back(&spec);
  }
  return exact.empty() ? all : exact;
}

/// What to do with weights that are not of the model they are taken for; "": they fit none.
std::string FittingRemedy(const LoadedWeights& weights) {
  std::vector<std::string> configs;
  for (const ModelSpec* spec : FittingModels(weights.tensors)) {
    configs.push_back("--config=" + spec->id);
  }
  if (configs.empty()) return "";
  const std::string any = fmt::format("{}", fmt::join(configs, " or "));
  // Beside a bundle --config may say what the bundle names, and nothing else.
  if (weights.bundle_id.empty()) return "They fit " + any;
  return fmt::format("They fit {}: bundle the checkpoint they come from with it", any);
}

/// Holds the sizes of the weights against the codec's.
absl::Status CheckSizes(const LoadedWeights& weights, const Model& model, NetworkSizes sizes) {
  const int codec_inputs = model.codec->input_size(), codec_labels = model.codec->num_labels();
  if (sizes.inputs == codec_inputs && sizes.labels == codec_labels) return absl::OkStatus();
  return InputError(
      weights.file,
      fmt::format("the weights take {} inputs and give {} classes, those of {} {} and {}",
                  sizes.inputs, sizes.labels, model.spec->id, codec_inputs, codec_labels),
      FittingRemedy(weights));
}

/// The error of weights that are no network of the spec's, `why` at least.
absl::Status NotOfThisNetwork(const LoadedWeights& weights, const ModelSpec& spec,
                              const absl::Status& why) {
  const std::string remedy = FittingRemedy(weights);
  if (remedy.empty()) return WithFile(why, weights.file);
  return InputError(weights.file,
                    fmt::format("the weights are of another network than that of {}", spec.id),
                    remedy);
}

absl::Status SettleHParams(const LoadedWeights& weights, const std::string& text, Model& model) {
  const Architecture& architecture = *model.spec->architecture;
  if (architecture.sizes != nullptr) {
    const auto sizes = architecture.sizes(weights.tensors);
    if (!sizes.ok()) return NotOfThisNetwork(weights, *model.spec, sizes.status());
    // Before the hyper-parameters, which mean nothing for weights of another config.
    MAGENTA_RETURN_IF_ERROR(CheckSizes(weights, model, *sizes));
  }
  const auto stored = ParseHParams(weights.hparams_text, model.spec->hparams);
  if (!stored.ok()) {
    return InputError(weights.file, fmt::format("its stored hyper-parameters: {}",
                                                ErrorMessage(stored.status())));
  }
  MAGENTA_ASSIGN_OR_RETURN(const HParams said, ParseHParams(text, *stored));
  model.hparams = said;
  if (architecture.settle == nullptr) return absl::OkStatus();
  auto settled = architecture.settle(
      weights.tensors, {model.spec->id, weights.hparams_text, *stored, text, said}, model.notes);
  if (!settled.ok()) return WithFile(settled.status(), weights.file);
  model.hparams = *std::move(settled);
  return absl::OkStatus();
}

void Describe(const LoadedWeights& weights, Model& model) {
  model.id = model.spec->id;
  model.description = weights.generator_description.empty() ? model.spec->description
                                                            : weights.generator_description;
  model.bundle_description = weights.bundle_description;
  model.card = weights.card;
  model.file = weights.file;
  const auto step = weights.tensors.find("global_step");
  if (step != weights.tensors.end() && step->second.dtype == DType::kInt64 &&
      step->second.size() == 1) {
    model.global_step = step->second.int64s()[0];
  }
  const auto describe = model.spec->architecture->describe;
  const std::string size = describe == nullptr ? "" : ", " + describe(model.hparams);
  model.provenance =
      fmt::format("{}{}, from {}", model.id, size, model.file.empty() ? "memory" : model.file);
  if (model.global_step >= 0) model.provenance += fmt::format(" at step {}", model.global_step);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Model>> MakeModel(const LoadedWeights& weights,
                                                       const std::string& config,
                                                       const std::string& hparams_text,
                                                       const RuntimeOptions& runtime) {
  auto model = std::make_shared<Model>();
  MAGENTA_ASSIGN_OR_RETURN(model->spec, SpecFor(weights, config));
  model->codec = model->spec->codec;
  const int stored_grid = weights.steps_per_quarter;
  if (stored_grid < 0 || stored_grid > kMaxStepsPerQuarter) {
    return InputError(weights.file, fmt::format("{} steps per quarter, not 1 to {}", stored_grid,
                                                kMaxStepsPerQuarter));
  }
  model->grid = model->spec->grid;
  if (stored_grid > 0 && !model->grid.is_per_second()) model->grid = Grid::PerQuarter(stored_grid);
  MAGENTA_RETURN_IF_ERROR(SettleHParams(weights, hparams_text, *model));
  auto network = model->spec->architecture->make_runtime(weights.tensors, model->hparams, runtime);
  if (!network.ok()) return WithFile(network.status(), weights.file);
  model->network = *std::move(network);
  MAGENTA_RETURN_IF_ERROR(
      CheckSizes(weights, *model, {model->network->input_size(), model->network->num_logits()}));
  Describe(weights, *model);
  if (!weights.note.empty()) model->notes.push_back(weights.note);
  if (config.empty() && !weights.config.empty() && weights.config != kDefaultConfig) {
    model->notes.push_back(fmt::format("the checkpoint says that it is of {}", weights.config));
  }
  return model;
}

absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const ModelSource& source) {
  if (!source.config.empty()) {
    MAGENTA_RETURN_IF_ERROR(FindModel(source.config).status());
  }
  MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, ReadWeights(source));
  return MakeModel(weights, source.config, source.hparams_text, source.runtime);
}

bool ChoosesAmongPitches(const EventCodec& codec, const MusicKind& kind) {
  return !codec.asks_in_turn() && DrawsPitches(codec, kind);
}

bool DrawsPitches(const EventCodec& codec, const MusicKind& kind) {
  if (codec.head_sizes().size() != 1) return false;
  const auto encoder = codec.NewEncoder();
  for (int label = 0; label < codec.num_classes(); ++label) {
    if (kind.IsPitch(encoder->DecodeOne(label))) return true;
  }
  return false;
}

bool CanAdapt(const EventCodec& codec) {
  return !codec.asks_in_turn() && codec.head_sizes().size() == 1;
}

absl::Status CheckAdapts(const Model& model) {
  if (CanAdapt(*model.codec)) return absl::OkStatus();
  if (model.codec->asks_in_turn()) {
    return UsageError(
        fmt::format("adapt is for models that draw one of all their events at a time, "
                    "and {} asks one pitch after another",
                    model.id),
        "Leave it out");
  }
  return UsageError(fmt::format("adapt is for models of one head, and {} has several", model.id),
                    "Leave it out");
}

absl::Status CheckSampling(const Sampling& sampling, const Model& model) {
  if (sampling.adapt) MAGENTA_RETURN_IF_ERROR(CheckAdapts(model));
  if (!sampling.pitch_temperature.has_value()) return absl::OkStatus();
  if (ChoosesAmongPitches(*model.codec, *model.spec->kind)) return absl::OkStatus();
  const bool asks = model.codec->asks_in_turn();
  return UsageError(
      fmt::format("pitch_temperature is for pitches, and {} {}", model.id,
                  asks ? "chooses among none: it asks each whether it sounds" : "draws none"),
      "Use temperature alone");
}

}  // namespace magenta
