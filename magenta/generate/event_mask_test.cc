#include "magenta/generate/event_mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/session.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RandomModel;
using testing::TuneFor;

/// The models that draw pitches.
std::vector<std::string> PitchModels() {
  std::vector<std::string> ids;
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    if (spec.kind->IsPitch(60)) ids.push_back(spec.id);
  }
  return ids;
}

PitchLimits Limits(const char* key, const char* scale, int min_pitch = 0, int max_pitch = 127) {
  return {ParseKey(key), FindScale(scale), min_pitch, max_pitch};
}

/// A primer of `events` that were moved by `transpose`.
Primer PrimerOf(const std::vector<Event>& played, int transpose = 0) {
  Primer primer;
  primer.played = played;
  primer.transpose = transpose;
  return primer;
}

TEST(PitchLimitsTest, NameAScale) {
  struct Row {
    const char* key;
    const char* scale;
    const char* text;
  };
  // The music is in C major, or A minor.
  const Row rows[] = {
      {"D", "", "D major"},
      {"F#m", "", "F# minor"},
      {"Bb minor", "", "Bb minor"},
      {"D", "dorian", "D dorian"},
      {"A major", "blues", "A blues"},
      {"C#", "harmonic_minor", "C# harmonic minor"},
      {"", "lydian", "C lydian"},
      {"", "minor", "A minor"},
      {"", "dorian", "A dorian"},
      {"", "minor_pentatonic", "A minor pentatonic"},
  };
  for (const Row& row : rows) {
    const auto scale = ScaleOfLimits(Limits(row.key, row.scale), 0);
    ASSERT_TRUE(scale.has_value());
    EXPECT_EQ(scale->Text(), row.text);
  }
  EXPECT_FALSE(ScaleOfLimits(Limits("", "", 60), 0).has_value());
  EXPECT_EQ(ScaleOfLimits(Limits("", "minor"), 3)->Text(), "C minor");
}

TEST(PitchLimitsTest, AllowPitchesOfTheScaleInTheRange) {
  const PitchLimits limits = Limits("D", "dorian", 60, 67);
  const PitchSet allowed = AllowedPitches(limits, ScaleOfLimits(limits, 0));
  std::vector<int> pitches;
  for (int pitch = 0; pitch < 128; ++pitch) {
    if (allowed[pitch]) pitches.push_back(pitch);
  }
  EXPECT_THAT(pitches, ElementsAre(60, 62, 64, 65, 67));
}

TEST(EventMaskTest, PitchesAreThoseThatSound) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    const auto encoder = spec.codec->NewEncoder();
    for (const int transpose : {-60, -13, 0, 5, 80}) {
      Primer primer;
      primer.transpose = transpose;
      for (int label = 0; label < spec.codec->num_classes(); ++label) {
        const Event event = encoder->DecodeOne(label);
        std::vector<NoteChange> changes;
        const auto renderer = spec.kind->NewRenderer(primer, /*after_primer=*/true);
        renderer->Add(event, changes);
        if (changes.empty()) {  // of chords a note is told at the end of its step
          renderer->Finish(changes);
          if (!changes.empty()) changes.resize(1);
        }
        const auto pitch = spec.kind->PitchOf(event, transpose);
        EXPECT_EQ(pitch.has_value(), spec.kind->IsPitch(event));
        if (!pitch.has_value()) continue;
        ASSERT_EQ(changes.size(), 1u) << spec.id;
        EXPECT_EQ(changes[0].pitch, *pitch) << spec.id << " event " << event;
      }
    }
  }
}

TEST(EventMaskTest, IsHeardInTheKeyOfTheModel) {
  const auto model = RandomModel("lookback_rnn");
  Primer primer = PrimerOf({62, 66, 69}, /*transpose=*/-2);
  const auto mask = MaskFor(Limits("D", ""), *model, std::nullopt, primer);
  ASSERT_TRUE(mask.ok() && mask->has_value()) << mask.status();
  EXPECT_TRUE((*mask)->Allows(kNoEvent));
  EXPECT_TRUE((*mask)->Allows(kNoteOff));
  EXPECT_TRUE((*mask)->Allows(64));   // sounds as F sharp
  EXPECT_FALSE((*mask)->Allows(63));  // as F
  EXPECT_THAT(primer.notes, IsEmpty());
}

