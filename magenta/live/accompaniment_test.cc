// Both play at once, in simulated time, with random weights.

#include "magenta/live/accompaniment.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "magenta/generate/random_model.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

using testing::RandomModel;

constexpr int kMachine = 1;  // channel
constexpr int kBar = 16;     // of Simulation's steps, sixteenths

DuetOptions TogetherOptions() {
  DuetOptions options;
  options.mode = TurnMode::kTogether;
  options.steps_per_quarter = options.steps_per_beat = kTicksPerQuarter;
  options.steps_per_bar = 4 * kTicksPerQuarter;
  options.players[0].output_channel = kMachine;
  options.metronome.when = MetronomeWhen::kOff;
  options.seed = 7;
  return options;
}

const std::shared_ptr<const Model>& ScoreModel() {
  static const auto& model = *new std::shared_ptr<const Model>(RandomModel("score"));
  return model;
}

const std::vector<VoiceRole> kThree = {VoiceRole::kAlto, VoiceRole::kTenor, VoiceRole::kBass};

struct Watcher final : DuetObserver {
  void OnAnswer(const AnswerReport& report) override { answers.push_back(report); }
  void OnPlan(const PlanReport& report) override { plans.push_back(report); }
  std::vector<AnswerReport> answers;
  std::vector<PlanReport> plans;
  NoteSequence recording;
};

/// Plays, and looks that nothing hangs or is late, and that the session ends by itself.
Watcher PlayTogether(Simulation& simulation, const PitchLimits& pitches = {},
                     const DuetOptions& options = TogetherOptions()) {
  Watcher watcher;
  auto duet = Duet::CreateTogether(options, ScoreModel(), kThree, {}, pitches);
  EXPECT_TRUE(duet.ok()) << duet.status();
  EXPECT_TRUE((*duet)->Run(simulation, {}, watcher).ok());
  EXPECT_TRUE((*duet)->ended_quietly());
  EXPECT_FALSE(simulation.ran_out());
  EXPECT_EQ((*duet)->state().sounding, 0);
  EXPECT_EQ((*duet)->state().late_notes, 0);
  EXPECT_EQ((*duet)->drops().total(), 0);
  EXPECT_EQ(simulation.Unbalanced(), "");
  watcher.recording = (*duet)->recorder().Sequence();
  return watcher;
}

double InSteps(int64_t frame) { return static_cast<double>(frame) / Simulation::kFramesPerStep; }

std::string TogetherDump(const Simulation& simulation, double until = 1e9) {
  std::string dump;
  for (const Simulation::Heard& note : simulation.Notes(kMachine)) {
    if (InSteps(note.start) >= until) continue;
    dump += fmt::format("{}@{:.3f} ", note.pitch, InSteps(note.start));
  }
  return dump;
}

/// `bars` bars of quarters up and down a scale from middle C, from `start` on.
void PlayQuarters(Simulation& simulation, double start, int bars, double late = 0) {
  constexpr int kScale[] = {60, 62, 64, 65, 67, 65, 64, 62};
  for (int i = 0; i < bars * 4; ++i) {
    simulation.Note(start + 4 * i + late, start + 4 * i + 3.9, kScale[i % 8]);
  }
}

TEST(Accompaniment, PlaysWhileThePlayerDoesAndRestsABarLater) {
  Simulation simulation;
  PlayQuarters(simulation, 2 * kBar, 4);
  const Watcher watcher = PlayTogether(simulation);
  const auto notes = simulation.Notes(kMachine);
  ASSERT_GT(notes.size(), 8u);
  for (const auto& note : notes) {
    EXPECT_GE(InSteps(note.start), 2 * kBar);
    EXPECT_LE(InSteps(note.end), 7 * kBar + 0.2);
  }
  ASSERT_EQ(watcher.answers.size(), 1u);
  EXPECT_TRUE(watcher.answers[0].accompanies);
  EXPECT_EQ(watcher.answers[0].start_step, 2 * 48);
}

TEST(Accompaniment, ASeedGivesTheSameNotesWhateverTheBlocks) {
  const auto played = [](uint32_t block, uint32_t seed) {
    Simulation simulation(block);
    PlayQuarters(simulation, 0, 4);
    DuetOptions options = TogetherOptions();
    options.seed = seed;
    PlayTogether(simulation, {}, options);
    std::string pitches;
    for (const auto& note : simulation.Notes(kMachine)) {
      // It waits an eighth of a tick for the player, and then for the end of a block.
      const double tick = 3 * InSteps(note.start - block);
      pitches += fmt::format("{}@{} ", note.pitch, std::llround(tick));
    }
    return pitches;
  };
  EXPECT_EQ(played(64, 1), played(64, 1));
  EXPECT_EQ(played(64, 1), played(128, 1));
  EXPECT_NE(played(64, 1), played(64, 2));
}

