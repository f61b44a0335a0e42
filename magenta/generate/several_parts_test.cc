// Requests for several parts, from the request to the piece, with random weights.

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/music/key.h"
#include "magenta/music/score/voice_leading.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using testing::RandomModel;

constexpr char kTwoParts[] =
    "T120@0 72@0+1/v90 74@1+1/v90 76@2+1/v90 77@3+1/v90 79@4+2/v90 48@0+2/i1/v60 50@2+2/i1/v60 "
    "52@4+2/i1/v60";

const std::shared_ptr<const Model>& Score() {
  static const auto& model = *new std::shared_ptr<const Model>(RandomModel("score"));
  return model;
}

GenerateSequenceRequest Request(const std::string& input,
                                const std::map<std::string, std::string>& texts,
                                const std::map<std::string, int>& numbers = {}) {
  GenerateSequenceRequest request;
  if (!input.empty()) *request.mutable_input_sequence() = ParseMusic(input);
  auto& args = *request.mutable_generator_options()->mutable_args();
  for (const auto& [name, text] : texts) args[name].set_string_value(text);
  for (const auto& [name, number] : numbers) args[name].set_int_value(number);
  if (!args.contains("seed")) args["seed"].set_int_value(1);
  return request;
}

NoteSequence Made(const GenerateSequenceRequest& request) {
  auto made = SequenceGenerator(Score()).GenerateMany(request, 1);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? made->outputs[0].sequence : NoteSequence();
}

using NoteList = std::vector<NoteSequence::Note>;

/// Notes of `made` that the input does not have, to the bit.
NoteList NewNotes(const GenerateSequenceRequest& request, const NoteSequence& made) {
  std::multiset<std::string> there;
  for (const auto& note : request.input_sequence().notes()) there.insert(note.SerializeAsString());
  NoteList fresh;
  for (const auto& note : made.notes()) {
    const auto found = there.find(note.SerializeAsString());
    if (found == there.end()) {
      fresh.push_back(note);
    } else {
      there.erase(found);
    }
  }
  return fresh;
}

int KeptNotes(const GenerateSequenceRequest& request, const NoteSequence& made) {
  return made.notes_size() - static_cast<int>(NewNotes(request, made).size());
}

TEST(SeveralParts, AFillDrawsItsRectangleAlone) {
  const auto request = Request(kTwoParts, {{"fill", "2:1"}});
  const NoteSequence made = Made(request);
  EXPECT_EQ(KeptNotes(request, made), 6);
  for (const auto& note : NewNotes(request, made)) {
    EXPECT_EQ(note.instrument(), 0);
    EXPECT_GE(note.start_time(), 2);
    EXPECT_LE(note.end_time(), 4);
    EXPECT_EQ(note.velocity(), 90);
  }
  EXPECT_EQ(Made(request).SerializeAsString(), made.SerializeAsString());
}

TEST(SeveralParts, AHarmonyStandsBesideTheMelody) {
  const auto request = Request("T120@0 72@0+1 74@1+1 76@2+2 77@4+4", {{"add", "harmony"}});
  const NoteSequence made = Made(request);
  EXPECT_EQ(KeptNotes(request, made), 4);
  std::set<int> players;
  for (const auto& note : NewNotes(request, made)) {
    players.insert(note.instrument());
    EXPECT_LE(note.end_time(), 8);
  }
  EXPECT_EQ(players, (std::set<int>{1, 2, 3}));
  ASSERT_EQ(made.instrument_infos_size(), 3);
  EXPECT_EQ(made.instrument_infos(2).name(), "Bass");
}

// A reel has no bass in what was learned, and silence would be the most probable.
TEST(SeveralParts, AnAddedPartSoundsAllOverItsRectangle) {
  std::string reel = "T120@0";
  for (int i = 0; i < 32; ++i) reel += fmt::format(" {}@{}+0.25", 69 + i * 5 % 12, 0.25 * i);
  for (int seed = 1; seed < 6; ++seed) {
    const auto request = Request(reel, {{"add", "bass"}, {"fill", "2-3:bass"}}, {{"seed", seed}});
    double at = 2;
    for (const auto& note : NewNotes(request, Made(request))) {
      EXPECT_EQ(note.start_time(), at);
      at = note.end_time();
    }
    EXPECT_EQ(at, 6);
  }
}

