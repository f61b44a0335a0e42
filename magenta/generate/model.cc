// Loading: find the spec of the weights, settle the hyper-parameters (the file's word on shapes,
// then the text stored in it, then the config's defaults; the user's text must not contradict the
// file), and hold the network's sizes against the codec's.

#include "magenta/generate/model.h"

#include <fmt/core.h>

#include <numeric>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/nn/rnn.h"

namespace magenta {
namespace {

constexpr int kMaxStepsPerQuarter = 96;

std::string LayersText(const std::vector<int>& sizes) {
  std::string text = "[";
  for (int size : sizes) text += (text.size() > 1 ? "," : "") + std::to_string(size);
  return text + "]";
}

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
    if (weights.bundle_id == config) return spec;
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

/// An error (exit 2) that shows what the user said and what `weights` are.
absl::Status Disagreement(const LoadedWeights& weights, const char* name, const std::string& said,
                          const std::string& file) {
  return WithFile(UsageError(fmt::format("--hparams says {}={}, but the file has {}={}", name, said,
                                         name, file),
                             fmt::format("Leave {} out of --hparams", name)),
                  weights.file);
}

absl::Status CheckUserHParams(const LoadedWeights& weights, const std::string& text,
                              const HParams& said, const RnnShape& shape, const HParams& stored) {
  if (NamesHParam(text, "rnn_layer_sizes") && said.rnn_layer_sizes != shape.layer_sizes) {
    return Disagreement(weights, "rnn_layer_sizes", LayersText(said.rnn_layer_sizes),
                        LayersText(shape.layer_sizes));
  }
  if (NamesHParam(text, "residual_connections") && said.residual_connections != shape.residual) {
    return Disagreement(weights, "residual_connections",
                        said.residual_connections ? "True" : "False",
                        shape.residual ? "True" : "False");
  }
  if (!NamesHParam(text, "attn_length")) return absl::OkStatus();
  if ((said.attn_length > 0) != shape.has_attention) {
    return Disagreement(weights, "attn_length", std::to_string(said.attn_length),
                        shape.has_attention ? "N (its weights have attention)"
                                            : "0 (its weights have no attention)");
  }
  if (NamesHParam(weights.hparams_text, "attn_length") && said.attn_length != stored.attn_length) {
    return Disagreement(weights, "attn_length", std::to_string(said.attn_length),
                        std::to_string(stored.attn_length));
  }
  return absl::OkStatus();
}

/// attn_length, which no weight tells: the user's, the stored one, the config's default.
absl::Status SettleAttention(const LoadedWeights& weights, const std::string& text,
                             const RnnShape& shape, Model& model) {
  int& length = model.hparams.attn_length;
  if (!shape.has_attention) {
    length = 0;
    return absl::OkStatus();
  }
  if (NamesHParam(text, "attn_length")) return absl::OkStatus();
  if (length <= 0) {
    return WithFile(UsageError(fmt::format("the weights have attention, and {} has no default for "
                                           "attn_length",
                                           model.spec->id),
                               "Give it: --hparams=attn_length=40"),
                    weights.file);
  }
  if (!NamesHParam(weights.hparams_text, "attn_length")) {
    model.notes.push_back(fmt::format("attn_length is not in the file: {}, the default of {}",
                                      length, model.spec->id));
  }
  return absl::OkStatus();
}

/// Labels of all heads together.
int NumLabels(const EventCodec& codec) {
  const auto sizes = codec.head_sizes();
  return std::accumulate(sizes.begin(), sizes.end(), 0);
}

/// Configs whose codec has these sizes.
std::string FittingConfigs(int inputs, int labels) {
  std::string list;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (spec.codec->input_size() != inputs || NumLabels(*spec.codec) != labels) continue;
    list += (list.empty() ? "--config=" : " or --config=") + spec.id;
  }
  return list;
}

/// Holds the sizes of the weights against the codec's.
absl::Status CheckSizes(const LoadedWeights& weights, const Model& model, int inputs, int labels) {
  const int codec_inputs = model.codec->input_size(), codec_labels = NumLabels(*model.codec);
  if (inputs == codec_inputs && labels == codec_labels) return absl::OkStatus();
  const std::string fitting = FittingConfigs(inputs, labels);
  return InputError(
      weights.file,
      fmt::format("the weights take {} inputs and give {} classes, those of {} {} and {}", inputs,
                  labels, model.spec->id, codec_inputs, codec_labels),
      fitting.empty() ? "" : fmt::format("They fit {}", fitting));
}

absl::Status SettleHParams(const LoadedWeights& weights, const std::string& text, Model& model) {
  auto shape = RnnShapeOf(weights.tensors);
  if (!shape.ok()) return WithFile(shape.status(), weights.file);
  // Before the hyper-parameters, which mean nothing for weights of another config.
  MAGENTA_RETURN_IF_ERROR(CheckSizes(weights, model, shape->input_size, shape->num_classes));
  auto stored = ParseHParams(weights.hparams_text, model.spec->hparams);
  if (!stored.ok()) {
    return InputError(weights.file, fmt::format("its stored hyper-parameters: {}",
                                                ErrorMessage(stored.status())));
  }
  MAGENTA_ASSIGN_OR_RETURN(model.hparams, ParseHParams(text, *stored));
  MAGENTA_RETURN_IF_ERROR(CheckUserHParams(weights, text, model.hparams, *shape, *stored));
  model.hparams.rnn_layer_sizes = shape->layer_sizes;
  model.hparams.residual_connections = shape->residual;
  return SettleAttention(weights, text, *shape, model);
}

void Describe(const LoadedWeights& weights, Model& model) {
  model.id = model.spec->id;
  model.description = weights.generator_description.empty() ? model.spec->description
                                                            : weights.generator_description;
  model.bundle_description = weights.bundle_description;
  model.file = weights.file;
  const auto step = weights.tensors.find("global_step");
  if (step != weights.tensors.end() && step->second.dtype == DType::kInt64 &&
      step->second.size() == 1) {
    model.global_step = step->second.int64s()[0];
  }
  // A model with a way of its own to learn is no network, and has no layers.
  const std::string layers =
      model.spec->train == nullptr
          ? fmt::format(", layers {}", LayersText(model.hparams.rnn_layer_sizes))
          : "";
  model.provenance =
      fmt::format("{}{}, from {}", model.id, layers, model.file.empty() ? "memory" : model.file);
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
  if (model->spec->train == nullptr) {
    MAGENTA_RETURN_IF_ERROR(SettleHParams(weights, hparams_text, *model));
  }
  auto network = model->spec->make_runtime(weights.tensors, model->hparams, runtime);
  if (!network.ok()) return WithFile(network.status(), weights.file);
  model->network = *std::move(network);
  MAGENTA_RETURN_IF_ERROR(
      CheckSizes(weights, *model, model->network->input_size(), model->network->num_logits()));
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

bool DrawsPitches(const EventCodec& codec, const MusicKind& kind) {
  if (codec.head_sizes().size() != 1) return false;
  const auto encoder = codec.NewEncoder();
  for (int label = 0; label < codec.num_classes(); ++label) {
    if (kind.IsPitch(encoder->DecodeOne(label))) return true;
  }
  return false;
}

absl::Status CheckSampling(const Sampling& sampling, const Model& model) {
  if (!sampling.pitch_temperature.has_value()) return absl::OkStatus();
  if (DrawsPitches(*model.codec, *model.spec->kind)) return absl::OkStatus();
  return UsageError(fmt::format("pitch_temperature is for pitches, and {} draws none", model.id),
                    "Use temperature alone");
}

}  // namespace magenta
