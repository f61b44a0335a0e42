#include "magenta/request/generate_args.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iterator>
#include <set>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

using ArgValue = GeneratorOptions::ArgValue;
using ::testing::HasSubstr;
using ::testing::Not;

ArgValue Number(const GeneratorArgument& argument, double number) {
  ArgValue value;
  if (argument.type() == GeneratorArgument::FLOAT) {
    value.set_float_value(number);
  } else {
    value.set_int_value(static_cast<int32_t>(number));
  }
  return value;
}

ArgValue Text(const std::string& text) {
  ArgValue value;
  value.set_string_value(text);
  return value;
}

bool Takes(const std::string& name, const ArgValue& value) {
  GeneratorOptions options;
  if (name == "steps_per_chord" || name == "chords_from") {
    (*options.mutable_args())["backing_chords"].set_string_value("C G");
  }
  (*options.mutable_args())[name] = value;
  return ParseGenerateArgs(options).ok();
}

// What the table says is what the parser does.
TEST(GenerateArgsTest, EveryArgumentTakesWhatItsRowSays) {
  for (const GeneratorArgument& argument : GenerateArguments()) {
    const std::string& name = argument.name();
    SCOPED_TRACE(name);
    const double step = argument.type() == GeneratorArgument::FLOAT ? 1e-3 : 1;
    if (argument.has_low()) {
      EXPECT_EQ(Takes(name, Number(argument, argument.low())), !argument.low_excluded());
      EXPECT_FALSE(Takes(name, Number(argument, argument.low() - step)));
      EXPECT_TRUE(Takes(name, Number(argument, argument.low() + step)));
    }
    if (argument.has_high()) {
      EXPECT_TRUE(Takes(name, Number(argument, argument.high())));
      EXPECT_FALSE(Takes(name, Number(argument, argument.high() + step)));
    }
    for (const std::string& choice : argument.choices()) EXPECT_TRUE(Takes(name, Text(choice)));
    const bool is_text = argument.type() == GeneratorArgument::STRING;
    const char* text = name == kPrimerKeyArg || name == kKeyArg ? "Bb"
                       : name == kDensityArg                    ? "[2, 8.5]"
                       : name == kHistogramArg                  ? "[1,0,2,0,1,1,0,2,0,1,0,1]"
                       : name == kDisableArg                    ? "[True, False]"
                                                                : "flute";
    EXPECT_EQ(Takes(name, Text(text)), is_text && argument.choices().empty());
    EXPECT_FALSE(Takes(name, Text("")));
    EXPECT_FALSE(Takes(name, ArgValue()));
    ArgValue flag;
    flag.set_bool_value(true);
    EXPECT_EQ(Takes(name, flag), argument.type() == GeneratorArgument::BOOL);
    ArgValue none;
    none.set_float_value(std::nan(""));
    EXPECT_FALSE(Takes(name, none));
    EXPECT_TRUE(!argument.has_default_value() || Takes(name, argument.default_value())) << name;
  }
}

TEST(GenerateArgsTest, ErrorsListTheTable) {
  GeneratorOptions options;
  (*options.mutable_args())["temprature"].set_int_value(1);
  const absl::Status status = ParseGenerateArgs(options).status();
  EXPECT_THAT(ErrorMessage(status), HasSubstr("no argument 'temprature'"));
  EXPECT_THAT(ErrorRemedy(status), HasSubstr("Did you mean 'temperature'? The arguments are"));
  for (const GeneratorArgument& argument : GenerateArguments()) {
    EXPECT_THAT(ErrorRemedy(status), HasSubstr(argument.name()));
  }
  EXPECT_THAT(ErrorRemedy(status),
              HasSubstr("primer_part, primer_key, program (int_value or string_value)"));
}

