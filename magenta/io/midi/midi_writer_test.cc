// Sequences -> bytes, as hexadecimal text; and what can't be written.

#include <gtest/gtest.h>

#include "google/protobuf/text_format.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/midi_test_util.h"

namespace magenta {
namespace {

NoteSequence Parse(const std::string& text) {
  NoteSequence sequence;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &sequence)) << text;
  return sequence;
}

/// Tracks of a written file, without headers, one a line.
std::string DumpTracks(const std::string& file) {
  std::string dump;
  for (size_t at = 14; at + 8 <= file.size();) {
    size_t length = static_cast<uint8_t>(file[at + 6]) << 8 | static_cast<uint8_t>(file[at + 7]);
    if (!dump.empty()) dump += '\n';
    for (char c : file.substr(at + 8, length)) dump += fmt::format("{:02X}", uint8_t(c));
    at += 8 + length;
  }
  return dump;
}

// 4/4 at 0 and 120 quarters a minute, End Of Track a tick later.
const std::string kTiming = "00FF510307A12000FF58040402180801FF2F00";
const std::string kEmptyTrack = "00C00001FF2F00";

struct Row {
  const char* name;
  const char* sequence;
  std::string tracks;
};

TEST(WriteMidi, Tracks) {
  for (const Row& row : std::vector<Row>{
           {"nothing", "", kTiming + "\n" + kEmptyTrack},
           {"a note", "notes { pitch: 60 velocity: 100 end_time: 0.5 }",
            kTiming + "\n00C000 00903C64 815C3C00 01FF2F00"},
           {"off before on of a pitch, by pitch, running status",
            "notes { pitch: 62 velocity: 1 end_time: 0.5 }"
            "notes { pitch: 60 velocity: 1 end_time: 0.5 }"
            "notes { pitch: 60 velocity: 2 start_time: 0.5 end_time: 1 }",
            kTiming + "\n00C000 00903C01 003E01 815C3C00 003C02 003E00 815C3C00 01FF2F00"},
           {"round half to even",
            "notes { pitch: 60 velocity: 1 start_time: 0.5 end_time: 2.5 } "
            "ticks_per_quarter: 1 tempos { qpm: 60 }",
            "00FF51030F424000FF58040402180801FF2F00\n00C000 00903C01 023C00 01FF2F00"},
           {"a note too short for a tick", "notes { pitch: 60 velocity: 1 end_time: 0.0001 }",
            kTiming + "\n00C000 00903C01 013C00 01FF2F00"},
           {"tempo is cut", "tempos { qpm: 97 }",
            "00FF510309703C 00FF580404021808 01FF2F00\n" + kEmptyTrack},
           {"tempos", "tempos { time: 1 qpm: 60 } tempos { qpm: 120 } tempos { qpm: 120 }",
            "00FF510307A120 00FF580404021808 8338FF51030F4240 01FF2F00\n" + kEmptyTrack},
           {"no tempo at 0", "tempos { time: 1 qpm: 60 }",
            "00FF510307A120 00FF580404021808 8338FF51030F4240 01FF2F00\n" + kEmptyTrack},
           {"nearest tick across tempos, ties later",
            "ticks_per_quarter: 1 tempos { qpm: 60 } tempos { time: 4 qpm: 30 }"
            "notes { pitch: 60 velocity: 1 start_time: 0.5 end_time: 7 }",
            "00FF51030F4240 00FF580404021808 04FF51031E8480 01FF2F00\n"
            "00C000 01903C01 053C00 01FF2F00"},
           {"meter at 0", "time_signatures { numerator: 6 denominator: 8 }",
            "00FF510307A120 00FF580406031808 01FF2F00\n" + kEmptyTrack},
           {"meter later", "time_signatures { time: 0.5 numerator: 3 denominator: 4 }",
            "00FF510307A120 00FF580404021808 815CFF580403021808 01FF2F00\n" + kEmptyTrack},
           {"keys", "key_signatures { key: 10 } key_signatures { key: 9 mode: MINOR }",
            "00FF510307A120 00FF580404021808 00FF5902FE00 00FF59020001 01FF2F00\n" + kEmptyTrack},
           {"instrument 0 has a track though empty",
            "notes { pitch: 60 velocity: 1 end_time: 0.5 instrument: 1 program: 5 }",
            kTiming + "\n" + kEmptyTrack + "\n00C105 00913C01 815C3C00 01FF2F00"},
           {"drums", "notes { pitch: 60 velocity: 1 end_time: 0.5 is_drum: true }",
            kTiming + "\n00C900 00993C01 815C3C00 01FF2F00"},
           {"programs of instrument 0 are all kept",
            "notes { pitch: 60 velocity: 1 end_time: 0.5 program: 1 }"
            "notes { pitch: 61 velocity: 1 end_time: 0.5 program: 2 }",
            kTiming + "\n00C001 00903C01 815C3C00 01FF2F00\n00C102 00913D01 815C3D00 01FF2F00"},
           {"bends and controls",
            "pitch_bends { bend: -8192 } pitch_bends { bend: 8191 time: 0.5 }"
            "control_changes { control_number: 64 control_value: 127 }"
            "notes { pitch: 60 velocity: 1 end_time: 0.5 }",
            kTiming + "\n00C000 00E00000 00B0407F 00903C01 815CE07F7F 00903C00 01FF2F00"},
           {"names",
            "notes { pitch: 60 velocity: 1 end_time: 0.5 }"
            "instrument_infos { name: 'A\xC3\xA9\xE2\x82\xAC' }",
            kTiming + "\n00FF030641C3A9E282AC 00C000 00903C01 815C3C00 01FF2F00"}}) {
    SCOPED_TRACE(row.name);
    absl::StatusOr<std::string> file = WriteMidi(Parse(row.sequence));
    ASSERT_TRUE(file.ok()) << file.status().message();
    std::string expected;
    for (char c : row.tracks) {
      if (c != ' ') expected += c;
    }
    EXPECT_EQ(DumpTracks(*file), expected);
    EXPECT_EQ(DumpWarnings(*ReadMidi(*file)), "");
  }
}

