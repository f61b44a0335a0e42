#include "magenta/generate/sequence_generator.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>

#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"
#include "magenta/music/melody.h"
#include "magenta/request/generate_args.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using testing::RandomModel;

/// `primer` at `qpm` continued from its end to step `num_steps`.
GenerateSequenceRequest Request(const std::vector<Event>& primer, int num_steps = 32,
                                double qpm = 120) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = Melody::FromEvents(primer)->ToSequence(qpm);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(request.input_sequence().total_time());
  section->set_end_time(num_steps * (60.0 / qpm / 4));
  return request;
}

void SetInt(GenerateSequenceRequest& request, const std::string& name, int value) {
  (*request.mutable_generator_options()->mutable_args())[name].set_int_value(value);
}

std::vector<std::string> Bytes(const Generation& generation) {
  std::vector<std::string> all;
  for (const auto& output : generation.outputs) all.push_back(output.sequence.SerializeAsString());
  return all;
}

const std::vector<Event> kTune = {60, kNoEvent, 62, 64, kNoteOff, kNoEvent, 67, 67};

TEST(SequenceGeneratorTest, ASeedGivesTheSameNotesAloneAndAmongTen) {
  for (const ModelSpec& spec : BuiltInModels()) {
    const SequenceGenerator generator(RandomModel(spec.id));
    GenerateSequenceRequest request = Request(kTune, 64);
    SetInt(request, "seed", 42);
    const auto one = generator.GenerateMany(request, 1), ten = generator.GenerateMany(request, 10);
    ASSERT_TRUE(one.ok() && ten.ok()) << one.status() << ten.status();
    EXPECT_EQ(Bytes(*one)[0], Bytes(*ten)[0]);
    EXPECT_EQ(generator.Generate(request)->generated_sequence().SerializeAsString(),
              Bytes(*one)[0]);
    const auto all = Bytes(*ten);
    EXPECT_GT(std::set<std::string>(all.begin(), all.end()).size(), 5u);
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(ten->outputs[i].seed, 42u + i);
      EXPECT_EQ(StepsOf(*spec.kind, ten->outputs[i].events.events),
                std::llround(8 / spec.grid.StepSeconds(120)));
      EXPECT_LT(ten->outputs[i].log_likelihood, 0);
      GenerateSequenceRequest again = request;
      SetInt(again, "seed", 42 + i);
      EXPECT_EQ(Bytes(*generator.GenerateMany(again, 1))[0], all[i]);
    }
  }
}

TEST(SequenceGeneratorTest, WithoutASeedOneIsDrawnAndRepeats) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request = Request(kTune, 64);
  const auto drawn = generator.GenerateMany(request, 2);
  ASSERT_TRUE(drawn.ok());
  SetInt(request, "seed", static_cast<int32_t>(drawn->seed));
  const auto again = generator.GenerateMany(request, 2);
  EXPECT_EQ(Bytes(*drawn), Bytes(*again));
  EXPECT_EQ(again->seed, drawn->seed);
}

TEST(SequenceGeneratorTest, ThePrimerStaysAsItIs) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  for (const std::vector<Event>& primer :
       {kTune, {60}, {40, kNoEvent, 43, 45, 100, kNoteOff}, {kNoEvent, kNoEvent, 64, kNoEvent}}) {
    const GenerateSequenceRequest request = Request(primer, 32);
    const auto got = generator.GenerateMany(request, 1);
    ASSERT_TRUE(got.ok()) << got.status();
    const auto& events = got->outputs[0].events.events;
    const auto& sequence = got->outputs[0].sequence;
    EXPECT_EQ(events.size(), 32u);
    const int notes = request.input_sequence().notes_size();
    ASSERT_GE(sequence.notes_size(), notes);
    for (int i = 0; i < notes; ++i) {
      const auto &a = sequence.notes(i), &b = request.input_sequence().notes(i);
      EXPECT_EQ(a.start_time(), b.start_time());
      if (i + 1 < notes) {
        EXPECT_EQ(a.end_time(), b.end_time());
      }
    }
  }
}

