// Whole sessions in simulated time: what is played in, what comes out, and on which frame.

#include "magenta/live/duet.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/live/simulation_test.h"
#include "magenta/music/drums/drum_types.h"
#include "magenta/music/melody.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

using testing::RandomModel;

/// "60@16-18 62@20-22": the machine's notes, by steps.
std::string MachineNotes(const Simulation& simulation, int channel = 0) {
  std::string dump;
  for (const Simulation::Heard& note : simulation.Notes(channel)) {
    dump += fmt::format("{}{}@{}-{}", dump.empty() ? "" : " ", note.pitch,
                        simulation.StepOf(note.start), simulation.StepOf(note.end));
  }
  return dump;
}

/// What SequenceGenerator makes of the same phrase, from `start` on, as MachineNotes has it.
std::string Generated(const std::shared_ptr<const Model>& model, const NoteSequence& phrase,
                      int start, int end, uint32_t seed, int first_step,
                      std::optional<int> key = std::nullopt) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = phrase;
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(start / 8.0);  // at 120 quarters a minute
  section->set_end_time(end / 8.0);
  (*options.mutable_args())["seed"].set_int_value(static_cast<int32_t>(seed));
  if (key.has_value()) (*options.mutable_args())["primer_key"].set_int_value(*key);
  const auto generation = SequenceGenerator(model).GenerateMany(request, 1);
  if (!generation.ok()) return generation.status().ToString();
  std::string dump;
  for (const auto& note : generation->outputs[0].sequence.notes()) {
    if (note.start_time() < start / 8.0) continue;
    dump += fmt::format("{}{}@{}-{}", dump.empty() ? "" : " ", note.pitch(),
                        first_step + std::llround(note.start_time() * 8),
                        first_step + std::llround(note.end_time() * 8));
  }
  return dump;
}

DuetOptions Options(TurnMode mode) {
  DuetOptions options;
  options.mode = mode;
  options.thru = false;
  options.metronome.when = MetronomeWhen::kOff;
  options.seed = 7;
  options.controls = {{LiveAction::kStartPhrase, false, 1, 127},
                      {LiveAction::kStopPhrase, false, 1, 0}};
  return options;
}

void RunDuet(const DuetOptions& options, const std::shared_ptr<const Model>& model,
             Simulation& simulation) {
  auto duet = Duet::Create(options, {model});
  ASSERT_TRUE(duet.ok());
  DuetObserver observer;
  ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  EXPECT_TRUE((*duet)->ended_quietly());
  EXPECT_EQ((*duet)->state().sounding, 0);
  EXPECT_EQ((*duet)->state().note_ons, (*duet)->state().note_offs);
  EXPECT_EQ((*duet)->state().late_notes, 0);
  EXPECT_EQ(simulation.Unbalanced(), "");
}

TEST(Duet, AnswersInBarsAsSequenceGeneratorDoes) {
  for (const char* config : {"lookback_rnn", "basic_rnn", "attention_rnn"}) {
    const auto model = RandomModel(config);
    Simulation simulation;
    // Two phrases of a bar, unevenly played; the machine has the bars after them.
    simulation.Note(0.02, 2.9, 60).Note(4.3, 5.9, 64).Note(8.1, 9, 67).Note(12.4, 15.7, 65);
    simulation.Note(31.8, 33.1, 70).Note(35.9, 38.2, 69).Note(40.0, 46.2, 75);
    DuetOptions options = Options(TurnMode::kBars);
    options.listen_bars = options.answer_bars = 1;
    options.memory = MemoryMode::kPhrase;
    RunDuet(options, model, simulation);
    NoteSequence first = simulation.Phrase({{0, 3, 60}, {4, 6, 64}, {8, 9, 67}, {12, 16, 65}});
    NoteSequence second = simulation.Phrase({{0, 1, 70}, {4, 6, 69}, {8, 14, 75}});
    EXPECT_EQ(MachineNotes(simulation),
              Generated(model, first, 16, 32, 7, 0) + " " + Generated(model, second, 16, 32, 8, 32))
        << config;
  }
}

/// Keeps the reports of answers.
struct Reports final : DuetObserver {
  void OnAnswer(const AnswerReport& report) override { all.push_back(report); }
  std::vector<AnswerReport> all;
};

/// What SequenceGenerator makes of the primer that a report names.
std::string GeneratedFrom(const std::shared_ptr<const Model>& model, const AnswerReport& report) {
  const auto melody = Melody::FromEvents(report.primer, 16, 4, 0);
  if (!melody.ok()) return melody.status().ToString();
  const auto length = static_cast<int>(report.primer.size());
  const auto steps = static_cast<int>(report.end_step - report.start_step);
  return Generated(model, melody->ToSequence(120), length, length + steps, report.seed,
                   static_cast<int>(report.start_step) - length, report.key);
}

