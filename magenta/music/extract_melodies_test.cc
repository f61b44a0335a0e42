#include "magenta/music/extract_melodies.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/dump.h"

namespace magenta {
namespace {

// At 120 qpm and four steps per quarter a step lasts this many seconds.
constexpr double kStep = 0.125;

MelodyExtraction Extract(const std::string& steps, const MelodyExtractionOptions& options) {
  const auto sequence = Quantize(ParseMusic(steps, kStep), Grid());
  EXPECT_TRUE(sequence.ok()) << steps << ": " << sequence.status();
  return ExtractMelodies(*sequence, options);
}

// "16: 60 - | 32: 62", or the outcomes where no melody came.
std::string Dump(const MelodyExtraction& extraction) {
  std::string text;
  for (const ExtractedMelody& extracted : extraction.melodies) {
    if (!text.empty()) text += " | ";
    text += std::to_string(extracted.melody.start_step()) + ": " +
            DumpEvents(extracted.melody.events());
  }
  return text;
}

std::string DumpOutcomes(const MelodyExtraction& extraction) {
  std::string text;
  for (const MelodyTrack& track : extraction.tracks) {
    if (!text.empty()) text += " ";
    text += MelodyOutcomeName(track.outcome);
  }
  return text;
}

// Nothing is dropped for its length or its pitches.
MelodyExtractionOptions Everything() {
  MelodyExtractionOptions options;
  options.min_bars = 0;
  options.min_unique_pitches = 1;
  return options;
}

struct ExtractRow {
  const char* music;  // in steps; bars of 4 steps with M1/4
  const char* melodies;
  const char* outcomes;
};

TEST(ExtractMelodies, LaysNotesOut) {
  const ExtractRow rows[] = {
      {"", "", ""},
      {"60@0+2 62@2+1", "0: 60 - 62", "kept"},
      // A rest within, none at the end.
      {"60@0+1 62@2+2", "0: 60 . 62 -", "kept"},
      // The first bar is whole; the melody may begin later.
      {"60@18+1", "16: - - 60", "kept"},
      // Overlapping notes are cut short, and nothing of the longer one comes back.
      {"60@0+8 62@2+1", "0: 60 - 62", "kept"},
      {"60@0+8 62@2+1 64@6+1", "0: 60 - 62 . - - 64", "kept"},
      // A bar of silence ends a melody; the next search is from a bar line.
      {"M1/4@0 60@0+1 62@5+1", "0: 60 | 4: - 62", "kept kept"},
      {"M1/4@0 60@0+1 62@4+1", "0: 60 . - - 62", "kept"},
      {"M1/4@0 60@0+1 62@6+1", "0: 60 | 4: - - 62", "kept kept"},
      // What starts between the end and that bar line is lost... there is nothing: a bar is the
      // gap.
      {"M1/4@0 60@0+2 62@7+1", "0: 60 - | 4: - - - 62", "kept kept"},
      // Silent notes and drums are left out, but the first bar counts from them.
      {"60@0+4/v0 62@4+1", "0: - - - - 62", "kept"},
      {"60@0+4/d 62@20+1", "0: - - - - - - - - - - - - - - - - - - - - 62", "kept"},
      {"60@0+4/d 62@4+1/v0", "", "no_notes"},
      // Pitches out of range are taken for silence.
      {"200@0+1 -5@1+1 60@2+1", "0: - - 60", "kept"},
      {"60@4+-2 62@8+1", "0: - - - - - - - - 62", "kept"},
      // Two at once.
      {"60@0+1 64@4+1 62@4+1", "", "polyphonic"},
      {"M1/4@0 60@0+1 64@8+1 62@8+1", "0: 60", "kept polyphonic"},
      // Instruments one after the other.
      {"60@0+1/i1 62@0+2", "0: 62 - | 0: 60", "kept kept"},
      {"60@0+1/i1 62@0+2 64@2+1/i2 65@1+1/i1 67@3+1/i2 69@2+1",
       "0: 62 - 69 | 0: 60 65 | 0: - - 64 67", "kept kept kept"},
      {"M7/32@0 60@0+1 62@1+1/i1", "", "non_integer_steps_per_bar non_integer_steps_per_bar"},
  };
  for (const ExtractRow& row : rows) {
    const MelodyExtraction extraction = Extract(row.music, Everything());
    EXPECT_EQ(Dump(extraction), row.melodies) << row.music;
    EXPECT_EQ(DumpOutcomes(extraction), row.outcomes) << row.music;
  }
}

TEST(ExtractMelodies, KeepsTheHighestWhenPolyphonyIsIgnored) {
  MelodyExtractionOptions options = Everything();
  options.ignore_polyphonic_notes = true;
  const std::pair<const char*, const char*> rows[] = {
      {"60@0+4 64@0+1 62@0+2", "0: 64"},
      {"60@0+4 64@2+1 62@2+8", "0: 60 - 64"},
      {"60@0+2 60@0+4", "0: 60 -"},
      // What does not sound is no highest note.
      {"60@0+2 62@0+2 70@0+2/d 72@0+2/v0", "0: 62 -"},
      // Chords in disorder.
      {"60@4+1 59@0+1 64@4+1 62@4+1 67@0+1 62@0+1", "0: 67 . - - 64"},
  };
  for (const auto& [music, dump] : rows) EXPECT_EQ(Dump(Extract(music, options)), dump) << music;
}

TEST(ExtractMelodies, DrumsAreMelodiesWhenAskedFor) {
  MelodyExtractionOptions options = Everything();
  options.filter_drums = false;
  EXPECT_EQ(Dump(Extract("60@0+1/d", options)), "0: 60");
}

TEST(ExtractMelodies, PadsTheEnd) {
  MelodyExtractionOptions options = Everything();
  options.pad_end = true;
  EXPECT_EQ(Dump(Extract("M1/4@0 60@0+1 62@4+2", options)), "0: 60 . - - 62 - . -");
  options.max_steps = 6;
  EXPECT_EQ(Dump(Extract("M1/4@0 60@0+1 62@4+2", options)), "0: 60 . - -");
}

TEST(ExtractMelodies, DropsShortOnesAndSaysWhatWouldKeepThem) {
  MelodyExtractionOptions options;
  options.min_bars = 3;
  const MelodyExtraction extraction =
      Extract("M1/4@0 60@0+1 62@1+1 64@2+1 65@3+1 67@4+3 60@16+12", options);
  EXPECT_EQ(Dump(extraction), "");
  ASSERT_EQ(DumpOutcomes(extraction), "too_short too_few_pitches");
  EXPECT_EQ(extraction.tracks[0].reason, "1.75 bars, fewer than 3");
  EXPECT_EQ(extraction.tracks[0].flag, "--min_bars=1");
  EXPECT_EQ(extraction.tracks[1].reason, "1 pitch classes, fewer than 5");
  EXPECT_EQ(extraction.tracks[1].flag, "--min_unique_pitches=1");
  EXPECT_EQ(extraction.tracks[1].start_step, 16);
  EXPECT_EQ(extraction.counters.Of("melodies_discarded_too_short"), 1);
  EXPECT_EQ(extraction.counters.Of("melodies_discarded_too_few_pitches"), 1);
  EXPECT_EQ(extraction.counters.Of("polyphonic_tracks_discarded"), 0);
}

TEST(ExtractMelodies, CutsLongOnesAndLosesTheirTail) {
  MelodyExtractionOptions options = Everything();
  options.max_steps = 3;
  const MelodyExtraction extraction = Extract("M1/4@0 60@0+2 62@2+2 64@4+2 65@12+1", options);
  EXPECT_EQ(Dump(extraction), "0: 60 - 62 | 12: 65");
  EXPECT_EQ(DumpOutcomes(extraction), "truncated kept");
  EXPECT_EQ(extraction.tracks[0].reason, "6 steps, cut to 3");
  EXPECT_EQ(extraction.tracks[0].flag, "--max_steps=6");
  EXPECT_EQ(extraction.counters.Of("melodies_truncated"), 1);
  EXPECT_EQ(extraction.counters.Of("melody_lengths_in_bars:[0,1)"), 2);
}

TEST(ExtractMelodies, CountsBarsFromTheSearchStep) {
  MelodyExtractionOptions options = Everything();
  options.search_start_step = 3;
  EXPECT_EQ(Dump(Extract("M1/4@0 59@2+1 60@4+1 62@5+1", options)), "3: - 60 62");
  options.search_start_step = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(Dump(Extract("M1/4@0 60@5+1", options)), "4: - 60");
  options.search_start_step = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Dump(Extract("M1/4@0 60@5+1", options)), "");
}

TEST(ExtractMelodies, ForAPrimerNothingIsTooShortOrTooLong) {
  const auto options = MelodyExtractionOptions::ForPrimer(0);
  EXPECT_EQ(
      Dump(Extract("M1/4@0 60@0+1 64@0+2 60@40+1", options)),
      "0: 64 - . - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - 60");
}

TEST(ExtractMelodies, NamesInstruments) {
  NoteSequence music = ParseMusic("60@0+1 64@0+1/i1 62@0+1/i1", kStep);
  auto& info = *music.add_instrument_infos();
  info.set_instrument(1);
  info.set_name("Guitar");
  const MelodyExtraction extraction = ExtractMelodies(*Quantize(music, Grid()), Everything());
  ASSERT_EQ(DumpOutcomes(extraction), "kept polyphonic");
  EXPECT_EQ(extraction.tracks[0].name, "");
  EXPECT_EQ(extraction.tracks[1].name, "Guitar");
  EXPECT_EQ(extraction.tracks[1].reason, "two notes start together at step 0");
  EXPECT_EQ(extraction.tracks[1].flag, "--ignore_polyphonic_notes");
  EXPECT_EQ(extraction.melodies[0].instrument, 0);
}

TEST(ExtractMelodies, NonIntegerBarsAreCountedAlone) {
  const MelodyExtraction extraction = Extract("M7/32@0 60@0+1", Everything());
  EXPECT_EQ(extraction.counters, (Counters{{"non_integer_steps_per_bar", 1}}));
  EXPECT_EQ(extraction.tracks[0].reason, "a bar of 7/32 is 3.5 steps, no whole number");
}

// Instruments whose single note lasts for ever: all of them together cost no more than one.
TEST(ExtractMelodies, HoldsAtMostMaxStepsEvents) {
  NoteSequence music;
  for (int instrument = 0; instrument < 100; ++instrument) {
    auto& note = *music.add_notes();
    note.set_pitch(60);
    note.set_velocity(100);
    note.set_instrument(instrument);
    note.set_end_time(kMaxSteps * 0.75 * kStep);
  }
  MelodyExtractionOptions options = Everything();
  options.max_steps = 0;
  const MelodyExtraction extraction = ExtractMelodies(*Quantize(music, Grid()), options);
  int64_t total = 0;
  for (const auto& extracted : extraction.melodies) total += extracted.melody.size();
  EXPECT_EQ(total, kMaxSteps);
  EXPECT_EQ(extraction.tracks[0].outcome, MelodyOutcome::kKept);
  EXPECT_EQ(extraction.tracks[1].outcome, MelodyOutcome::kTruncated);
}

}  // namespace
}  // namespace magenta