TEST(Accompaniment, HearsANoteWhenItIsPlayedAndNotBefore) {
  const auto played = [](int pitch, double late) {
    Simulation simulation;
    PlayQuarters(simulation, 0, 2, late);
    simulation.Note(2 * kBar + late, 2 * kBar + 8, pitch);
    PlayTogether(simulation);
    return std::pair(TogetherDump(simulation, 2 * kBar), TogetherDump(simulation));
  };
  for (const double late : {0.0, 0.1, -0.1}) {  // of a sixteenth: less than half a tick
    const auto [before, all] = played(72, late);
    const auto [other_before, other_all] = played(49, late);
    EXPECT_EQ(before, other_before);
    EXPECT_NE(all, other_all);
  }
}

TEST(Accompaniment, WhoComesEarlyIsHeardOnTheSixteenthThatIsMeant) {
  const auto played = [](double late) {
    Simulation simulation;
    PlayQuarters(simulation, kBar, 4, late);
    PlayTogether(simulation);
    return TogetherDump(simulation);
  };
  EXPECT_EQ(played(-0.25), played(0));  // of a sixteenth: three quarters of a tick
  EXPECT_EQ(played(-0.2), played(0));
}

TEST(Accompaniment, LateByLessThanHalfATickIsOnTime) {
  // The first moment, at which all begin, waits for the player.
  Simulation simulation;
  PlayQuarters(simulation, kBar, 2, /*late=*/0.15);
  const Watcher watcher = PlayTogether(simulation);
  ASSERT_FALSE(watcher.answers.empty());
  EXPECT_EQ(watcher.answers[0].start_step, 48);
}

TEST(Accompaniment, TellsItsPlans) {
  Simulation simulation;
  PlayQuarters(simulation, 0, 2);
  const Watcher watcher = PlayTogether(simulation);
  ASSERT_FALSE(watcher.plans.empty());
  bool of_player = false, of_machine = false;
  for (const PlanReport& plan : watcher.plans) {
    for (const PlanReport::Note& note : plan.notes) {
      EXPECT_GT(note.start, plan.step);
      EXPECT_GT(note.end, note.start);
      EXPECT_LE(note.start, plan.step + 2 * 48);
      EXPECT_LE(note.voice, 3);
      (note.voice == 0 ? of_player : of_machine) = true;
    }
  }
  EXPECT_TRUE(of_player);
  EXPECT_TRUE(of_machine);
}

TEST(Accompaniment, GoesOnAfterARestInTheSamePiece) {
  Simulation simulation;
  PlayQuarters(simulation, 0, 2);
  PlayQuarters(simulation, 9 * kBar + 4, 1);
  const Watcher watcher = PlayTogether(simulation);
  ASSERT_EQ(watcher.answers.size(), 2u);
  EXPECT_EQ(watcher.answers[1].start_step, 9 * 48 + 12);
  int later = 0;
  for (const auto& note : simulation.Notes(kMachine)) {
    const double start = InSteps(note.start);
    EXPECT_TRUE(start < 3 * kBar + 0.2 || start >= 9 * kBar + 4) << start;
    later += start >= 9 * kBar;
  }
  EXPECT_GT(later, 0);
}

TEST(Accompaniment, LongPiecesForgetTheirBeginning) {
  Simulation simulation;
  PlayQuarters(simulation, 8, HeardBars().most + 20);
  PlayTogether(simulation);
  const auto notes = simulation.Notes(kMachine);
  ASSERT_FALSE(notes.empty());
  EXPECT_GT(InSteps(notes.back().start), (HeardBars().most + 18) * kBar);
}

TEST(Accompaniment, KeepsToLimitsOfPitch) {
  PitchLimits limits;
  limits.key = NamedKey{};  // C
  limits.max_pitch = 60;
  Simulation simulation;
  PlayQuarters(simulation, 0, 4);
  PlayTogether(simulation, limits);
  const auto notes = simulation.Notes(kMachine);
  ASSERT_FALSE(notes.empty());
  for (const auto& note : notes) {
    EXPECT_LE(note.pitch, 60);
    EXPECT_THAT((std::vector<int>{0, 2, 4, 5, 7, 9, 11}), ::testing::Contains(note.pitch % 12));
  }
}

DuetOptions WithChannels(int alto, int tenor, int bass) {
  DuetOptions options = TogetherOptions();
  options.players[0].voices = {{"Alto", alto, 40}, {"Tenor", tenor, 41}, {"Bass", bass, 42}};
  return options;
}