TEST(GenerateArgsTest, ErrorsListWhatAModelTakes) {
  GeneratorOptions options;
  (*options.mutable_args())["bogus"].set_int_value(1);
  const ArgumentRule drums = {"kit", [](ArgumentUse use) {
                                return use == ArgumentUse::kAll || use == ArgumentUse::kAdapting;
                              }};
  const std::string remedy = ErrorRemedy(ParseGenerateArgs(options, &drums).status());
  for (const GeneratorArgument& argument : GenerateArguments(&drums)) {
    EXPECT_THAT(remedy, HasSubstr(argument.name()));
  }
  const char* const others[] = {"pitch_temperature",
                                "backing_chords",
                                "steps_per_chord",
                                "chords_from",
                                "render_chords",
                                "primer_key",
                                "program",
                                "key",
                                "scale",
                                "min_pitch",
                                "max_pitch",
                                "fill",
                                "vary",
                                "add",
                                "keep",
                                "density",
                                "parallels",
                                "ending",
                                "condition_on_primer",
                                "no_inject_primer_during_generation",
                                "notes_per_second",
                                "pitch_class_histogram",
                                "disable_conditioning"};
  EXPECT_EQ(GenerateArguments(&drums).size() + std::size(others), GenerateArguments().size());
  for (const char* name : others) EXPECT_THAT(remedy, Not(HasSubstr(name)));
}

TEST(GenerateArgsTest, WhatIsDrawnOfSeveralParts) {
  GeneratorOptions options;
  auto& args = *options.mutable_args();
  args["fill"].set_string_value("5-8:alto");
  args["vary"].set_string_value("1");
  args["add"].set_string_value("bass");
  args["keep"].set_string_value("pitches");
  args["density"].set_string_value("busy");
  args["parallels"].set_string_value("allow");
  const auto parsed = ParseGenerateArgs(options);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->parts,
            (PartsArgs{"5-8:alto", "1", "bass", Keep::kPitches, 3, Parallels::kAllow}));
  args["fill"].set_int_value(5);
  EXPECT_EQ(ParseGenerateArgs(options)->parts.fill, "5");
  args["fill"].set_string_value("");
  EXPECT_FALSE(ParseGenerateArgs(options).ok());
  args.erase("fill");
  args["density"].set_int_value(4);
  EXPECT_EQ(ParseGenerateArgs(options)->parts.density, 4);
  args["density"].set_string_value("0");
  EXPECT_EQ(ParseGenerateArgs(options)->parts.density, 0);
  args["density"].set_int_value(5);
  EXPECT_FALSE(ParseGenerateArgs(options).ok());
  args["density"].set_string_value("quiet");
  EXPECT_FALSE(ParseGenerateArgs(options).ok());
  args["density"].set_int_value(0);
  args["parallels"].set_string_value("avoid");
  EXPECT_EQ(ParseGenerateArgs(options)->parts.parallels, Parallels::kAvoid);
  args["parallels"].set_string_value("never");
  EXPECT_FALSE(ParseGenerateArgs(options).ok());
  args.erase("parallels");
  const ArgumentRule lines = {"basic_rnn",
                              [](ArgumentUse use) { return use != ArgumentUse::kParts; }};
  EXPECT_THAT(ErrorMessage(ParseGenerateArgs(options, &lines).status()),
              HasSubstr("is for models of several parts, and basic_rnn knows none"));
}

TEST(GenerateArgsTest, PitchLimitsAreReadAndWritten) {
  GeneratorOptions options;
  auto& args = *options.mutable_args();
  args["key"].set_string_value("F#m");
  args["scale"].set_string_value("harmonic_minor");
  args["min_pitch"].set_int_value(60);
  args["max_pitch"].set_int_value(60);
  const auto parsed = ParseGenerateArgs(options);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->pitches, (PitchLimits{NamedKey{6, true}, FindScale("harmonic_minor"), 60, 60}));
  GeneratorOptions said;
  SetPitchArgs(parsed->pitches, said);
  EXPECT_EQ(ParseGenerateArgs(said)->pitches, parsed->pitches);
  SetPitchArgs({}, said = {});
  EXPECT_TRUE(said.args().empty());

  args["min_pitch"].set_int_value(61);
  EXPECT_EQ(ErrorMessage(ParseGenerateArgs(options).status()),
            "min_pitch=61 lies above max_pitch=60");
  args["min_pitch"].set_int_value(0);
  args["key"].set_int_value(5);
  EXPECT_EQ(ErrorMessage(ParseGenerateArgs(options).status()),
            "argument 'key' takes a string_value that names a key: D, F#, Bb minor, Am, not "
            "int_value 5");
}

