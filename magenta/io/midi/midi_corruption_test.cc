// Every way in which a header, a chunk, a track or an event can break, by name: what is still read,
// and what is said about it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/midi_test_util.h"

namespace magenta {
namespace {

// The tune that gets broken: two tracks, two notes each. Header 0..13, first track's chunk at 14,
// its events from 22 (End Of Track at 38), second chunk at 42, its events from 50 to 62.
MidiBytes Tune() {
  return MidiBytes({"00 903C64 64 803C00 00 903E64 64 803E00", "00 914064 64 814000"});
}
constexpr const char* kWhole = "n60:100[0,0.1]i0p0 n62:100[0.1,0.2]i0p0 n64:100[0,0.1]i1p0";
constexpr const char* kFirst = "n60:100[0,0.1]i0p0 n62:100[0.1,0.2]i0p0";

std::string One(const std::string& track) { return MidiBytes({track}).Read(); }

/// One track with exactly these bytes after a chunk header that claims `length`.
std::string Raw(const std::string& hex, uint64_t length) {
  MidiBytes file({});
  return file.SetByte(11, 1).Append("MTrk" + BigEndian(length, 4) + Hex(hex)).Read();
}

struct Row {
  const char* name;
  std::string bytes;
  const char* dump;
  const char* warnings;
};

std::vector<Row> HeaderRows() {
  return {
      {"nothing wrong", Tune().Read(), kWhole, ""},
      {"longer header", Tune().SetByte(7, 8).Insert(14, "xy").Read(), kWhole, ""},
      {"header length too short", Tune().SetByte(7, 4).Read(), kWhole,
       "byte 4: the header claims 4 bytes; 6 read"},
      {"header length past the end", Tune().SetByte(4, 0x7F).Read(), kWhole,
       "byte 4: the header claims 2130706438 bytes; 6 read"},
      {"format 7", Tune().SetByte(9, 7).Read(), kWhole,
       "byte 8: format 7 is not 0, 1 or 2; read as 1"},
      {"division 0",
       One("00 903C64 8360 803C00").substr(0, 12) + Hex("0000") +
           One("00 903C64 8360 803C00").substr(14),
       "n60:100[0,0.5]i0p0", "byte 12: 0 ticks a quarter; read as 480"},
      {"frames without ticks", Tune().SetByte(12, 0xE7).SetByte(13, 0).Read(), kWhole,
       "byte 13: 0 ticks a frame; read as 40"},
      {"frames of no SMPTE rate", Tune().SetByte(12, 0xCE).SetByte(13, 20).Read(), kWhole,
       "byte 12: 50 frames a second is no SMPTE rate; kept"},
      {"promises no track", Tune().SetByte(11, 0).Read(), kWhole,
       "byte 10: the header promises no track; all are read"},
      {"promises too many", Tune().SetByte(10, 0xFF).Read(), kWhole,
       "byte 10: the header promises 65282 tracks; 2 are there"},
      {"promises too few", Tune().SetByte(11, 1).Read(), kFirst,
       "byte 42: bytes after the last track left out: 20"},
      {"bytes before the header", "MacBinary" + Tune().Read(), kWhole,
       "byte 0: bytes before the MIDI header left out: 9"},
      {"RIFF with a wrong length",
       Hex("52494646 00000000 524D4944 64617461 FFFFFFFF") + Tune().Read(), kWhole, ""},
  };
}

std::vector<Row> ChunkRows() {
  return {
      {"unknown chunk", Tune().Insert(42, "Junk" + BigEndian(3, 4) + "abc").Read(), kWhole,
       "byte 42: chunk 'Junk' of 3 bytes is no track; left out"},
      {"noise between tracks", Tune().Insert(42, Hex("0001020304")).Read(), kWhole,
       "byte 42: bytes left out where a track should begin: 5"},
      {"unknown chunk past the end", Tune().Insert(42, "Junk" + BigEndian(9999, 4)).Read(), kWhole,
       "byte 42: bytes left out where a track should begin: 8"},
      {"second track's name broken", Tune().SetByte(43, 'X').Read(), kFirst,
       "byte 10: the header promises 2 tracks; 1 are there\n"
       "byte 42: chunk 'MXrk' of 12 bytes is no track; left out"},
      {"file ends in a chunk header", Tune().Shrink(15).Read(), kFirst,
       "byte 10: the header promises 2 tracks; 1 are there\n"
       "byte 42: bytes left out where a track should begin: 5"},
      {"bytes after the end", Tune().Append("*").Read(), kWhole,
       "byte 62: bytes after the last track left out: 1"},
      {"a whole file after the end", Tune().Append(Tune().Read()).Read(), kWhole,
       "byte 62: bytes after the last track left out: 62"},
  };
}

std::vector<Row> LengthRows() {
  return {
      {"length 0, events follow", Tune().SetByte(21, 0).Read(), kWhole,
       "byte 18, track 0: the track claims 0 bytes and has 20"},
      {"length too short", Tune().SetByte(21, 15).Read(), kWhole,
       "byte 18, track 0: the track claims 15 bytes and has 20"},
      {"length too long", Tune().SetByte(21, 29).Read(), kWhole,
       "byte 18, track 0: the track claims 29 bytes and has 20"},
      {"length far past the end", Tune().SetByte(18, 0xFF).Read(), kWhole,
       "byte 18, track 0: the track claims 4278190100 bytes where 40 are left"},
      {"last length too short", Tune().SetByte(49, 9).Read(), kWhole,
       "byte 46, track 1: the track claims 9 bytes and has 12"},
      {"last length past the end", Tune().SetByte(49, 99).Read(), kWhole,
       "byte 46, track 1: the track claims 99 bytes where 12 are left"},
      {"no End Of Track", Raw("00 903C64 64 803C00", 8), "n60:100[0,0.1]i0p0",
       "byte 30, track 0: the track has no End Of Track"},
      {"no End Of Track, bytes after", Raw("00 903C64 64 803C00 FFFF", 8), "n60:100[0,0.1]i0p0",
       "byte 30, track 0: the track has no End Of Track\n"
       "byte 30: bytes after the last track left out: 2"},
      {"track of no bytes", Raw("", 0), "", "byte 22, track 0: the track has no End Of Track"},
      {"End Of Track in the middle", One("00 903C64 64 803C00 00 FF2F00 00 903D64 64 803D00"),
       "n60:100[0,0.1]i0p0", "byte 34, track 0: bytes after End Of Track left out: 12"},
      {"cut in a delta time", Raw("00 903C64 64 803C00 81", 20), "n60:100[0,0.1]i0p0",
       "byte 18, track 0: the track claims 20 bytes where 9 are left\n"
       "byte 31, track 0: the track ends within a delta time"},
      {"cut before a status", Raw("00 903C64 64 803C00 00", 20), "n60:100[0,0.1]i0p0",
       "byte 18, track 0: the track claims 20 bytes where 9 are left\n"
       "byte 31, track 0: the track ends within an event"},
      {"cut in a message", Raw("00 903C64 64 803C00 00 903C", 20), "n60:100[0,0.1]i0p0",
       "byte 18, track 0: the track claims 20 bytes where 11 are left\n"
       "byte 32, track 0: the track ends within a message"},
      {"cut in a meta event", Raw("00 903C64 64 803C00 00 FF030541", 13), "n60:100[0,0.1]i0p0",
       "byte 34, track 0: the track ends within a meta event"},
      {"cut in a system exclusive event", Raw("00 903C64 64 803C00 00 F0FF7F41", 12),
       "n60:100[0,0.1]i0p0", "byte 34, track 0: the track ends within a system exclusive event"},
      {"cut in End Of Track", Tune().Shrink(1).Read(), kWhole,
       "byte 46, track 1: the track claims 12 bytes where 11 are left\n"
       "byte 59, track 1: End Of Track is cut off; taken as whole"},
      {"a meta event that runs into the next track",
       Tune().SetByte(38, 0x0A).SetByte(40, 0x01).SetByte(41, 0x10).Read(), kWhole,
       "byte 42, track 0: the track ends within a meta event"},
  };
}

std::vector<Row> EventRows() {
  return {
      {"data without status", One("00 3C 00 903C64 64 803C00"), "n60:100[0,0.1]i0p0",
       "byte 23, track 0: data byte 3C without a status before it; left out"},
      {"velocity over 127", One("00 903C80 64 903D64 64 803D00"), "n61:100[0.1,0.2]i0p0",
       "byte 25, track 0: data byte 80 of message 90 is over 7F; message left out"},
      {"pitch over 127", One("00 90BC64 64 903D64 64 803D00"), "n61:100[0.1,0.2]i0p0",
       "byte 24, track 0: data byte BC of message 90 is over 7F; message left out"},
      {"release over 127", One("00 903D64 64 803DFF"), "n61:100[0,0.1]i0p0",
       "byte 29, track 0: data byte FF of message 80 is over 7F; read as a note-off"},
      {"program over 127", One("00 C0FF 00 903D64 64 803D00"), "n61:100[0,0.1]i0p0",
       "byte 24, track 0: data byte FF of message C0 is over 7F; message left out"},
      {"running status after meta", One("00 903C64 64 3C00 00 FF0100 00 3D64 64 3D00"),
       "n60:100[0,0.1]i0p0 n61:100[0.1,0.2]i0p0",
       "byte 34, track 0: running status goes on after a meta or system exclusive event; kept"},
      {"running status after system exclusive", One("00 903C64 64 3C00 00 F00101 00 3D64 64 3D00"),
       "n60:100[0,0.1]i0p0 n61:100[0.1,0.2]i0p0",
       "byte 34, track 0: running status goes on after a meta or system exclusive event; kept"},
      {"status without meaning", One("00 F4 0A F800 F16F 00F27F7F 00FE 00903C64 64803C00"),
       "n60:100[0.01,0.11]i0p0",
       "byte 23, track 0: status F4 has no meaning in a file; left out\n"
       "byte 25, track 0: status F8 has no meaning in a file; left out\n"
       "byte 27, track 0: status F1 has no meaning in a file; left out\n"
       "byte 30, track 0: status F2 has no meaning in a file; left out\n"
       "byte 34, track 0: status FE has no meaning in a file; left out"},
      {"note that never ends", One("00 903C64 64 803D00"), "n60:100[0,0.1]i0p0",
       "byte 23, track 0: note 60 of channel 0 never ends; closed at the end of its track"},
      {"note that begins at the end", One("00 903C64"), "",
       "byte 23, track 0: note 60 of channel 0 never ends; left out"},
      {"tempo 0", One("00 FF5103000000"), "",
       "byte 23, track 0: tempo of 3 bytes and value 0; left out"},
      {"short tempo", One("00 FF51020102"), "",
       "byte 23, track 0: tempo of 2 bytes and value 258; left out"},
      {"long tempo", One("00 FF51040F424000"), "q60@0", ""},
      {"meter 0/4", One("00 FF580400021808"), "",
       "byte 23, track 0: time signature 0/2^2 of 4 bytes; left out"},
      {"meter 4/2^31", One("00 FF5804041F1808"), "",
       "byte 23, track 0: time signature 4/2^31 of 4 bytes; left out"},
      {"meter 4/2^30", One("00 FF5804041E1808"), "m4/1073741824@0", ""},
      {"meter of 2 bytes", One("00 FF58020302"), "m3/4@0", ""},
      {"meter of no bytes", One("00 FF5800"), "",
       "byte 23, track 0: time signature 0/2^0 of 0 bytes; left out"},
      {"key of 8 sharps", One("00 FF59020800"), "",
       "byte 23, track 0: key signature of 8 sharps, mode 0, 2 bytes; left out"},
      {"key of mode 2", One("00 FF59020002"), "",
       "byte 23, track 0: key signature of 0 sharps, mode 2, 2 bytes; left out"},
      {"meter that the first track lacks",
       MidiBytes({"00 FF580404021808", "00 FF580404021808 00 FF580403021808"}).Read(), "m4/4@0",
       "byte 51, track 1: a time or key signature that the first track lacks; such ones are left "
       "out"},
      {"tempo past the first track of format 2", MidiBytes({"", "64 FF51030F4240"}, 2).Read(), "",
       "byte 35, track 1: tempo of a track past the first in format 2; left out"},
      {"delta time of over 28 bits", One("81 80 80 80 00 903C64 64 803C00"),
       "n60:100[268435.456,268435.556]i0p0",
       "byte 27, track 0: a delta time of 268435456 ticks is more than a file may hold; kept"},
  };
}

class BrokenRows : public testing::TestWithParam<std::vector<Row> (*)()> {};

TEST_P(BrokenRows, AreReadWithAWarning) {
  for (const Row& row : GetParam()()) {
    SCOPED_TRACE(row.name);
    absl::StatusOr<MidiReading> reading = ReadMidi(row.bytes);
    ASSERT_TRUE(reading.ok()) << reading.status().message();
    EXPECT_EQ(DumpSequence(reading->sequence), row.dump);
    EXPECT_EQ(DumpWarnings(*reading), row.warnings);
  }
}

INSTANTIATE_TEST_SUITE_P(Midi, BrokenRows,
                         testing::Values(&HeaderRows, &ChunkRows, &LengthRows, &EventRows));

TEST(ReadMidi, RefusesWhatIsNoMidi) {
  struct Refused {
    std::string bytes;
    const char* error;
  };
  for (const Refused& row : std::vector<Refused>{
           {"", "the file is empty"},
           {"not a midi file", "no MIDI header (MThd) at byte 0 or after it"},
           {std::string(5000, 'x') + Tune().Read(), "no MIDI header (MThd) at byte 0 or after it"},
           {InRiff("WAVE"), "no MIDI header (MThd) at byte 0 or after it"},
           {Tune().Read().substr(0, 13), "the header at byte 0 ends after 13 of 14 bytes"},
           {Tune().Read().substr(0, 14), "no track after the header at byte 0"},
           {Tune().Read().substr(0, 21), "no track after the header at byte 0"},
           {"x" + MidiBytes({}).Chunk("Junk", "abc").Read(),
            "no track after the header at byte 1"}}) {
    absl::StatusOr<MidiReading> reading = ReadMidi(row.bytes);
    ASSERT_FALSE(reading.ok());
    EXPECT_EQ(ErrorMessage(reading.status()), row.error);
    EXPECT_EQ(ExitStatus(reading.status()), 3);
    EXPECT_NE(ErrorRemedy(reading.status()), "");
  }
}

TEST(ReadMidi, WarningsAreBoundedAndCounted) {
  std::string track;
  for (int i = 0; i < 250; ++i) track += "00 F4 ";
  absl::StatusOr<MidiReading> reading = ReadMidi(One(track));
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->warnings.size(), kMaxMidiWarnings);
  EXPECT_EQ(reading->warnings_left_out, 150u);
}

// Cut anywhere and with any one byte replaced, a file gives an answer, and never more notes than
// its bytes can hold.
TEST(ReadMidi, EveryPrefixAndEveryByteReplaced) {
  std::string whole = Tune().Read();
  for (size_t size = 0; size <= whole.size(); ++size) {
    absl::StatusOr<MidiReading> reading = ReadMidi(whole.substr(0, size));
    EXPECT_EQ(reading.ok(), size >= 22) << size;
  }
  const std::string riff = InRiff(whole);
  for (size_t size = 0; size < riff.size(); ++size) {
    absl::StatusOr<MidiReading> reading = ReadMidi(riff.substr(0, size));
    EXPECT_EQ(reading.ok(), size >= riff.find("MThd") + 22) << size;
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      absl::StatusOr<MidiReading> reading = ReadMidi(Tune().SetByte(at, value).Read());
      EXPECT_LE(reading.ok() ? reading->sequence.notes_size() : 0, 12);
    }
  }
}

// Each header claims 5 bytes, which end nowhere, so all of the file might be its track's.
TEST(MidiCorruptionTest, TracksWithoutEventsKeepNoRoomForAny) {
  std::string bytes = MidiBytes({}).Read();
  for (int i = 0; i < 60000; ++i) bytes += "MTrk" + BigEndian(5, 4);
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  PieceLimits limits;
  limits.tracks = 65535;
  EXPECT_TRUE(ReadMidi(bytes, {}, limits).ok());
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024) << "KiB";
}

}  // namespace
}  // namespace magenta