/// Parallel fifths and octaves in which a new line of `made` goes.
int ParallelsIn(const NoteSequence& made) {
  std::map<double, std::map<int, int>> begun;  // pitches by instrument
  for (const auto& note : made.notes()) begun[note.start_time()][note.instrument()] = note.pitch();
  std::map<int, int> now, before;
  int parallels = 0;
  for (const auto& [time, pitches] : begun) {
    before = now;
    for (const auto& [instrument, pitch] : pitches) now[instrument] = pitch;
    for (const auto& [a, one] : before) {
      for (const auto& [b, other] : before) {
        parallels += a < b && AreParallel(one, other, now[a], now[b]);
      }
    }
  }
  return parallels;
}

TEST(SeveralParts, LinesGoInParallelsWhereTheyMay) {
  std::string melody = "T120@0", octaves;
  for (int i = 0; i < 16; ++i) {
    melody += fmt::format(" {}@{}+0.5", 72 + i * 5 % 7, 0.5 * i);
    octaves += fmt::format(" {}@{}+0.5/i1", 48 + i * 5 % 7, 0.5 * i);
  }
  // Added parts never rest.
  const auto parallels = [](const std::string& input, std::map<std::string, std::string> how) {
    how.insert({{"add", "alto,tenor"}, {"scale", "major_pentatonic"}, {"key", "C"}});
    int sum = 0;
    for (int seed = 1; seed <= 10; ++seed) {
      sum += ParallelsIn(Made(Request(
          input, how, {{"seed", seed}, {"min_pitch", 55}, {"max_pitch", 72}, {"beam_size", 1}})));
    }
    return sum;
  };
  EXPECT_EQ(parallels(melody, {{"parallels", "avoid"}}), 0);
  EXPECT_GT(parallels(melody, {{"parallels", "allow"}}), 0);
  EXPECT_EQ(parallels(melody, {}), 0);
  // What is given goes in octaves all through.
  EXPECT_GT(parallels(melody + octaves, {}), 10 * 15);
}

// In a range of one pitch a parallel may be all that is left, and the rhythm stays.
TEST(SeveralParts, ParallelsGiveWayToWhatMustBe) {
  const std::string octaves =
      "T120@0 74@0+1 72@1+1 74@2+1 72@3+1 74@4+1 72@5+1 50@0+1/i1 48@1+1/i1 50@2+1/i1 48@3+1/i1 "
      "50@4+1/i1 48@5+1/i1";
  for (const char* parallels : {"avoid", "allow"}) {
    for (int seed = 1; seed <= 20; ++seed) {
      const auto request =
          Request(octaves, {{"fill", "2:2"}, {"keep", "rhythm"}, {"parallels", parallels}},
                  {{"seed", seed}, {"min_pitch", 60}, {"max_pitch", 60}});
      std::set<double> begun;
      for (const auto& note : NewNotes(request, Made(request))) {
        EXPECT_EQ(note.pitch(), 60);
        begun.insert(note.start_time());
      }
      EXPECT_EQ(begun, (std::set<double>{2, 3})) << parallels << " " << seed;
    }
  }
}

TEST(SeveralParts, AContinuationStaysNearWhatItsPartsHad) {
  std::string music = "T120@0";
  for (int i = 0; i < 8; ++i) music += fmt::format(" {}@{}+1 {}@{}+1/i1", 72 + i, i, 52 - i % 5, i);
  const auto pitches = [&music](const std::map<std::string, int>& numbers) {
    std::map<int, std::set<int>> found;
    for (int seed = 1; seed <= 5; ++seed) {
      std::map<std::string, int> all = numbers;
      all.insert({{"bars", 4}, {"seed", seed}});
      const auto request = Request(music, {}, all);
      for (const auto& note : NewNotes(request, Made(request))) {
        found[note.instrument()].insert(note.pitch());
      }
    }
    return found;
  };
  const auto near = pitches({});
  // 72 to 79 and 48 to 52.
  EXPECT_GE(*near.at(0).begin(), 72 - 6);
  EXPECT_LE(*near.at(0).rbegin(), 79 + 6);
  EXPECT_GE(*near.at(1).begin(), 48 - 8);
  EXPECT_LE(*near.at(1).rbegin(), 52 + 8);
  // Unless another range is named.
  EXPECT_GT(*pitches({{"min_pitch", 90}}).at(0).begin(), 89);
}

