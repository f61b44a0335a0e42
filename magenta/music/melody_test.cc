#include "magenta/music/melody.h"

#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

Melody MelodyOf(const std::string& events) { return *Melody::FromEvents(ParseEvents(events)); }

TEST(Melody, FromEventsCleansAndChecks) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},       {"60 - . 62", "60 - . 62"}, {". - . 60 . .", "- - - 60 . ."},
      {". .", "- -"}, {"0 127", "0 127"},
  };
  for (const auto& [events, dump] : rows) EXPECT_EQ(DumpEvents(MelodyOf(events).events()), dump);
  for (const char* events : {"60 128", "60 -3"}) {
    const auto melody = Melody::FromEvents(ParseEvents(events));
    ASSERT_FALSE(melody.ok());
    EXPECT_EQ(ExitStatus(melody.status()), 2);
    EXPECT_NE(melody.status().message().find("position 1"), std::string::npos);
  }
}

TEST(Melody, AppendLeavesEventsAsTheyAre) {
  Melody melody(12, 4, 24);
  for (const Event event : {kNoteOff, kNoEvent, 60}) melody.Append(event);
  EXPECT_EQ(DumpEvents(melody.events()), ". - 60");
  EXPECT_EQ(melody.start_step(), 24);
  EXPECT_EQ(melody.end_step(), 27);
  EXPECT_EQ(melody.steps_per_bar(), 12);
}

TEST(Melody, SetLength) {
  struct Row {
    const char* events;
    int steps;
    const char* dump;
  };
  const Row rows[] = {
      {"60 -", 4, "60 - . -"}, {"60 . -", 5, "60 . - - -"},
      {"- -", 3, "- - -"},     {"60 - 62 -", 2, "60 -"},
      {"60 -", 0, ""},         {"", 2, "- -"},
      {"60 -", 2, "60 -"},     {"60", 2, "60 ."},
  };
  for (const Row& row : rows) {
    Melody melody = MelodyOf(row.events);
    melody.SetLength(row.steps);
    EXPECT_EQ(DumpEvents(melody.events()), row.dump) << row.events << " to " << row.steps;
  }
}

TEST(Melody, Transpose) {
  struct Row {
    const char* events;
    int semitones;
    Event min_note;
    Event max_note;
    const char* dump;
  };
  const Row rows[] = {
      {"60 - . 62", 3, 0, 128, "63 - . 65"},
      {"60 - . 62", -3, 0, 128, "57 - . 59"},
      // Folded back by octaves at either end.
      {"36 47 48 83 84 96", 0, 48, 84, "48 59 48 83 72 72"},
      {"0 127", 200, 48, 84, "80 75"},
      {"0 127", -200, 0, 128, "4 11"},
      {"60", 2147483647, 48, 84, "79"},
      {"60", -2147483647 - 1, 48, 84, "52"},
  };
  for (const Row& row : rows) {
    Melody melody = MelodyOf(row.events);
    melody.Transpose(row.semitones, row.min_note, row.max_note);
    EXPECT_EQ(DumpEvents(melody.events()), row.dump) << row.events << " by " << row.semitones;
  }
}

TEST(Melody, Squash) {
  struct Row {
    const char* events;
    std::optional<int> key;
    int transpose;
    const char* dump;
  };
  const Row rows[] = {
      {"60 62 64 65 67 69 71", 0, 0, "60 62 64 65 67 69 71"},
      // D major down to C.
      {"62 64 66 67 69 71 73", 0, -2, "60 62 64 65 67 69 71"},
      // Octaves towards the middle of [48, 84).
      {"36 38 40 41 43 45 47", 0, 24, "60 62 64 65 67 69 71"},
      // No key: only folded.
      {"36 38 90", std::nullopt, 0, "48 50 78"},
      {"- - -", 0, 0, "- - -"},
      {"", 0, 0, ""},
  };
  for (const Row& row : rows) {
    Melody melody = MelodyOf(row.events);
    EXPECT_EQ(melody.Squash(48, 84, row.key), row.transpose) << row.events;
    EXPECT_EQ(DumpEvents(melody.events()), row.dump) << row.events;
  }
}

// The middle of the range is 65.5, and so is that of these twelve pitches: shifts of 6 and 18 are
// half-way between octaves.
TEST(Melody, SquashRoundsHalfOctavesToEven) {
  // All twelve classes: the key stays C.
  const std::string chromatic = "60 61 62 63 64 65 66 67 68 69 70 71";
  struct Row {
    int shift;
    int octaves;
  };
  for (const Row& row : {Row{0, 0}, Row{-6, 0}, Row{6, 0}, Row{-18, 2}, Row{18, -2}, Row{-7, 1}}) {
    Melody melody = MelodyOf(chromatic);
    melody.Transpose(row.shift);
    EXPECT_EQ(melody.MajorKey(), 0);
    EXPECT_EQ(melody.Squash(48, 84, 0), 12 * row.octaves) << row.shift;
  }
}

TEST(Melody, MajorKeyAndPitchClasses) {
  const std::pair<const char*, int> rows[] = {
      {"", 0},
      {"- .", 0},
      {"60 62 64 65 67 69 71", 0},
      {"62 64 66 67 69 71 73", 2},
      // C fits C, Db, Eb, F, G, Ab, Bb alike: the lowest wins.
      {"60", 0},
      {"61", 1},
      {"66 66 66", 1},
  };
  for (const auto& [events, key] : rows) EXPECT_EQ(MelodyOf(events).MajorKey(), key) << events;
  const TwelveCounts classes = MelodyOf("60 - . 72 61 -").PitchClasses();
  EXPECT_EQ(classes, (TwelveCounts{2, 1}));
}

TEST(Melody, ToSequence) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "T120@0"},
      {"- . - -", "T120@0"},
      {"60 - . - 62 -", "T120@0 60@0+0.25 62@0.5+0.25"},
      {"60 62 - .", "T120@0 60@0+0.125 62@0.125+0.25"},
  };
  for (const auto& [events, dump] : rows) {
    EXPECT_EQ(DumpMusic(MelodyOf(events).ToSequence()), dump) << events;
  }
  Melody later(16, 4, 16);
  later.Append(60);
  const NoteSequence sequence = later.ToSequence(60.0, 90, 2, 5, 1.0);
  EXPECT_EQ(DumpMusic(sequence), "T60@0 60@5+0.25/i2/v90");
  EXPECT_EQ(sequence.notes(0).program(), 5);
  EXPECT_EQ(sequence.total_time(), 5.25);
  EXPECT_EQ(sequence.ticks_per_quarter(), 220);
}

}  // namespace
}  // namespace magenta
