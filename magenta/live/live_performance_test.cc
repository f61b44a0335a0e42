// Models that hear music as it was played: in seconds, as loud as it was, with the pedal, and told
// what a controller says. What they answer sounds on their own times.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"
#include "magenta/request/condition_args.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

constexpr double kStepSeconds = 0.125;  // of the simulation
constexpr int kBar = 16;
constexpr int kAnswerBars = 4;
constexpr char kLoud[] = "performance_with_dynamics";
constexpr char kTold[] = "multiconditioned_performance_with_dynamics";
constexpr char kOptional[] = "optional_multiconditioned_performance_with_dynamics";

DuetOptions SecondsOptions() {
  DuetOptions options;
  options.mode = TurnMode::kBars;
  options.listen_bars = 1;
  options.answer_bars = kAnswerBars;
  options.model_steps_per_second = kPerformanceStepsPerSecond;
  options.memory = MemoryMode::kPhrase;
  options.thru = false;
  options.metronome.when = MetronomeWhen::kOff;
  options.seed = 7;
  return options;
}

/// A note of a phrase, in steps.
struct Key {
  double start;
  double end;
  int pitch;
  int velocity;
};
const std::vector<Key> kPhrase = {{0.3, 1.4, 60, 100},
                                  {1.37, 6.02, 64, 31},
                                  {1.41, 5, 67, 57},
                                  {7.9, 12.345, 59, 5},
                                  {10.21, 14.6, 72, 127}};

void Play(const std::vector<Key>& keys, Simulation& simulation) {
  for (const Key& key : keys) {
    const auto pitch = static_cast<uint8_t>(key.pitch);
    simulation.Send(key.start, {0x90, pitch, static_cast<uint8_t>(key.velocity)});
    simulation.Send(key.end, {0x80, pitch, 0});
  }
}

NoteSequence Sequence(const std::vector<Key>& keys) {
  NoteSequence sequence;
  for (const Key& key : keys) {
    auto* note = sequence.add_notes();
    note->set_start_time(key.start * kStepSeconds);
    note->set_end_time(key.end * kStepSeconds);
    note->set_pitch(key.pitch);
    note->set_velocity(key.velocity);
    sequence.set_total_time(std::max(sequence.total_time(), note->end_time()));
  }
  return sequence;
}

/// "60@2.13 v29": pitch, hundredths of a second, velocity.
std::string Text(int pitch, double seconds, int velocity) {
  return fmt::format("{}@{:.2f} v{}", pitch, seconds, velocity);
}

/// What SequenceGenerator adds to `primer`, a bar, in the bars after it.
std::vector<std::string> Continued(const std::shared_ptr<const Model>& model,
                                   const NoteSequence& primer, uint32_t seed,
                                   const Conditions* told = nullptr) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = primer;
  GeneratorOptions& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(kBar * kStepSeconds);
  section->set_end_time((1 + kAnswerBars) * kBar * kStepSeconds);
  (*options.mutable_args())["seed"].set_int_value(static_cast<int32_t>(seed));
  const std::string names[] = {kDensityArg, kHistogramArg, kDisableArg};
  if (told != nullptr) SetConditionArgs(*told, std::span(names).first(2), options);
  const auto generation = SequenceGenerator(model).GenerateMany(request, 1);
  if (!generation.ok()) return {generation.status().ToString()};
  std::vector<std::string> notes;
  for (const auto& note : generation->outputs[0].sequence.notes()) {
    if (note.start_time() < kBar * kStepSeconds - 1e-9) continue;
    notes.push_back(Text(note.pitch(), note.start_time(), note.velocity()));
  }
  std::sort(notes.begin(), notes.end());
  return notes;
}

/// The machine's notes of a session that begins at second 0.
std::vector<std::string> Sounded(const Simulation& simulation) {
  std::vector<std::string> notes;
  for (const Simulation::Heard& note : simulation.Notes(0)) {
    notes.push_back(Text(note.pitch, static_cast<double>(note.start) / 48000, note.velocity));
  }
  std::sort(notes.begin(), notes.end());
  return notes;
}

EngineState RunSeconds(const DuetOptions& options, const std::shared_ptr<const Model>& model,
                       Simulation& simulation, const Conditions& told = {}) {
  auto duet = Duet::Create(options, {model}, {}, {}, told);
  EXPECT_TRUE(duet.ok()) << duet.status();
  DuetObserver observer;
  EXPECT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  EXPECT_EQ(simulation.Unbalanced(), "");
  EXPECT_EQ((*duet)->state().late_notes, 0);
  return (*duet)->state();
}

