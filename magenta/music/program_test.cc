#include "magenta/music/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

TEST(ProgramTest, ReadsNumbersAndNames) {
  const struct {
    const char* text;
    int program;
  } rows[] = {
      {"0", 0},
      {"73", 73},
      {"127", 127},
      {"flute", 73},
      {"Flute", 73},
      {"TENOR_SAX", 66},
      {"tenor-sax", 66},
      {" tenor  sax ", 66},
      {"Honky Tonk Piano", 3},
      {"piano", 0},
      {"electric piano", 4},
      {"guitar", 24},
      {"strings", 48},
      {"organ", 19},
      {"bass", 32},
      {"harp", 46},
      {"sci fi", 103},
      {"gunshot", 127},
  };
  for (const auto& row : rows) {
    const auto program = ParseProgram(row.text);
    ASSERT_TRUE(program.ok()) << row.text << ": " << program.status();
    EXPECT_EQ(*program, row.program) << row.text;
  }
}

TEST(ProgramTest, SaysWhichOfSeveralIsTaken) {
  const struct {
    const char* text;
    const char* note;
  } rows[] = {
      {"73", ""},
      {"Tenor_Sax", ""},
      {"flut", ""},
      {"drums", ""},
      {"honky", ""},
      {"Sax", "sax is program 65, alto sax; there are also soprano sax, tenor sax, baritone sax"},
      {"organ",
       "organ is program 19, church organ; there are also drawbar organ, percussive organ, rock "
       "organ, reed organ"},
      {"flute", ""},
      {"synth strings",
       "synth strings is program 50, synth strings 1; there are also synth strings 2"},
  };
  for (const auto& row : rows) EXPECT_EQ(ProgramNote(row.text), row.note) << row.text;
}

TEST(ProgramTest, EveryNameIsReadBack) {
  for (int program = 0; program < 128; ++program) {
    const auto read = ParseProgram(ProgramName(program));
    ASSERT_TRUE(read.ok()) << ProgramName(program);
    EXPECT_EQ(*read, program) << ProgramName(program);
  }
  EXPECT_EQ(ProgramName(-1), "");
  EXPECT_EQ(ProgramName(128), "");
}

TEST(ProgramTest, RefusesOthersWithTheNearest) {
  const struct {
    const char* text;
    const char* says;
  } rows[] = {{"128", "0..127"},
              {"99999999999999", "0..127"},
              {"-1", "no program is called -1"},
              {"", "0 to 127"},
              {"flut", "flute"},
              {"drums", "channel 10 is for drums"},
              {"Drum-Kit", "channel 10 is for drums"},
              {"clarinett", "clarinet"},
              {"xyzzy", "flute"}};
  for (const auto& row : rows) {
    const auto program = ParseProgram(row.text);
    ASSERT_FALSE(program.ok()) << row.text;
    EXPECT_EQ(ExitStatus(program.status()), 2) << row.text;
    EXPECT_THAT(ErrorLine(program.status()), ::testing::HasSubstr(row.says)) << row.text;
  }
}

}  // namespace
}  // namespace magenta