TEST(WriteMidi, ChordSymbolsAreTextsOfTheFirstTrack) {
  const NoteSequence sequence = Parse(
      "text_annotations { time: 0.5 text: 'F' annotation_type: CHORD_SYMBOL }"
      "text_annotations { time: 0.5 text: 'a word' }"
      "text_annotations { text: 'Am7' annotation_type: CHORD_SYMBOL }");
  EXPECT_EQ(DumpTracks(*WriteMidi(sequence)),
            "00FF510307A12000FF58040402180800FF0103416D37815CFF01014601FF2F00\n" + kEmptyTrack);
}

TEST(WriteMidi, Header) {
  EXPECT_EQ(WriteMidi(NoteSequence())->substr(0, 14), Hex("4D546864 00000006 0001 0002 00DC"));
  EXPECT_EQ(WriteMidi(Parse("ticks_per_quarter: 32767"))->substr(12, 2), Hex("7FFF"));
}

// The n-th track has channel n mod 15, leaving out 9.
TEST(WriteMidi, Channels) {
  NoteSequence sequence;
  for (int i = 0; i < 17; ++i) {
    NoteSequence::Note* note = sequence.add_notes();
    note->set_instrument(i);
    note->set_velocity(1);
    note->set_end_time(1);
  }
  std::string channels;
  std::stringstream tracks(DumpTracks(*WriteMidi(sequence)));
  for (std::string track; std::getline(tracks, track);) channels += track[3];
  EXPECT_EQ(channels.substr(1), "012345678ABCDEF01");
}