/// `bars` bars of eighths, with a rest here and there.
TEST(Duet, EventsOfAnyLengthBesideAControlAreAnswered) {
  static const ModelSpec toy = toy::ToyModel();
  AddModels({&toy, 1});
  const auto model = testing::RandomModel(toy.id);
  Simulation simulation;
  simulation.Note(0, 4, 60).Note(4, 8, 64).Note(8, 16, 67);
  DuetOptions options = Options(TurnMode::kBars);
  options.listen_bars = options.answer_bars = 1;
  RunDuet(options, model, simulation);
  const NoteSequence phrase = simulation.Phrase({{0, 4, 60}, {4, 8, 64}, {8, 16, 67}});
  EXPECT_NE(MachineNotes(simulation), "");
  EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 16, 32, 7, 0));
}

void PlayTune(Simulation& simulation, int first_step, int bars) {
  uint32_t state = 1;
  int pitch = 67;
  for (int step = 0; step < 16 * bars; step += 2) {
    state = state * 1664525 + 1013904223;
    pitch = std::clamp(pitch + static_cast<int>(state >> 29) - 3, 55, 79);
    if (state >> 28 == 5) continue;
    simulation.Note(first_step + step + 0.1, first_step + step + 1.8, pitch);
  }
}

TEST(Duet, AnswersGoOnFromTheWholePrimerThatIsLogged) {
  const struct {
    const char* what;
    TurnMode mode;
    std::function<void(Simulation&, DuetOptions&)> play;
    size_t fewest;
    size_t longest;  // primer, in bars; and the last one at least
    size_t last;
  } rows[] = {
      {"a phrase and an answer, by turns", TurnMode::kBars,
       [](Simulation& s, DuetOptions&) { PlayTune(s, 0, 24); }, 6, 22, 20},
      {"more than is remembered", TurnMode::kBars,
       [](Simulation& s, DuetOptions&) { PlayTune(s, 0, 140); }, 35, 48, 32},
      {"one phrase that is too long", TurnMode::kBars,
       [](Simulation& s, DuetOptions& options) {
         options.listen_bars = 60;
         PlayTune(s, 0, 60);
       },
       1, 48, 32},
      {"the last phrase alone", TurnMode::kBars,
       [](Simulation& s, DuetOptions& options) {
         options.memory = MemoryMode::kPhrase;
         PlayTune(s, 0, 24);
       },
       6, 2, 1},
      {"an hour goes by", TurnMode::kSwitch,
       [](Simulation& s, DuetOptions&) {
         for (const double start : {3.3, 900.7, 1800.2}) {
           s.Send(start, {0xb0, 1, 127}).Send(start + 30.5, {0xb0, 1, 0});
           s.Note(start + 4, start + 6, 60).Note(start + 9, start + 12, 64);
         }
       },
       3, 10, 9},
      {"phrases that begin anywhere", TurnMode::kFree,
       [](Simulation& s, DuetOptions& options) {
         options.answer_bars = 0;
         s.Note(3, 5, 60).Note(7, 8, 62).Note(100, 104, 64).Note(107, 111, 65).Note(190, 194, 67);
       },
       3, 6, 4},
      {"answers that are cut short", TurnMode::kFree,
       [](Simulation& s, DuetOptions& options) {
         options.allow_overlap = true;
         options.answer_bars = 4;
         PlayTune(s, 0, 3), PlayTune(s, 85, 2), PlayTune(s, 180, 2);
       },
       3, 16, 8},
  };
  const auto model = RandomModel("lookback_rnn");
  for (const auto& row : rows) {
    Simulation simulation;
    DuetOptions options = Options(row.mode);
    row.play(simulation, options);
    auto duet = Duet::Create(options, {model});
    ASSERT_TRUE(duet.ok());
    Reports reports;
    ASSERT_TRUE((*duet)->Run(simulation, {}, reports).ok());
    ASSERT_GE(reports.all.size(), row.fewest) << row.what;
    size_t longest = 0;
    std::string notes;
    for (const AnswerReport& report : reports.all) {
      const std::string part = GeneratedFrom(model, report);
      notes += (notes.empty() || part.empty() ? "" : " ") + part;
      longest = std::max(longest, report.primer.size());
    }
    if (!options.allow_overlap && row.mode == TurnMode::kBars) {
      EXPECT_EQ(MachineNotes(simulation), notes) << row.what;
    }
    EXPECT_LE(longest, 16 * row.longest) << row.what;
    EXPECT_GE(reports.all.back().primer.size(), 16 * row.last) << row.what;
  }
}

