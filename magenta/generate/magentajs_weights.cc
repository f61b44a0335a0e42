#include "magenta/generate/magentajs_weights.h"

#include <fmt/core.h>

#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/event.h"
#include "magenta/nn/rnn_names.h"

namespace magenta {
namespace {

constexpr int kPitches = 128;
constexpr int kSpecialEvents = 2;  // no event, note off

/// The names of our models that Magenta.js runs, for messages.
std::string OneHotModels() {
  std::string names;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (OneHotPitches(*spec.codec)) names += (names.empty() ? "" : " and ") + spec.id;
  }
  return names;
}

/// What a training checkpoint has beside the cells and the output layer is of no use to a page.
bool IsWeight(std::string_view name) {
  if (IsOptimizerSlot(name)) return false;
  return name.starts_with("rnn/") || name.starts_with("fully_connected/");
}

}  // namespace

std::optional<PitchRange> OneHotPitches(const EventCodec& codec) {
  int lowest = 0, highest = kPitches - 1;
  while (lowest < kPitches && !codec.Accepts(lowest)) ++lowest;
  while (highest > lowest && !codec.Accepts(highest)) --highest;
  const int classes = highest - lowest + 1 + kSpecialEvents;
  if (lowest == kPitches || codec.has_control() || codec.input_size() != classes) return {};
  if (codec.head_sizes().size() != 1 || codec.head_sizes()[0] != classes) return {};
  if (!codec.Accepts(kNoEvent) || !codec.Accepts(kNoteOff)) return {};
  const auto encoder = codec.NewEncoder();
  encoder->Push(codec.default_event());
  const bool ordered = encoder->Label(kNoEvent) == 0 && encoder->Label(kNoteOff) == 1 &&
                       encoder->Label(lowest) == kSpecialEvents;
  return ordered ? std::optional(PitchRange{lowest, highest}) : std::nullopt;
}

absl::StatusOr<LoadedWeights> WeightsOfMagentaJs(const std::string& folder) {
  MAGENTA_ASSIGN_OR_RETURN(MagentaJsModel read, ReadMagentaJs(folder));
  LoadedWeights weights;
  weights.file = folder;
  weights.bundle_id = read.id;
  weights.generator_description = read.description;
  weights.bundle_description = read.bundle_description;
  weights.hparams_text = read.hparams;
  weights.steps_per_quarter = read.steps_per_quarter;
  weights.tensors = std::move(read.tensors);
  const PitchRange pitches{read.min_pitch, read.max_pitch};
  for (const ModelSpec& spec : BuiltInModels()) {
    if (weights.bundle_id.empty() && OneHotPitches(*spec.codec) == pitches) {
      weights.bundle_id = spec.id;
    }
  }
  if (!weights.bundle_id.empty()) return weights;
  return InputError(
      folder,
      fmt::format("no model here has its pitches, {} to {}", read.min_pitch, read.max_pitch),
      "Those of Magenta.js's models that are read are " + OneHotModels());
}

absl::StatusOr<MagentaJsModel> ForMagentaJs(const Model& model, const LoadedWeights& weights) {
  const std::optional<PitchRange> pitches = OneHotPitches(*model.codec);
  if (!pitches) {
    return UsageError(
        fmt::format(
            "Magenta.js cannot run {}: its MusicRNN knows melodies and drums, each by its last "
            "event alone",
            model.spec->id),
        "It runs " + OneHotModels());
  }
  if (model.spec->architecture != &kRnnArchitecture) {
    return UsageError(
        fmt::format("Magenta.js cannot run {}: its MusicRNN has LSTM layers alone", model.spec->id),
        "It runs " + OneHotModels());
  }
  if (model.hparams.attn_length > 0 || model.hparams.residual_connections) {
    return UsageError(
        "Magenta.js has no layers with this model's attention or residual connections",
        "Train without attn_length and residual_connections");
  }
  MagentaJsModel page;
  page.min_pitch = pitches->lowest;
  page.max_pitch = pitches->highest;
  page.id = model.spec->id;
  page.description = model.description;
  page.bundle_description = model.bundle_description;
  page.hparams = HParamsText(model.hparams);
  page.steps_per_quarter = model.grid.steps();
  for (const auto& [name, tensor] : weights.tensors) {
    if (IsWeight(name)) page.tensors.emplace(name, tensor);
  }
  return page;
}

}  // namespace magenta