TEST(WriteMidi, RefusesWhatAFileCantHold) {
  struct Refused {
    const char* sequence;
    const char* error;
  };
  for (const Refused& row : std::vector<Refused>{
           {"ticks_per_quarter: 32768", "ticks_per_quarter 32768 is not in 1..32767"},
           {"ticks_per_quarter: -1", "ticks_per_quarter -1 is not in 1..32767"},
           {"notes {} notes { pitch: 128 }",
            "notes[1] can't be written to a MIDI file: pitch 128 is not in 0..127"},
           {"notes { velocity: -1 }",
            "notes[0] can't be written to a MIDI file: velocity -1 is not in 0..127"},
           {"notes { program: 128 }",
            "notes[0] can't be written to a MIDI file: program 128 is not in 0..127"},
           {"notes { instrument: -1 }",
            "notes[0] can't be written to a MIDI file: instrument -1 is not in 0..2147483647"},
           {"notes { start_time: -1 }",
            "notes[0] can't be written to a MIDI file: time -1 is not a number of seconds from 0 "
            "up"},
           {"notes { end_time: nan }",
            "notes[0] can't be written to a MIDI file: time nan is not a number of seconds from 0 "
            "up"},
           {"notes { start_time: 1 end_time: 0.5 }",
            "notes[0] can't be written to a MIDI file: it ends before it starts"},
           {"notes { start_time: 1e300 end_time: 1e300 }",
            "4503599627370496 ticks without an event are more than a MIDI file can hold"},
           {"tempos { qpm: 0 }",
            "tempos[0] can't be written to a MIDI file: 0 quarters a minute are not in 3.58..6e7"},
           {"tempos { qpm: inf }",
            "tempos[0] can't be written to a MIDI file: inf quarters a minute are not in "
            "3.58..6e7"},
           {"tempos { qpm: 3.57 }",
            "tempos[0] can't be written to a MIDI file: 3.57 quarters a minute are not in "
            "3.58..6e7"},
           {"time_signatures { numerator: 3 denominator: 3 }",
            "time_signatures[0] can't be written to a MIDI file: denominator 3 is no power of 2"},
           {"time_signatures { numerator: 256 denominator: 4 }",
            "time_signatures[0] can't be written to a MIDI file: numerator 256 is not in 1..255"},
           {"control_changes { control_value: 200 }",
            "control_changes[0] can't be written to a MIDI file: value 200 is not in 0..127"},
           {"pitch_bends { bend: 8192 }",
            "pitch_bends[0] can't be written to a MIDI file: bend 8192 is not in -8192..8191"}}) {
    absl::StatusOr<std::string> file = WriteMidi(Parse(row.sequence));
    ASSERT_FALSE(file.ok()) << row.sequence;
    EXPECT_EQ(ErrorMessage(file.status()), row.error);
    EXPECT_EQ(ExitStatus(file.status()), 2);
  }
}

TEST(WriteMidi, ReadBack) {
  for (const char* text :
       {"ticks_per_quarter: 480 tempos { qpm: 120 } tempos { time: 2 qpm: 60 } total_time: 4 "
        "time_signatures { numerator: 4 denominator: 4 } key_signatures { time: 2 key: 9 mode: "
        "MINOR }"
        "notes { pitch: 60 velocity: 90 start_time: 0.5 end_time: 2 program: 3 }"
        "notes { pitch: 64 velocity: 91 start_time: 1 end_time: 4 program: 3 }"
        "notes { pitch: 36 velocity: 92 start_time: 3 end_time: 3.5 instrument: 1 is_drum: true }"
        "pitch_bends { time: 1 bend: 100 program: 3 }"
        "control_changes { time: 3 control_number: 7 control_value: 8 instrument: 1 is_drum: true }"
        "text_annotations { time: 0 text: 'Am7' annotation_type: CHORD_SYMBOL }"
        "text_annotations { time: 1.5 text: 'H7' annotation_type: CHORD_SYMBOL }"
        "text_annotations { time: 3 text: 'C\u0394' annotation_type: CHORD_SYMBOL }"
        "instrument_infos { name: 'Lead' } source_info { encoding_type: MIDI parser: PRETTY_MIDI "
        "}"}) {
    NoteSequence sequence = Parse(text);
    NoteSequence again = ReadMidi(*WriteMidi(sequence))->sequence;
    EXPECT_EQ(again.DebugString(), sequence.DebugString());
  }
}

}  // namespace
}  // namespace magenta
