// What a sound file means: rows of events and the sequence that they are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
      {"programs start anew in a track",
       Tracks({"00 C005 00 903C01 0A 803C00", "00 903C01 0A 803C00"}),
       "n60:1[0,0.01]i0p5 n60:1[0,0.01]i1p0"},
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
      {"else they are lost", One("00 903C01 0A 803C00 00 C001 00 B00765"), "n60:1[0,0.01]i0p0"},
      {"other channels take none", One("00 B10764 00 903C01 0A 803C00"), "n60:1[0,0.01]i0p0"},
      {"other tracks take none", Tracks({"00 B00764", "00 903C01 0A 803C00"}), "n60:1[0,0.01]i0p0"},
  };
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
      {"meters of other tracks do not count", Tracks({"", "00 FF580403021808"}), ""},
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
    EXPECT_EQ(dump, row.dump);
  }
}

INSTANTIATE_TEST_SUITE_P(Midi, ReadRows,
                         testing::Values(&NoteRows, &InstrumentRows, &ChannelRows, &TimeRows));

TEST(ReadMidi, SaysWhereTheSequenceComesFrom) {
  NoteSequence sequence = ReadMidi(One("00 903C01 64 803C00 64 903D01 64 803D00"))->sequence;
  EXPECT_EQ(sequence.source_info().encoding_type(), NoteSequence::SourceInfo::MIDI);
  EXPECT_EQ(sequence.source_info().parser(), NoteSequence::SourceInfo::PRETTY_MIDI);
  EXPECT_EQ(sequence.source_info().source_type(), 0);
  EXPECT_EQ(sequence.ticks_per_quarter(), 500);
  EXPECT_EQ(sequence.total_time(), 60.0 / (120.0 * 500) * 300);
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
