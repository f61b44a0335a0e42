#include "magenta/kinds/typed_melody.h"

#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

std::string Read(const std::string& text) {
  const auto typed = ReadTypedMelody(text);
  if (!typed.ok()) return ErrorLine(typed.status());
  if (const auto* abc = std::get_if<TypedAbc>(&*typed)) return abc->text;
  return DumpEvents(std::get<std::vector<Event>>(*typed));
}

TEST(TypedMelody, Names) {
  const struct {
    const char* text;
    const char* events;  // "-" no event, "." note off
  } rows[] = {
      {"C4", "60"},
      {"C4 - D4 - E4 - G4 - - .", "60 - 62 - 64 - 67 - - ."},
      {"c4 _ d4, e4", "60 - 62 64"},
      {"F#4 Gb4 B#3 Cb4 Bb3 bb3", "66 66 60 59 58 58"},
      {"C##4 Bbb3", "62 57"},
      {"C-1 G9", "0 127"},
      {"C4:4 D4:2 .:2 r E4", "60 - - - 62 - . - . 64"},
      {"- C4", "- 60"},
      {". C4 -:3", ". 60 - - -"},
      {"[60, -2, 62]", "60 - 62"},
      {"60,-1", "60 ."},
      {", C4", "60"},
      {"C4:2 | D4:2 |", "60 - 62 -"},
      {"C4|D4", "60 62"},
      {"|C4 - | - . || Bb3|", "60 - - . 58"},
      {"r:2 | C4", ". - 60"},
  };
  for (const auto& row : rows) EXPECT_EQ(Read(row.text), row.events) << row.text;
}

TEST(TypedMelody, Abc) {
  const struct {
    const char* text;
    const char* tune;
  } rows[] = {
      {"abc: CDEG", "X:1\nK:C\nCDEG\n"},
      {"ABC:K:G GABc d2 |", "X:1\nK:G\nGABc d2 |\n"},
      {"K:G M:6/8 L:1/8 GAB c2d|e3 d3", "X:1\nM:6/8\nL:1/8\nK:G\nGAB c2d|e3 d3\n"},
      {"C4 D | E4 |", "X:1\nK:C\nC4 D | E4 |\n"},
      {"(3:2:2C4D4 E4 | F4 |", "X:1\nK:C\n(3:2:2C4D4 E4 | F4 |\n"},
      {"C4:|D4", "X:1\nK:C\nC4:|D4\n"},
      {"L:1/8 C4 | D4 |", "X:1\nL:1/8\nK:C\nC4 | D4 |\n"},
      {"C D E F | G4 |", "X:1\nK:C\nC D E F | G4 |\n"},
      {"X:7\nT:Two words\nK:D\nDEF2", "X:7\nT:Two words\nK:D\nDEF2\n"},
      {"K:D\nM:3/4\nDEF|", "X:1\nM:3/4\nK:D\nDEF|\n"},
      {"K:", "X:1\nK:\n\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(Read(row.text), row.tune) << row.text;
}

TEST(TypedMelody, ErrorsNameThePlace) {
  const struct {
    const char* text;
    const char* message;
  } rows[] = {
      {"C4 H4", "event 2, 'H4': is neither a note (C4), a hold (-) nor a rest (.)"},
      {"C4 D", "event 2, 'D': has no octave; C4 is middle C"},
      {"C4 Dx", "event 2, 'Dx': 'x' is no octave from -1 to 9"},
      {"C4- D4", "event 1, 'C4-': '4-' is no octave from -1 to 9"},
      {"C10", "event 1, 'C10': '10' is no octave from -1 to 9"},
      {"G#9", "event 1, 'G#9': is MIDI pitch 128, not in 0..127"},
      {"Cb-1", "event 1, 'Cb-1': is MIDI pitch -1, not in 0..127"},
      {"C4:0", "event 1, 'C4:0': '0' is no number of steps"},
      {"C4:x", "event 1, 'C4:x': 'x' is no number of steps"},
      {"C4:", "event 1, 'C4:': '' is no number of steps"},
      {"C4 :3", "event 2, ':3': has no note before the ':'"},
      {"C4 60", "event 2, '60': is neither a note (C4), a hold (-) nor a rest (.)"},
      {"C4:2 | H4:2 |", "event 2, 'H4:2': is neither a note"},
      {"C4 F♯4", "event 2, 'F♯4': write # for ♯"},
      {"B♭3", "event 1, 'B♭3': write # for ♯ and b for ♭"},
      {"[C4, D4]", "or with names, \"C4 - D4 .\""},
      {"r r:4", "--primer_melody has no note"},
      {"60, C4", "event 1 is no whole number: C4"},
      {"", "--primer_melody has no note"},
  };
  for (const auto& row : rows) {
    const std::string error = Read(row.text);
    EXPECT_NE(error.find(row.message), error.npos) << row.text << ": " << error;
  }
}

}  // namespace
}  // namespace magenta