TEST(Duet, AKeyIsHeldWhileItFits) {
  // By turns, a bar each: a phrase in G with its F#, then phrases that fit C a little better.
  const std::vector<std::vector<int>> phrases = {
      {67, 69, 71, 72, 74, 76, 78, 79}, {60, 62, 64, 65, 67}, {60, 62, 64, 67, 72}};
  const auto play = [&](DuetOptions options, const std::vector<std::vector<int>>& bars) {
    Simulation simulation;
    options.listen_bars = options.answer_bars = 1;
    for (size_t i = 0; i < bars.size(); ++i) {
      for (size_t k = 0; k < bars[i].size(); ++k) {
        const double at = 32.0 * static_cast<double>(i) + 2.0 * static_cast<double>(k);
        simulation.Note(at, at + 2, bars[i][k]);
      }
    }
    auto duet = Duet::Create(options, {RandomModel("lookback_rnn")});
    EXPECT_TRUE(duet.ok());
    Reports reports;
    EXPECT_TRUE((*duet)->Run(simulation, {}, reports).ok());
    std::vector<int> keys;
    for (const AnswerReport& report : reports.all) keys.push_back(report.key.value_or(-1));
    return keys;
  };
  constexpr int kG = 7, kF = 5;
  DuetOptions options = Options(TurnMode::kBars);
  std::vector<int> keys = play(options, phrases);
  EXPECT_EQ(keys, std::vector<int>(phrases.size(), kG));
  options.memory = MemoryMode::kPhrase;
  EXPECT_THAT(play(options, phrases), ::testing::Each(-1));
  options.primer_key = kF;
  EXPECT_THAT(play(options, phrases), ::testing::Each(kF));
}

TEST(Duet, WhatTheMachinePlayedDoesNotTellTheKey) {
  // A phrase in G; its answer, by chance, in no key; a mutation of that; a phrase that C fits best.
  Simulation simulation;
  DuetOptions options = Options(TurnMode::kSwitch);
  options.answer_bars = 2;
  options.controls.push_back({LiveAction::kMutate, false, 7, -1});
  const int pitches[] = {67, 69, 71, 72, 74, 76, 78, 79};
  const auto phrase = [&](double at, int count) {
    simulation.Send(at, {0xb0, 1, 127});
    for (int i = 0; i < count; ++i) {
      simulation.Note(at + 2 * i, at + 2 * i + 2, static_cast<uint8_t>(pitches[i]));
    }
    simulation.Send(at + 2 * count - 0.5, {0xb0, 1, 0});
  };
  phrase(1, 8);
  simulation.Send(40, {0xb0, 7, 127}).Send(100, {0xb0, 7, 127});
  phrase(160, 5);
  auto duet = Duet::Create(options, {RandomModel("lookback_rnn")});
  ASSERT_TRUE(duet.ok());
  Reports reports;
  ASSERT_TRUE((*duet)->Run(simulation, {}, reports).ok());
  ASSERT_GE(reports.all.size(), 3u);
  constexpr int kG = 7;
  for (const AnswerReport& report : reports.all) EXPECT_EQ(report.key, kG);
}

TEST(Duet, AllNotesOffIsAsIfTheKeysWereLetGo) {
  const auto model = RandomModel("lookback_rnn");
  for (const uint8_t number : {120, 123, 124, 127, 121, 7}) {
    const bool ends = number == 120 || number >= 123;
    Simulation simulation;
    simulation.Send(0, {0x92, 60, 100}).Send(4, {0x93, 67, 100}).Send(8, {0xb2, number, 0});
    simulation.Send(12, {0x83, 67, 0}).Send(14, {0x82, 60, 0});
    DuetOptions options = Options(TurnMode::kBars);
    options.listen_bars = options.answer_bars = 1;
    options.thru = true;
    auto duet = Duet::Create(options, {model});
    ASSERT_TRUE(duet.ok());
    DuetObserver observer;
    ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
    EXPECT_EQ(simulation.Unbalanced(), "");
    const int end = ends ? 8 : 14;
    ASSERT_EQ(simulation.Notes(2).size(), 1u);
    EXPECT_EQ(simulation.StepOf(simulation.Notes(2)[0].end), fmt::format("{}", end)) << number;
    EXPECT_EQ(simulation.StepOf(simulation.Notes(3)[0].end), "12") << number;
    const NoteSequence phrase = simulation.Phrase({{0, end, 60}, {4, 12, 67}});
    EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 16, 32, 7, 0)) << number;
    EXPECT_NEAR((*duet)->recorder().Sequence().notes(0).end_time(), end / 8.0, 1e-3) << number;
  }
}

TEST(Duet, AllNotesOffEndsNothingOfTheMachine) {
  const auto model = RandomModel("lookback_rnn");
  Simulation with, without;
  for (Simulation* simulation : {&with, &without}) simulation->Note(0, 2, 60).Note(4, 6, 64);
  for (int step = 16; step < 32; ++step) with.Send(step + 0.5, {0xb0, 123, 0});
  DuetOptions options = Options(TurnMode::kBars);
  options.listen_bars = options.answer_bars = 1;
  options.thru = true;
  RunDuet(options, model, with);
  RunDuet(options, model, without);
  EXPECT_EQ(MachineNotes(with), MachineNotes(without));
  int sent = 0;
  for (const auto& [frame, event] : with.out()) sent += event.bytes[0] == 0xb0;
  EXPECT_LT(sent, 8);  // only where the machine rests on that channel
}