TEST(SequenceGeneratorTest, OursDrawsEveryStepAndTheReferenceWindowsForceARest) {
  const SequenceGenerator generator(RandomModel("basic_rnn"));
  GenerateSequenceRequest request = Request({60, kNoEvent, 62, 64}, 16);
  auto got = generator.GenerateMany(request, 1);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outputs[0].primer_size, 4);
  EXPECT_EQ(got->outputs[0].events.events.size(), 16u);
  // Section 5: the exact step 4 becomes 5, and the primer's last note ends before it.
  SetInt(request, "reference_windows", 1);
  got = generator.GenerateMany(request, 1);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outputs[0].primer_size, 5);
  EXPECT_EQ(got->outputs[0].events.events[4], kNoteOff);
  EXPECT_EQ(got->outputs[0].events.events.size(), 16u);
}

TEST(SequenceGeneratorTest, TrailingRestsOfThePrimerAreKept) {
  const SequenceGenerator generator(RandomModel("basic_rnn"));
  GenerateSequenceRequest request = Request({60, kNoEvent, 62, 64}, 16);
  request.mutable_generator_options()->mutable_generate_sections(0)->set_start_time(1.0);
  const auto got = generator.GenerateMany(request, 1);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outputs[0].primer_size, 8);
  const auto& events = got->outputs[0].events.events;
  EXPECT_THAT(std::vector<Event>(events.begin() + 4, events.begin() + 8),
              ElementsAreArray<Event>({kNoteOff, kNoEvent, kNoEvent, kNoEvent}));
}

TEST(SequenceGeneratorTest, SilenceIsAPrimerToo) {
  const SequenceGenerator generator(RandomModel("basic_rnn"));
  const auto got = generator.GenerateMany(Request({}, 16), 1);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outputs[0].events.events.size(), 17u);  // an unheard one comes first
  for (const auto& note : got->outputs[0].sequence.notes()) {
    EXPECT_GE(note.start_time(), 0);
    EXPECT_LE(note.end_time(), 2.0);
  }
}

TEST(SequenceGeneratorTest, TemperatureZeroTakesTheMostProbable) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request = Request(kTune, 64);
  (*request.mutable_generator_options()->mutable_args())["temperature"].set_float_value(0);
  SetInt(request, "seed", 1);
  const auto got = generator.GenerateMany(request, 3);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(Bytes(*got)[0], Bytes(*got)[1]);
  EXPECT_EQ(Bytes(*got)[0], Bytes(*got)[2]);
  EXPECT_LT(got->outputs[0].log_likelihood, 0);
}

std::string Notes(const Generation& generation) {
  return fmt::format("{}", fmt::join(generation.notes, " | "));
}

TEST(SequenceGeneratorTest, SeedsThatDrawNoNoteAreSaid) {
  const SequenceGenerator generator(RandomModel("basic_rnn"));
  GenerateSequenceRequest request = Request(kTune, static_cast<int>(kTune.size()) + 1);
  int silent = 0;
  for (int seed = 0; seed < 100; ++seed) {
    SetInt(request, "seed", seed);
    const auto got = generator.GenerateMany(request, 1);
    ASSERT_TRUE(got.ok()) << got.status();
    const bool has_note = got->outputs[0].events.events.back() >= 0;
    silent += has_note ? 0 : 1;
    const std::string said = fmt::format("seed {} drew no note: another may", seed);
    EXPECT_EQ(Notes(*got).find(said) == std::string::npos, has_note) << Notes(*got);
  }
  EXPECT_GT(silent, 0);
}

/// Events and score of kTune's continuation to 64 steps, seed 3, by lookback_rnn.
GeneratedOutput Drawn(const std::map<std::string, double>& reals, int top_k = 0,
                      int beam_size = 1) {
  GenerateSequenceRequest request = Request(kTune, 64);
  auto& args = *request.mutable_generator_options()->mutable_args();
  for (const auto& [name, value] : reals) args[name].set_float_value(value);
  SetInt(request, "top_k", top_k);
  SetInt(request, "beam_size", beam_size);
  SetInt(request, "seed", 3);
  const auto got = SequenceGenerator(RandomModel("lookback_rnn")).GenerateMany(request, 1);
  EXPECT_TRUE(got.ok()) << got.status();
  return got.ok() ? got->outputs[0] : GeneratedOutput{};
}