TEST(LivePerformance, AnswersAsSequenceGeneratorDoesOnItsOwnTimes) {
  for (const char* config :
       {kLoud, "performance_with_dynamics_compact", "performance_with_dynamics_and_modulo_encoding",
        "performance_with_dynamics_and_note_encoding", kTold, kOptional}) {
    SCOPED_TRACE(config);
    const auto model = testing::RandomModel(config);
    Simulation simulation;
    Play(kPhrase, simulation);
    RunSeconds(SecondsOptions(), model, simulation);
    const std::vector<std::string> notes = Sounded(simulation);
    EXPECT_EQ(notes, Continued(model, Sequence(kPhrase), 7));
    EXPECT_GT(notes.size(), 1u);
    // They stand on hundredths of a second, to the frame, and few of them on sixteenths.
    int on_steps = 0;
    for (const Simulation::Heard& note : simulation.Notes(0)) {
      EXPECT_LE(std::abs(std::remainder(static_cast<double>(note.start), 480)), 1);
      on_steps += note.start % 6000 == 0;
    }
    EXPECT_LT(on_steps, static_cast<int>(notes.size()) / 2);
  }
}

TEST(LivePerformance, WithoutVelocitiesItIsAsLoudAsThePhrase) {
  Simulation simulation;
  Play(kPhrase, simulation);
  RunSeconds(SecondsOptions(), testing::RandomModel("performance"), simulation);
  EXPECT_FALSE(simulation.Notes(0).empty());
  for (const auto& note : simulation.Notes(0)) EXPECT_EQ(note.velocity, 64);  // the mean
}

TEST(LivePerformance, ThePedalHoldsNotes) {
  const auto model = testing::RandomModel(kLoud);
  Simulation simulation;
  const std::vector<Key> keys = {{0, 1, 60, 80}, {2, 3, 64, 80}, {5, 6, 60, 80}, {9, 10, 67, 80}};
  Play(keys, simulation);
  simulation.Send(0.5, {0xb0, 64, 127}).Send(8.2, {0xb0, 64, 0});
  RunSeconds(SecondsOptions(), model, simulation);
  const std::vector<Key> held = {{0, 5, 60, 80}, {2, 8.2, 64, 80}, {5, 8.2, 60, 80}, keys[3]};
  EXPECT_EQ(Sounded(simulation), Continued(model, Sequence(held), 7));
  // To those that hear steps it means nothing.
  DuetOptions options = SecondsOptions();
  options.model_steps_per_second = 0;
  for (const bool pedal : {true, false}) {
    Simulation steps;
    Play(keys, steps);
    if (pedal) steps.Send(0.5, {0xb0, 64, 127}).Send(8.2, {0xb0, 64, 0});
    RunSeconds(options, testing::RandomModel("basic_rnn"), steps);
    static const auto& first = *new std::vector<std::string>(Sounded(steps));
    EXPECT_EQ(Sounded(steps), first);
  }
}

TEST(LivePerformance, AShortNoteBeforeTheTurnHasEnded) {
  for (const char* config : {kLoud, "performance_with_dynamics_and_note_encoding"}) {
    SCOPED_TRACE(config);
    const auto model = testing::RandomModel(config);
    Simulation simulation;
    // Within half a step of the next phrase, where it is heard.
    Play({{0, 4, 60, 80}, {79.6, 79.9, 64, 80}, {84, 88, 67, 80}}, simulation);
    DuetOptions options = SecondsOptions();
    options.thru = false;
    RunSeconds(options, model, simulation);
    EXPECT_FALSE(Sounded(simulation).empty());
  }
}

TEST(LivePerformance, WhatWasAnsweredIsHeardAgain) {
  const auto model = testing::RandomModel(kLoud);
  DuetOptions options = SecondsOptions();
  options.memory = MemoryMode::kSession;
  Simulation simulation;
  Play(kPhrase, simulation);
  std::vector<Key> second = kPhrase;
  for (Key& key : second) key.start += 5 * kBar, key.end += 5 * kBar;
  Play(second, simulation);
  struct : DuetObserver {
    void OnAnswer(const AnswerReport& report) override { all.push_back(report); }
    std::vector<AnswerReport> all;
  } reports;
  auto duet = Duet::Create(options, {model});
  ASSERT_TRUE(duet.ok());
  ASSERT_TRUE((*duet)->Run(simulation, {}, reports).ok());
  ASSERT_EQ(reports.all.size(), 2u);
  const auto steps_of = [](const std::vector<Event>& events) {
    int64_t steps = 0;
    for (const Event event : events) steps += ShiftOf(event);
    return steps;
  };
  EXPECT_EQ(steps_of(reports.all[0].primer), 200);
  EXPECT_EQ(steps_of(reports.all[1].primer), 1200);
}