TEST(Duet, AnEagerFirstNoteEndsNoFreePhraseTooEarly) {
  const auto model = RandomModel("lookback_rnn");
  Simulation simulation;
  // The answer to a bar lasts from step 24 to 40; the next phrase is struck 0.4 steps before.
  simulation.Note(0, 16, 60).Note(39.6, 41, 64).Note(42, 44, 65);
  DuetOptions options = Options(TurnMode::kFree);
  options.answer_bars = 1;
  Reports reports;
  auto duet = Duet::Create(options, {model});
  ASSERT_TRUE(duet.ok());
  ASSERT_TRUE((*duet)->Run(simulation, {}, reports).ok());
  ASSERT_EQ(reports.all.size(), 2u);
  EXPECT_EQ(reports.all[1].phrase_start, 40);
  EXPECT_EQ(reports.all[1].primer[40], 64);
}

TEST(Duet, WhatIsNoPlayersSoundsWithThem) {
  const auto model = RandomModel("lookback_rnn");
  Simulation simulation;
  simulation.Note(0, 2, 60).Note(0, 8, 36, /*channel=*/9).Note(1, 7, 90, 4).Note(4, 6, 64);
  DuetOptions options = Options(TurnMode::kBars);
  options.listen_bars = options.answer_bars = 1;
  options.players[0].input_channel = 0;
  options.players[0].output_channel = 5;
  options.thru = options.thru_others = true;
  auto duet = Duet::Create(options, {model});
  ASSERT_TRUE(duet.ok());
  DuetObserver observer;
  ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  EXPECT_EQ(simulation.Notes(9).size(), 1u);
  EXPECT_EQ(simulation.Notes(4).size(), 1u);
  const NoteSequence phrase = simulation.Phrase({{0, 2, 60}, {4, 6, 64}});
  EXPECT_EQ(MachineNotes(simulation, 5), Generated(model, phrase, 16, 32, 7, 0));
  std::string names;
  const NoteSequence kept = (*duet)->recorder().Sequence();
  for (const auto& info : kept.instrument_infos()) names += info.name() + "; ";
  EXPECT_EQ(names, "player; machine; player, channel 10; player, channel 5; ");
  EXPECT_TRUE(kept.notes(1).is_drum());
}

TEST(Duet, APerformerTellsOfNotesThatBelongToAPhrase) {
  const auto hears = [](const DuetOptions& options, int channel, int pitch) {
    const auto duet = Duet::Create(options, {RandomModel("chord_pitches_improv")});
    const auto status = static_cast<uint8_t>(0x90 | channel);
    return (*duet)->Cues().hears({0, 0, 3, {status, static_cast<uint8_t>(pitch), 100}});
  };
  DuetOptions options = Options(TurnMode::kFree);
  options.performer_waits = true;
  options.players[0].input_channel = 0;
  EXPECT_TRUE(hears(options, 0, 54));
  EXPECT_FALSE(hears(options, 2, 60));
  options.split_key = 55;
  EXPECT_FALSE(hears(options, 0, 54));
  EXPECT_TRUE(hears(options, 0, 55));
  options.split_key = -1;
  options.players[0].input_channel = -1;
  options.chord_channel = 2;
  EXPECT_FALSE(hears(options, 2, 60));
  EXPECT_TRUE(hears(options, 0, 54));
}

TEST(Duet, DrumsAreHeardOnAnyChannelAndAnsweredOnTheirs) {
  const auto model = RandomModel("drum_kit");
  Simulation simulation;
  simulation.Note(0, 1, 36, /*channel=*/2).Note(4, 5, 38, 2).Note(8, 9, 36, 9).Note(12, 13, 35, 9);
  simulation.Send(2, {0xc2, 73}).Send(3, {0xb2, 7, 90});
  DuetOptions options = Options(TurnMode::kBars);
  options.listen_bars = options.answer_bars = 1;
  options.drums = options.thru = true;
  options.players[0].output_channel = 9;
  auto duet = Duet::Create(options, {model});
  ASSERT_TRUE(duet.ok());
  DuetObserver observer;
  ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  const NoteSequence kept = (*duet)->recorder().Sequence();
  int answered = 0;
  for (const auto& note : kept.notes()) {
    EXPECT_TRUE(note.is_drum()) << note.ShortDebugString();
    if (note.instrument() != 1) continue;
    ++answered;
    // Of the types' own pitches, a step long.
    EXPECT_GE(DrumKitTypes().TypeOf(note.pitch()), 0);
    EXPECT_NEAR(note.end_time() - note.start_time(), 0.125, 1e-3);
  }
  EXPECT_GT(answered, 0);
  // They sound on the machine's channel, and no other's instrument is chosen there.
  bool has_volume = false;
  for (const auto& [frame, event] : simulation.out()) {
    EXPECT_EQ(event.bytes[0] & 0x0f, 9);
    EXPECT_NE(event.bytes[0] & 0xf0, 0xc0);
    has_volume |= event.bytes[0] == 0xb9 && event.bytes[2] == 90;
  }
  EXPECT_TRUE(has_volume);
  EXPECT_EQ(simulation.Notes(9).size(), 4u + static_cast<size_t>(answered));
}

