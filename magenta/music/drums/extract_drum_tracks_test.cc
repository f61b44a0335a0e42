#include "magenta/music/drums/extract_drum_tracks.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "tests/dump.h"

namespace magenta {
namespace {

// At 120 qpm and four steps per quarter a step lasts this many seconds.
constexpr double kStep = 0.125;

QuantizedSequence InSteps(const std::string& music) {
  auto sequence = Quantize(ParseMusic(music, kStep), Grid());
  EXPECT_TRUE(sequence.ok()) << music << ": " << sequence.status();
  return *std::move(sequence);
}

// "16: 36@0 42@0 (4)": start step, hits, size.
std::string Dump(const DrumExtraction& extraction) {
  std::string text;
  for (const DrumTrack& track : extraction.tracks) {
    if (!text.empty()) text += " | ";
    text += fmt::format("{}:", track.start_step());
    for (const DrumHit& hit : track.hits()) text += fmt::format(" {}@{}", hit.pitch, hit.step);
    text += fmt::format(" ({})", track.size());
  }
  return text;
}

std::string DumpOutcomes(const DrumExtraction& extraction) {
  std::string text;
  for (const DrumDecision& decision : extraction.decisions) {
    if (!text.empty()) text += " ";
    text += DrumOutcomeName(decision.outcome);
  }
  return text;
}

struct DrumRow {
  const char* music;  // in steps; bars of 4 steps with M1/4
  const char* tracks;
  const char* outcomes;
};

TEST(ExtractDrumTracks, FindsThem) {
  DrumExtractionOptions options;
  options.min_bars = 0;
  const DrumRow rows[] = {
      {"", "", ""},
      // Durations do not count, doubles fall together, instruments are merged.
      {"36@0+4/d 36@0+1/d/i9 42@0+1/d 38@2+9/d/i3", "0: 36@0 42@0 38@2 (3)", "kept"},
      // Other instruments and silent notes are passed over, and do not say where it begins.
      {"60@0+4 36@20+1/d 38@21+1/d/v0", "16: 36@4 (5)", "kept"},
      {"60@0+4 36@4+1/d/v0", "", "no_drums"},
      {"200@0+1/d 36@1+1/d -1@2+1/d", "0: 36@1 (2)", "kept"},
      // A gap is counted from the step after the last hit.
      {"M1/4@0 36@0+1/d 38@4+1/d", "0: 36@0 38@4 (5)", "kept"},
      {"M1/4@0 36@0+1/d 38@5+1/d", "0: 36@0 (1) | 4: 38@1 (2)", "kept kept"},
      {"M7/32@0 36@0+1/d", "", "non_integer_steps_per_bar"},
  };
  for (const DrumRow& row : rows) {
    const DrumExtraction extraction = ExtractDrumTracks(InSteps(row.music), options);
    EXPECT_EQ(Dump(extraction), row.tracks) << row.music;
    EXPECT_EQ(DumpOutcomes(extraction), row.outcomes) << row.music;
  }
}

TEST(ExtractDrumTracks, PrimersTakeEveryNoteFromTheSearchStep) {
  const auto extract = [](const char* music, int64_t search) {
    return Dump(ExtractDrumTracks(InSteps(music), DrumExtractionOptions::ForPrimer(search)));
  };
  EXPECT_EQ(extract("60@0+4 36@900+1/d", 0), "0: 60@0 36@900 (901)");
  EXPECT_EQ(extract("60@0+4 36@900+1/d", 1), "897: 36@3 (4)");
  EXPECT_EQ(extract("60@0+4", -10'000'000'000), "0: 60@0 (1)");
}

TEST(ExtractDrumTracks, SaysWhatWouldKeepThem) {
  DrumExtractionOptions options;
  options.min_bars = 2;
  options.max_steps = 9;
  const DrumExtraction extraction = ExtractDrumTracks(
      InSteps("M1/4@0 36@0+1/d 36@6+1/d   36@20+1/d 36@24+1/d 36@28+1/d 36@32+1/d   36@38+1/d "
              "36@42+1/d"),
      options);
  EXPECT_EQ(Dump(extraction), "20: 36@0 36@4 36@8 (9)");
  ASSERT_EQ(DumpOutcomes(extraction), "too_short too_short truncated too_short");
  EXPECT_EQ(extraction.decisions[0].reason, "0.25 bars, fewer than 2");
  EXPECT_EQ(extraction.decisions[0].flag, "--min_bars=0");
  EXPECT_EQ(extraction.decisions[2].start_step, 20);
  EXPECT_EQ(extraction.decisions[2].reason, "13 steps, cut to 9");
  EXPECT_EQ(extraction.decisions[2].flag, "--max_steps=13");
  EXPECT_EQ(extraction.counters.Of("drum_tracks_discarded_too_short"), 3);
  EXPECT_EQ(extraction.counters.Of("drum_tracks_truncated"), 1);
  EXPECT_EQ(extraction.counters.Of("drum_track_lengths_in_bars:[1,3)"), 1);
}

TEST(ExtractDrumTracks, PadsTheEnd) {
  DrumExtractionOptions options;
  options.min_bars = 1;
  options.pad_end = true;
  EXPECT_EQ(Dump(ExtractDrumTracks(InSteps("M1/4@0 36@0+1/d"), options)), "0: 36@0 (4)");
  options.max_steps = 6;
  EXPECT_EQ(Dump(ExtractDrumTracks(InSteps("M1/4@0 36@0+1/d 36@4+1/d"), options)), "0: 36@0 (4)");
}

TEST(ExtractDrumTracks, CostsWhatNotesCost) {
  // Hits days apart, and many on one step.
  std::string music = "36@0+1/d 36@16777000+1/d";
  EXPECT_EQ(ExtractDrumTracks(InSteps(music), DrumExtractionOptions::ForPrimer(0)).tracks[0].size(),
            16777001);
  NoteSequence many;
  for (int i = 0; i < 200'000; ++i) {
    NoteSequence::Note& note = *many.add_notes();
    note.set_pitch(i % 128);
    note.set_velocity(100);
    note.set_is_drum(true);
    note.set_end_time(1);
  }
  const auto quantized = Quantize(many, Grid());
  ASSERT_TRUE(quantized.ok());
  const auto tracks = ExtractDrumTracks(*quantized, DrumExtractionOptions::ForPrimer(0)).tracks;
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0].hits().size(), 128u);
}

}  // namespace
}  // namespace magenta