TEST(SequenceGeneratorTest, SamplersThatLeaveAllChangeNothing) {
  const GeneratedOutput plain = Drawn({});
  for (const auto& reals : std::vector<std::map<std::string, double>>{
           {{"top_p", 1}}, {{"min_p", 0}}, {{"pitch_temperature", 1}}, {{"temperature", 1}}}) {
    const GeneratedOutput got = Drawn(reals);
    EXPECT_EQ(got.events, plain.events) << reals.begin()->first;
    EXPECT_EQ(got.log_likelihood, plain.log_likelihood) << reals.begin()->first;
  }
  EXPECT_EQ(Drawn({}, 1000).events, plain.events);
}

TEST(SequenceGeneratorTest, SamplersThatLeaveOneClassTakeTheMostProbable) {
  const EventSequence greedy = Drawn({{"temperature", 0}}).events;
  EXPECT_NE(Drawn({}).events, greedy);
  EXPECT_EQ(Drawn({}, 1).events, greedy);
  EXPECT_EQ(Drawn({{"top_p", 1e-6}}).events, greedy);
  EXPECT_EQ(Drawn({{"min_p", 1}}).events, greedy);
  EXPECT_EQ(Drawn({{"temperature", 0}, {"top_p", 0.5}}).events, greedy);
  EXPECT_EQ(Drawn({{"temperature", 0}, {"pitch_temperature", 0}}, 1).events, greedy);
}

TEST(SequenceGeneratorTest, DrawsAreScoredByWhatTheyWereDrawnFrom) {
  // Of one class each draw is certain, so that the score is the primer's alone, here as there.
  const double certain = Drawn({}, 1).log_likelihood;
  EXPECT_LT(certain, 0);
  EXPECT_NEAR(Drawn({{"top_p", 1e-6}}).log_likelihood, certain, 1e-4);
  EXPECT_LT(Drawn({}).log_likelihood, certain);
  EXPECT_LT(Drawn({}, 2).log_likelihood, certain);
  EXPECT_GT(Drawn({}, 2).log_likelihood, Drawn({}, 30).log_likelihood);
  // Where nothing is left to chance, as at temperature 1.
  for (const auto& reals : std::vector<std::map<std::string, double>>{
           {{"temperature", 0}, {"top_p", 0.1}},
           {{"temperature", 0}, {"pitch_temperature", 1.5}, {"min_p", 1}},
           {{"pitch_temperature", 0}, {"top_p", 0.01}}}) {
    const double score = Drawn(reals, 1).log_likelihood;
    EXPECT_TRUE(std::isfinite(score) && score < certain) << score;
  }
}

TEST(SequenceGeneratorTest, BeamSearchTakesSamplers) {
  const GeneratedOutput one = Drawn({{"top_p", 0.5}, {"pitch_temperature", 0.7}}, 0, 4);
  EXPECT_EQ(one.events, Drawn({{"top_p", 0.5}, {"pitch_temperature", 0.7}}, 0, 4).events);
  EXPECT_TRUE(std::isfinite(one.log_likelihood));
  EXPECT_EQ(Drawn({}, 1, 4).events, Drawn({{"temperature", 0}}).events);
}

TEST(SequenceGeneratorTest, BeamArguments) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request = Request(kTune, 32);
  for (const auto& [name, value] : std::map<std::string, int>{
           {"seed", 3}, {"beam_size", 3}, {"branch_factor", 2}, {"steps_per_iteration", 4}}) {
    SetInt(request, name, value);
  }
  const auto one = generator.GenerateMany(request, 1), four = generator.GenerateMany(request, 4);
  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(Bytes(*one)[0], Bytes(*four)[0]);
  SetInt(request, "beam_size", 1 << 20);
  EXPECT_EQ(ExitStatus(generator.GenerateMany(request, 4).status()), 2);
}