TEST(Duet, TheSwitchBeginsTheClockAndTheAnswerBeginsOnTheNextStep) {
  const auto model = RandomModel("lookback_rnn");
  Simulation simulation;
  simulation.Send(5.37, {0xb0, 1, 127});  // not on the grid: the grid moves here
  simulation.Note(5.37, 7, 60).Note(9.4, 11, 62).Note(13.3, 15, 64);
  simulation.Send(17.6, {0xb0, 1, 0});
  DuetOptions options = Options(TurnMode::kSwitch);
  options.answer_bars = 2;
  RunDuet(options, model, simulation);
  // 12.23 steps after the switch the phrase is over: step 13 is the answer's.
  NoteSequence phrase = simulation.Phrase({{0, 2, 60}, {4, 6, 62}, {8, 10, 64}});
  simulation.SetOrigin(5.37);
  EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 13, 45, 7, 0));
}

TEST(Duet, AKeyStruckJustBeforeTheSwitchIsTheFirstNote) {
  const auto model = RandomModel("lookback_rnn");
  for (const double early : {0.0, 0.2, 0.45, 0.6}) {
    Simulation simulation;
    // The key and the switch; a wheel that trembles; one that was let go before does not count.
    simulation.Note(6.1 - early, 6.2 - early, 50).Note(6.37 - early, 8, 60);
    simulation.Send(6.37, {0xb0, 1, 127}).Send(7, {0xb0, 1, 126}).Send(7.1, {0xb0, 1, 127});
    simulation.Note(10.4, 12, 62).Send(14.3, {0xb0, 1, 0});
    DuetOptions options = Options(TurnMode::kSwitch);
    options.answer_bars = 1;
    RunDuet(options, model, simulation);
    NoteSequence phrase =
        early < 0.5 ? simulation.Phrase({{0, 2, 60}, {4, 6, 62}}) : simulation.Phrase({{4, 6, 62}});
    simulation.SetOrigin(6.37);
    EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 8, 24, 7, 0)) << early;
  }
}

TEST(Duet, AnswersAfterASilence) {
  const auto model = RandomModel("lookback_rnn");
  Simulation simulation;
  simulation.Note(18, 20, 60).Note(22, 23.4, 62);
  DuetOptions options = Options(TurnMode::kFree);
  options.answer_bars = 1;
  options.silence_steps = 6;
  RunDuet(options, model, simulation);
  // Silent from step 23 on; bars are counted from step 16.
  NoteSequence phrase = simulation.Phrase({{2, 4, 60}, {6, 7, 62}});
  EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 13, 29, 7, 16));
}

TEST(Duet, EachPlayerHasAVoice) {
  const auto model = RandomModel("lookback_rnn");
  Simulation simulation;
  simulation.Note(0, 2, 60, /*channel=*/0).Note(1, 3, 72, /*channel=*/1).Note(6, 9, 74, 1);
  DuetOptions options = Options(TurnMode::kBars);
  options.listen_bars = options.answer_bars = 1;
  options.players = {{.input_port = 0, .input_channel = 0},
                     {.input_port = 0, .input_channel = 1, .output_channel = 5, .program = 12}};
  RunDuet(options, model, simulation);
  const NoteSequence first = simulation.Phrase({{0, 2, 60}});
  const NoteSequence second = simulation.Phrase({{1, 3, 72}, {6, 9, 74}});
  EXPECT_EQ(MachineNotes(simulation, 0), Generated(model, first, 16, 32, 7, 0));
  EXPECT_EQ(MachineNotes(simulation, 5), Generated(model, second, 16, 32, 7 + 65536, 0));
  EXPECT_EQ(simulation.out()[0].event.bytes, (std::array<uint8_t, 3>{0xc5, 12, 0}));
}

TEST(Duet, FollowsAnotherClockThroughAChangeOfTempo) {
  const auto model = RandomModel("basic_rnn");
  Simulation simulation;
  // Starts late, plays a bar at 120, then ever slower; a tick is a sixth of a step.
  simulation.Send(3, {0xfa});
  std::map<int64_t, int> ticks;
  double at = 3.5;
  for (int tick = 0; tick < 6 * 40; ++tick) {
    ticks[std::llround(at * Simulation::kFramesPerStep)] = tick;
    simulation.Send(at, {0xf8});
    if (tick == 6 * 2) simulation.Note(at + 0.01, at + 0.4, 64);
    if (tick == 6 * 8) simulation.Note(at + 0.01, at + 0.4, 67);
    at += tick < 6 * 16 ? 1 / 6.0 : 1 / 6.0 + 0.001 * (tick - 6 * 16);
  }
  simulation.Send(at, {0xfc});
  DuetOptions options = Options(TurnMode::kBars);
  options.sync = SyncMode::kFollow;
  options.listen_bars = options.answer_bars = 1;
  RunDuet(options, model, simulation);
  std::string notes;
  for (const Simulation::Heard& note : simulation.Notes(0)) {
    ASSERT_TRUE(ticks.contains(note.start) && ticks.contains(note.end)) << note.start;
    notes += fmt::format("{}{}@{}-{}", notes.empty() ? "" : " ", note.pitch,
                         ticks[note.start] / 6.0, ticks[note.end] / 6.0);
  }
  const NoteSequence phrase = simulation.Phrase({{2, 3, 64}, {8, 9, 67}});
  EXPECT_EQ(notes, Generated(model, phrase, 16, 32, 7, 0));
}