TEST(SeveralParts, StepsBetweenChoicesAreThoseThatAreSaid) {
  const auto made = [](std::optional<int> steps) {
    auto request = Request(kTwoParts, {{"fill", "1-3:1"}}, {{"seed", 3}});
    auto& args = *request.mutable_generator_options()->mutable_args();
    if (steps.has_value()) args["steps_per_iteration"].set_int_value(*steps);
    return Made(request).SerializeAsString();
  };
  EXPECT_EQ(made(kLookAheadSteps), made(std::nullopt));
  EXPECT_NE(made(1), made(std::nullopt));
}

TEST(SeveralParts, AContinuationGoesOnInAllParts) {
  const auto request = Request(kTwoParts, {}, {{"bars", 4}});
  const NoteSequence made = Made(request);
  EXPECT_EQ(KeptNotes(request, made), 8);
  std::set<int> players;
  for (const auto& note : NewNotes(request, made)) {
    EXPECT_GE(note.start_time(), 6);
    EXPECT_LE(note.end_time(), 14);
    players.insert(note.instrument());
  }
  EXPECT_EQ(players, (std::set<int>{0, 1}));
}

TEST(SeveralParts, AContinuationThatIsAskedToEndDoes) {
  auto request = Request(kTwoParts, {}, {{"bars", 4}, {"ending", 1}});
  const auto made = SequenceGenerator(Score()).GenerateMany(request, 4);
  ASSERT_TRUE(made.ok()) << made.status();
  for (const GeneratedOutput& output : made->outputs) {
    EXPECT_EQ(KeptNotes(request, output.sequence), 8);
    std::map<int, NoteSequence::Note> last;
    for (const auto& note : output.sequence.notes()) {
      NoteSequence::Note& latest = last[note.instrument()];
      if (note.start_time() >= latest.start_time()) latest = note;
    }
    ASSERT_EQ(last.size(), 2u);
    for (const auto& [instrument, note] : last) {
      EXPECT_EQ(note.pitch() % 12, 0);
      EXPECT_EQ(note.start_time(), 13);
      EXPECT_EQ(note.end_time(), 14);
    }
    EXPECT_EQ(output.sequence.total_time(), 14);
  }
}

TEST(SeveralParts, WithoutMusicAPieceIsWritten) {
  const NoteSequence made = Made(Request("", {}, {{"bars", 2}}));
  EXPECT_GT(made.notes_size(), 4);
  EXPECT_LE(made.total_time(), 4);
}

TEST(SeveralParts, EachOutputIsTheOneOfItsSeed) {
  for (const char* arg : {"fill", "vary"}) {
    auto request = Request(kTwoParts, {{arg, "1-3"}});
    const auto many = SequenceGenerator(Score()).GenerateMany(request, 4);
    ASSERT_TRUE(many.ok()) << many.status();
    std::set<std::string> different;
    for (int i = 0; i < 4; ++i) {
      (*request.mutable_generator_options()->mutable_args())["seed"].set_int_value(1 + i);
      EXPECT_EQ(many->outputs[i].sequence.SerializeAsString(), Made(request).SerializeAsString())
          << arg << i;
      EXPECT_EQ(many->outputs[i].seed, 1u + i);
      different.insert(many->outputs[i].sequence.SerializeAsString());
    }
    EXPECT_GT(different.size(), 2u);
  }
}

TEST(SeveralParts, TheRhythmOrThePitchesStay) {
  const auto starts = [](const NoteSequence& music) {
    std::multiset<std::pair<double, double>> times;
    for (const auto& note : music.notes()) times.emplace(note.start_time(), note.end_time());
    return times;
  };
  const auto rhythm = Request(kTwoParts, {{"fill", "1-3"}, {"keep", "rhythm"}});
  const NoteSequence made = Made(rhythm);
  EXPECT_EQ(starts(made), starts(rhythm.input_sequence()));
  EXPECT_NE(DumpMusic(made), DumpMusic(rhythm.input_sequence()));
  const auto pitches = Request(kTwoParts, {{"fill", "1-3:1"}, {"keep", "pitches"}});
  std::vector<int> sung;
  const NoteSequence resung = Made(pitches);
  for (const auto& note : resung.notes()) {
    if (note.instrument() == 0) sung.push_back(note.pitch());
  }
  EXPECT_EQ(sung, (std::vector<int>{72, 74, 76, 77, 79}));
}

