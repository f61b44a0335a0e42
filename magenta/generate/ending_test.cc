// The argument `ending`: of many futures of the last bars one is taken that ends as a piece does.
#include "magenta/generate/plan/ending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::RandomModel;

constexpr const char* kMelodyModels[] = {"basic_rnn", "mono_rnn", "lookback_rnn", "attention_rnn",
                                         "chord_pitches_improv"};

/// G major, a bar of 4/4.
GenerateSequenceRequest EndingRequest(int bars = 4, int seed = 1) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() =
      ParseMusic("T120@0 67@0+0.5 71@0.5+0.5 74@1+0.25 72@1.25+0.25 69@1.5+0.25 66@1.75+0.25");
  auto& args = *request.mutable_generator_options()->mutable_args();
  args["bars"].set_int_value(bars);
  args["seed"].set_int_value(seed);
  args["ending"].set_int_value(1);
  return request;
}

void Set(GenerateSequenceRequest& request, const char* name, int value) {
  (*request.mutable_generator_options()->mutable_args())[name].set_int_value(value);
}

void Set(GenerateSequenceRequest& request, const char* name, const char* value) {
  (*request.mutable_generator_options()->mutable_args())[name].set_string_value(value);
}

/// In steps.
std::vector<SteppedNote> SteppedNotesOf(const NoteSequence& music) {
  std::vector<SteppedNote> notes;
  for (const auto& note : music.notes()) {
    notes.push_back(
        {std::lround(note.start_time() * 8), std::lround(note.end_time() * 8), note.pitch()});
  }
  return notes;
}

LastBar BarBefore(int64_t end) { return {end - 16, end, 4, 6}; }

/// That each output ends as asked, on step `end`.
void ExpectEndings(const Generation& music, int64_t end, std::optional<int> tonic = std::nullopt) {
  for (const GeneratedOutput& output : music.outputs) {
    const auto notes = SteppedNotesOf(output.sequence);
    const Ending ending = EndingOf(notes, BarBefore(end), tonic);
    EXPECT_TRUE(ending.on_beat) << output.seed;
    EXPECT_TRUE(ending.on_tonic) << output.seed;
    EXPECT_GE(ending.steps, 6) << output.seed;
    EXPECT_EQ(notes.back().end, end) << output.seed;
  }
}

TEST(EndingArgument, MusicEndsOnTheTonicOnABeatWithALongNote) {
  for (const char* id : kMelodyModels) {
    const SequenceGenerator generator(RandomModel(id));
    const auto music = generator.GenerateMany(EndingRequest(), 8);
    ASSERT_TRUE(music.ok()) << music.status();
    ExpectEndings(*music, 80);
    std::set<std::string> all;
    for (const GeneratedOutput& output : music->outputs) {
      all.insert(output.sequence.SerializeAsString());
    }
    EXPECT_EQ(all.size(), 8u) << id;
  }
}

TEST(EndingArgument, AnOutputIsTheSameAloneAndAmongOthers) {
  for (const char* id : {"lookback_rnn", "attention_rnn"}) {
    const SequenceGenerator generator(RandomModel(id));
    const auto all = generator.GenerateMany(EndingRequest(), 5);
    ASSERT_TRUE(all.ok()) << all.status();
    for (int i = 0; i < 5; ++i) {
      const auto one = generator.GenerateMany(EndingRequest(4, 1 + i), 1);
      ASSERT_TRUE(one.ok()) << one.status();
      EXPECT_EQ(one->outputs[0].sequence.SerializeAsString(),
                all->outputs[i].sequence.SerializeAsString());
      EXPECT_EQ(one->outputs[0].log_likelihood, all->outputs[i].log_likelihood);
    }
  }
}

TEST(EndingArgument, UpToTheLastTwoBarsNothingIsOtherwise) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest plain = EndingRequest();
  Set(plain, "ending", 0);
  const auto without = generator.GenerateMany(plain, 4);
  const auto with = generator.GenerateMany(EndingRequest(), 4);
  ASSERT_TRUE(without.ok() && with.ok()) << without.status() << with.status();
  for (int i = 0; i < 4; ++i) {
    const auto& a = without->outputs[i].events.events;
    const auto& b = with->outputs[i].events.events;
    ASSERT_EQ(a.size(), b.size());
    EXPECT_TRUE(std::equal(a.begin(), a.end() - 32, b.begin()));
    EXPECT_NE(a, b);
  }
  plain.mutable_generator_options()->mutable_args()->erase("ending");
  EXPECT_EQ(generator.GenerateMany(plain, 1)->outputs[0].sequence.SerializeAsString(),
            without->outputs[0].sequence.SerializeAsString());
}

