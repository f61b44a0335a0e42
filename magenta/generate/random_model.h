#pragma once
// For tests and benchmarks: a model of the table with random weights.

#include <memory>
#include <string>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/generate/model.h"
#include "magenta/music/performance/performance_event.h"
#include "magenta/music/polyphony/pianoroll.h"
#include "magenta/music/polyphony/polyphony_events.h"
#include "magenta/music/score/sheet.h"
#include "magenta/nn/rnn_test_support.h"

namespace magenta::testing {

/// Random weights of model `id`; `layers` where its architecture has some.
inline LoadedWeights RandomWeights(const std::string& id, std::vector<int> layers = {16, 16},
                                   uint32_t seed = 1) {
  const ModelSpec* spec = *FindModel(id);
  HParams hparams = spec->hparams;
  hparams.rnn_layer_sizes = std::move(layers);
  LoadedWeights weights;
  weights.tensors = RandomTensors(spec->architecture->variables(*spec->codec, hparams), seed);
  return weights;
}

/// That model.
inline std::shared_ptr<const Model> RandomModel(const std::string& id, uint32_t seed = 1) {
  auto model = MakeModel(RandomWeights(id, {16, 16}, seed), id, "");
  MAGENTA_CHECK(model.ok());
  return *model;
}

/// The table's models of one head, each of whose labels stands for an event.
inline std::vector<ModelSpec> OneHeadModels() {
  std::vector<ModelSpec> models;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (spec.codec->head_sizes().size() == 1) models.push_back(spec);
  }
  return models;
}

/// Notes of a quarter of a second, one after another.
inline std::vector<Event> PerformanceFor(const ModelSpec& spec) {
  constexpr int kSteps = 25;
  const bool whole = spec.codec->head_sizes().size() > 1;
  std::vector<Event> events;
  for (const int pitch : {60, 62, 64, 60, 60, 62, 64, 60, 67, 60, 62, 64, 60, 60, 62, 64, 60}) {
    if (whole) {
      events.push_back(PackNote({kSteps, pitch, 20, kSteps}));
    } else {
      events.insert(events.end(), {pitch, ShiftBy(kSteps), kFirstNoteOff + pitch});
    }
  }
  return events;
}

/// Events that `spec` takes, over two bars, so that repeats are there: of a note, of a rest, of
/// nothing.
inline std::vector<Event> TuneFor(const ModelSpec& spec) {
  if (spec.kind->HearsSeconds()) return PerformanceFor(spec);
  if (spec.kind->Events() == "pianoroll") {  // the same
    std::vector<Keys> roll;
    for (const int pitch : {60, 62, 64, 60, 60, 62, 64, 60, 67, 60, 62, 64, 60, 60, 62, 64, 60}) {
      roll.emplace_back().set(static_cast<size_t>(pitch - kLowestKey));
      roll.push_back(roll.back());
      roll[roll.size() - 2].set(static_cast<size_t>(pitch - 12 - kLowestKey));
    }
    return RollEvents(roll);
  }
  if (spec.kind->plays_chords()) {  // two notes a step, one of which goes on
    std::vector<Event> events = {kPolyphonyStart};
    for (const int pitch : {60, 62, 64, 60, 60, 62, 64, 60, 67, 60, 62, 64, 60, 60, 62, 64, 60}) {
      events.insert(events.end(), {NewNote(pitch), NewNote(pitch - 12), kStepEnd});
      events.insert(events.end(), {ContinuedNote(pitch), kStepEnd});
    }
    return events;
  }
  if (spec.kind->StepsOf(kNoEvent) == 0) {  // time is an event, after each of the melody
    std::vector<Event> events = {spec.codec->default_event()};
    for (const Event pitch : {60, 62, 64, 60, 60, 62, 64, 60, 67, 60, 62, 64, 60, 60, 62, 64, 60}) {
      events.insert(events.end(), {pitch, TimeShift(kTicksPerQuarter / 2)});
    }
    return events;
  }
  const std::vector<Event> some =
      spec.kind->plays_drums()
          ? std::vector<Event>{1, 0, 0, 1, 1}
          : std::vector<Event>{60, kNoEvent, 62, 64, kNoteOff, kNoEvent, 67, 67};
  std::vector<Event> events;
  for (size_t i = 0; i < 35; ++i) events.push_back(some[i % some.size()]);
  return events;
}

}  // namespace magenta::testing