TEST(Accompaniment, PartsHaveChannelsAndTracksOfTheirOwn) {
  Simulation simulation;
  PlayQuarters(simulation, 0, 4);
  const Watcher watcher = PlayTogether(simulation, {}, WithChannels(1, 2, 5));
  std::map<int, std::string> names;
  for (const auto& info : watcher.recording.instrument_infos()) {
    names[info.instrument()] = info.name();
  }
  std::map<std::string, std::multiset<int>> recorded, sounded;
  for (const auto& note : watcher.recording.notes()) {
    recorded[names.at(note.instrument())].insert(note.pitch());
    EXPECT_EQ(note.program(), names.at(note.instrument()) == "Alto"    ? 40
                              : names.at(note.instrument()) == "Tenor" ? 41
                              : names.at(note.instrument()) == "Bass"  ? 42
                                                                       : 0);
  }
  for (const auto& [channel, name] :
       std::map<int, std::string>{{0, "player"}, {1, "Alto"}, {2, "Tenor"}, {5, "Bass"}}) {
    for (const auto& note : simulation.Notes(channel)) sounded[name].insert(note.pitch);
  }
  EXPECT_EQ(recorded.size(), 4u);
  EXPECT_EQ(recorded, sounded);
}

/// When each pitch sounds, on whatever channel: "60: 0..12000 18000..24000".
std::string SoundingDump(const Simulation& simulation, const std::vector<int>& channels) {
  std::map<int, std::map<int64_t, int>> changes;  // by pitch and frame
  for (const int channel : channels) {
    for (const auto& note : simulation.Notes(channel)) {
      ++changes[note.pitch][note.start];
      --changes[note.pitch][note.end];
    }
  }
  std::string dump;
  for (const auto& [pitch, frames] : changes) {
    dump += fmt::format("{}:", pitch);
    int sounding = 0;
    for (const auto& [frame, change] : frames) {
      if (sounding == 0 && change > 0) dump += fmt::format(" {}..", frame);
      if (sounding > 0 && sounding + change == 0) dump += fmt::format("{}", frame);
      sounding += change;
    }
    dump += "\n";
  }
  return dump;
}

TEST(Accompaniment, VoicesOfOneChannelDoNotEndEachOthersNotes) {
  PitchLimits narrow;
  narrow.min_pitch = 58;
  narrow.max_pitch = 61;
  const auto play = [&](Simulation& simulation, const DuetOptions& options) {
    PlayQuarters(simulation, 0, 16);
    PlayTogether(simulation, narrow, options);
  };
  Simulation apart, together;
  play(apart, WithChannels(1, 2, 3));
  play(together, WithChannels(1, 1, 1));
  size_t notes = 0;
  for (const int channel : {1, 2, 3}) notes += apart.Notes(channel).size();
  // Some strike a key together, which sounds once; some strike what another holds.
  EXPECT_LT(together.Notes(1).size(), notes);
  EXPECT_EQ(SoundingDump(apart, {1, 2, 3}), SoundingDump(together, {1}));
}

TEST(Accompaniment, DrawsAtTheModelsTemperatureUnlessOneIsGiven) {
  const auto temperature = [](const DuetOptions& options) {
    Simulation simulation;
    PlayQuarters(simulation, 0, 1);
    return PlayTogether(simulation, {}, options).answers.at(0).temperature;
  };
  DuetOptions options = TogetherOptions();
  EXPECT_EQ(temperature(options), ScoreModel()->spec->temperature);
  EXPECT_NE(temperature(options), 1);
  options.temperature = 1.5;
  EXPECT_EQ(temperature(options), 1.5);
}

TEST(Accompaniment, PanicEndsAllAndTheNextNoteBeginsAnew) {
  Simulation simulation;
  PlayQuarters(simulation, 0, 4);
  simulation.Send(kBar + 2.5, {0xb0, 20, 127});
  DuetOptions options = TogetherOptions();
  options.controls = {{LiveAction::kPanic, false, 20, -1}};
  const Watcher watcher = PlayTogether(simulation, {}, options);
  EXPECT_EQ(watcher.answers.size(), 2u);
}

TEST(Accompaniment, WhatCannotAccompanyIsSaid) {
  const auto message = [](const char* model, const std::vector<VoiceRole>& voices,
                          const PitchLimits& limits = {}) {
    const auto rules = MakeAccompanimentRules(RandomModel(model), voices, {}, limits);
    return rules.ok() ? "" : std::string(rules.status().message());
  };
  EXPECT_THAT(message("lookback_rnn", kThree), ::testing::HasSubstr("knows no parts"));
  EXPECT_THAT(message("score", {}), ::testing::HasSubstr("0 voices"));
  EXPECT_THAT(message("score", std::vector<VoiceRole>(8)), ::testing::HasSubstr("8 voices"));
  PitchLimits scale;
  scale.scale = FindScale("dorian");
  EXPECT_THAT(message("score", kThree, scale), ::testing::HasSubstr("key"));
  EXPECT_EQ(message("score", kThree), "");
}

}  // namespace
}  // namespace magenta