TEST(LivePerformance, KnobsTellTheModelWhatToPlay) {
  const auto model = testing::RandomModel(kTold);
  DuetOptions options = SecondsOptions();
  options.controls = {{LiveAction::kDensity, false, 20, -1}};
  for (uint8_t i = 0; i < 12; ++i) {
    options.controls.push_back(
        {LiveAction::kPitchClass, false, static_cast<uint8_t>(30 + i), -1, i});
  }
  Conditions told;
  const auto play = [&](double when, const std::vector<std::vector<uint8_t>>& messages,
                        const Conditions& first = {}) {
    Simulation simulation;
    Play(kPhrase, simulation);
    for (const auto& message : messages) simulation.Send(when, message);
    RunSeconds(options, model, simulation, first);
    return Sounded(simulation);
  };
  const auto plain = play(0, {});
  // From the beginning on it is as where a request says so.
  told.notes_per_second = KnobDensity(20);
  EXPECT_EQ(play(0.1, {{0xb0, 20, 20}}), Continued(model, Sequence(kPhrase), 7, &told));
  EXPECT_EQ(play(0.1, {}, told), Continued(model, Sequence(kPhrase), 7, &told));
  EXPECT_NE(play(0.1, {{0xb0, 20, 20}}), plain);
  told = {};
  told.pitch_classes[2] = 0;
  told.pitch_classes[11] = 64.0 / 127;
  EXPECT_EQ(play(0.1, {{0xb0, 32, 0}, {0xb0, 41, 64}}),
            Continued(model, Sequence(kPhrase), 7, &told));
  // In the middle of an answer: what has sounded by then, and what was drawn ahead, stays.
  const auto turned = play(kBar + 4, {{0xb0, 20, 0}, {0xb0, 30, 0}, {0xb0, 37, 0}});
  EXPECT_NE(turned, plain);
  const auto before = [](std::vector<std::string> notes) {
    std::erase_if(notes, [](const std::string& note) {
      return std::stod(note.substr(note.find('@') + 1)) >= (kBar + 4) * kStepSeconds;
    });
    return notes;
  };
  EXPECT_EQ(before(turned), before(plain));
  EXPECT_FALSE(before(plain).empty());
}

TEST(LivePerformance, AKnobTellsItNothingAtAll) {
  const auto model = testing::RandomModel(kOptional);
  DuetOptions options = SecondsOptions();
  options.controls = {{LiveAction::kUntold, false, 20, -1}, {LiveAction::kDensity, false, 21, -1}};
  const auto play = [&](const std::vector<std::vector<uint8_t>>& messages) {
    Simulation simulation;
    Play(kPhrase, simulation);
    for (const auto& message : messages) simulation.Send(0.1, message);
    RunSeconds(options, model, simulation);
    return Sounded(simulation);
  };
  const auto untold = play({{0xb0, 20, 127}});
  EXPECT_EQ(play({{0xb0, 21, 3}, {0xb0, 20, 64}}), untold);
  EXPECT_NE(play({}), untold);
  EXPECT_EQ(play({{0xb0, 20, 127}, {0xb0, 20, 63}}), play({}));
}

TEST(LivePerformance, SecondsStaySecondsAtAnyTempo) {
  const auto model = testing::RandomModel(kLoud);
  for (const double qpm : {120.0, 240.0, 77.0}) {
    DuetOptions options = SecondsOptions();
    options.mode = TurnMode::kFree;
    options.qpm = qpm;
    options.silence_steps = 4;
    Simulation simulation;
    Play(kPhrase, simulation);
    RunSeconds(options, model, simulation);
    const auto notes = simulation.Notes(0);
    ASSERT_GT(notes.size(), 8u);
    for (size_t i = 1; i < 8; ++i) {
      EXPECT_LE(std::abs(std::remainder(static_cast<double>(notes[i].start - notes[0].start), 480)),
                2)
          << qpm;
    }
  }
}

class LivePerformanceEnds : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Forms, LivePerformanceEnds,
                         ::testing::Values(kTold, "performance_with_dynamics_and_note_encoding"));