/// "C0 12" of the program changes, in their order; each at frame 0.
std::string Programs(const DuetOptions& options) {
  Simulation simulation;
  simulation.Send(1, {0xfe});
  RunDuet(options, RandomModel("basic_rnn"), simulation);
  std::string dump;
  for (const auto& [frame, event] : simulation.out()) {
    if (event.size != 2) continue;
    EXPECT_EQ(frame, 0);
    dump += fmt::format("{:02X} {} ", event.bytes[0], event.bytes[1]);
  }
  return dump;
}

TEST(Duet, SongPositionStopAndContinueKeepTheirPlaceInTheBar) {
  const auto model = RandomModel("basic_rnn");
  const auto tick = [](Simulation& simulation, int from, int to) {
    for (int i = from; i < to; ++i) simulation.Send(10 + i / 6.0, {0xf8});
  };
  const struct {
    const char* what;
    std::function<void(Simulation&)> play;
    int first_bar;  // of which the player has the first, in steps after the first tick
  } rows[] = {
      {"from the beginning", [&](Simulation& s) { s.Send(9, {0xfa}), tick(s, 0, 6 * 60); }, 0},
      {"from the middle of a bar",
       [&](Simulation& s) {
         s.Send(8, {0xf2, 8, 0}).Send(9, {0xfb}), tick(s, 0, 6 * 60);
       },
       8},
      {"from the last step of bar 100",
       [&](Simulation& s) {
         s.Send(8, {0xf2, 0x3f, 0x0c}).Send(9, {0xfb}), tick(s, 0, 6 * 60);
       },
       1},
      // Three steps, a stop of four, and on: the fourth step of the bar is the next tick.
      {"stopped and continued",
       [&](Simulation& s) {
         s.Send(2, {0xfa});
         for (int i = 0; i < 18; ++i) s.Send(3 + i / 6.0, {0xf8});
         s.Send(5.95, {0xfc}).Send(9, {0xfb});
         tick(s, 0, 6 * 60);
       },
       13},
  };
  for (const auto& row : rows) {
    Simulation simulation;
    row.play(simulation);
    const double begin = 10 + row.first_bar;
    simulation.Note(begin + 2.02, begin + 3.9, 60).Note(begin + 8.1, begin + 9, 64);
    simulation.SetOrigin(begin);
    DuetOptions options = Options(TurnMode::kBars);
    options.sync = SyncMode::kFollow;
    options.listen_bars = options.answer_bars = 1;
    RunDuet(options, model, simulation);
    const NoteSequence phrase = simulation.Phrase({{2, 4, 60}, {8, 9, 64}});
    EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 16, 32, 7, 0)) << row.what;
  }
}

/// Keeps on which bars of the song, counted from 0, the clock started.
struct Starts final : DuetObserver {
  void OnEntry(const SessionEvent& entry) override {
    if (entry.kind != SessionEvent::Kind::kTransport || entry.value == 0) return;
    bars.push_back(std::floor((entry.position + 0.01) / 16) + static_cast<double>(entry.song_bars));
  }
  std::vector<double> bars;
};

TEST(Duet, BarsAreCountedAsTheSequencerCountsThem) {
  Simulation simulation;
  simulation.Send(8, {0xf2, 0x3f, 0x0c}).Send(9, {0xfb}).Send(40, {0xfc}).Send(50, {0xfb});
  simulation.Send(100, {0xfa});
  for (int i = 0; i < 6 * 25; ++i) simulation.Send(10 + i / 6.0, {0xf8});
  for (int i = 0; i < 6 * 20; ++i) simulation.Send(51 + i / 6.0, {0xf8});
  DuetOptions options = Options(TurnMode::kBars);
  options.sync = SyncMode::kFollow;
  auto duet = Duet::Create(options, {RandomModel("basic_rnn")});
  ASSERT_TRUE(duet.ok());
  Starts starts;
  ASSERT_TRUE((*duet)->Run(simulation, {}, starts).ok());
  // Step 1599 is the last of bar 99; 25 steps later it is bar 101; a start is bar 0.
  EXPECT_EQ(starts.bars, (std::vector<double>{99, 101, 0}));
}