TEST(SequenceGeneratorTest, ArgumentsThatAreWrongAreNamed) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  struct Case {
    const char* name;
    GeneratorOptions::ArgValue value;
    const char* message;
  };
  GeneratorOptions::ArgValue text, real, minus, zero, nothing, two;
  text.set_string_value("hot");
  real.set_float_value(2);
  minus.set_float_value(-1);
  zero.set_int_value(0);
  two.set_int_value(2);
  GeneratorOptions::ArgValue none;
  none.set_float_value(0);
  for (const Case& c : {
           Case{"temprature", real, "there is no argument 'temprature'"},
           Case{"temperature", text,
                "'temperature' takes a float_value of 0 to 1000000, not string"},
           Case{"temperature", minus, "not float_value -1"},
           Case{"temperature", nothing, "not no value"},
           Case{"beam_size", real, "'beam_size' takes an int_value of 1 or more, not float_value"},
           Case{"beam_size", zero, "not int_value 0"},
           Case{"steps_per_iteration", zero, "not int_value 0"},
           Case{"pitch_temperature", minus,
                "'pitch_temperature' takes a float_value of 0 to 1000000"},
           Case{"top_k", real, "'top_k' takes an int_value of 0 or more, not float_value 2"},
           Case{"top_p", real, "'top_p' takes a float_value above 0, up to 1, not float_value 2"},
           Case{"top_p", none, "not float_value 0"},
           Case{"min_p", two, "'min_p' takes a float_value of 0 to 1, not int_value 2"},
           Case{"min_p", text, "not string_value"},
           Case{"seed", real, "'seed' takes an int_value"},
           Case{"reference_windows", two, "takes an int_value of 0 or 1, not int_value 2"},
       }) {
    GenerateSequenceRequest request = Request(kTune);
    (*request.mutable_generator_options()->mutable_args())[c.name] = c.value;
    const auto got = generator.Generate(request);
    ASSERT_FALSE(got.ok()) << c.message;
    EXPECT_EQ(ExitStatus(got.status()), 2);
    EXPECT_THAT(ErrorLine(got.status()), HasSubstr(c.message));
    EXPECT_THAT(ErrorLine(got.status()), HasSubstr("steps_per_iteration, seed"));
  }
  GenerateSequenceRequest request = Request(kTune);
  (*request.mutable_generator_options()->mutable_args())["primer_key"] = text;
  EXPECT_THAT(ErrorLine(generator.Generate(request).status()),
              HasSubstr("argument 'primer_key': 'hot' is no key. Give a note, and m or minor"));
  request = Request(kTune);
  SetInt(request, "branch_factor", 0);  // acts as 1
  EXPECT_TRUE(generator.Generate(request).ok());
}

TEST(SequenceGeneratorTest, AKeyThatIsGivenMovesThePrimerAsThatKeyDoes) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  const auto generate = [&](const std::vector<Event>& primer, const char* key) {
    GenerateSequenceRequest request = Request(primer);
    SetInt(request, "seed", 5);
    if (key != nullptr) {
      (*request.mutable_generator_options()->mutable_args())[kPrimerKeyArg].set_string_value(key);
    }
    const auto generation = generator.Generate(request);
    EXPECT_TRUE(generation.ok()) << generation.status();
    return generation->SerializeAsString();
  };
  const std::vector<Event> c_major = {60, 62, 64, 65, 67, 69, 71, 72};
  EXPECT_EQ(generate(c_major, "C"), generate(c_major, nullptr));
  EXPECT_EQ(generate(c_major, "Am"), generate(c_major, nullptr));
  EXPECT_NE(generate(c_major, "G"), generate(c_major, nullptr));
  const SequenceGenerator drums(RandomModel("drum_kit"));
  GenerateSequenceRequest request = Request({60});
  SetInt(request, kPrimerKeyArg, 7);
  EXPECT_EQ(ErrorLine(drums.Generate(request).status()),
            "the argument primer_key is for models that move primers to a key of theirs, and "
            "drum_kit takes them as they are. Leave it out.");
}

TEST(SequenceGeneratorTest, ChangesOfTempoAreHeardBeatForBeat) {
  const SequenceGenerator generator(RandomModel("basic_rnn"));
  // Half a second at 120 is one at 60: twelve steps before the section, as many after.
  GenerateSequenceRequest request = Request({60, 62, 64, 65}, 16);
  auto& input = *request.mutable_input_sequence();
  for (const auto& [pitch, start] : {std::pair(67, 0.5), std::pair(69, 0.75)}) {
    auto* note = input.add_notes();
    note->set_pitch(pitch);
    note->set_velocity(100);
    note->set_start_time(start);
    note->set_end_time(start + 0.25);
  }
  auto* tempo = input.add_tempos();
  tempo->set_time(0.5);
  tempo->set_qpm(60);
  auto* section = request.mutable_generator_options()->mutable_generate_sections(0);
  section->set_start_time(1);
  section->set_end_time(3.5);
  const auto got = generator.GenerateMany(request, 1);
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_FALSE(got->notes.empty());
  EXPECT_THAT(got->notes[0], HasSubstr("changes its tempo: all of it is heard"));
  EXPECT_EQ(got->outputs[0].primer_size, 6);
  EXPECT_EQ(got->outputs[0].events.events.size(), 16u);
  const auto& sequence = got->outputs[0].sequence;
  ASSERT_GE(sequence.notes_size(), 6);
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(sequence.notes(i).start_time(), input.notes(i).start_time());
  EXPECT_LE(sequence.total_time(), 3.5);
  // The bars of the input stay where they were.
  ASSERT_EQ(sequence.tempos_size(), 2);
  EXPECT_EQ(sequence.tempos(1).time(), 0.5);
  EXPECT_EQ(sequence.tempos(1).qpm(), 60);
}