TEST_P(LivePerformanceEnds, SwitchesWheelsAndFollowedClocksEndEveryNote) {
  const auto model = testing::RandomModel(GetParam());
  for (const SyncMode sync : {SyncMode::kOwn, SyncMode::kFollow, SyncMode::kMaster}) {
    DuetOptions options = SecondsOptions();
    options.mode = TurnMode::kSwitch;
    options.sync = sync;
    options.thru = true;
    options.players[0].output_channel = 1;
    options.memory = MemoryMode::kSession;
    options.controls = {
        {LiveAction::kStartPhrase, false, 1, 127}, {LiveAction::kStopPhrase, false, 1, 0},
        {LiveAction::kMutate, false, 7, -1},       {LiveAction::kLoop, false, 5, -1},
        {LiveAction::kTempo, false, 6, -1},        {LiveAction::kModel, false, 8, -1},
        {LiveAction::kPanic, false, 2, -1}};
    Simulation simulation;
    simulation.Send(0, {0xfa});
    for (int i = 0; i < 1200; ++i) simulation.Send(i / 6.0, {0xf8});
    simulation.Send(1, {0xb0, 1, 127}).Send(20, {0xb0, 1, 0}).Send(60, {0xb0, 7, 127});
    for (int i = 0; i < 12; ++i) simulation.Note(1.3 + i * 1.41, 2.2 + i * 1.41, 50 + i);
    simulation.Send(2, {0xb0, 64, 127}).Send(25, {0xb0, 6, 90}).Send(27, {0xb0, 8, 1});
    simulation.Send(70, {0xb0, 5, 127}).Send(110, {0xb0, 5, 0}).Send(130, {0xb0, 2, 127});
    auto duet = Duet::Create(options, {model, testing::RandomModel(kLoud, 3)});
    ASSERT_TRUE(duet.ok());
    DuetObserver observer;
    ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
    EXPECT_EQ(simulation.Unbalanced(), "");
    EXPECT_GT(simulation.Notes(1).size(), 5u);
    EXPECT_EQ((*duet)->state().sounding, 0);
  }
}

TEST(LivePerformance, ModelsOfOneGridPlayTogether) {
  DuetOptions options = SecondsOptions();
  const auto refused = [&](const char* config) {
    return std::string(Duet::Create(options, {testing::RandomModel(config)}).status().message());
  };
  EXPECT_THAT(refused("basic_rnn"),
              ::testing::HasSubstr("4 steps per quarter, the session 100 per second"));
  options.model_steps_per_second = 0;
  EXPECT_THAT(refused(kLoud),
              ::testing::HasSubstr("100 steps per second, the session 4 per quarter"));
}

TEST(HeardTimeTest, GoesThereAndBack) {
  HeardTime time;
  time.Add(8, 0.5);
  time.Add(12, 0.25);
  time.Add(20, 1);
  for (const auto& [position, seconds] :
       {std::pair(8.0, 0.0), {10, 1}, {12, 2}, {16, 3}, {20, 4}, {23.5, 7.5}, {6, -1}}) {
    EXPECT_DOUBLE_EQ(time.SecondsAt(position), seconds);
    EXPECT_DOUBLE_EQ(time.PositionAt(seconds), position);
  }
}

TEST(ConversationTest, WhatIsHeardOfAMemoryThatIsCutBeginsWithIt) {
  DuetOptions options;
  options.model_steps_per_second = 100;
  Conversation conversation(options);
  const int64_t bar = options.steps_per_bar;
  Conversation::Turn turn;
  turn.to = 20 * bar;
  for (int64_t line = bar; line < turn.to; line += bar) {
    const auto early = static_cast<double>(line) - 0.4;
    turn.notes.push_back({early, early + 0.3, 60, 100});
  }
  conversation.Add(turn);
  conversation.MoveTo(20 * bar, HeardBarsOf(options).most);
  ASSERT_FALSE(conversation.empty());
  EXPECT_EQ(conversation.start(), 10 * bar);
  ASSERT_EQ(conversation.turns()[0].notes.size(), 10u);
  for (const PlayedNote& note : conversation.turns()[0].notes) {
    EXPECT_GE(note.start, static_cast<double>(conversation.start()));
    EXPECT_GE(note.end, note.start);
  }
}

TEST(HeardBarsTest, OfSecondsAsManyAsAreLearnedFrom) {
  DuetOptions options;
  EXPECT_EQ(HeardBarsOf(options).most, 48);
  options.model_steps_per_second = 100;
  for (const auto& [qpm, most, kept] : {std::tuple(120.0, 15, 10), {60.0, 7, 5}, {10.0, 1, 1}}) {
    options.qpm = qpm;
    EXPECT_EQ(HeardBarsOf(options).most, most) << qpm;
    EXPECT_EQ(HeardBarsOf(options).kept, kept) << qpm;
  }
}

}  // namespace
}  // namespace magenta