TEST(Duet, InstrumentsAreChosenForInputOutputAndMetronome) {
  DuetOptions options = Options(TurnMode::kBars);
  EXPECT_EQ(Programs(options), "");
  options.thru = true;
  options.players = {{.input_channel = 2, .output_channel = 5, .program = 12, .thru_program = 4}};
  options.metronome.program = 25;
  EXPECT_EQ(Programs(options), "C5 12 C2 4 C9 25 ");
  options.players[0].input_channel = -1;  // every channel that nobody else has
  options.metronome.program = -1;
  EXPECT_EQ(Programs(options),
            "C5 12 C0 4 C1 4 C2 4 C3 4 C4 4 C6 4 C7 4 C8 4 CA 4 CB 4 CC 4 CD 4 CE 4 CF 4 ");
  options.thru = false;
  EXPECT_EQ(Programs(options), "C5 12 ");
}

TEST(Duet, WhoeverBeginsToListenHearsTheInstruments) {
  Simulation simulation;
  simulation.Send(20, {0xfe});
  simulation.on_block = [&](int64_t frame) {
    const double step = static_cast<double>(frame) / Simulation::kFramesPerStep;
    simulation.mutable_state().listeners = step < 4 ? 1 : step < 8 ? 2 : step < 12 ? 0 : 1;
  };
  DuetOptions options = Options(TurnMode::kBars);
  options.players[0].program = 12;
  RunDuet(options, RandomModel("basic_rnn"), simulation);
  std::string dump;
  for (const auto& [frame, event] : simulation.out()) {
    if (event.size != 2) continue;
    dump += fmt::format("{:02X} {} at {:.0f}; ", event.bytes[0], event.bytes[1],
                        static_cast<double>(frame) / Simulation::kFramesPerStep);
  }
  EXPECT_EQ(dump, "C0 12 at 0; C0 12 at 4; C0 12 at 12; ");
}

TEST(Duet, TheRecordingKeepsPedalsControllersAndBends) {
  const auto model = RandomModel("basic_rnn");
  Simulation simulation;
  simulation.Send(0, {0xb0, 64, 127}).Note(0, 2, 60).Send(1, {0xe0, 5, 70});
  simulation.Send(3, {0xb0, 11, 90}).Send(4, {0xb0, 64, 0}).Send(5, {0xb0, 9, 3});
  DuetOptions options = Options(TurnMode::kBars);
  options.controls.push_back({LiveAction::kTemperature, false, 9, -1});  // is no music
  auto duet = Duet::Create(options, {model});
  ASSERT_TRUE(duet.ok());
  DuetObserver observer;
  ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  const NoteSequence kept = (*duet)->recorder().Sequence();
  std::string dump;
  for (const auto& change : kept.control_changes()) {
    dump += fmt::format("{}={}@{} ", change.control_number(), change.control_value(),
                        change.time() * 8);
  }
  for (const auto& bend : kept.pitch_bends())
    dump += fmt::format("bend {}@{}", bend.bend(), bend.time() * 8);
  EXPECT_EQ(dump, "64=127@0 11=90@3 64=0@4 bend 773@1");
}

TEST(Duet, TheRecordingsTicksAreASequencersAndWithinAMillisecond) {
  for (const auto& [qpm, ticks] : {std::pair(120.0, 480), std::pair(50.0, 960)}) {
    DuetOptions options = Options(TurnMode::kBars);
    options.qpm = qpm;
    options.meter_numerator = 3;
    SessionRecorder recorder(options);
    EXPECT_EQ(recorder.Sequence().ticks_per_quarter(), ticks);
    EXPECT_EQ(recorder.Sequence().tempos(0).qpm(), qpm);
    EXPECT_EQ(recorder.Sequence().time_signatures(0).numerator(), 3);
    recorder.Add({.kind = SessionEvent::Kind::kBeat, .seconds = 5, .qpm = 20});
    EXPECT_EQ(recorder.Sequence().ticks_per_quarter(), 1920);
  }
}

TEST(Duet, SendsItsClock) {
  Simulation simulation;
  simulation.Send(8, {0xfe});
  DuetOptions options = Options(TurnMode::kFree);
  options.sync = SyncMode::kMaster;
  RunDuet(options, RandomModel("basic_rnn"), simulation);
  std::string starts;
  int ticks = 0;
  for (const auto& [frame, event] : simulation.out()) {
    if (event.bytes[0] == 0xf8) {
      EXPECT_EQ(frame, ticks++ * 1000);
    } else {
      starts += fmt::format("{:02X}@{} ", event.bytes[0], simulation.StepOf(frame));
    }
  }
  EXPECT_EQ(ticks, 49);
  EXPECT_EQ(starts.substr(0, 5), "FA@0 ");
  EXPECT_EQ(starts.substr(5, 2), "FC");
}