TEST(EventMaskTest, AScaleWithoutKeyStandsInThatOfTheMusic) {
  const auto model = RandomModel("lookback_rnn");
  const auto note = [&](std::optional<int> key) {
    Primer primer = PrimerOf({62, 64, 66, 67, 69, 71, 73});
    EXPECT_TRUE(MaskFor(Limits("", "harmonic_minor"), *model, key, primer).ok());
    return primer.notes;
  };
  EXPECT_THAT(note({}), ElementsAre("the scale is B harmonic minor: the primer is taken to be in "
                                    "D major or B minor"));
  EXPECT_THAT(note(5), ElementsAre("the scale is D harmonic minor: the primer is taken to be in "
                                   "F major or D minor"));
}

TEST(EventMaskTest, IsNoneWhereAllMaySound) {
  const auto model = RandomModel("lookback_rnn");  // plays 48 to 83
  Primer primer;
  for (const PitchLimits& limits :
       {PitchLimits(), Limits("", "", 48, 83), Limits("G", "chromatic")}) {
    const auto mask = MaskFor(limits, *model, std::nullopt, primer);
    ASSERT_TRUE(mask.ok()) << mask.status();
    EXPECT_FALSE(mask->has_value());
  }
}

TEST(EventMaskTest, TellsWhatTheModelCanPlay) {
  const auto model = RandomModel("lookback_rnn");
  Primer primer = PrimerOf({}, 5);
  const absl::Status high =
      MaskFor(Limits("", "", 100, 110), *model, std::nullopt, primer).status();
  EXPECT_EQ(ErrorMessage(high),
            "no pitch from 100 to 110 is one that lookback_rnn can play after this primer");
  EXPECT_THAT(ErrorRemedy(high), HasSubstr("It plays pitches from 43 to 78"));
  const absl::Status none = MaskFor(Limits("C", "", 61, 61), *model, std::nullopt, primer).status();
  EXPECT_THAT(ErrorMessage(none), HasSubstr("no pitch of C major from 61 to 61"));
  const absl::Status drums =
      MaskFor(Limits("C", ""), *RandomModel("drum_kit"), std::nullopt, primer).status();
  EXPECT_THAT(ErrorMessage(drums), HasSubstr("are for pitches, and drum_kit draws none"));
}

/// AllowAmong() as a filter.
class Among final : public LogitFilter {
 public:
  Among(std::vector<bool> members, std::vector<bool> allowed)
      : members_(std::move(members)), allowed_(std::move(allowed)) {}
  void Apply(std::span<float> logits) const override { AllowAmong(members_, allowed_, logits); }

 private:
  std::vector<bool> members_, allowed_;
};

TEST(EventMaskTest, WhatIsLeftKeepsItsProportions) {
  for (const std::string& id : PitchModels()) {
    const auto model = RandomModel(id);
    if (model->codec->asks_in_turn()) continue;  // turns_test.cc
    Session session(model, 1);
    session.Prime(TuneFor(*model->spec));
    const EventMask mask(*model->spec->kind, AllowedPitches(Limits("", "", 60, 66), {}), 0);
    // The same by hand.
    const auto encoder = model->codec->NewEncoder();
    for (const Event event : TuneFor(*model->spec)) encoder->Push(event);
    std::vector<bool> pitches, allowed;
    for (int label = 0; label < model->codec->num_classes(); ++label) {
      const Event event = encoder->DecodeOne(label);
      const auto pitch = model->spec->kind->PitchOf(event, 0);
      pitches.push_back(pitch.has_value());
      allowed.push_back(!pitch.has_value() || (*pitch >= 60 && *pitch <= 66));
    }
    ASSERT_NE(std::count(allowed.begin(), allowed.end(), true),
              static_cast<int64_t>(allowed.size()));
    std::vector<Sampling> samplings(5);
    samplings[1].temperature = 0;
    samplings[2].pitch_temperature = 0.5;
    samplings[3].top_k = 3;
    samplings[4].temperature = 3;
    samplings[4].top_p = 0.9;
    samplings[4].min_p = 0.05;
    for (const Sampling& sampling : samplings) {
      FilterChain by_hand;
      by_hand.push_back(std::make_unique<Among>(pitches, allowed));
      for (auto& filter : DrawFilters(sampling)) by_hand.push_back(std::move(filter));
      SeededUniform one(5), other(5);
      for (int i = 0; i < 50; ++i) {
        const Event event = session.Sample(0, DrawFilters(sampling), one, &mask);
        EXPECT_TRUE(mask.Allows(event));
        EXPECT_EQ(event, session.Sample(0, by_hand, other));
      }
    }
  }
}

