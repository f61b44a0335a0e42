// What a sound file means: rows of events and the sequence that they are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/midi_test_util.h"

namespace magenta {
namespace {

struct Row {
  const char* name;
  std::string bytes;
  const char* dump;
};

std::string One(const std::string& track) { return MidiBytes({track}).Read(); }
std::string Tracks(const std::vector<std::string>& tracks, int format = 1) {
  return MidiBytes(tracks, format).Read();
}
/// A second has `frames` * `ticks` ticks.
std::string Smpte(int frames, int ticks, const std::string& track) {
  return MidiBytes({track}, 1, (256 - frames) << 8 | ticks).Read();
}

std::vector<Row> NoteRows() {
  return {
      {"on and off", One("00 903C64 64 803C00"), "n60:100[0,0.1]i0p0"},
      {"velocity 0 is off", One("00 903C64 64 903C00"), "n60:100[0,0.1]i0p0"},
      {"running status", One("00 903C64 64 3C00 00 3E50 64 3E00"),
       "n60:100[0,0.1]i0p0 n62:80[0.1,0.2]i0p0"},
      {"delta of four bytes", One("80808064 903C64 8148 803C00"), "n60:100[0.1,0.3]i0p0"},
      {"an off closes all, oldest first", One("00 903C01 0A 903C02 0A 903C03 0A 803C00"),
       "n60:1[0,0.03]i0p0 n60:2[0.01,0.03]i0p0 n60:3[0.02,0.03]i0p0"},
      {"what began with the off goes on", One("00 903C01 0A 903C02 00 803C00 0A 803C00"),
       "n60:1[0,0.01]i0p0 n60:2[0.01,0.02]i0p0"},
      {"no length, no note", One("00 903C01 00 803C00 0A 803C00"), ""},
      {"no length, but another pitch", One("00 903C01 00 903D02 00 803C00 0A 803D00"),
       "n61:2[0,0.01]i0p0"},
      {"off without on", One("00 803C00 00 903C01 0A 803D00 0A 803C00"), "n60:1[0,0.02]i0p0"},
      {"other channels do not match", One("00 903C01 0A 813C00 0A 803C00"), "n60:1[0,0.02]i0p0"},
      {"other tracks do not match",
       Tracks({"00 903C01 0A 903D01 14 803C00 0A 803D00", "14 803C00"}),
       "n60:1[0,0.03]i0p0 n61:1[0.01,0.04]i0p0"},
      {"order is by end", One("00 903C01 0A 903D01 0A 803D00 0A 803C00"),
       "n61:1[0.01,0.02]i0p0 n60:1[0,0.03]i0p0"},
      {"pressure is passed over", One("00 903C01 00 A03C40 00 D040 0A 803C00"),
       "n60:1[0,0.01]i0p0"},
      {"system exclusive is passed over", One("00 F0057E7F0901F7 0A F7017F 0A 903C01 0A 803C00"),
       "n60:1[0.02,0.03]i0p0"},
      {"unknown meta events keep their time", One("0A FF0A0100 0A FF6000 0A 903C01 0A 803C00"),
       "n60:1[0.03,0.04]i0p0"},
      {"end of track stops", Tracks({"00 903C01 0A 803C00", "00 903E01 0A 803E00"}, 0),
       "n60:1[0,0.01]i0p0 n62:1[0,0.01]i1p0"},
  };
}

std::vector<Row> InstrumentRows() {
  return {
      {"numbered as first notes end", One("00 903C01 00 913D02 0A 813D00 0A 803C00"),
       "n61:2[0,0.01]i0p0 n60:1[0,0.02]i1p0"},
      {"channel 9 is drums", One("00 992401 0A 892400"), "n36:1[0,0.01]i0p0drum"},
      {"drums have programs too", One("00 C919 00 992401 0A 892400"), "n36:1[0,0.01]i0p25drum"},
      {"program when the note begins", One("00 C005 00 903C01 05 C007 05 803C00"),
       "n60:1[0,0.01]i0p5"},
      {"a program is the channel's, whatever track says it",
       Tracks({"00 C005 00 C107", "00 903C01 0A 803C00", "00 913C01 0A 813C00"}),
       "n60:1[0,0.01]i0p5 n60:1[0,0.01]i1p7"},
      {"also one that a later track says",
       Tracks({"00 903C01 0A 803C00 00 903C01 0A 803C00", "00 C005 0A C006"}),
       "n60:1[0,0.01]i0p5 n60:1[0.01,0.02]i1p6"},
      {"the latest one counts",
       Tracks({"00 C001 00 903C01 0A 803C00 00 903C01 0A 803C00", "05 C005"}),
       "n60:1[0,0.01]i0p1 n60:1[0.01,0.02]i1p5"},
      {"on one tick a track's own one",
       Tracks({"00 C001 00 903C01 0A 803C00", "00 C002 00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p1 n60:1[0,0.01]i1p2"},
      {"of its own only what it has said",
       Tracks({"0A 903C01 0A 803C00 00 C003 00 903D01 0A 803D00", "00 C005 14 C006"}),
       "n60:1[0.01,0.02]i0p5 n61:1[0.02,0.03]i1p3"},
      {"of others the last track's", Tracks({"00 C005", "00 C006", "00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p6"},
      {"in format 2 tracks say nothing to each other",
       Tracks({"00 C005 00 903C01 0A 803C00", "00 903C01 0A 803C00"}, 2),
       "n60:1[0,0.01]i0p5 n60:1[0,0.01]i1p0"},
      {"channels of different ports are different ones",
       Tracks({"00 FF210100 00 903C01 0A 803C00 00 903E01 0A 803E00",
               "00 FF210101 00 C028 00 904601 0A C029 00 804600"}),
       "n60:1[0,0.01]i0p0 n62:1[0.01,0.02]i0p0 n70:1[0,0.01]i1p40"},
      {"tracks of one port share its channels",
       Tracks({"00 FF210101 00 C005", "00 C006", "00 FF210101 00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p5"},
      {"a track without a port is of port 0",
       Tracks({"00 FF210101 00 C005", "00 FF210100 00 C006", "00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p6"},
      {"a track's first port counts, one of no bytes does not",
       Tracks({"00 FF2100 00 FF210101 00 C005 00 FF210100", "00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p0"},
      {"a program comes back",
       One("00 903C01 0A 803C00 00 C001 00 903D01 0A 803D00 00 C000 00 "
           "903E01 0A 803E00"),
       "n60:1[0,0.01]i0p0 n62:1[0.02,0.03]i0p0 n61:1[0.01,0.02]i1p1"},
      {"name", One("00 FF0301 41 00 903C01 0A 803C00"), "i0=A n60:1[0,0.01]i0p0"},
      {"the name before the first end",
       One("00 FF030141 00 903C01 05 FF030142 05 803C00 00 FF030143"), "i0=B n60:1[0,0.01]i0p0"},
      {"names are Latin-1", One("00 FF0302C9E9 00 903C01 0A 803C00"),
       "i0=\xC3\x89\xC3\xA9 "
       "n60:1[0,0.01]i0p0"},
      {"names that are UTF-8 are that", One("00 FF0303E383A1 00 903C01 0A 803C00"),
       "i0=\xE3\x83\xA1 n60:1[0,0.01]i0p0"},
      {"names in UTF-16", One("00 FF0304FEFF30E1 00 903C01 0A 803C00"),
       "i0=\xE3\x83\xA1 n60:1[0,0.01]i0p0"},
      {"an empty name takes a name away", One("00 FF030141 00 FF0300 00 903C01 0A 803C00"),
       "n60:1[0,0.01]i0p0"},
      {"names do not cross tracks", Tracks({"00 FF030141", "00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p0"},
  };
}

std::vector<Row> ChannelRows() {
  return {
      {"control change", One("00 903C01 0A 803C00 00 B00764"), "n60:1[0,0.01]i0p0 c7=100@0.01i0p0"},
      {"bends", One("00 903C01 0A 803C00 00 E00000 01 E00040 01 E07F7F"),
       "n60:1[0,0.01]i0p0 b-8192@0.01i0 b0@0.011i0 b8191@0.012i0"},
      {"held for the first note", One("00 B00764 00 C005 00 E00040 00 903C01 0A 803C00"),
       "n60:1[0,0.01]i0p5 c7=100@0i0p5 b0@0i0"},
      {"held ones go to one instrument only",
       One("00 B00764 00 903C01 0A 803C00 00 C001 00 B00765 00 903C01 0A 803C00"),
       "n60:1[0,0.01]i0p0 n60:1[0.01,0.02]i1p1 c7=100@0i0p0 c7=101@0.01i1p1"},
      {"held ones that nobody takes go where earlier ones went",
       One("00 B00764 00 903C01 0A 803C00 00 C001 00 B00765 00 C000 00 B00766"),
       "n60:1[0,0.01]i0p0 c7=100@0i0p0 c7=101@0.01i0p0 c7=102@0.01i0p0"},
      {"else to the channel's first instrument", One("00 903C01 0A 803C00 00 C001 00 B00765"),
       "n60:1[0,0.01]i0p0 c7=101@0.01i0p0"},
      {"other channels take none", One("00 B10764 00 903C01 0A 803C00"), "n60:1[0,0.01]i0p0"},
      {"of a channel in another track", Tracks({"00 B04040 05 E00040", "00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p0 c64=64@0i0p0 b0@0.005i0"},
      {"of the channel of its port only",
       Tracks({"00 FF210101 00 B00764", "00 903C01 0A 803C00", "00 FF210101 00 903E01 0A 803E00"}),
       "n60:1[0,0.01]i0p0 n62:1[0,0.01]i1p0 c7=100@0i1p0"},
      {"but in format 2", Tracks({"00 B00764", "00 903C01 0A 803C00"}, 2), "n60:1[0,0.01]i0p0"},
  };
}

std::vector<Row> SilenceRows() {
  std::vector<Row> rows = {
      {"ends the notes of its channel",
       One("00 903C01 00 903E01 00 913C01 0A B07B00 0A 813C00 00 803C00"),
       "n60:1[0,0.01]i0p0 n62:1[0,0.01]i0p0 n60:1[0,0.02]i1p0 c123=0@0.01i0p0"},
      {"what begins after it goes on", One("00 903C01 0A B07B00 00 903E01 0A 803E00"),
       "n60:1[0,0.01]i0p0 n62:1[0.01,0.02]i0p0 c123=0@0.01i0p0"},
      {"what began on its tick has no length", One("0A 903C01 00 B07800 0A 903E01 0A 803E00"),
       "n62:1[0.02,0.03]i0p0 c120=0@0.01i0p0"},
      {"of another track", Tracks({"00 903C01 00 903E01 14 803C00", "0A B07B00"}),
       "n60:1[0,0.01]i0p0 n62:1[0,0.01]i0p0 c123=0@0.01i0p0"},
      {"of another track, before or after", Tracks({"0A B07B00", "00 903C01 14 803C00"}),
       "n60:1[0,0.01]i0p0 c123=0@0.01i0p0"},
      {"of another track, on the tick of the note", Tracks({"00 B07B00", "00 903C01 14 803C00"}),
       "n60:1[0,0.02]i0p0 c123=0@0i0p0"},
      {"of another track, after the end of this one", Tracks({"00 903C01", "64 B07B00"}),
       "n60:1[0,0.1]i0p0 c123=0@0.1i0p0"},
      {"but on another port",
       Tracks({"00 FF210100 00 903C01 14 803C00", "00 FF210101 00 904601 0A B07B00"}),
       "n60:1[0,0.02]i0p0 n70:1[0,0.01]i1p0 c123=0@0.01i1p0"},
      {"but in format 2", Tracks({"00 903C01 14 803C00", "0A B07B00"}, 2), "n60:1[0,0.02]i0p0"},
      {"each note by the first one after it",
       Tracks({"00 903C01 0F 903E01 32 813E00", "0A B07B00 0A B07800"}),
       "n60:1[0,0.01]i0p0 n62:1[0.015,0.02]i0p0 c123=0@0.01i0p0 c120=0@0.02i0p0"},
      {"the pedal holds nothing here", One("00 B0407F 00 903C01 0A B07B00 0A B04000"),
       "n60:1[0,0.01]i0p0 c64=127@0i0p0 c123=0@0.01i0p0 c64=0@0.02i0p0"},
  };
  for (const char* mode : {"7800", "7B00", "7C00", "7D00", "7E00", "7F00"}) {
    rows.push_back({"120 and 123 to 127", One("00 903C01 0A B0" + std::string(mode)), nullptr});
  }
  return rows;
}

std::vector<Row> TimeRows() {
  return {
      {"last tempo at 0 counts", One("00 FF510303D090 00 FF51030F4240 64 903C01 64 803C00"),
       "q60@0 n60:1[0.2,0.4]i0p0"},
      {"a change", One("64 FF51030F4240 64 903C01 64 803C00"), "q120@0 q60@0.1 n60:1[0.3,0.5]i0p0"},
      {"one that changes nothing", One("64 FF510307A120 64 FF51030F4240 64 FF51030F4240"),
       "q120@0 q60@0.2"},
      {"two on one tick", One("64 FF510307A121 00 FF51030F4240 64 903C01 64 803C00"),
       "q120@0 q119.99976@0.1 q60@0.1 n60:1[0.3,0.5]i0p0"},
      {"tempo on another track", Tracks({"64 903C01 64 803C00", "64 FF51030F4240"}),
       "q120@0 q60@0.1 n60:1[0.1,0.3]i0p0"},
      {"tempos of tracks are merged", Tracks({"8148 FF510303D090", "64 FF51030F4240"}),
       "q120@0 q60@0.1 q240@0.3"},
      {"in format 2 the first track's count", Tracks({"64 903C01 64 803C00", "64 FF51030F4240"}, 2),
       "n60:1[0.1,0.2]i0p0"},
      {"meters", One("00 FF580404021808 64 FF580406031808 00 FF580406031808"),
       "m4/4@0 m6/8@0.1 m6/8@0.1"},
      {"meters of a later track where the first has none",
       Tracks({"", "00 FF580403021808", "00 FF580402021808"}), "m3/4@0"},
      {"keys of a later track where the first has none",
       Tracks({"00 FF580403021808", "00 FF580404021808 64 FF59020200"}), "m3/4@0 k2/0@0.1"},
      {"but in format 2", Tracks({"", "00 FF580403021808 00 FF59020200"}, 2), ""},
      {"major keys", One("00 FF5902F900 00 FF5902FF00 00 FF59020000 00 FF59020100 00 FF59020700"),
       "k11/0@0 k5/0@0 k0/0@0 k7/0@0 k1/0@0"},
      {"minor keys", One("00 FF5902F901 00 FF59020001 00 FF59020701"), "k8/1@0 k9/1@0 k10/1@0"},
      {"24 frames", Smpte(24, 100, "00 903C01 9260 803C00"), "n60:1[0,1]i0p0"},
      {"25 frames, milliseconds", Smpte(25, 40, "01 903C01 8767 803C00"), "n60:1[0.001,1]i0p0"},
      {"29.97 frames", Smpte(29, 100, "00 903C01 9738 803C00"), "n60:1[0,1.001]i0p0"},
      {"30 frames", Smpte(30, 80, "00 903C01 9260 803C00"), "n60:1[0,1]i0p0"},
      {"frames and tempos", Smpte(25, 40, "8768 FF51030F4240 8768 903C01 8768 803C00"),
       "q120@0 q60@1 n60:1[2,3]i0p0"},
      {"32767 ticks a quarter", MidiBytes({"00 903C01 81FF7F 803C00"}, 1, 32767).Read(),
       "n60:1[0,0.5]i0p0"},
      {"1 tick a quarter", MidiBytes({"00 903C01 01 803C00"}, 1, 1).Read(), "n60:1[0,0.5]i0p0"},
      {"RIFF", InRiff(One("00 903C01 64 803C00")), "n60:1[0,0.1]i0p0"},
  };
}

class ReadRows : public testing::TestWithParam<std::vector<Row> (*)()> {};

TEST_P(ReadRows, Dump) {
  for (const Row& row : GetParam()()) {
    SCOPED_TRACE(row.name);
    absl::StatusOr<MidiReading> reading = ReadMidi(row.bytes);
    ASSERT_TRUE(reading.ok()) << reading.status().message();
    std::string dump = DumpSequence(reading->sequence);
    if (row.dump == nullptr) {
      EXPECT_TRUE(dump.starts_with("n60:1[0,0.01]i0p0 c12")) << dump;
      EXPECT_TRUE(reading->warnings.empty());
    } else {
      EXPECT_EQ(dump, row.dump);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Midi, ReadRows,
                         testing::Values(&NoteRows, &InstrumentRows, &ChannelRows, &SilenceRows,
                                         &TimeRows));

TEST(ReadMidi, SaysWhereTheSequenceComesFrom) {
  NoteSequence sequence = ReadMidi(One("00 903C01 64 803C00 64 903D01 64 803D00"))->sequence;
  EXPECT_EQ(sequence.source_info().encoding_type(), NoteSequence::SourceInfo::MIDI);
  EXPECT_EQ(sequence.source_info().parser(), NoteSequence::SourceInfo::PRETTY_MIDI);
  EXPECT_EQ(sequence.source_info().source_type(), 0);
  EXPECT_EQ(sequence.ticks_per_quarter(), 500);
  EXPECT_EQ(sequence.total_time(), 60.0 / (120.0 * 500) * 300);
}

TEST(ReadMidi, SaysWhatItLeavesOut) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {One("00 903C01 0A 803C00"), ""},
      {One("00 FF050141 00 FF050142 00 FF010148 00 903C01 0A 803C00"),
       "left out: 2 lyrics, 1 text (\"H\" at 0 s)"},
      {One("00 903C01 00 803C00 0A 803C00"), "left out: 1 note of no length"},
      {One("0A 903C01 00 903E01 00 B07B00 0A 903E01 0A 803E00 00 FF050178"),
       "left out: 2 notes of no length, 1 lyric"},
      // That one goes on, since another was ended.
      {One("00 903C01 0A 903C02 00 803C00 0A 803C00"), ""},
      {One("00 F0057E7F0901F7 00 F7017F"), "left out: 2 system exclusive messages"},
      {One("00 903C01 00 A03C40 00 D040 0A 803C00"), "left out: 2 pressures of keys or channels"},
      {One("00 B04040 0A E10040 00 923C01 0A 823C00"),
       "left out: 2 control changes or bends of channels without notes"},
      {One("00 FF060141 00 FF020142 00 FF200100 00 FF2101007F"), ""},
  };
  for (const auto& [bytes, line] : rows) EXPECT_EQ(ReadMidi(bytes)->left_out, line);
}

// "C" at 0, "Am7" at 1000 ticks (a second).
TEST(ReadMidi, TakesTextsThatAreChordSymbols) {
  const auto reading = ReadMidi(One("00 FF010143 00 903C01 8768 FF0103416D37 0A 803C00"));
  ASSERT_EQ(reading->sequence.text_annotations_size(), 2);
  const auto& chord = reading->sequence.text_annotations(1);
  EXPECT_EQ(chord.text(), "Am7");
  EXPECT_EQ(chord.time(), 1.0);
  EXPECT_EQ(chord.annotation_type(), NoteSequence::TextAnnotation::CHORD_SYMBOL);
  EXPECT_EQ(reading->left_out, "");
}

/// Texts a second apart -> those that are chord symbols, and what is said of the others.
TEST(ReadMidi, TellsChordSymbolsFromOtherTexts) {
  struct TextRow {
    std::vector<std::string> texts;
    std::string chords;
    std::string left_out;
  };
  for (const TextRow& row : std::vector<TextRow>{
           // Syllables that are sung.
           {{"Do", "H"}, "", "left out: 2 texts (\"Do\" at 0 s, \"H\" at 1 s)"},
           {{"Do", "A", "deer", "a", "fe", "male", "deer", "G"},
            "",
            "left out: 8 texts (\"Do\" at 0 s, \"A\" at 1 s, \"deer\" at 2 s)"},
           // A bad symbol and section names cost no other its chord; it stays, to be named.
           {{"Intro", "C", "Verse 1", "Am", "Fzz", "G"},
            "C@1 Am@3 Fzz@4 G@5 ",
            "left out: 2 texts (\"Intro\" at 0 s, \"Verse 1\" at 2 s)"},
           {{"Intro", "Verse", "Chorus", "D.C. al Fine", "C"},
            "C@4 ",
            "left out: 4 texts (\"Intro\" at 0 s, \"Verse\" at 1 s, \"Chorus\" at 2 s)"},
           {{"C", "H7", "B\u266d7", " Dm7 ", "N.C.", "C\xB0"},
            "C@0 H7@1 B\u266d7@2 Dm7@3 N.C.@4 C\u00b0@5 ",
            ""},
           {{"", " ", "G"}, "G@2 ", "left out: 2 texts"},
           {{"Copyright", "Line\n\tfeed"},
            "",
            "left out: 2 texts (\"Copyright\" at 0 s, \"Line  feed\" at 1 s)"}}) {
    std::string track;
    const char* wait = "00";
    for (const std::string& text : row.texts) {
      track += fmt::format("{} FF01{:02X} ", wait, text.size());
      for (const char c : text) track += fmt::format("{:02X}", static_cast<uint8_t>(c));
      wait = "8768";  // 1000 ticks
    }
    const auto reading = ReadMidi(One(track + "00 903C01 0A 803C00"));
    std::string chords;
    for (const auto& chord : reading->sequence.text_annotations()) {
      chords += fmt::format("{}@{:.0f} ", chord.text(), chord.time());
    }
    EXPECT_EQ(chords, row.chords);
    EXPECT_EQ(reading->left_out, row.left_out);
  }
}

TEST(ReadMidi, StopsAtTheLimits) {
  const std::string bytes =
      Tracks({"00 903C01 0A 803C00", "00 903E01 0A 803E00 00 B00764", "00 FF580404021808"});
  struct LimitRow {
    PieceLimits limits;
    const char* error;
  };
  PieceLimits exact;
  exact.notes = 2;
  exact.events = 6;
  exact.tracks = 3;
  EXPECT_TRUE(ReadMidi(bytes, {}, exact).ok());
  PieceLimits notes = exact, events = exact, tracks = exact;
  notes.notes = 1;
  events.events = 5;
  tracks.tracks = 2;
  for (const LimitRow& row :
       {LimitRow{notes, "has 2 notes or more; the limit for a piece is 1"},
        LimitRow{events, "has 6 events or more; the limit for a piece is 5"},
        LimitRow{tracks, "has 3 tracks or more; the limit for a piece is 2"}}) {
    EXPECT_EQ(ErrorMessage(ReadMidi(bytes, {}, row.limits).status()), row.error);
  }
}

TEST(ReadMidi, ALongNameOfManyInstrumentsIsOverALimit) {
  const std::string name = Hex("00 FF03 C08000") + std::string(1 << 20, 'x');  // 1 MiB
  std::string body = name;
  for (int program = 0; program < 40; ++program) {
    body += Hex(fmt::format("00 C0{:02X} 00 903C40 01 803C00", program));
  }
  MidiBytes file({});
  file.SetByte(11, 1).Chunk("MTrk", body + Hex("00 FF2F00"));
  const auto reading = ReadMidi(file.Read());
  EXPECT_EQ(ErrorMessage(reading.status()),
            "has 34603008 bytes of instrument names or more; the limit for a piece is 33554432");
}

TEST(ReadMidi, ManyTracksThatShareChannelsTakeLinearTime) {
  // A track of 500,000 program changes and silences, and 4,000 of notes on the same channel: a walk
  // through the former for each of the latter would take minutes.
  std::string shared;
  for (int i = 0; i < 250000; ++i) shared += Hex("01 C001 01 B07B00");
  MidiBytes file({});
  file.Chunk("MTrk", shared + Hex("00 FF2F00"));
  std::string notes;
  for (int i = 0; i < 50; ++i) notes += Hex("8700 903C01 01 803C00");
  for (int t = 0; t < 4000; ++t) file.Chunk("MTrk", notes + Hex("00 FF2F00"));
  file.SetByte(10, 4001 >> 8).SetByte(11, 4001 & 0xFF);
  absl::StatusOr<MidiReading> reading = ReadMidi(file.Read());
  ASSERT_TRUE(reading.ok()) << reading.status().message();
  EXPECT_EQ(reading->sequence.notes_size(), 200000);
  EXPECT_EQ(reading->sequence.notes(0).program(), 1);
}

TEST(ReadMidi, ATrackOfManyNotesTakesLinearTime) {
  // 200,000 notes of one key, all open until the last event: a list walked per note-on, or a scan
  // per note-off, would take minutes.
  std::string body = Hex("00 90 3C 01");
  for (int i = 0; i < 200000; ++i) body += Hex("01 3C 01");
  for (int i = 0; i < 200000; ++i) body += Hex("01 3D 00");
  body += Hex("01 3C 00 00 FF 2F 00");
  MidiBytes file({});
  file.SetByte(11, 1).Chunk("MTrk", body);
  EXPECT_EQ(ReadMidi(file.Read())->sequence.notes_size(), 200001);
}

TEST(ReadMidi, FarEventsCostNoMemory) {
  // A double a tick would be 4 TiB.
  std::string body;
  for (int i = 0; i < 1000; ++i) body += Hex("FFFFFF7F 90 3C 01 FFFFFF7F 80 3C 00");
  MidiBytes file({});
  file.SetByte(11, 1).Chunk("MTrk", body + Hex("00 FF 2F 00"));
  absl::StatusOr<MidiReading> reading = ReadMidi(file.Read());
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->sequence.notes_size(), 1000);
  EXPECT_NEAR(reading->sequence.total_time(), 2000.0 * 0x0FFFFFFF * 0.001, 1);
}

}  // namespace
}  // namespace magenta