// Of few pitches that may be drawn many draws would be the old ones.
TEST(SeveralParts, AVariationIsNeverWhatStoodThere) {
  for (const char* keep : {"", "rhythm", "pitches"}) {
    for (int seed = 0; seed < 40; ++seed) {
      const std::string bars = seed % 2 == 0 ? "1:1" : "1:1,3:1";
      auto request = Request(kTwoParts, {{"vary", bars}, {"key", "C"}},
                             {{"seed", seed}, {"min_pitch", 72}, {"max_pitch", 79}});
      auto& args = *request.mutable_generator_options()->mutable_args();
      if (*keep != 0) args["keep"].set_string_value(keep);
      if (seed % 4 == 0) args["temperature"].set_float_value(0);
      const NoteSequence made = Made(request);
      EXPECT_NE(DumpMusic(made), DumpMusic(request.input_sequence())) << keep << seed;
      EXPECT_GE(KeptNotes(request, made), 6);
      EXPECT_LT(KeptNotes(request, made), seed % 2 == 0 ? 8 : 7) << keep << seed;
    }
  }
}

TEST(SeveralParts, TenThousandDrawsBreakNoMaskAndNoRectangle) {
  const char* rectangles[] = {"1", "2:1", "2-3:2", "1:2,3:1"};
  int64_t drawn = 0;
  for (int seed = 0; drawn < 10000; ++seed) {
    ASSERT_LT(seed, 4000);
    const char* rectangle = rectangles[seed % 4];
    auto request = Request(kTwoParts, {{"fill", rectangle}, {"key", "C"}},
                           {{"seed", seed}, {"min_pitch", 45}, {"max_pitch", 81}});
    if (seed % 3 == 0) {
      (*request.mutable_generator_options()->mutable_args())["add"].set_string_value("alto");
    }
    if (seed % 5 == 0) {
      (*request.mutable_generator_options()->mutable_args())["adapt"].set_int_value(1);
    }
    const NoteSequence made = Made(request);
    const auto in_rectangle = [&](const NoteSequence::Note& note) {
      const int bar = 1 + static_cast<int>(note.start_time() / 2 + 1e-9);
      if (note.instrument() == 2) return seed % 3 == 0 && (seed % 4 != 0 || bar == 1);
      switch (seed % 4) {
        case 0: return bar == 1 && seed % 3 != 0;  // else the new part alone
        case 1: return bar == 2 && note.instrument() == 0;
        case 2: return bar >= 2 && note.instrument() == 1;
        default: return bar == (note.instrument() == 1 ? 1 : 3);
      }
    };
    for (const auto& note : NewNotes(request, made)) {
      ++drawn;
      ASSERT_TRUE(in_rectangle(note)) << rectangle << " " << DumpMusic(made);
      ASSERT_GE(note.pitch(), 45);
      ASSERT_LE(note.pitch(), 81);
      ASSERT_TRUE(InMajorKey(note.pitch(), 0));
    }
    for (const auto& note : request.input_sequence().notes()) {
      if (in_rectangle(note)) continue;
      const auto is_same = [&](const NoteSequence::Note& other) {
        return other.SerializeAsString() == note.SerializeAsString();
      };
      ASSERT_TRUE(std::any_of(made.notes().begin(), made.notes().end(), is_same));
    }
  }
}

TEST(SeveralParts, LongPiecesAreDoneOrTheLimitIsNamed) {
  const NoteSequence made = Made(Request(kTwoParts, {}, {{"bars", 200}}));
  EXPECT_GT(made.total_time(), 300);
  GenerateSequenceRequest request = Request(kTwoParts, {}, {{"bars", 200}});
  TaskOptions options;
  options.max_steps = 1000;
  const auto limited = GenerationTask::Start(Score(), request, options);
  EXPECT_EQ(limited.status().code(), absl::StatusCode::kResourceExhausted);
  request = Request(kTwoParts, {}, {{"bars", 60000}});
  EXPECT_EQ(ExitStatus(SequenceGenerator(Score()).GenerateMany(request, 1).status()), 2);
}

TEST(SeveralParts, WhatHappenedIsSaid) {
  const auto made = SequenceGenerator(Score()).GenerateMany(
      Request("T120@0 72@0.02+1 74@2+2 36@0+1/i9/d", {{"fill", "2"}}), 1);
  ASSERT_TRUE(made.ok()) << made.status();
  std::string notes;
  for (const std::string& note : made->notes) notes += note + "\n";
  EXPECT_THAT(notes, ::testing::HasSubstr("the drums stay, and are not heard"));
  EXPECT_THAT(notes, ::testing::HasSubstr("drawn: 1 in bar 2"));
}

