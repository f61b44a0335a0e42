// models.def as a table.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/models/model_spec.h"

namespace magenta {

#define MAGENTA_MODEL(name) ModelSpec name();
#include "magenta/models/models.def"
#undef MAGENTA_MODEL

namespace {

// Models of the reference that have no place here yet.
constexpr std::array<std::string_view, 2> kKnownElsewhere = {"music_vae", "rl_duet"};

// Names of families, and the models that they are here.
constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
    {"improv_rnn", "basic_improv, attention_improv and chord_pitches_improv"},
    {"drums_rnn", "one_drum and drum_kit"},
    {"polyphony_rnn", "polyphony"},
    {"performance_rnn",
     "performance, performance_with_dynamics, multiconditioned_performance_with_dynamics and the "
     "like"},
    {"pianoroll_rnn_nade", "rnn-nade and rnn-nade_attn"}};

std::span<const ModelSpec> added_models;

std::string ModelIds() {
  std::string ids;
  for (const ModelSpec* spec : KnownModels()) ids += (ids.empty() ? "" : ", ") + spec->id;
  return ids;
}

}  // namespace

std::span<const ModelSpec> BuiltInModels() {
  static const auto* const table = new std::vector<ModelSpec>{
#define MAGENTA_MODEL(name) name(),
#include "magenta/models/models.def"
#undef MAGENTA_MODEL
  };
  return *table;
}

std::vector<const ModelSpec*> KnownModels() {
  std::vector<const ModelSpec*> known;
  for (const ModelSpec& spec : BuiltInModels()) known.push_back(&spec);
  for (const ModelSpec& spec : added_models) known.push_back(&spec);
  return known;
}

void AddModels(std::span<const ModelSpec> models) { added_models = models; }

bool IsModelElsewhere(std::string_view id) {
  return std::find(kKnownElsewhere.begin(), kKnownElsewhere.end(), id) != kKnownElsewhere.end();
}

absl::StatusOr<const ModelSpec*> FindModel(std::string_view id) {
  for (const ModelSpec* spec : KnownModels()) {
    if (spec->id == id) return spec;
  }
  for (const auto& [family, models] : kFamilies) {
    if (id != family) continue;
    return UsageError(fmt::format("'{}' is a family of models", id),
                      fmt::format("Choose one of {}", models));
  }
  std::string remedy = "The models are " + ModelIds();
  if (IsModelElsewhere(id)) {
    return UsageError(fmt::format("'{}' is a model of Magenta that is not here", id), remedy);
  }
  std::vector<std::string> ids;
  for (const ModelSpec* spec : KnownModels()) ids.push_back(spec->id);
  const std::string nearest = NearestName(id, ids);
  if (!nearest.empty()) remedy = fmt::format("Did you mean {}? {}", nearest, remedy);
  return UsageError(fmt::format("there is no model '{}'", id), remedy);
}

}  // namespace magenta