TEST(Duet, AnAnswerIsLoopedUntilToldOtherwise) {
  const auto model = RandomModel("lookback_rnn");
  Simulation simulation;
  simulation.Note(0, 2, 60).Note(4, 6, 64);
  simulation.Send(20, {0xb0, 5, 127}).Send(50, {0xb0, 5, 0});
  DuetOptions options = Options(TurnMode::kBars);
  options.listen_bars = options.answer_bars = 1;
  options.controls.push_back({LiveAction::kLoop, false, 5, -1});
  RunDuet(options, model, simulation);
  const NoteSequence phrase = simulation.Phrase({{0, 2, 60}, {4, 6, 64}});
  EXPECT_EQ(MachineNotes(simulation), Generated(model, phrase, 16, 32, 7, 0) + " " +
                                          Generated(model, phrase, 16, 32, 7, 16) + " " +
                                          Generated(model, phrase, 16, 32, 7, 32));
}

/// `notes` that begin before `step`, cut there.
std::vector<Simulation::Heard> UpTo(std::vector<Simulation::Heard> notes, int64_t step) {
  const auto frame = static_cast<int64_t>(static_cast<double>(step) * Simulation::kFramesPerStep);
  std::erase_if(notes, [&](const auto& note) { return note.start >= frame; });
  for (auto& note : notes) note.end = std::min(note.end, frame);
  return notes;
}

TEST(Duet, AModelThatIsChosenInAnAnswerGoesOnWithIt) {
  const auto first = RandomModel("lookback_rnn"), second = RandomModel("attention_rnn");
  const auto play = [&](double at, uint8_t value, Simulation& simulation, Reports& reports) {
    simulation.Note(0, 2, 60).Note(4, 17.2, 64).Send(at, {0xb0, 9, value});
    DuetOptions options = Options(TurnMode::kBars);
    options.listen_bars = options.answer_bars = 1;
    options.controls.push_back({LiveAction::kModel, false, 9, -1});
    auto duet = Duet::Create(options, {first, second});
    ASSERT_TRUE(duet.ok());
    ASSERT_TRUE((*duet)->Run(simulation, {}, reports).ok());
    EXPECT_EQ((*duet)->state().late_notes, 0);
    EXPECT_EQ(simulation.Unbalanced(), "");
  };
  Simulation plain;
  Reports plainly;
  play(20, 0, plain, plainly);
  EXPECT_EQ(plainly.all.size(), 1u);  // the one that plays already: nothing changes
  for (const double at : {15.7, 16.3, 19.0, 21.5}) {
    Simulation simulation;
    Reports reports;
    play(at, 1, simulation, reports);
    ASSERT_EQ(reports.all.size(), 2u) << at;
    const AnswerReport& change = reports.all[1];
    EXPECT_TRUE(change.again && change.problem.empty());
    EXPECT_EQ(change.model, second->id);
    const int64_t step = change.start_step;
    EXPECT_GT(step, at);
    EXPECT_LE(step, at + 6);
    std::vector<std::array<int, 3>> heard = {{0, 2, 60}, {4, 16, 64}};
    std::string expected;
    for (const auto& note : UpTo(plain.Notes(0), step)) {
      const auto on = static_cast<int>(note.start / Simulation::kFramesPerStep);
      const auto off = static_cast<int>(note.end / Simulation::kFramesPerStep);
      heard.push_back({on, off, note.pitch});
      expected += fmt::format("{}@{}-{} ", note.pitch, on, off);
    }
    // It stays in the key of the answer.
    EXPECT_EQ(change.key, reports.all[0].key);
    expected +=
        Generated(second, Simulation::Phrase(heard), static_cast<int>(step), 32, 7, 0, change.key);
    EXPECT_EQ(MachineNotes(simulation), expected) << at;
  }
}

TEST(Duet, ControlsOfTheMusic) {
  const auto model = RandomModel("lookback_rnn");
  const NoteSequence phrase = Simulation::Phrase({{0, 2, 60}, {4, 6, 64}});
  const std::string plain = Generated(model, phrase, 16, 32, 7, 0);
  const struct {
    const char* what;
    LiveAction action;
    double at;
    uint8_t value;
    bool silent;
    bool same;
  } rows[] = {{"nothing", LiveAction::kMute, 3, 0, false, true},
              {"mute", LiveAction::kMute, 3, 127, true, false},
              {"wilder", LiveAction::kTemperature, 3, 127, false, false},
              {"mutate", LiveAction::kMutate, 22, 127, false, false},
              {"panic", LiveAction::kPanic, 22, 127, false, false}};
  for (const auto& row : rows) {
    Simulation simulation;
    simulation.Note(0, 2, 60).Note(4, 6, 64).Send(row.at, {0xb0, 9, row.value});
    DuetOptions options = Options(TurnMode::kBars);
    options.listen_bars = options.answer_bars = 1;
    options.controls.push_back({row.action, false, 9, -1});
    RunDuet(options, model, simulation);
    const std::string notes = MachineNotes(simulation);
    EXPECT_EQ(notes.empty(), row.silent) << row.what;
    EXPECT_EQ(notes == plain, row.same) << row.what << ": " << notes;
  }
}

}  // namespace
}  // namespace magenta
