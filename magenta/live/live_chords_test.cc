// What models play over in a session: charts, and keys that are held.

#include "magenta/live/live_chords.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/live/duet.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/live/simulation_test.h"

namespace magenta {
namespace {

std::string Symbols(const LiveChords& chords, int64_t from, int64_t to) {
  std::string dump;
  for (int64_t step = from; step < to; ++step) {
    dump += fmt::format("{}{}", step == from ? "" : " ", chords.SymbolAt(step));
  }
  return dump;
}

TEST(LiveChordsTest, AChartGoesRound) {
  DuetOptions options;
  options.backing_chords = {"C", "H", "Am"};
  options.steps_per_chord = 2;
  const LiveChords chords(options);
  EXPECT_TRUE(chords.given());
  EXPECT_EQ(Symbols(chords, -2, 9), "Am Am C C H H Am Am C C H");
  EXPECT_EQ(UnpackChord(chords.CodeAt(6)).root, 0);
  EXPECT_EQ(chords.CodeAt(2), kNoChord);  // there is no H
}

TEST(LiveChordsTest, HeldKeysAreAChordFromTheNextStepOn) {
  DuetOptions options;
  options.chord_channel = 1;
  LiveChords chords(options);
  EXPECT_TRUE(chords.given());
  EXPECT_EQ(chords.SymbolAt(100), "N.C.");
  for (const uint8_t pitch : {48, 52, 55}) chords.KeyDown(1.9, pitch);
  EXPECT_EQ(Symbols(chords, 1, 5), "N.C. N.C. C C");
  chords.KeyUp(48);
  chords.KeyUp(52);
  chords.KeyDown(4.2, 59);  // two notes are no chord: the last one holds
  EXPECT_EQ(Symbols(chords, 4, 7), "C C C");
  chords.KeyDown(4.3, 62);
  EXPECT_EQ(Symbols(chords, 4, 7), "C G G");
  chords.KeyUp(PerformanceEvent::kAllKeys);
  for (const uint8_t pitch : {57, 60, 64}) chords.KeyDown(6, pitch);
  EXPECT_EQ(Symbols(chords, 5, 8), "G G Am");
}

/// "60@16-18 ...": the machine's notes, by steps.
std::string AnswerOf(const DuetOptions& options, const std::shared_ptr<const Model>& model,
                     Simulation& simulation) {
  auto duet = Duet::Create(options, {model});
  EXPECT_TRUE(duet.ok());
  DuetObserver observer;
  EXPECT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  EXPECT_TRUE((*duet)->ended_quietly());
  EXPECT_EQ(simulation.Unbalanced(), "");
  std::string dump;
  for (const Simulation::Heard& note : simulation.Notes(0)) {
    dump += fmt::format("{}@{}-{} ", note.pitch, simulation.StepOf(note.start),
                        simulation.StepOf(note.end));
  }
  return dump;
}

DuetOptions BarByBar() {
  DuetOptions options;
  options.mode = TurnMode::kBars;
  options.listen_bars = options.answer_bars = 1;
  options.thru = false;
  options.metronome.when = MetronomeWhen::kOff;
  options.seed = 7;
  return options;
}

/// "C@0 G7@8": the chord symbols of a recording, in steps.
std::string RecordedChords(const DuetOptions& options, Simulation& simulation) {
  auto duet = Duet::Create(options, {testing::RandomModel("chord_pitches_improv")});
  EXPECT_TRUE(duet.ok());
  DuetObserver observer;
  EXPECT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  std::string dump;
  const NoteSequence kept = (*duet)->recorder().Sequence();
  for (const auto& text : kept.text_annotations()) {
    EXPECT_EQ(text.annotation_type(), NoteSequence::TextAnnotation::CHORD_SYMBOL);
    dump += fmt::format("{}@{:.2f} ", text.text(), text.time() * 8);
  }
  return dump;
}

TEST(LiveChordsTest, TheRecordingHasTheChordsThatWerePlayedOver) {
  DuetOptions options = BarByBar();
  options.backing_chords = {"C", "G7", "G7", "Am"};
  options.steps_per_chord = 6;
  {
    Simulation simulation;
    simulation.Note(0.1, 2.9, 60).Note(4.1, 11.8, 64);
    const std::string chords = RecordedChords(options, simulation);
    EXPECT_TRUE(chords.starts_with("C@0.00 G7@6.00 Am@18.00 C@24.00 ")) << chords;
  }
  options.backing_chords.clear();
  options.chord_channel = 4;
  Simulation simulation;
  simulation.Note(0.1, 2.9, 60).Note(4.1, 11.8, 64);
  for (const int pitch : {48, 52, 55}) simulation.Note(1.7, 5, pitch, 4);
  for (const int pitch : {57, 60, 64}) simulation.Note(9.1, 12, pitch, 4);
  EXPECT_EQ(RecordedChords(options, simulation), "C@3.00 Am@10.00 ");
}

/// What SequenceGenerator makes of a bar of two notes over `chords`, {step, symbol}.
std::string GeneratedOver(const std::shared_ptr<const Model>& model,
                          const std::vector<std::pair<int, const char*>>& chords) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = Simulation::Phrase({{0, 3, 60}, {4, 12, 64}});
  for (const auto& [step, symbol] : chords) {
    auto* text = request.mutable_input_sequence()->add_text_annotations();
    text->set_time(step / 8.0);
    text->set_text(symbol);
    text->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(2);
  section->set_end_time(4);
  (*options.mutable_args())["seed"].set_int_value(7);
  const auto generation = SequenceGenerator(model).GenerateMany(request, 1);
  if (!generation.ok()) return generation.status().ToString();
  std::string dump;
  for (const auto& note : generation->outputs[0].sequence.notes()) {
    if (note.start_time() < 2) continue;
    dump += fmt::format("{}@{}-{} ", note.pitch(), std::llround(note.start_time() * 8),
                        std::llround(note.end_time() * 8));
  }
  return dump;
}

TEST(LiveChordsTest, AnswersAreThoseOfTheGenerator) {
  const auto model = testing::RandomModel("chord_pitches_improv");
  DuetOptions options = BarByBar();
  options.backing_chords = {"C", "G7", "Am", "F#m7b5"};
  options.steps_per_chord = 8;
  Simulation simulation;
  simulation.Note(0.1, 2.9, 60).Note(4.1, 11.8, 64);
  const std::string over = GeneratedOver(model, {{0, "C"}, {8, "G7"}, {16, "Am"}, {24, "F#m7b5"}});
  EXPECT_EQ(AnswerOf(options, model, simulation), over);
  EXPECT_NE(over, GeneratedOver(model, {}));
}

TEST(LiveChordsTest, ChordsHeldOnAChannelOrBelowAKeyArePlayedOver) {
  const auto model = testing::RandomModel("chord_pitches_improv");
  const std::string over = GeneratedOver(model, {{3, "C"}});
  for (const bool by_split : {false, true}) {
    DuetOptions options = BarByBar();
    if (by_split) {
      options.split_key = 56;
    } else {
      options.chord_channel = 4;
    }
    Simulation simulation;
    simulation.Note(0.1, 2.9, 60).Note(4.1, 11.8, 64);
    const int channel = by_split ? 0 : 4;
    for (const int pitch : {48, 52, 55}) simulation.Note(1.7, 20, pitch, channel);
    EXPECT_EQ(AnswerOf(options, model, simulation), over) << by_split;
  }
}

// A phrase is heard anew where the same notes stand over other chords.
TEST(LiveChordsTest, TheSamePhraseElsewhereIsAnotherPhrase) {
  const auto model = testing::RandomModel("chord_pitches_improv");
  DuetOptions options = BarByBar();
  options.memory = MemoryMode::kPhrase;
  options.backing_chords = {"C", "C", "Ebm", "B7"};
  Simulation simulation;
  for (const int from : {0, 32}) {
    simulation.Note(from + 0.1, from + 2.9, 60).Note(from + 4.1, from + 11.8, 64);
  }
  const std::string answers = AnswerOf(options, model, simulation);
  const std::string first = GeneratedOver(model, {{0, "C"}});
  EXPECT_EQ(answers.substr(0, first.size()), first);
  // With the second answer's seed.
  Simulation again;
  again.Note(32.1, 34.9, 60).Note(36.1, 43.8, 64);
  options.seed = 8;
  const std::string alone = AnswerOf(options, model, again);
  EXPECT_NE(alone, "");
  EXPECT_EQ(answers.substr(first.size()), alone);
}

TEST(LiveChordsTest, AChartStandsWhereTheSequencerIs) {
  DuetOptions options;
  options.backing_chords = {"C", "G", "Am"};
  options.steps_per_bar = 4;
  options.steps_per_chord = 4;
  LiveChords chords(options);
  chords.FollowSong(2, 1);
  chords.FollowSong(8, -2);
  EXPECT_EQ(Symbols(chords, 0, 12), "C C G G Am Am Am Am C C C C");
  chords.FollowSong(4, 0);  // the clock went back
  EXPECT_EQ(Symbols(chords, 0, 8), "C C G G G G G G");

  const auto model = testing::RandomModel("chord_pitches_improv");
  DuetOptions duet = BarByBar();
  duet.sync = SyncMode::kFollow;
  duet.backing_chords = {"C", "G7", "Am", "F#m7b5"};
  Simulation simulation;
  simulation.Send(8, {0xf2, 32, 0}).Send(9, {0xfb});  // from the third bar on
  for (int tick = 0; tick < 6 * 60; ++tick) simulation.Send(10 + tick / 6.0, {0xf8});
  simulation.Note(10.1, 12.9, 60).Note(14.1, 21.8, 64);
  simulation.SetOrigin(10);
  EXPECT_EQ(AnswerOf(duet, model, simulation), GeneratedOver(model, {{0, "Am"}, {16, "F#m7b5"}}));
}

/// "+48 -48": the keys of chords that the engine tells of, where they come on channels of inputs.
std::string ChordKeys(const DuetOptions& options, const std::vector<MidiEvent>& in) {
  DuetEngine engine(options);
  std::vector<MidiEvent> store(256);
  MidiOut out(store);
  engine.Process({0, 64, 48000}, in, out);
  std::string dump;
  PerformanceEvent event;
  while (engine.performance_events().Pop(event)) {
    if (event.kind == PerformanceEvent::Kind::kChordKeyDown)
      dump += fmt::format("+{} ", event.pitch);
    if (event.kind == PerformanceEvent::Kind::kChordKeyUp) dump += fmt::format("-{} ", event.pitch);
  }
  return dump;
}

TEST(LiveChordsTest, KeysAreLetGoOfByTheEndOfTheirOwnChannel) {
  DuetOptions options;
  options.num_inputs = 2;
  const auto note = [](uint8_t port, uint8_t channel, uint8_t pitch) {
    return MidiEvent{0, port, 3, {static_cast<uint8_t>(0x90 | channel), pitch, 100}};
  };
  const auto end = [](uint8_t port, uint8_t channel) {
    return MidiEvent{0, port, 3, {static_cast<uint8_t>(0xb0 | channel), 123, 0}};
  };
  options.chord_channel = 4;
  EXPECT_EQ(ChordKeys(options,
                      {note(0, 4, 48), note(0, 4, 52), end(0, 9), end(1, 4), end(0, 4), end(0, 4)}),
            "+48 +52 -48 -52 ");
  options.chord_channel = -1;
  options.split_key = 56;
  EXPECT_EQ(ChordKeys(options, {note(0, 0, 48), note(0, 1, 50), end(0, 1), end(0, 2), end(0, 0)}),
            "+48 +50 -50 -48 ");
}

}  // namespace
}  // namespace magenta