/// The logarithm of the probability of the last note that `events` begin and of all after it.
double EndingLogProbability(const std::shared_ptr<const Model>& model,
                            const std::vector<Event>& events) {
  const auto last =
      std::find_if(events.rbegin(), events.rend(), [](Event event) { return event >= kMinPitch; });
  const auto first = static_cast<size_t>(events.rend() - last) - 1;
  Session session(model, 1);
  double sum = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    if (i >= first) sum += session.LogProbabilityOf(0, events[i]);
    session.Prime({&events[i], 1});
  }
  return sum;
}

TEST(EndingArgument, WhatMakesItsEndingProbableIsTakenMoreOften) {
  const auto model = RandomModel("lookback_rnn");
  double taken = 0, mean = 0;
  for (int seed = 0; seed < 8; ++seed) {
    auto task = GenerationTask::Start(model, EndingRequest(2, seed), {});
    ASSERT_TRUE(task.ok()) << task.status();
    std::vector<std::vector<Event>> futures;
    while (!task->done()) {
      if (task->session().pending()) task->session().Step();
      futures.clear();
      for (int row = 0; row < task->session().rows(); ++row) {
        futures.push_back(task->session().events(row));
      }
      task->Advance();
    }
    ASSERT_EQ(futures.size(), size_t(kEndingFutures));  // without the last event
    std::vector<Event> chosen = task->Finish().outputs[0].events.events;
    chosen.pop_back();
    EXPECT_TRUE(std::find(futures.begin(), futures.end(), chosen) != futures.end());
    taken += EndingLogProbability(model, chosen);
    for (const auto& future : futures) mean += EndingLogProbability(model, future) / kEndingFutures;
  }
  EXPECT_GT(taken, mean);
}

TEST(EndingArgument, KeepsToKeysScalesAndRanges) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request = EndingRequest();
  Set(request, "key", "Eb");
  Set(request, "scale", "major_pentatonic");
  Set(request, "min_pitch", 60);
  Set(request, "max_pitch", 75);
  const auto music = generator.GenerateMany(request, 6);
  ASSERT_TRUE(music.ok()) << music.status();
  constexpr int kEFlat = 3;
  ExpectEndings(*music, 80, kEFlat);
  for (const GeneratedOutput& output : music->outputs) {
    for (const SteppedNote& note : SteppedNotesOf(output.sequence)) {
      if (note.start < 16) continue;
      EXPECT_TRUE(std::set<int>({0, 2, 4, 7, 9}).contains((note.pitch - kEFlat + 12) % 12));
      EXPECT_TRUE(note.pitch >= 60 && note.pitch <= 75) << note.pitch;
    }
  }
}

TEST(EndingArgument, WithoutATonicThatIsAllowedAnotherNoteEndsItAndThisIsSaid) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request = EndingRequest();
  Set(request, "key", "G");
  Set(request, "min_pitch", 68);
  Set(request, "max_pitch", 69);
  const auto music = generator.GenerateMany(request, 1);
  ASSERT_TRUE(music.ok()) << music.status();
  const auto notes = SteppedNotesOf(music->outputs[0].sequence);
  const Ending ending = EndingOf(notes, BarBefore(80));
  EXPECT_TRUE(ending.on_beat);
  EXPECT_GE(ending.steps, 6);
  EXPECT_THAT(music->notes,
              ::testing::Contains("ending: the last note of seed 1 is not the tonic"));
}

TEST(EndingArgument, GoesWithBeamsFiltersAndTheReferencesWindows) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  for (const int bars : {1, 4}) {
    GenerateSequenceRequest request = EndingRequest(bars);
    Set(request, "beam_size", 3);
    Set(request, "branch_factor", 2);
    Set(request, "steps_per_iteration", 5);
    Set(request, "top_k", 4);
    const auto music = generator.GenerateMany(request, 3);
    ASSERT_TRUE(music.ok()) << music.status();
    ExpectEndings(*music, 16 + 16 * bars);
  }
  GenerateSequenceRequest request = EndingRequest();
  request.mutable_generator_options()->mutable_args()->erase("bars");
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(2);
  section->set_end_time(8);
  Set(request, "reference_windows", 1);
  const auto music = generator.GenerateMany(request, 2);
  ASSERT_TRUE(music.ok()) << music.status();
  ExpectEndings(*music, 64);
}