TEST(SeveralParts, WhatIsExpectedIsOfWhatIsDrawn) {
  const auto expected_of = [](const std::string& fill) {
    auto task = GenerationTask::Start(
        Score(), Request(kTwoParts, {{"fill", fill}}, {{"beam_size", 1}}), {.distributions = true});
    EXPECT_TRUE(task.ok()) << task.status();
    std::vector<ExpectedStep> expected;
    while (!task->done()) {
      if (task->session().pending()) task->session().Step();
      task->Advance();
      for (ExpectedStep& step : task->TakeExpected()) expected.push_back(std::move(step));
    }
    return expected;
  };
  const auto bar = expected_of("2:1");
  ASSERT_FALSE(bar.empty());
  for (const ExpectedStep& step : bar) {
    EXPECT_GE(step.time, 2);
    EXPECT_LT(step.time, 4);
  }
  EXPECT_LT(bar.size(), expected_of("1-3").size());
}

/// The log-likelihood of `music` in a gap.
Likelihood InGap(const NoteSequence& music, const GapOptions& options) {
  auto gap = ScoreGap(Score(), music, options);
  EXPECT_TRUE(gap.ok()) << gap.status();
  return gap.ok() ? gap->likelihood : Likelihood();
}

TEST(SeveralParts, ATemperatureBelowOneIsThatOfThePitchesToWhichVoicesMove) {
  const auto made = [](const std::map<std::string, double>& sampling, const char* task, int value) {
    auto request = Request(kTwoParts, {}, {{"bars", value}});
    auto& args = *request.mutable_generator_options()->mutable_args();
    if (std::string(task) == "add") {
      args.erase("bars");
      args[task].set_string_value("alto");
    }
    for (const auto& [name, number] : sampling) args[name].set_float_value(number);
    return Made(request).SerializeAsString();
  };
  const auto same = [&](const char* task, int value, double tame, double moves) {
    return made({{"temperature", tame}}, task, value) ==
           made({{"temperature", moves}, {"pitch_temperature", tame}}, task, value);
  };
  EXPECT_TRUE(same("bars", 2, 0.8, 1));
  EXPECT_TRUE(same("bars", 2, 0.1, 1));
  EXPECT_TRUE(made({}, "bars", 2) == made({{"temperature", 0.8}}, "bars", 2));
  EXPECT_FALSE(made({{"temperature", 0.01}}, "bars", 2) == made({{"temperature", 1}}, "bars", 2));
  EXPECT_TRUE(made({{"pitch_temperature", 0.1}}, "bars", 2) ==
              made({{"temperature", 0.1}}, "bars", 2));
  // Looking ahead voices move a little oftener.
  EXPECT_TRUE(same("add", 0, 0.1, 1.1));
}

TEST(SeveralParts, NewNotesSwingWithTheOthers) {
  // Quarters of half a second whose second eighth begins at two thirds of them.
  std::string swung = "T120@0 M4/4@0";
  for (int quarter = 0; quarter < 16; ++quarter) {
    swung += fmt::format(" {}@{}+{} {}@{}+{}", 67 + quarter % 5, 0.5 * quarter, 1.0 / 3,
                         72 - quarter % 3, 0.5 * quarter + 1.0 / 3, 1.0 / 6);
  }
  const auto kept = Request(swung, {{"fill", "2-3:1"}, {"keep", "rhythm"}}, {{"temperature", 1}});
  const NoteSequence made = Made(kept);
  std::set<int> given, drawn;  // milliseconds
  for (const auto& note : kept.input_sequence().notes()) {
    if (note.start_time() >= 2 && note.start_time() < 6)
      given.insert(static_cast<int>(std::lround(1000 * note.start_time())));
  }
  for (const auto& note : made.notes()) {
    if (note.start_time() >= 2 && note.start_time() < 6)
      drawn.insert(static_cast<int>(std::lround(1000 * note.start_time())));
  }
  EXPECT_EQ(drawn, given);
  EXPECT_GT(NewNotes(kept, made).size(), 0u);
}

