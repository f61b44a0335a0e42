#pragma once
// The models of the table that goldens/zoo has rows for, and the rows' events in our words.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "magenta/generate/model.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/drums/drum_types.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/performance/conditions.h"
#include "magenta/music/performance/performance_event.h"
#include "magenta/music/polyphony/pianoroll.h"
#include "tests/parity/zoo_rows.h"

namespace magenta {

/// The rows of zoo/NAME whose config is a model here.
inline std::vector<nlohmann::json> RowsOfModels(const std::string& name) {
  std::vector<nlohmann::json> rows;
  for (nlohmann::json& row : ReadRows(ZooFolder() + name)) {
    if (FindModel(row["config"].get<std::string>()).ok()) rows.push_back(std::move(row));
  }
  return rows;
}

/// The configs of the table that have weights there.
inline std::vector<std::string> ZooConfigs() {
  std::vector<std::string> configs;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (std::filesystem::exists(ZooFolder() + "models/" + spec.id)) configs.push_back(spec.id);
  }
  return configs;
}

/// A row's event, as the README of the rows writes them for the kind of `spec`.
inline Event ZooEvent(const ModelSpec& spec, const nlohmann::json& event) {
  if (event.is_array() && spec.kind->HearsSeconds()) {
    return PackNote({event[0], event[1], event[2], event[3]});
  }
  if (!spec.kind->plays_drums()) return event.get<Event>();
  const DrumTypes& types =
      spec.codec->num_classes() == OneDrumType().mask_end() ? OneDrumType() : DrumKitTypes();
  return types.MaskOf(event.get<std::vector<int>>());
}

/// Whether the events of `spec` are steps of a roll, which rows have as lists of keys.
inline bool IsOfRolls(const ModelSpec& spec) { return spec.kind->Events() == "pianoroll"; }

/// The roll that a row's `steps` are.
inline std::vector<Keys> ZooRoll(const nlohmann::json& steps) {
  std::vector<Keys> roll;
  for (const nlohmann::json& step : steps) {
    roll.emplace_back();
    for (const nlohmann::json& key : step) roll.back().set(key.get<size_t>());
  }
  return roll;
}

/// `events` as the README of the rows writes them for the kind of `spec`, where events are numbers
/// or steps of rolls.
inline nlohmann::json RowsWordsOf(const ModelSpec& spec, const std::vector<Event>& events) {
  if (!IsOfRolls(spec)) return events;
  nlohmann::json steps = nlohmann::json::array();
  for (const Keys& keys : RollOfEvents(events)) {
    nlohmann::json step = nlohmann::json::array();
    for (int key = 0; key < kPianorollKeys; ++key) {
      if (keys[key]) step.push_back(key);
    }
    steps.push_back(step);
  }
  return steps;
}

/// The events in field `events` of a row, with its chords where the kind reads some, and without
/// conditions where it says that they are disabled.
inline EventSequence ZooEvents(const ModelSpec& spec, const nlohmann::json& row,
                               const char* events = "events") {
  EventSequence sequence;
  if (IsOfRolls(spec)) return {RollEvents(ZooRoll(row[events])), {}};
  for (const nlohmann::json& event : row[events]) sequence.events.push_back(ZooEvent(spec, event));
  if (spec.codec->conditioned_inputs().optional && row.contains("controls") &&
      row["controls"][0][0].get<bool>()) {
    const Conditions none[] = {{.disabled = true}};
    sequence.control = WriteConditions(none);
  }
  if (!spec.kind->ReadsChords()) return sequence;
  for (const nlohmann::json& run : row["chords"]) {
    const auto symbol = ParseChordSymbol(run[0].get<std::string>(), ChordSpelling::kReference);
    EXPECT_TRUE(symbol.ok()) << symbol.status();
    sequence.control.insert(sequence.control.end(), run[1].get<size_t>(), *symbol->Code());
  }
  return sequence;
}

/// The small trained network of a config: its bundle, or its run.
inline std::shared_ptr<const Model> ZooModel(const std::string& config, bool bundle) {
  const std::string folder = ZooFolder() + "models/" + config;
  ModelSource source;
  source.config = config;
  (bundle ? source.bundle_file : source.run_dir) = bundle ? folder + "/" + config + ".mag" : folder;
  auto model = LoadModel(source);
  EXPECT_TRUE(model.ok()) << model.status();
  return model.ok() ? *model : nullptr;
}

/// ZooModel() of bundles, each loaded once.
class ZooModels {
 public:
  const std::shared_ptr<const Model>& Of(const std::string& config) {
    auto& model = models_[config];
    if (model == nullptr) model = ZooModel(config, /*bundle=*/true);
    return model;
  }

 private:
  std::map<std::string, std::shared_ptr<const Model>> models_;
};

}  // namespace magenta