/// A tune in E flat, low, from 0 to 2 seconds, and a note that begins at 6; a section that begins
/// where the tune ends, up to the note or past it.
GenerateSequenceRequest TuneAndSection(double end, int seed, int beam_size = 1) {
  GenerateSequenceRequest request;
  auto& input = *request.mutable_input_sequence();
  input.add_tempos()->set_qpm(120);
  const auto add = [&](int pitch, double start, double note_end) {
    auto& note = *input.add_notes();
    note.set_pitch(pitch);
    note.set_velocity(80);
    note.set_start_time(start);
    note.set_end_time(note_end);
  };
  const int tune[] = {51, 53, 55, 58};
  for (int i = 0; i < 4; ++i) add(tune[i], i * 0.5, i * 0.5 + 0.5);
  if (end <= 6) add(58, 6, 7);
  input.set_total_time(input.notes().rbegin()->end_time());
  auto& options = *request.mutable_generator_options();
  auto& section = *options.add_generate_sections();
  section.set_start_time(2);
  section.set_end_time(end);
  auto& args = *options.mutable_args();
  args["seed"].set_int_value(seed);
  args["beam_size"].set_int_value(beam_size);
  if (beam_size > 1) args["branch_factor"].set_int_value(2);
  return request;
}

TEST(EventMaskTest, EveryNewNoteIsAllowed) {
  const std::pair<const char*, const char*> scales[] = {
      {"D", ""}, {"Bb minor", ""}, {"C#", "major_pentatonic"}, {"", "blues"}};
  for (const std::string& id : PitchModels()) {
    const SequenceGenerator generator(RandomModel(id));
    int64_t notes = 0;
    for (int i = 0; i < 24; ++i) {
      const auto& [key, scale] = scales[i % 4];
      const PitchLimits limits = Limits(key, scale, 50 + i % 3, 60 + i % 5);
      GenerateSequenceRequest request = TuneAndSection(i % 2 == 0 ? 6 : 10, i, i % 5 == 0 ? 4 : 1);
      SetPitchArgs(limits, *request.mutable_generator_options());
      const auto music = generator.GenerateMany(request, 2);
      ASSERT_TRUE(music.ok()) << id << music.status();
      // E flat major is the key of the tune.
      const PitchSet allowed = AllowedPitches(limits, ScaleOfLimits(limits, 3));
      for (const GeneratedOutput& output : music->outputs) {
        for (const auto& note : output.sequence.notes()) {
          if (note.start_time() < 2 - 1e-9 || note.start_time() > 6 - 1e-9) continue;
          ++notes;
          EXPECT_TRUE(allowed[note.pitch()]) << id << " request " << i << ": " << note.pitch();
        }
      }
    }
    EXPECT_GT(notes, 50) << id;
  }
}

TEST(EventMaskTest, LogLikelihoodIsTheModelsOwn) {
  // Of codecs with a class an event: of several, another than the one that was drawn may count.
  for (const std::string id : {"basic_rnn", "mono_rnn", "basic_improv"}) {
    const auto model = RandomModel(id);
    GenerateSequenceRequest request = TuneAndSection(10, 4);
    (*request.mutable_generator_options()->mutable_args())["top_k"].set_int_value(1);
    SetPitchArgs(Limits("D", "", 50, 60), *request.mutable_generator_options());
    const auto music = SequenceGenerator(model).GenerateMany(request, 1);
    ASSERT_TRUE(music.ok()) << music.status();
    const auto found = LogLikelihood(model, music->outputs[0].events);
    ASSERT_TRUE(found.ok());
    EXPECT_NEAR(music->outputs[0].log_likelihood, found->total, 1e-3) << id;
  }
}

}  // namespace
}  // namespace magenta
