#include "magenta/io/abc/abc_writer.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/io/abc/abc.h"
#include "magenta/io/score/score_dump.h"
#include "magenta/io/score/sections.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

NoteSequence ReadTune(const std::string& text) {
  auto tunes = ReadAbc(text);
  EXPECT_TRUE(tunes.ok()) << text << tunes.status();
  EXPECT_TRUE(tunes->front().status.ok()) << text << tunes->front().status;
  return tunes->front().sequence;
}

std::string Write(const NoteSequence& sequence, std::vector<std::string>* notes = nullptr) {
  auto text = WriteAbc(sequence, notes);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

/// What stands behind the K: of a tune.
std::string Body(const std::string& text) {
  const size_t key = text.find("\nK:");
  return text.substr(text.find('\n', key + 1) + 1);
}

/// "60@0+1" and so on, by place and pitch.
std::vector<std::string> SortedNotes(const NoteSequence& sequence) {
  std::vector<std::string> notes;
  for (const auto& note : sequence.notes()) {
    notes.push_back(fmt::format("{:.4f} {}+{:.4f}/{}:{}{}", note.start_time(), note.pitch(),
                                note.end_time() - note.start_time(), note.instrument(),
                                note.program(), note.is_drum() ? "d" : ""));
  }
  std::sort(notes.begin(), notes.end());
  return notes;
}

struct Row {
  const char* read;
  const char* written;
};

// With L:1/8; what is read, and what is written of it.
constexpr Row kBodies[] = {
    {"M:4/4\nK:C\nCDEF GABc|c8|", "CD EF GA Bc | c8 |]\n"},
    {"M:4/4\nK:C\nC/D/E3 F4|z4 G4|", "C/D/ E3 F4 | z4 G4 |]\n"},
    {"M:4/4\nK:C\nC//D//E/F z6|", "C/4D/4E/F z6 |]\n"},
    {"M:6/8\nK:G\nGAB c2d|e3 f3|g6|", "GAB c2d | e3 f3 | g6 |]\n"},
    {"M:9/8\nK:G\ng9|", "g6- g3 |]\n"},
    {"M:3/4\nK:C\nC3D2E|", "C3 D2 E |]\n"},
    // Over a bar line; a length that no note has.
    {"M:2/4\nK:C\nC3D-|D2E2|", "C3 D- | D2 E2 |]\n"},
    {"M:4/4\nK:C\nC5 D3|", "C4- C D3 |]\n"},
    // Triplets.
    {"M:4/4\nK:C\n(3CDE (3FGA c4|", "(3CDE (3FGA c4 |]\n"},
    {"M:2/4\nK:C\n(3C/D/E/F G2|", "(3C/D/E/F G2 |]\n"},
    {"M:2/4\nK:C\n(3:2:2C2D E2|", "(3:2:2C2D E2 |]\n"},
    {"M:2/4\nK:C\n(3CzE F2|", "(3CzE F2 |]\n"},
    // Broken rhythm.
    {"M:2/4\nK:C\nC>D E>>F|", "C3/D/ E-E3/4F/4 |]\n"},
    // Accidentals stand where any reader needs them.
    {"M:4/4\nK:D\nFGce ^G=G=cc|F8|", "FG ce ^G=G =cc | F8 |]\n"},
    {"M:4/4\nK:C\n^F4- F4-|F8|", "^F8- | ^F8 |]\n"},
    {"M:4/4\nK:C\n^Ff^f=f F4|", "^F^f f=f =F4 |]\n"},
    // Chords, and voices within an instrument.
    {"M:4/4\nK:C\n[CEG]4 [C-EG]2[CA]2|", "[GEC]4 [GE]2 A2 & x4 C4 |]\n"},
    {"M:4/4\nK:C\nc4 d4 & E8|", "c4 d4 & E8 |]\n"},
    {"M:4/4\nK:C\nc4 d4- & E8-|d8 & E8|", "c4 d4- & E8- | d8 & E8 |]\n"},
    // Chord symbols, in the midst of a note too.
    {"M:4/4\nK:C\n\"C\"C2\"G7\"D2 \"Am\"E4|", "\"C\"C2 \"G7\"D2 \"Am\"E4 |]\n"},
    {"M:4/4\nK:C\n\"C\"C4-\"F\"C4|", "\"C\"C4- \"F\"C4 |]\n"},
    // Chords alone.
    {"M:4/4\nK:C\n\"C\"z4\"G7\"z4|\"C\"z8|z8|", "\"C\"z4 \"G7\"z4 | \"C\"z8 | z8 |]\n"},
    // Meters, keys and tempos change.
    {"M:4/4\nK:C\nC8|\nM:3/4\nK:D\nF6|F6|", "C8 | [M:3/4][K:D]F6 | F6 |]\n"},
    {"M:2/4\nK:C\nC4|[Q:1/4=60]D4|", "C4 | [Q:1/4=60]D4 |]\n"},
    {"M:1/4\nK:C\nC2|[M:2/4]D4|[M:3/4]E6|[M:4/4]F8|",
     "C2 | [M:2/4]D4 | [M:3/4]E6 | [M:4/4]F8 |]\n"},
    {"M:4/4\nK:C\nC8|[M:3/4]E6|[M:4/4]F8|", "C8 | [M:3/4]E6 | [M:4/4]F8 |]\n"},
    // Rests of whole measures.
    {"M:3/4\nK:C\nC6|z6|z6|D6|", "C6 | z6 | z6 | D6 |]\n"},
    // Very high and low.
    {"M:4/4\nK:C\nC,,,2C,,2 c'2c'''2|", "C,,,2 C,,2 c'2 c'''2 |]\n"},
};

TEST(AbcWriterTest, WritesWhatItReads) {
  for (const Row& row : kBodies) {
    const NoteSequence sequence = ReadTune(std::string("X:1\nL:1/8\n") + row.read + "\n");
    const std::string text = Write(sequence);
    EXPECT_EQ(Body(text), row.written) << row.read;
    const NoteSequence again = ReadTune(text);
    const auto signs = [](const NoteSequence& each) {
      return DumpSigns(each).substr(DumpSigns(each).find("meter"));
    };
    EXPECT_EQ(signs(again), signs(sequence)) << row.read;
    EXPECT_EQ(SortedNotes(again), SortedNotes(sequence)) << row.read;
  }
}

TEST(AbcWriterTest, WritesHeaders) {
  NoteSequence sequence = ReadTune(
      "X:12\nT:The 100\\%\nC:Trad.\nM:6/8\nL:1/8\nQ:3/8=80\nK:Edor\n%%MIDI program 73\nE3|\n");
  EXPECT_EQ(Write(sequence),
            "X:12\nT:The 100\\%\nC:Trad.\nM:6/8\nL:1/8\nQ:1/4=120\n%%MIDI program 73\nK:Edor\n"
            "E3 z3 |]\n");
  // Each key as it is written.
  for (const char* key :
       {"C", "G", "F#", "Bb", "Db", "Am", "F#m", "Cm", "Amix", "Ddor", "Ephr", "Flyd", "Bloc"}) {
    const std::string text = Write(ReadTune(std::string("X:1\nL:1/8\nK:") + key + "\nC8|\n"));
    EXPECT_THAT(text, HasSubstr(std::string("\nK:") + key + "\n"));
  }
}

TEST(AbcWriterTest, APickupIsAShortFirstBar) {
  NoteSequence sequence = ReadTune("X:1\nL:1/8\nM:1/4\nK:C\nG2|[M:4/4]c4 d4|e8|\n");
  EXPECT_EQ(Body(Write(sequence)), "G2 | c4 d4 | e8 |]\n");
  EXPECT_THAT(Write(sequence), HasSubstr("M:4/4\n"));
  // ABC gives a pickup no meter; the repeat sign behind it tells.
  const auto jig = UnrollSections(ReadTune("X:1\nL:1/8\nM:6/8\nK:C\nG|:c2d e2f|g3- g2G:|\n"));
  ASSERT_TRUE(jig.ok());
  EXPECT_EQ(Body(Write(*jig)), "G | c2d e2f | g3- g2G | c2d e2f |\ng3- g2G |]\n");
}

TEST(AbcWriterTest, VoicesAreInstruments) {
  const std::string book =
      "X:1\nT:Two\nM:2/4\nL:1/8\nQ:1/4=120\nV:1 name=\"Flute\"\n%%MIDI program 73\n"
      "V:2 clef=bass name=\"Bass\"\n%%MIDI program 32\nV:3 clef=perc name=\"Drums\"\n"
      "%%MIDI channel 10\n%%MIDI program 25\nK:C\n"
      "[V:1] c4 | d4 | e4 | f4 |\n[V:2] C,4 | z4 | z4 | F,4 |\n[V:3] C,4 | z4 | z4 | z4 |\n"
      "[V:1] g4 |]\n[V:2] G,4 |]\n[V:3] z4 |]\n";
  EXPECT_EQ(Write(ReadTune(book)), book);
}

TEST(AbcWriterTest, SaysWhatMoves) {
  NoteSequence sequence = ReadTune("X:1\nM:4/4\nL:1/8\nK:C\nCDEFGABc|\n");
  sequence.mutable_notes(1)->set_start_time(0.27);
  sequence.mutable_notes(1)->set_velocity(20);
  sequence.add_pitch_bends()->set_bend(100);
  sequence.add_control_changes()->set_control_number(7);
  std::vector<std::string> notes;
  EXPECT_EQ(Body(Write(sequence, &notes)), "CD EF GA Bc |]\n");
  EXPECT_THAT(notes, testing::ElementsAre(
                         "1 note moved to the nearest 32nd or triplet", "pitch bends",
                         "controllers (pedals, volume and the like)", "loudness (velocity)"));
}

TEST(AbcWriterTest, RefusesWhatIsNoMusic) {
  EXPECT_EQ(ExitStatus(WriteAbc(NoteSequence()).status()), 4);
  NoteSequence sequence = ReadTune("X:1\nK:C\nCD|\n");
  sequence.mutable_notes(1)->set_pitch(128);
  EXPECT_THAT(ErrorLine(WriteAbc(sequence).status()), HasSubstr("notes[1] has pitch 128"));
  sequence.mutable_notes(1)->set_pitch(60);
  sequence.mutable_notes(1)->set_end_time(1e300);
  EXPECT_EQ(ExitStatus(WriteAbc(sequence).status()), 3);
  sequence.mutable_notes(1)->set_end_time(1e9);
  EXPECT_THAT(ErrorLine(WriteAbc(sequence).status()), HasSubstr("measures"));
}

}  // namespace
}  // namespace magenta