/// [pitch, start step, end step] at 120.
using StepNote = std::array<int64_t, 3>;

NoteSequence NotesOnSteps(const std::vector<StepNote>& notes) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  for (const StepNote& n : notes) {
    auto* note = sequence.add_notes();
    note->set_pitch(static_cast<int>(n[0]));
    note->set_velocity(100);
    note->set_start_time(n[1] * 0.125);
    note->set_end_time(n[2] * 0.125);
    sequence.set_total_time(std::max(sequence.total_time(), note->end_time()));
  }
  return sequence;
}

struct FillCase {
  std::vector<StepNote> input;
  std::vector<std::pair<int64_t, int64_t>> sections;
};

TEST(SequenceGeneratorTest, FillsLeaveTheInputAndStayInTheirSections) {
  const FillCase cases[] = {
      {{{60, 0, 4}, {62, 4, 8}, {67, 24, 28}, {65, 28, 32}}, {{8, 24}}},
      {{{60, 0, 4}, {62, 4, 6}, {67, 26, 28}, {65, 28, 30}}, {{8, 24}}},
      {{{60, 16, 20}, {62, 20, 32}}, {{0, 16}}},
      {{{60, 20, 24}, {62, 24, 32}}, {{0, 8}}},
      {{{60, 0, 4}, {62, 8, 12}, {64, 16, 20}}, {{4, 8}, {12, 16}, {20, 64}}},
      {{{60, 0, 4}}, {{40, 48}, {8, 16}}},
      {{}, {{0, 16}, {32, 48}}},
      {{{60, 0, 4}, {62, 8, 500}}, {{4, 8}}},
  };
  for (const char* id : {"basic_rnn", "lookback_rnn", "attention_rnn"}) {
    const SequenceGenerator generator(RandomModel(id));
    for (const FillCase& c : cases) {
      GenerateSequenceRequest request;
      *request.mutable_input_sequence() = NotesOnSteps(c.input);
      for (const auto& [start, end] : c.sections) {
        auto* section = request.mutable_generator_options()->add_generate_sections();
        section->set_start_time(start * 0.125);
        section->set_end_time(end * 0.125);
      }
      SetInt(request, "seed", 4);
      const auto got = generator.GenerateMany(request, 2);
      ASSERT_TRUE(got.ok()) << got.status();
      EXPECT_EQ(Bytes(*got), Bytes(*generator.GenerateMany(request, 2)));
      size_t drawn = 0;
      for (const GeneratedOutput& output : got->outputs) {
        std::map<int64_t, StepNote> notes;
        for (const auto& note : output.sequence.notes()) {
          const StepNote n = {note.pitch(), std::lround(note.start_time() * 8),
                              std::lround(note.end_time() * 8)};
          EXPECT_TRUE(notes.emplace(n[1], n).second);
        }
        for (const StepNote& given : c.input) {
          ASSERT_EQ(notes.count(given[1]), 1u) << given[1];
          const StepNote& kept = notes[given[1]];
          EXPECT_EQ(kept[0], given[0]);
          // A note that ends where a section begins may be held, as in any continuation.
          EXPECT_GE(kept[2], given[2]);
          notes.erase(given[1]);
        }
        drawn += notes.size();
        for (const auto& [start, note] : notes) {
          const bool inside = std::any_of(c.sections.begin(), c.sections.end(), [&](auto section) {
            return note[1] >= section.first && note[2] <= section.second;
          });
          // Adjoining rest of a section's end is given: a note ends there.
          EXPECT_TRUE(inside) << id << " " << note[1] << " to " << note[2];
        }
      }
      // Rests alone would keep all of that, too.
      EXPECT_GT(drawn, 0u) << id << ", " << c.sections.size() << " sections from "
                           << c.sections[0].first;
    }
  }
}

