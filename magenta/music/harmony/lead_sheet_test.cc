#include "magenta/music/harmony/lead_sheet.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/dump.h"

namespace magenta {
namespace {

// Bars of 4 steps; steps at 120 qpm, four a quarter.
LeadSheetExtraction Extract(const std::string& music, bool strict = false) {
  const auto sequence = Quantize(ParseMusic("M1/4@0 " + music, 0.125), Grid());
  EXPECT_TRUE(sequence.ok()) << sequence.status();
  LeadSheetExtractionOptions options;
  options.melody.min_bars = 1;
  options.melody.min_unique_pitches = 1;
  options.melody.max_steps = 8;
  options.strict = strict;
  return ExtractLeadSheets(*sequence, options);
}

// "60 - 62 -/C*2 G*2", or the outcomes where there is no lead sheet.
std::string Dump(const LeadSheetExtraction& extraction) {
  std::string text;
  for (const LeadSheet& sheet : extraction.lead_sheets) {
    text += (text.empty() ? "" : " | ") + DumpEvents(sheet.melody.events()) + " /";
    for (const ChordSpan& span : sheet.chords.spans()) {
      text += fmt::format(" {}*{}", span.chord.Text(), span.steps);
    }
  }
  for (const LeadSheetTrack& track : extraction.tracks) {
    if (track.outcome == "kept") continue;
    text += fmt::format("{}{}{}: {}", text.empty() ? "" : "; ", track.kept ? "" : "not ",
                        track.outcome, track.reason);
  }
  return text;
}

TEST(LeadSheet, IsAMelodyWithItsChords) {
  const std::pair<const char*, const char*> rows[] = {
      {"60@0+2 62@2+2 \"C@0 \"G7@2", "60 - 62 - / C*2 G7*2"},
      {"60@0+2 62@2+2 \"C@0 60@0+4/i1", "60 - 62 - / C*4 | 60 - - - / C*4"},
      {"60@0+4", "not no_chords: no chord symbol stands over it"},
      {"60@0+4 \"N.C.@0", "not no_chords: no chord symbol stands over it"},
      {"60@0+4 \"C@5", "not no_chords: no chord symbol stands over it"},
      {"60@0+4 \"C@0 \"G@2 \"C@2", "not coincident_chords: two chords stand together in bar 1"},
      {"60@0+2 \"C@0", "not too_short: 0.5 bars, fewer than 1"},
      {"60@0+4 60@4+8 \"C@0", "60 - - - 60 - - - / C*8; truncated: 12 steps, cut to 8"},
  };
  for (const auto& [music, dump] : rows) {
    EXPECT_EQ(Dump(Extract(music)), dump) << music;
    EXPECT_EQ(Dump(Extract(music, true)), dump) << music;
    EXPECT_EQ(Extract(music).counters, Extract(music, true).counters);
  }
}

TEST(LeadSheet, KeepsTheTuneOfABadSymbol) {
  const LeadSheetExtraction kept = Extract("60@0+4 62@4+4 \"C@0 \"Foo@4 \"G@6");
  EXPECT_EQ(DumpEvents(kept.lead_sheets.at(0).melody.events()), "60 - - - 62 - - -");
  EXPECT_EQ(kept.tracks[0].outcome, "bad_chord_symbols");
  EXPECT_TRUE(kept.tracks[0].kept);
  EXPECT_EQ(kept.tracks[0].reason,
            "left out: \"Foo\" is no chord symbol: \"o\" after \"Fo\" is not understood (bar 2)");
  EXPECT_EQ(kept.counters.Of("kept_despite_chord_symbol_exception"), 1);
  EXPECT_EQ(kept.counters.Of("chord_symbols_left_out"), 1);
  // The reference would have dropped it for this, too.
  const LeadSheetExtraction common = Extract("60@0+4 \"C7sus4@0");
  EXPECT_EQ(Dump(common), "60 - - - / C7sus*4");
  EXPECT_EQ(common.counters.Of("kept_despite_chord_symbol_exception"), 1);
  EXPECT_EQ(common.counters.Of("chord_symbols_left_out"), 0);
  EXPECT_EQ(Dump(Extract("60@0+4 \"Foo@0")),
            "not no_chords: no chord symbol over it can be read: \"Foo\" is no chord symbol: "
            "\"o\" after \"Fo\" is not understood (bar 1)");
  std::string many = "60@0+8";
  for (int i = 0; i < 8; ++i) many += fmt::format(" \"Foo{}@{}", i, i);
  EXPECT_TRUE(Extract(many).tracks[0].reason.ends_with("(bar 1); and 5 more"));
}

TEST(LeadSheet, StrictDropsAllForABadSymbol) {
  const LeadSheetExtraction dropped = Extract("60@0+4 60@0+4/i1 60@0+1/i2 \"C@0 \"C7sus4@2", true);
  EXPECT_TRUE(dropped.lead_sheets.empty());
  EXPECT_EQ(dropped.counters, (Counters{{"chord_symbol_exception", 1}}));
  ASSERT_EQ(dropped.tracks.size(), 3u);
  EXPECT_EQ(dropped.tracks[0].outcome, "chord_symbol_exception");
  EXPECT_EQ(dropped.tracks[1].outcome, "chord_symbol_exception");
  EXPECT_EQ(dropped.tracks[2].outcome, "too_short");
  EXPECT_NE(dropped.tracks[0].reason.find("\"C7sus4\""), std::string::npos);
  EXPECT_NE(dropped.tracks[0].reason.find("(bar 1)"), std::string::npos);
  // Where no lead sheet is, nothing is read.
  EXPECT_EQ(Extract("60@0+4 \"C@0 \"Foo@4", true).lead_sheets.size(), 1u);
}

TEST(LeadSheet, TransposesBoth) {
  const LeadSheetExtraction extraction = Extract("60@0+2 127@2+2 \"C@0 \"Am/E@2");
  const LeadSheet sheet = extraction.lead_sheets.at(0).Transposed(3);
  EXPECT_EQ(DumpEvents(sheet.melody.events()), "63 - 118 -");
  EXPECT_EQ(sheet.chords.spans()[1].chord.Text(), "Cm/G");
  const auto events = sheet.Events();
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(events->control.size(), 4u);
}

// Many instruments over many symbols: each is read once, and only where a melody stands.
TEST(LeadSheet, TakesTimeInProportion) {
  NoteSequence music;
  for (int i = 0; i < 200000; ++i) {
    auto& note = *music.add_notes();
    note.set_pitch(60 + i % 5);
    note.set_velocity(90);
    note.set_instrument(i % 20000);
    const int bar = i / 20000;
    note.set_start_time(bar * 2.0);
    note.set_end_time(note.start_time() + 2.0);
  }
  music.set_total_time(20.0);
  for (int i = 0; i < 100000; ++i) {
    auto& symbol = *music.add_text_annotations();
    symbol.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
    symbol.set_text(i == 7 ? std::string(1 << 20, '#') : i % 3 == 0 ? "C" : fmt::format("Q{}", i));
    symbol.set_time(i % 1000 == 0 ? 0 : 20.0 + i);
  }
  const auto sequence = Quantize(std::move(music), Grid());
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  LeadSheetExtractionOptions options;
  options.melody.min_bars = 1;
  const auto begin = std::chrono::steady_clock::now();
  const LeadSheetExtraction extraction = ExtractLeadSheets(*sequence, options);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(extraction.tracks.size(), 20000u);
}

}  // namespace
}  // namespace magenta
