// Whole sessions in simulated time: what is played in, what comes out, and on which frame.

#include "magenta/live/duet.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/live/simulation_for_tests.h"

namespace magenta {
namespace {

using testing::RandomModel;

/// "60@16-18 62@20-22": the machine's notes, by steps.
std::string MachineNotes(const Simulation& simulation) {
  std::string dump;
  for (const Simulation::Heard& note : simulation.Notes(/*channel=*/0)) {
    dump += fmt::format("{}{}@{}-{}", dump.empty() ? "" : " ", note.pitch,
                        simulation.StepOf(note.start), simulation.StepOf(note.end));
  }
  return dump;
}

/// What SequenceGenerator makes of the same phrase, from `start` on, as MachineNotes has it.
std::string Generated(const std::shared_ptr<const Model>& model, const NoteSequence& phrase,
                      int start, int end, uint32_t seed, int first_step) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = phrase;
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(start / 8.0);  // at 120 quarters a minute
  section->set_end_time(end / 8.0);
  (*options.mutable_args())["seed"].set_int_value(static_cast<int32_t>(seed));
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
    RunDuet(options, model, simulation);
    NoteSequence first = simulation.Phrase({{0, 3, 60}, {4, 6, 64}, {8, 9, 67}, {12, 16, 65}});
    NoteSequence second = simulation.Phrase({{0, 1, 70}, {4, 6, 69}, {8, 14, 75}});
    EXPECT_EQ(MachineNotes(simulation),
              Generated(model, first, 16, 32, 7, 0) + " " + Generated(model, second, 16, 32, 8, 32))
        << config;
  }
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

}  // namespace
}  // namespace magenta