/// Seconds at 120 quarters a minute -> seconds where the tempo is 60 from 2 s on.
double Slowed(double seconds) { return seconds <= 2 ? seconds : 2 + (seconds - 2) * 2; }

TEST(SequenceGeneratorTest, FillsKeepBeatsWhereTheTempoChanges) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest plain;
  *plain.mutable_input_sequence() =
      NotesOnSteps({{60, 0, 4}, {62, 4, 8}, {67, 20, 24}, {65, 36, 40}});
  for (const auto& [start, end] : {std::pair(1.0, 2.5), std::pair(3.0, 4.5)}) {
    auto* section = plain.mutable_generator_options()->add_generate_sections();
    section->set_start_time(start);
    section->set_end_time(end);
  }
  SetInt(plain, "seed", 5);
  GenerateSequenceRequest slowed = plain;
  for (auto& note : *slowed.mutable_input_sequence()->mutable_notes()) {
    note.set_start_time(Slowed(note.start_time()));
    note.set_end_time(Slowed(note.end_time()));
  }
  for (auto& section : *slowed.mutable_generator_options()->mutable_generate_sections()) {
    section.set_start_time(Slowed(section.start_time()));
    section.set_end_time(Slowed(section.end_time()));
  }
  auto* tempo = slowed.mutable_input_sequence()->add_tempos();
  tempo->set_time(2);
  tempo->set_qpm(60);
  auto* meter = slowed.mutable_input_sequence()->add_time_signatures();
  meter->set_time(4);
  meter->set_numerator(3);
  meter->set_denominator(4);
  const auto expected = generator.Generate(plain);
  const auto got = generator.Generate(slowed);
  ASSERT_TRUE(expected.ok() && got.ok()) << got.status();
  const NoteSequence& sequence = got->generated_sequence();
  EXPECT_GT(sequence.notes_size(), 4);
  ASSERT_EQ(sequence.notes_size(), expected->generated_sequence().notes_size());
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const auto& note = expected->generated_sequence().notes(i);
    EXPECT_EQ(sequence.notes(i).pitch(), note.pitch());
    EXPECT_DOUBLE_EQ(sequence.notes(i).start_time(), Slowed(note.start_time()));
    EXPECT_DOUBLE_EQ(sequence.notes(i).end_time(), Slowed(note.end_time()));
  }
  ASSERT_EQ(sequence.tempos_size(), 2);
  EXPECT_EQ(sequence.tempos(1).qpm(), 60);
  ASSERT_EQ(sequence.time_signatures_size(), 1);
}

TEST(SequenceGeneratorTest, CandidatesMakeTheNotesAfterAFillMoreProbable) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() =
      NotesOnSteps({{60, 0, 4}, {62, 4, 8}, {67, 16, 18}, {65, 18, 20}, {64, 20, 24}});
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(1);
  section->set_end_time(2);
  // The likelihood of what comes after the fill, over ten seeds.
  const auto after = [&](int beam) {
    double sum = 0;
    if (beam > 0) SetInt(request, "beam_size", beam);
    for (int seed = 0; seed < 10; ++seed) {
      SetInt(request, "seed", seed);
      const auto got = generator.GenerateMany(request, 1);
      EXPECT_TRUE(got.ok());
      const auto likelihood = LogLikelihood(RandomModel("lookback_rnn"), got->outputs[0].events);
      for (size_t i = 15; i < 23; ++i) sum += likelihood->per_event[i];
    }
    return sum;
  };
  const double by_default = after(0);
  EXPECT_EQ(by_default, after(kFillBeamSize));
  EXPECT_GT(by_default, after(1));
}