TEST(SeveralParts, NotesOffTheGridAreCountedBesideOtherRemarks) {
  // A chord struck one note after another, and a note that lies off the grid.
  std::string music = "T120@0 60@0+2/i1 64@0.01+1.99/i1";
  for (int i = 0; i < 16; ++i)
    music += fmt::format(" {}@{}+0.25", 70 + i % 5, 0.25 * i + (i == 7 ? 0.06 : 0));
  const auto request = Request(music, {{"add", "bass"}});
  const auto made = SequenceGenerator(Score()).GenerateMany(request, 1);
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string said = fmt::format("{}", fmt::join(made->notes, "; "));
  EXPECT_THAT(said, ::testing::HasSubstr("one note after another"));
  EXPECT_THAT(said, ::testing::HasSubstr("1 note off the grid of twelfths"));
}

TEST(SeveralParts, WhatIsScoredSaysWhoseItIs) {
  const auto parts = ScoreSequence(Score(), ParseMusic(kTwoParts));
  ASSERT_TRUE(parts.ok()) << parts.status();
  std::map<int, std::string> said;  // by voice
  for (const ScoredEvent& event : EventsOf(*Score(), parts->front())) {
    said[event.voice] += event.effect.name + " ";
  }
  EXPECT_EQ(said[1], "C5 D5 E5 F5 G5 ");
  EXPECT_EQ(said[2], "C3 hold D3 hold E3 ");
  EXPECT_EQ(said[0], "+24 +24 +24 +24 +48 ");
}

TEST(SeveralParts, WhatIsDrawnIsScoredAsItWasDrawn) {
  // Pitches between which the melody stays the higher part.
  struct Case {
    const char* fill;
    int low, high;
  };
  int scored = 0;
  for (const auto& [fill, low, high] :
       {Case{"2:1", 60, 107}, {"1-3:1", 60, 107}, {"1:2,3:2", 24, 55}, {"1", 60, 66}}) {
    for (int seed = 0; seed < 5; ++seed) {
      const auto made = SequenceGenerator(Score()).GenerateMany(
          Request(kTwoParts, {{"fill", fill}, {"parallels", "allow"}},
                  {{"seed", seed}, {"temperature", 1}, {"min_pitch", low}, {"max_pitch", high}}),
          1);
      ASSERT_TRUE(made.ok()) << made.status();
      const Likelihood heard = InGap(made->outputs[0].sequence, {.fill = fill});
      EXPECT_NEAR(heard.total, made->outputs[0].log_likelihood, 1e-3) << fill << " " << seed;
      double sum = 0;
      for (const float one : heard.per_event) sum += one;
      EXPECT_NEAR(sum, heard.total, 1e-3);
      EXPECT_NEAR(heard.information.nats, -heard.total, 1e-3);
      scored += heard.information.notes > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(scored, 10);
}

TEST(SeveralParts, AGapCountsItsOwnDecisionsAlone) {
  const NoteSequence music = ParseMusic(kTwoParts);
  const Likelihood melody = InGap(music, {.fill = "1:1"});
  EXPECT_EQ(melody.information.notes, 2);
  // Two pitches, and the time to the next moment after each; the bass is given.
  EXPECT_EQ(melody.per_event.size(), 4u);
  EXPECT_EQ(InGap(music, {.fill = "1"}).information.notes, 3);
  const Likelihood harmony = InGap(music, {.given = "1"});
  EXPECT_EQ(harmony.information.notes, 3);
  EXPECT_NEAR(harmony.total, InGap(music, {.fill = "1-3:2"}).total, 1e-6);
}

TEST(SeveralParts, TheNotesOfAGapAreToldWhereTheyStand) {
  // The second bar is twice as fast as the first.
  const NoteSequence music =
      ParseMusic("T120@0 T240@2 60@0+1 62@1+1 64@2+0.5 65@2.5+0.5 48@0+1/i1 43@1+1/i1 48@2+1/i1");
  const auto gap = ScoreGap(Score(), music, {.fill = "2:1"});
  ASSERT_TRUE(gap.ok()) << gap.status();
  std::vector<ScoredEvent> events = EventsOf(*Score(), *gap);
  EXPECT_EQ(events.size(), gap->likelihood.per_event.size());
  double bits = 0;
  for (const ScoredEvent& event : events) bits += event.bits;
  EXPECT_NEAR(bits, gap->likelihood.information.bits(), 1e-4);
  std::erase_if(events, [](const ScoredEvent& event) { return event.effect.pitches.empty(); });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].effect.pitches, std::vector<int>{64});
  EXPECT_NEAR(events[0].time, 2, 1e-6);
  EXPECT_EQ(events[1].effect.pitches, std::vector<int>{65});
  EXPECT_NEAR(events[1].time, 2.5, 1e-6);
}

