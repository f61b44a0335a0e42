#include "magenta/generate/generator_details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/generate/random_model.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

TEST(GeneratorDetailsTest, AreTheLoadedModels) {
  Model model = *testing::RandomModel("lookback_rnn");
  model.grid = Grid::PerQuarter(8);
  model.description = "mine";
  const GeneratorDetails details = DetailsOf(model);
  EXPECT_EQ(details.steps_per_quarter(), 8);
  EXPECT_EQ(details.description(), "mine");
  EXPECT_EQ(details.kind(), "melody");
  EXPECT_EQ(details.config(), "lookback_rnn");
  EXPECT_EQ(GridOf(details).value(), Grid::PerQuarter(8));
}

TEST(GeneratorDetailsTest, GridsAreReadFromServersOldAndOdd) {
  GeneratorDetails details;
  EXPECT_EQ(GridOf(details).value(), Grid::PerQuarter(4));  // says none
  details.set_steps_per_second(100);
  EXPECT_EQ(GridOf(details).value(), Grid::PerSecond(100));
  for (const int steps : {0, -4, 1 << 30}) {
    details.set_steps_per_quarter(steps);
    EXPECT_THAT(ErrorMessage(GridOf(details).status()), HasSubstr("steps per quarter")) << steps;
  }
}

TEST(GeneratorDetailsTest, AModelOfAKindIsFoundWhateverItIsCalled) {
  GeneratorDetails details;
  details.set_id("mine");
  EXPECT_EQ(SpecOfKind(details), nullptr);
  details.set_kind("drum track");
  ASSERT_NE(SpecOfKind(details), nullptr);
  EXPECT_EQ(SpecOfKind(details)->kind->names().one, "drum track");
  // What it says goes before what its name is here.
  details.set_id("lookback_rnn");
  EXPECT_EQ(SpecOfKind(details)->kind->names().one, "drum track");
  EXPECT_TRUE(PlaysDrums(details));
  details.set_config("one_drum");
  EXPECT_EQ(SpecOfKind(details)->id, "one_drum");
  details.clear_config();
  details.set_kind("string quartet");
  EXPECT_EQ(SpecOfKind(details), nullptr);
  details.clear_kind();
  EXPECT_EQ(SpecOfKind(details)->id, "lookback_rnn");
  EXPECT_FALSE(PlaysDrums(details));
}

TEST(GeneratorDetailsTest, ArgumentsAreThoseThatTheModelKnows) {
  const auto has = [](const char* model, const std::string& name) {
    const GeneratorDetails details = DetailsOf(**FindModel(model));
    for (const auto& argument : details.arguments()) {
      if (argument.name() == name) return true;
    }
    return false;
  };
  EXPECT_TRUE(has("lookback_rnn", "pitch_temperature"));
  EXPECT_FALSE(has("drum_kit", "pitch_temperature"));
  EXPECT_TRUE(has("chord_pitches_improv", "render_chords"));
  EXPECT_FALSE(has("lookback_rnn", "render_chords"));
  for (const char* adapting : {"lookback_rnn", "drum_kit", "polyphony", "performance", "score"}) {
    EXPECT_TRUE(has(adapting, "adapt")) << adapting;
  }
  for (const char* other : {"rnn-nade", "performance_with_dynamics_and_note_encoding"}) {
    EXPECT_FALSE(has(other, "adapt")) << other;
  }
  for (const char* ending : {"lookback_rnn", "chord_pitches_improv", "score"}) {
    EXPECT_TRUE(has(ending, "ending")) << ending;
  }
  for (const char* other : {"drum_kit", "polyphony", "rnn-nade", "performance"}) {
    EXPECT_FALSE(has(other, "ending")) << other;
  }
  EXPECT_TRUE(has("lookback_rnn", "program"));
  EXPECT_FALSE(has("drum_kit", "program"));
}

}  // namespace
}  // namespace magenta