TEST(SequenceGeneratorTest, WhatThereIsSoFarStays) {
  const auto model = RandomModel("lookback_rnn");
  int looks = 0;
  for (int seed = 0; seed < 20; ++seed) {
    GenerateSequenceRequest request;
    // A last note that a model may hold, beside a part that ends later.
    *request.mutable_input_sequence() = ParseMusic("T120@0 60@0+0.5 62@0.5+0.47 48@0+1/i1");
    SetInt(request, "new_steps", 40);
    SetInt(request, "seed", seed);
    auto task = GenerationTask::Start(model, request, {});
    ASSERT_TRUE(task.ok()) << task.status();
    std::vector<NoteSequence> so_far;
    while (!task->done()) {
      if (task->session().pending()) task->session().Step();
      task->Advance();
      if (auto piece = task->done() ? std::nullopt : task->SoFar()) so_far.push_back(*piece);
    }
    const NoteSequence whole = task->Finish().outputs[0].sequence;
    for (const NoteSequence& piece : so_far) {
      ++looks;
      ASSERT_LE(piece.notes_size(), whole.notes_size());
      for (int i = 0; i + 1 < piece.notes_size(); ++i) {
        EXPECT_EQ(piece.notes(i).SerializeAsString(), whole.notes(i).SerializeAsString());
      }
      EXPECT_EQ(piece.notes(piece.notes_size() - 1).end_time(), piece.total_time());
    }
  }
  EXPECT_GT(looks, 100);
}

TEST(SequenceGeneratorTest, ThePieceGoesOn) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() =
      ParseMusic("M3/4@0 T90@0 K7@0 67@0+1 69@1+1 71@2+2 43@0+4/i1 36@0+1/i2/d");
  for (auto& note : *request.mutable_input_sequence()->mutable_notes()) {
    note.set_program(note.instrument() == 0 ? 73 : 42);
  }
  SetInt(request, "bars", 4);
  SetInt(request, "seed", 3);
  const auto kept = generator.Generate(request);
  ASSERT_TRUE(kept.ok()) << kept.status();
  const NoteSequence& piece = kept->generated_sequence();
  EXPECT_EQ(piece.time_signatures(0).numerator(), 3);
  EXPECT_EQ(piece.key_signatures(0).key(), 7);
  std::map<int, int> notes;
  for (const auto& note : piece.notes()) {
    ++notes[note.instrument()];
    if (note.instrument() == 0) {
      EXPECT_EQ(note.program(), 73);
    }
    // Two bars of 3/4 at 90 take 4 s; four more, 8.
    EXPECT_LE(note.end_time(), 12 + 1e-9);
  }
  EXPECT_GT(notes[0], 3);
  EXPECT_EQ(notes[1], 1);
  EXPECT_EQ(notes[2], 1);
  (*request.mutable_generator_options()->mutable_args())["accompaniment"].set_string_value("drop");
  const auto dropped = generator.Generate(request);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_EQ(dropped->generated_sequence().notes_size(), notes[0]);
  EXPECT_EQ(dropped->generated_sequence().time_signatures(0).numerator(), 3);
  // The other part, chosen.
  SetInt(request, "primer_part", 2);
  const auto second = generator.Generate(request);
  ASSERT_TRUE(second.ok()) << second.status();
  for (const auto& note : second->generated_sequence().notes()) EXPECT_EQ(note.instrument(), 1);
  SetInt(request, "primer_part", 3);
  EXPECT_EQ(ExitStatus(generator.Generate(request).status()), 2);
}

TEST(SequenceGeneratorTest, APickupIsHeardAtTheEndOfABar) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest pickup, rest;
  *pickup.mutable_input_sequence() =
      ParseMusic("M1/4@0 M4/4@0.5 M3/4@2.5 T120@0 67@0+0.5 60@0.5+1 62@1.5+1 64@2.5+1.5");
  *rest.mutable_input_sequence() = ParseMusic("M4/4@0 T120@0 67@1.5+0.5 60@2+1 62@3+1 64@4+1.5");
  for (auto* request : {&pickup, &rest}) {
    SetInt(*request, "new_steps", 32);
    SetInt(*request, "seed", 3);
  }
  const auto a = generator.GenerateMany(pickup, 1), b = generator.GenerateMany(rest, 1);
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  EXPECT_EQ(a->outputs[0].events.events, b->outputs[0].events.events);
  EXPECT_TRUE(a->notes.empty());
}

TEST(SequenceGeneratorTest, NumbersOfOutputsAreBounded) {
  const SequenceGenerator generator(RandomModel("basic_rnn"));
  for (int outputs : {0, -1, 1 << 20}) {
    EXPECT_EQ(ExitStatus(generator.GenerateMany(Request(kTune), outputs).status()), 2);
  }
}

TEST(SequenceGeneratorTest, Details) {
  const GeneratorDetails details = SequenceGenerator(RandomModel("basic_rnn")).details();
  EXPECT_EQ(details.id(), "basic_rnn");
  EXPECT_FALSE(details.description().empty());
}

}  // namespace
}  // namespace magenta