TEST(SeveralParts, WhatComesAfterAGapIsHeardUnlessItIsHidden) {
  NoteSequence music = ParseMusic(kTwoParts);
  const double open = InGap(music, {.fill = "2"}).total;
  const double hidden = InGap(music, {.fill = "2", .hides_after = true}).total;
  for (auto& note : *music.mutable_notes()) {
    if (note.start_time() >= 4) note.set_pitch(note.pitch() - 1);
  }
  EXPECT_NE(InGap(music, {.fill = "2"}).total, open);
  EXPECT_EQ(InGap(music, {.fill = "2", .hides_after = true}).total, hidden);
}

TEST(SeveralParts, GapsThatAreNotThereAreWrongUsage) {
  const NoteSequence music = ParseMusic(kTwoParts);
  const auto beyond = ScoreGap(Score(), music, {.fill = "9"});
  EXPECT_EQ(ExitStatus(beyond.status()), 2);
  EXPECT_THAT(std::string(beyond.status().message()),
              ::testing::HasSubstr("which has bars 1 to 3"));
  for (const GapOptions& gap :
       {GapOptions{.fill = "x"}, GapOptions{.fill = "1:tuba"}, GapOptions{.given = "3"},
        GapOptions{.given = "1+2"}, GapOptions{.fill = "1", .given = "1"}}) {
    EXPECT_EQ(ExitStatus(ScoreGap(Score(), music, gap).status()), 2) << gap.fill;
  }
  EXPECT_EQ(ExitStatus(ScoreGap(RandomModel("basic_rnn"), music, {.fill = "1"}).status()), 2);
}

// What sounds over the bar line may go on sounding there, and is not struck again.
TEST(SeveralParts, AVariationBeginsNothingAfterItsBars) {
  // In bar 2, two seconds long, a note that ends with bar 3.
  const std::string held = "T120@0 60@0+1 62@1+1 64@2+0.5 65@2.5+0.5 64@3+3 62@6+1 60@7+1";
  for (int seed = 1; seed <= 20; ++seed) {
    const auto request = Request(held, {{"vary", "2"}}, {{"seed", seed}});
    for (const auto& note : NewNotes(request, Made(request))) {
      EXPECT_GE(note.start_time(), 2) << seed;
      EXPECT_LT(note.start_time(), 4) << seed;
    }
  }
}

TEST(SeveralParts, WhatIsWrittenIsScoredThoughNoneWouldBeDrawn) {
  // The only parallels of the piece are in the gap.
  const NoteSequence music =
      ParseMusic("T120@0 72@0+2 74@2+1 76@3+1 77@4+2 52@0+2/i1 50@2+1/i1 52@3+1/i1 48@4+2/i1");
  EXPECT_GT(InGap(music, {.fill = "2:2"}).total, -1000);
}

TEST(SeveralParts, WrongUsageIsToldBeforeAnythingIsDrawn) {
  const SequenceGenerator generator(Score());
  for (const auto& [arg, text] : std::map<std::string, std::string>{{"fill", "9"},
                                                                    {"vary", "x"},
                                                                    {"add", "tuba"},
                                                                    {"keep", "tempo"},
                                                                    {"density", "loud"},
                                                                    {"parallels", "no"}}) {
    const auto made = generator.GenerateMany(Request(kTwoParts, {{arg, text}}, {{"bars", 1}}), 1);
    EXPECT_EQ(ExitStatus(made.status()), 2) << arg;
  }
  // Models of one line know none of it.
  auto request = Request("T120@0 60@0+1", {{"fill", "1"}}, {{"bars", 1}});
  const SequenceGenerator line(RandomModel("basic_rnn"));
  EXPECT_EQ(ExitStatus(line.GenerateMany(request, 1).status()), 2);
  request = Request("T120@0 60@0+1", {});
  auto& section = *request.mutable_generator_options()->add_generate_sections();
  section.set_start_time(1);
  section.set_end_time(2);
  section.add_parts("1");
  EXPECT_THAT(std::string(line.GenerateMany(request, 1).status().message()),
              ::testing::HasSubstr("a section names parts"));
}

}  // namespace
}  // namespace magenta