TEST(EndingArgument, AtTemperatureZeroTheMostProbableEndingIsTakenWhateverTheSeed) {
  const SequenceGenerator generator(RandomModel("lookback_rnn"));
  GenerateSequenceRequest request = EndingRequest();
  Set(request, "temperature", 0);
  const auto music = generator.GenerateMany(request, 3);
  ASSERT_TRUE(music.ok()) << music.status();
  ExpectEndings(*music, 80);
  for (const GeneratedOutput& output : music->outputs) {
    EXPECT_EQ(output.events.events, music->outputs[0].events.events);
  }
}

TEST(EndingArgument, WhatIsKnownSoFarStays) {
  const auto model = RandomModel("lookback_rnn");
  for (int seed = 0; seed < 5; ++seed) {
    TaskOptions options;
    options.distributions = true;
    auto task = GenerationTask::Start(model, EndingRequest(4, seed), options);
    ASSERT_TRUE(task.ok()) << task.status();
    std::vector<NoteSequence> so_far;
    std::vector<ExpectedStep> expected;
    while (!task->done()) {
      if (task->session().pending()) task->session().Step();
      task->Advance();
      if (auto piece = task->SoFar()) so_far.push_back(*piece);
      for (ExpectedStep& step : task->TakeExpected()) expected.push_back(std::move(step));
    }
    EXPECT_EQ(task->steps_done(), task->steps_total());
    ASSERT_EQ(expected.size(), 64u);  // each new step once
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(expected[i].step, 16 + int64_t(i));
    const NoteSequence whole = task->Finish().outputs[0].sequence;
    EXPECT_GT(so_far.size(), 20u);
    for (const NoteSequence& piece : so_far) {
      for (int i = 0; i + 1 < piece.notes_size(); ++i) {
        EXPECT_EQ(piece.notes(i).SerializeAsString(), whole.notes(i).SerializeAsString());
      }
    }
  }
}

TEST(EndingArgument, WhatHasNoEndingIsNamed) {
  const auto error = [](const char* id, const GenerateSequenceRequest& request, int outputs = 1) {
    const auto music = SequenceGenerator(RandomModel(id)).GenerateMany(request, outputs);
    EXPECT_EQ(ExitStatus(music.status()), 2) << music.status();
    return std::string(music.status().message());
  };
  EXPECT_THAT(error("drum_kit", EndingRequest()),
              HasSubstr("the argument ending is for pitches, and drum_kit draws none"));
  GenerateSequenceRequest fill = EndingRequest();
  fill.mutable_generator_options()->mutable_args()->erase("bars");
  auto* section = fill.mutable_generator_options()->add_generate_sections();
  section->set_start_time(2);
  section->set_end_time(4);
  auto* after = fill.mutable_input_sequence()->add_notes();
  *after = fill.input_sequence().notes(0);
  after->set_start_time(4);
  after->set_end_time(5);
  EXPECT_THAT(error("lookback_rnn", fill), HasSubstr("the input goes on after"));
  GenerateSequenceRequest few = EndingRequest();
  few.mutable_generator_options()->mutable_args()->erase("bars");
  Set(few, "new_steps", 19);  // up to 3 steps after the first beat of a bar
  EXPECT_TRUE(SequenceGenerator(RandomModel("lookback_rnn")).GenerateMany(few, 1).ok());
  few.mutable_input_sequence()->mutable_notes()->rbegin()->set_end_time(2.125);
  Set(few, "new_steps", 3);
  EXPECT_THAT(error("lookback_rnn", few), HasSubstr("steps 17 to 20, in which no beat begins"));
  EXPECT_THAT(error("lookback_rnn", EndingRequest(), 200),
              HasSubstr("ending draws 128 futures of each output"));
  Set(few, "ending", 2);
  EXPECT_THAT(error("lookback_rnn", few), HasSubstr("argument 'ending' takes"));
}

}  // namespace
}  // namespace magenta