TEST(GenerateArgsTest, ATextThatNamesNothingIsToldWithWhatWould) {
  const struct {
    const char *name, *text, *message, *remedy;
  } rows[] = {
      {"key", "H moll", "argument 'key': 'H moll' is no key",
       "Give a note, and m or minor for minor: D, F#, Bb minor, Am"},
      {"primer_key", "H", "argument 'primer_key': 'H' is no key",
       "Give a note, and m or minor for minor: D, F#, Bb minor, Am"},

      {"scale", "ionian", "argument 'scale': 'ionian' is no scale",
       "Give one of major, minor, harmonic_minor"},
  };
  for (const auto& row : rows) {
    GeneratorOptions options;
    (*options.mutable_args())[row.name].set_string_value(row.text);
    const absl::Status status = ParseGenerateArgs(options).status();
    EXPECT_EQ(ErrorMessage(status), row.message);
    EXPECT_THAT(ErrorRemedy(status), HasSubstr(row.remedy));
    (*options.mutable_args())[row.name].set_string_value(std::string(1000, 'x'));
    EXPECT_THAT(ErrorMessage(ParseGenerateArgs(options).status()), HasSubstr(": its text is no "));
  }
}

TEST(GenerateArgsTest, WhatIsForOtherModelsIsToldByName) {
  std::set<ArgumentUse> takes = {ArgumentUse::kAll, ArgumentUse::kAdapting};
  const ArgumentRule rule = {"kit", [&](ArgumentUse use) { return takes.contains(use); }};
  const auto said = [&](const std::string& name, const ArgValue& value) {
    GeneratorOptions options;
    (*options.mutable_args())[name] = value;
    return std::string(ErrorMessage(ParseGenerateArgs(options, &rule).status()));
  };
  ArgValue number;
  number.set_int_value(1);
  EXPECT_EQ(
      said("pitch_temperature", number),
      "the argument pitch_temperature is for models that draw one of many pitches as an event, "
      "which kit does not");
  EXPECT_EQ(said("min_pitch", number), "the argument min_pitch is for pitches, and kit draws none");
  EXPECT_EQ(said("key", Text("D")), "the argument key is for pitches, and kit draws none");
  EXPECT_EQ(said("scale", Text("blues")), "the argument scale is for pitches, and kit draws none");
  EXPECT_EQ(said("ending", number), "the argument ending is for pitches, and kit draws none");
  takes = {ArgumentUse::kAll};
  EXPECT_EQ(
      said("key", Text("D")),
      "the argument key is for models that draw a pitch as one event, and kit draws a note in "
      "parts");
  EXPECT_THAT(said("adapt", number), HasSubstr("draws an event in parts"));
  takes.insert(ArgumentUse::kPitches);
  EXPECT_EQ(said("ending", number),
            "the argument ending is for models of one note at a time, and kit plays chords");
  EXPECT_EQ(said("render_chords", number),
            "the argument render_chords is for models that play over chords, and kit reads none");
  EXPECT_EQ(said("primer_key", number),
            "the argument primer_key is for models that move primers to a key of theirs, and kit "
            "takes them as they are");
  EXPECT_EQ(said("program", number),
            "the argument program is the sound of an instrument, and kit plays drums");
  EXPECT_EQ(said("backing_chords", Text("C F")),
            "the argument backing_chords is for models that play over chords, and kit reads none");
  // What leaves all as it is says nothing.
  number.set_int_value(0);
  EXPECT_EQ(said("min_pitch", number), "");
  EXPECT_EQ(said("render_chords", number), "");
}

}  // namespace
}  // namespace magenta
