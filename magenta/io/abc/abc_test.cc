#include "magenta/io/abc/abc.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "magenta/base/status.h"
#include "magenta/io/score/score_dump.h"
#include "magenta/io/score/sections.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

AbcTune ReadOne(const std::string& text) {
  auto tunes = ReadAbc(text);
  EXPECT_TRUE(tunes.ok()) << tunes.status();
  EXPECT_EQ(tunes->size(), 1u) << text;
  return std::move(tunes->front());
}

struct Row {
  const char* body;
  const char* dump;
};

// With L:1/4, K:C; one letter is a quarter.
constexpr Row kNotes[] = {
    {"CDEF GABc", "60@0+1 62@1+1 64@2+1 65@3+1 67@4+1 69@5+1 71@6+1 72@7+1"},
    {"C,, C, C c c' c'' c',", "36@0+1 48@1+1 60@2+1 72@3+1 84@4+1 96@5+1 72@6+1"},
    {"C2 C/ C/2 C// C/4 C3/2 C3/ C0",
     "60@0+2 60@2+0.5 60@2.5+0.5 60@3+0.25 60@3.25+0.25 60@3.5+1.5 "
     "60@5+1.5 60@6.5+1"},
    // Accidentals hold to the bar line, in every octave.
    {"^F F f | F", "66@0+1 66@1+1 78@2+1 65@3+1"},
    {"^^F __B =B _e", "67@0+1 69@1+1 71@2+1 75@3+1"},
    // Rests.
    {"C z D x2 E", "60@0+1 62@2+1 64@5+1"},
    {"[M:3/4] C Z2 D X E", "60@0+1 62@7+1 64@11+1"},
    // Ties join, also over a bar line and its accidentals; other pitches are struck.
    {"C-C D-E", "60@0+2 62@2+1 64@3+1"},
    {"^F-|F F", "66@0+2 65@2+1"},
    {"C- z C", "60@0+1 60@2+1"},
    {"[CE]-[CE] [C-E][CE]", "60@0+2 64@0+2 60@2+2 64@2+1 64@3+1"},
    // Slurs, spaces, continuations and decorations change nothing.
    {"(C D) .E ~F `` !trill!G +fermata+A uB vc Tc",
     "60@0+1 62@1+1 64@2+1 65@3+1 67@4+1 69@5+1 "
     "71@6+1 72@7+1 72@8+1"},
    {"C D\\\nE % rest\nF", "60@0+1 62@1+1 64@2+1 65@3+1"},
    {"{gf}C {/e}D", "60@0+1 62@1+1"},
    // Tuplets.
    {"(3CDE F", "60@0+0.666667 62@0.666667+0.666667 64@1.33333+0.666667 65@2+1"},
    {"(2CD E", "60@0+1.5 62@1.5+1.5 64@3+1"},
    {"(3:2:2C2D F", "60@0+1.33333 62@1.33333+0.666667 65@2+1"},
    {"(5:4CDEFG A", "60@0+0.8 62@0.8+0.8 64@1.6+0.8 65@2.4+0.8 67@3.2+0.8 69@4+1"},
    {"(3::2 CD E", "60@0+0.666667 62@0.666667+0.666667 64@1.33333+1"},
    {"[M:6/8](2CD [M:C](5CDEFG A",
     "60@0+1.5 62@1.5+1.5 60@3+0.4 62@3.4+0.4 64@3.8+0.4 65@4.2+0.4 67@4.6+0.4 69@5+1"},
    // Broken rhythm.
    {"C>D E<F", "60@0+1.5 62@1.5+0.5 64@2+0.5 65@2.5+1.5"},
    {"C > D", "60@0+1.5 62@1.5+0.5"},
    {"C>>D", "60@0+1.75 62@1.75+0.25"},
    {"C>>>D E<<<F", "60@0+1.875 62@1.875+0.125 64@2+0.125 65@2.125+1.875"},
    {"C2>>D2 E/<<F/", "60@0+3.5 62@3.5+0.5 64@4+0.125 65@4.125+0.875"},
    {"C >> D", "60@0+1.75 62@1.75+0.25"},
    {"C> >D", "60@0+1.5 62@1.5+0.5"},
    {"C>>|D", "60@0+1.75 62@1.75+0.25"},
    {"z>>C", "60@1.75+0.25"},
    {"C>>{g}D C>>\"Am\"!f!D", "60@0+1.75 62@1.75+0.25 60@2+1.75 62@3.75+0.25"},
    {"(C>>D) C>>(D E)", "60@0+1.75 62@1.75+0.25 60@2+1.75 62@3.75+0.25 64@4+1"},
    {"[CE]>>G G<<[CE]", "60@0+1.75 64@0+1.75 67@1.75+0.25 67@2+0.25 60@2.25+1.75 64@2.25+1.75"},
    {"(3C>>DE F", "60@0+1.16667 62@1.16667+0.166667 64@1.33333+0.666667 65@2+1"},
    {"(3CD>>E", "60@0+0.666667 62@0.666667+1.16667 64@1.83333+0.166667"},
    {"(3:2:2C2>>D2", "60@0+2.33333 62@2.33333+0.333333"},
    {"C-C>>D-D", "60@0+2.75 62@2.75+1.25"},
    {"C->>C D>-D", "60@0+2 62@2+2"},
    {"C>z D<{g}E", "60@0+1.5 62@2+0.5 64@2.5+1.5"},
    {"[CE]>G", "60@0+1.5 64@0+1.5 67@1.5+0.5"},
    // Chords take their first note's length.
    {"[CEG]2 [C2E]/ D", "60@0+2 64@0+2 67@0+2 60@2+1 64@2+0.5 62@3+1"},
    // Fields in the line.
    {"F[K:D]F[L:1/8]F[K:C]F", "65@0+1 66@1+1 66@2+0.5 65@2.5+0.5"},
    {"C\nL:1/8\nC", "60@0+1 60@1+0.5"},
    {"C\nw: la\nW: la\nD", "60@0+1 62@1+1"},
    // Voices, each an instrument; an overlay is one voice.
    {"[V:1] CD | [V:2] EF |\n[V:1] G |", "60@0+1 62@1+1 67@2+1 64@0+1/1 65@1+1/1"},
    {"V:1\nC2\nV:2 octave=-1 transpose=2\nC2", "60@0+2 50@0+2/1"},
    {"V:T1 clef=treble_8 name=\"A B\"\nC", "60@0+1"},
    {"CD & EF | G", "60@0+1 62@1+1 64@0+1 65@1+1 67@2+1"},
    // Each layer of an overlay is tied to its own of the next bar.
    {"CD- & E2- | D2 & E2 | D & E", "60@0+1 62@1+3 64@0+4 62@4+1 64@4+1"},
    {"CC & <D E | F", "60@0+1 60@1+1 62@0+1 64@1+1 65@2+1"},
    {"C & E- | C | C & E", "60@0+1 64@0+1 60@1+1 60@2+1 64@2+1"},
    // Decorations within a chord are no notes; instruments and drums are %%MIDI's.
    {"[!fermata!CE(G)]", "60@0+1 64@0+1 67@0+1"},
    {"%%MIDI channel 10\nC\n[I:MIDI channel 1]C", "60@0+1d 60@1+1"},
    {"%%begintext\nCDE\n%%endtext\nC", "60@0+1"},
    // What cannot be read is passed over.
    {"C @ ; D", "60@0+1 62@1+1"},
    {"^/C [CE", "60@0+1 60@1+1 64@1+1"},
    {"C,,,,,,,, D", "62@1+1"},
    {">C D", "60@0+1 62@1+1"},
};

TEST(AbcTest, ReadsNotes) {
  for (const Row& row : kNotes) {
    const AbcTune tune = ReadOne(std::string("X:1\nL:1/4\nK:C\n") + row.body + "\n");
    EXPECT_TRUE(tune.status.ok()) << row.body << ": " << tune.status;
    EXPECT_EQ(DumpNotes(tune.sequence), row.dump) << row.body;
  }
}

// Keys: which of C D E F G A B are raised or lowered.
constexpr Row kKeys[] = {
    {"C", "60 62 64 65 67 69 71"},
    {"G", "60 62 64 66 67 69 71"},
    {"D", "61 62 64 66 67 69 71"},
    {"F#", "61 63 65 66 68 70 71"},
    {"Bb", "60 62 63 65 67 69 70"},
    {"Cb", "59 61 63 64 66 68 70"},
    {"Am", "60 62 64 65 67 69 71"},
    {"A minor", "60 62 64 65 67 69 71"},
    {"EM", "60 62 64 66 67 69 71"},  // minor, as the books that write it mean it
    {"F#m", "61 62 64 66 68 69 71"},
    {"Gm clef=bass", "60 62 63 65 67 69 70"},
    {"Ador", "60 62 64 66 67 69 71"},
    {"A Dorian", "60 62 64 66 67 69 71"},
    {"AMIX", "61 62 64 66 67 69 71"},
    {"Ephr", "60 62 64 65 67 69 71"},
    {"Flydian", "60 62 64 65 67 69 71"},
    {"Bloc", "60 62 64 65 67 69 71"},
    {"Caeo", "60 62 63 65 67 68 70"},
    {"Gion", "60 62 64 66 67 69 71"},
    {"Hp", "61 62 64 66 67 69 71"},
    {"HP", "61 62 64 66 67 69 71"},
    {"none", "60 62 64 65 67 69 71"},
    {"", "60 62 64 65 67 69 71"},
    {"D =c", "60 62 64 66 67 69 71"},
    {"D Phr ^f", "60 62 63 66 67 69 70"},
    {"D exp _b _e ^f", "60 62 63 66 67 69 70"},
    {"^f_b", "60 62 64 66 67 69 70"},
    {"G % a comment", "60 62 64 66 67 69 71"},
};

TEST(AbcTest, ReadsKeys) {
  for (const Row& row : kKeys) {
    const AbcTune tune = ReadOne(std::string("X:1\nK:") + row.body + "\nCDEFGAB\n");
    EXPECT_TRUE(tune.status.ok()) << row.body << ": " << tune.status;
    std::string pitches;
    for (const auto& note : tune.sequence.notes()) {
      pitches += (pitches.empty() ? "" : " ") + std::to_string(note.pitch());
    }
    EXPECT_EQ(pitches, row.dump) << row.body;
  }
}

// A header (then K:C and the note C), and its signs with that note's length.
constexpr Row kSigns[] = {
    {"", "key 0:0,MAJOR; 60@0+0.5"},
    {"M:4/4\n", "meter 0:4/4 key 0:0,MAJOR; 60@0+0.5"},
    {"M:2/4\n", "meter 0:2/4 key 0:0,MAJOR; 60@0+0.25"},
    {"M:6/8\n", "meter 0:6/8 key 0:0,MAJOR; 60@0+0.5"},
    {"M:C\n", "meter 0:4/4 key 0:0,MAJOR; 60@0+0.5"},
    {"M:C|\n", "meter 0:2/2 key 0:0,MAJOR; 60@0+0.5"},
    {"M:(2+3)/8\n", "meter 0:5/8 key 0:0,MAJOR; 60@0+0.25"},
    {"M:none\n", "key 0:0,MAJOR; 60@0+0.5"},
    {"M:3/4\nM:2/4\n", "meter 0:2/4 key 0:0,MAJOR; 60@0+0.25"},
    {"L:1/2\nM:2/4\n", "meter 0:2/4 key 0:0,MAJOR; 60@0+2"},
    {"Q:1/4=60\n", "tempo 0:60 key 0:0,MAJOR; 60@0+1"},
    {"Q:3/8=80\n", "tempo 0:120 key 0:0,MAJOR; 60@0+0.5"},
    {"L:1/8\nQ:120\n", "tempo 0:60 key 0:0,MAJOR; 60@0+1"},
    {"Q:120\nL:1/4\n", "tempo 0:120 key 0:0,MAJOR; 60@0+1"},
    {"L:1/8\nQ:C3=40\n", "tempo 0:60 key 0:0,MAJOR; 60@0+1"},
    {"Q:\"Slow\" 1/4=60 \"indeed\"\n", "tempo 0:60 key 0:0,MAJOR; 60@0+1"},
    {"Q:1/4 1/8=80\n", "tempo 0:120 key 0:0,MAJOR; 60@0+0.5"},
    {"Q:\"Slow\"\n", "key 0:0,MAJOR; 60@0+0.5"},
    {"Q:1/4=72.5\n", "tempo 0:72.5 key 0:0,MAJOR; 60@0+0.827586"},
    {"Q:fast\nM:x\n", "key 0:0,MAJOR; 60@0+0.5"},
};

TEST(AbcTest, ReadsHeaders) {
  for (const Row& row : kSigns) {
    const AbcTune tune = ReadOne(std::string("X:1\n") + row.body + "K:C\nC\n");
    EXPECT_TRUE(tune.status.ok()) << row.body << ": " << tune.status;
    EXPECT_EQ(DumpSigns(tune.sequence) + "; " + DumpNotes(tune.sequence), row.dump) << row.body;
  }
}

TEST(AbcTest, SignsChangeWhereTheyStand) {
  const AbcTune tune = ReadOne(
      "X:1\nM:4/4\nL:1/4\nQ:1/4=120\nK:D\n\"Am\"C2 \"^loud\"C2 |\nM:3/4\n[K:Gm]"
      "[Q:1/4=60] \"F#m7\"C3|\n");
  EXPECT_EQ(DumpSigns(tune.sequence),
            "tempo 0:120 tempo 4:60 meter 0:4/4 meter 4:3/4 key 0:2,MAJOR key 4:7,MINOR text 0:Am "
            "text 4:F#m7");
  EXPECT_EQ(DumpNotes(tune.sequence), "61@0+2 61@2+2 60@4+6");
}

// With L:1/4, M:none, K:C: sections and order of play, then the pitches as played.
struct FormRow {
  const char* body;
  const char* sections;
  const char* played;
};
constexpr FormRow kForms[] = {
    {"CD|EF|", "", "CDEF"},
    {"CD|EF|]", "0 | 0x1", "CDEF"},
    {"CD||EF|]", "0 2 | 0x1 1x1", "CDEF"},
    {"CD:|EF:|", "0 2 | 0x2 1x2", "CDCDEFEF"},
    {"|:CD:|:EF:|", "0 2 | 0x2 1x2", "CDCDEFEF"},
    {"C|:DE::FG:|", "0 1 3 | 0x1 1x2 2x2", "CDEDEFGFG"},
    {"|:CD||EF:|G|", "0 2 4 | 0,1x2 2x1", "CDEFCDEFG"},
    {"C||D:|", "0 1 | 0x1 1x2", "CDD"},
    {"|::C::|D|", "0 1 | 0x3 1x1", "CCCD"},
    {"|:C|1D:|2E|]F|]", "0 1 2 3 | 0,1x1 0,2x1 3x1", "CDCEF"},
    {"|:C [1 D :| [2 E || F:|", "0 1 2 3 | 0,1x1 0,2x1 3x2", "CDCEFF"},
    {"C|1D:|2E:|F|", "0 1 2 3 | 0,1x1 0,2x1 3x1", "CDCEF"},
    {"C|1,3D:|2E:|F|", "0 1 2 3 | 0,1x1 0,2x1 0,1x1 3x1", "CDCECDF"},
    {"C|1-2D:|3E|]", "0 1 2 | 0,1x1 0,1x1 0,2x1", "CDCDCE"},
    {"C|1D:|E|", "0 1 2 | 0,1x1 0x1 2x1", "CDCE"},
    {"C|1D:|2E|F|1G:|2A|]", "0 1 2 3 4 5 | 0,1x1 0,2x1 3,4x1 3,5x1", "CDCEFGFA"},
    {"C \"x\"[|]:|D|", "0 1 | 0x2 1x1", "CCD"},
    {"C||\\\n:D:|", "0 1 | 0x1 1x2", "CDD"},
    {"|:C|:D|", "0 1 | 0x1 1x1", "CD"},
    {"P:A\nCD|\nP:B\nE|", "0 2 | 0x1 1x1", "CDE"},
    // A tie reaches into the section behind it; where that is played again, it is struck.
    {"C-||C|", "0 1 | 0x1 1x1", "C"},
    {"C-|:C:|", "0 1 | 0x1 1x2", "CC"},
    {"|:C-|1C:|2D|]", "0 1 2 | 0,1x1 0,2x1", "CCD"},
    {"|:C-|1D:|2C|]", "0 1 2 | 0,1x1 0,2x1", "CDCC"},
    {"|:C-|1C:|2C|]", "0 1 2 | 0,1x1 0,2x1", "CC"},
    {"|:C|1D-:|2D|]", "0 1 2 | 0,1x1 0,2x1", "CDCD"},
};

TEST(AbcTest, PlaysRepeats) {
  for (const FormRow& row : kForms) {
    const AbcTune tune = ReadOne(std::string("X:1\nM:none\nL:1/4\nK:C\n") + row.body + "\n");
    ASSERT_TRUE(tune.status.ok()) << row.body << ": " << tune.status;
    EXPECT_EQ(DumpSections(tune.sequence), row.sections) << row.body;
    const auto unrolled = UnrollSections(tune.sequence);
    ASSERT_TRUE(unrolled.ok()) << row.body;
    std::string played;
    for (const auto& note : unrolled->notes()) played += "C_D_EF_G_A_B"[note.pitch() - 60];
    EXPECT_EQ(played, row.played) << row.body;
  }
}

// The order of parts that a header asks for, of A = C, B = D|:E:|, X = F.
constexpr Row kParts[] = {
    {"ABA", "CDEEC"},  {"A.B.A", "CDEEC"},       {"A2B", "CCDEE"},
    {"(AX)2", "CFCF"}, {"A(AX)2X3", "CCFCFFFF"}, {"AQX", "CF"},
    {"", "CDEEF"},     {"A)", "CDEEF"},          {"(A1000)1000", "CDEEF"},
};

TEST(AbcTest, PlaysPartsInOrder) {
  for (const Row& row : kParts) {
    const AbcTune tune = ReadOne(std::string("X:1\nL:1/4\nP:") + row.body +
                                 "\nK:C\nP:A\nC|\nP:B\nD|:E:|\nP:X\nF|\n");
    const auto unrolled = UnrollSections(tune.sequence);
    ASSERT_TRUE(unrolled.ok()) << row.body;
    std::string played;
    for (const auto& note : unrolled->notes()) played += "C_D_EF_G_A_B"[note.pitch() - 60];
    EXPECT_EQ(played, row.dump) << row.body;
  }
}

TEST(AbcTest, SaysWhatIsNeverPlayed) {
  const auto said = [](const std::string& order) {
    std::string lines;
    const AbcTune tune =
        ReadOne("X:1\nM:none\nL:1/4\nP:" + order + "\nK:C\nP:A\nCD|E|\nP:B\nD|\nP:C\nF|G|\n");
    for (const ScoreWarning& warning : tune.left_out) lines += WarningLine(warning) + "\n";
    return lines;
  };
  EXPECT_EQ(said("AB"), "never played, since no repeat or jump leads there: bar 4-5\n");
  EXPECT_EQ(said("AC"), "never played, since no repeat or jump leads there: bar 3\n");
  EXPECT_EQ(said("ACBA"), "");
  EXPECT_EQ(said(""), "");
}

TEST(AbcTest, OneBadTuneLosesNoOther) {
  const auto tunes = ReadAbc(
      "%abc-2.1\nM:2/4\n\nX:1\nT:First\nT:of two\nC:Trad.\nK:G\nC|\n\nsome "
      "text\n\nX:0002\nK:Zz\nC|\n"
      "X:3\nT:words alone\n\nX:4\nL:nonsense\nK:C\nC|\nX:5\nK:C\nD|\n");
  ASSERT_TRUE(tunes.ok());
  ASSERT_EQ(tunes->size(), 5u);
  const NoteSequence& first = (*tunes)[0].sequence;
  EXPECT_EQ(first.reference_number(), 1);
  EXPECT_EQ(first.sequence_metadata().title(), "First; of two");
  EXPECT_EQ(first.sequence_metadata().composers(0), "Trad.");
  EXPECT_EQ(first.ticks_per_quarter(), 220);
  EXPECT_EQ(first.notes(0).velocity(), 90);
  EXPECT_EQ(first.source_info().parser(), NoteSequence::SourceInfo::MAGENTA_ABC);
  EXPECT_EQ(DumpNotes(first), "60@0+0.25");  // the book's meter
  EXPECT_THAT(ErrorLine((*tunes)[1].status), HasSubstr("line 14: K:Zz is no key"));
  EXPECT_THAT(ErrorLine((*tunes)[2].status), HasSubstr("no notes"));
  EXPECT_EQ((*tunes)[2].sequence.reference_number(), 3);
  EXPECT_EQ((*tunes)[2].sequence.sequence_metadata().title(), "words alone");
  EXPECT_THAT(ErrorLine((*tunes)[3].status), HasSubstr("line 20: L:nonsense"));
  EXPECT_EQ(DumpNotes((*tunes)[4].sequence), "62@0+0.25");
}

TEST(AbcTest, ChordSymbolsStandAsTheyAreWritten) {
  const AbcTune tune = ReadOne(
      "X:1\nL:1/4\nK:C\n\"Am7\"C\"N.C.\"D\"nc\"E\"H7\"F\"Gxyz\"G\"Fine\"A\"^Bright\"B"
      "\"Chorus\"C\" Dm7 \"D\"Bright\"E\n");
  std::string chords;
  for (const auto& text : tune.sequence.text_annotations()) {
    EXPECT_EQ(text.annotation_type(), NoteSequence::TextAnnotation::CHORD_SYMBOL);
    chords += text.text() + "@" + std::to_string(std::lround(2 * text.time())) + " ";
  }
  EXPECT_EQ(chords, "Am7@0 N.C.@1 N.C.@2 H7@3 Gxyz@4 Dm7@8 ");
  ASSERT_EQ(tune.left_out.size(), 4u);
  EXPECT_EQ(tune.left_out[2].text, "the text \"Chorus\", which is no chord symbol");
}

TEST(AbcTest, SaysWhatItLeftOut) {
  const AbcTune tune =
      ReadOne("X:1\nK:C\n{g}C TC !mf!C \"^loud\"C \"soft\"C\nw:la\n%%MIDI gchord fzf\n^/C #C\n");
  std::string left_out;
  for (const ScoreWarning& warning : tune.left_out) {
    left_out += std::to_string(warning.line) + ":" + warning.text + ";";
  }
  EXPECT_EQ(
      left_out,
      "3:grace notes;3:decorations;3:annotations;3:the text \"soft\", which is no chord symbol;"
      "4:lyrics (w: and W:);5:%%MIDI directives "
      "other than program and channel 10;"
      "6:quarter tones;6:the character #;");
}

/// The first thing that a tune says it left out.
TEST(AbcTest, IsNeverSilentAboutSound) {
  const struct {
    const char* body;
    const char* says;
  } rows[] = {
      {"C|D|\n\nE|F|\n", "empty line"},
      {"C|D|\n\nText after the tune.\n", ""},
      {"C2>D\n", "unequal length"},
      {"C2>D2 (3C>DE\n", ""},
      {"V:1 instrument=Bb\nC\n", "the transposition instrument=Bb"},
      {"V:1 shift=C\nC\n", "the transposition shift=C"},
      {"I:propagate-accidentals not\nC\n", "propagate-accidentals"},
      {"%%propagate-accidentals not\nC\n", "propagate-accidentals"},
      {"I:linebreak $\nC\n", ""},
      {"%%MIDI program 2 40\nC\n", "%%MIDI"},
      {"%%MIDI program 40\nC\n", ""},
  };
  for (const auto& row : rows) {
    const AbcTune tune = ReadOne(std::string("X:1\nK:C\n") + row.body);
    ASSERT_TRUE(tune.status.ok()) << row.body << tune.status;
    const std::string said = tune.left_out.empty() ? "" : tune.left_out.front().text;
    EXPECT_EQ(said.empty(), *row.says == '\0') << row.body << ": " << said;
    EXPECT_THAT(said, HasSubstr(row.says)) << row.body;
  }
}

// Where the note c (72) sounds: clefs, octave= and the transpositions, as abc2midi 4.84 plays them
// but for a later plain clef, which ends an octave clef.
constexpr Row kClefs[] = {
    {"K:C clef=treble-8\nc", "60"},
    {"K:C treble-8\nc", "60"},
    {"K:C clef=treble+8\nc", "84"},
    {"K:C bass-8\nc", "60"},
    {"K:Am alto+8\nc", "84"},
    {"K:C clef=tenor-8\nc", "60"},
    {"K:C clef=treble+15\nc", "96"},
    {"K:C clef=treble-15\nc", "48"},
    {"K:C clef=none-8\nc", "60"},
    {"K:C clef=\"treble-8\"\nc", "60"},
    {"K:C clef=treble2-8\nc", "60"},
    {"K:C clef=bass4+8\nc", "84"},
    {"K:C clef=G-8\nc", "60"},
    {"K:C clef=Treble-8\nc", "60"},
    {"K: C clef = treble-8\nc", "60"},
    {"K:C octave = -1\nc", "60"},
    {"K:C clef=treble+8va\nc", "84"},
    {"K:none clef=treble-8\nc", "60"},
    {"K:clef=treble-8\nc", "60"},
    // These print an 8, or another clef, and sound as written.
    {"K:C clef=treble_8\nc", "72"},
    {"K:C clef=treble^8\nc", "72"},
    {"K:C clef=bass\nc", "72"},
    {"K:C clef=perc\nc", "72"},
    {"K:C clef=bass middle=d\nc", "72"},
    // octave= counts instead of the clef's.
    {"K:C clef=treble-8 octave=-1\nc", "60"},
    {"K:C clef=treble-8 octave=1\nc", "84"},
    {"K:C octave=1 clef=treble\nc", "84"},
    {"K:C clef=treble-8 transpose=2\nc", "62"},
    {"K:C shift=CD\nc", "74"},
    {"K:C sound=C^D,\nc", "63"},
    // V: goes before the header's K:.
    {"V:1 clef=treble-8\nK:C\nV:1\nc", "60"},
    {"V:1 treble-8\nK:C treble\nV:1\nc", "60"},
    {"V:1 octave=-1\nK:C octave=1 treble-8\nV:1\nc", "60"},
    {"V:1\nK:C treble-8\nV:1\nc\nV:2\nc", "60 60"},
    {"V:1\nV:2 clef=treble\nK:C treble-8\nV:1\nc\nV:2\nc", "60 72"},
    {"K:C\n[V:1 clef=treble-8]c", "60"},
    {"K:C\nc\nV:2 treble-8\nc", "72 60"},
    // A later clef goes before an earlier one.
    {"K:C\nV:1 clef=treble-8\nc\nV:1 clef=treble+8\nc", "60 84"},
    {"K:C\nV:1 clef=treble-8\nc\nV:1 clef=treble\nc", "60 72"},
    {"V:1 clef=treble-8\nK:C\nV:1\nc[K:clef=treble]c", "60 72"},
    {"K:C clef=treble-8\nc[K:D]c", "60 61"},
};

TEST(AbcTest, OctaveClefsSound) {
  for (const Row& row : kClefs) {
    const AbcTune tune = ReadOne(std::string("X:1\nL:1/4\n") + row.body + "\n");
    EXPECT_TRUE(tune.status.ok()) << row.body << ": " << tune.status;
    std::string pitches;
    for (const auto& note : tune.sequence.notes()) {
      pitches += (pitches.empty() ? "" : " ") + std::to_string(note.pitch());
    }
    EXPECT_EQ(pitches, row.dump) << row.body;
  }
}

TEST(AbcTest, ReadsProgramsOfMidiDirectives) {
  const AbcTune tune = ReadOne(
      "X:1\nL:1/4\nV:1\n%%MIDI program 40\nV:2\n%%MIDI program 73\nK:C\nV:1\nC\n"
      "%%MIDI program 41\nD\nV:2\nE\n");
  std::string programs;
  for (const auto& note : tune.sequence.notes()) programs += std::to_string(note.program()) + " ";
  EXPECT_EQ(programs, "40 41 73 ");
}

/// Bytes of UTF-16, `big` end first or last.
std::string Utf16(const std::string& ascii, bool big, bool marked) {
  std::string bytes = !marked ? "" : big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) bytes += big ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

TEST(AbcTest, ReadsUtf16) {
  for (const bool big : {false, true}) {
    for (const bool marked : {false, true}) {
      const AbcTune tune = ReadOne(Utf16("X:7\r\nT:Tune\r\nL:1/4\r\nK:C\r\nCD|\r\n", big, marked));
      EXPECT_EQ(DumpNotes(tune.sequence), "60@0+1 62@1+1") << big << marked;
      EXPECT_EQ(tune.sequence.sequence_metadata().title(), "Tune");
      EXPECT_EQ(tune.sequence.reference_number(), 7);
    }
  }
}

TEST(AbcTest, RefusesMoreThanAPieceHolds) {
  const std::string head = "X:1\nL:1/16\nK:C\n";
  const struct {
    std::string text;
    const char* says;
  } rows[] = {
      {head + std::string(kPieceLimits.notes + 1, 'C'), "1000001 notes"},
      {head + std::string(kPieceLimits.events + 1, '#'), "events"},
      {head + "C" + std::string(30 << 20, '#'), "events"},
      {std::string(kPieceLimits.file_bytes + 1, 'C'), "bytes"},
  };
  for (const auto& row : rows) {
    const auto tunes = ReadAbc(row.text);
    ASSERT_FALSE(tunes.ok()) << row.says;
    EXPECT_EQ(ExitStatus(tunes.status()), 3);
    EXPECT_THAT(ErrorLine(tunes.status()), HasSubstr(row.says));
  }
  // All tunes of a book together.
  std::string book;
  for (int i = 0; i < 3; ++i) book += head + std::string(400000, 'C') + "\n\n";
  EXPECT_THAT(ErrorLine(ReadAbc(book).status()), HasSubstr("1000001 notes"));
  std::string voices = head;
  for (int i = 0; i < 5000; ++i) voices += "V:" + std::to_string(i) + "\nC\n";
  EXPECT_THAT(ErrorLine(ReadAbc(voices).status()), HasSubstr("tracks"));
  // Empty lines take nothing.
  EXPECT_TRUE(ReadAbc(head + "C\n" + std::string(50 << 20, '\n')).ok());
}

/// The order of play is the reference's, which knows repeats and endings alone; a player is told.
TEST(AbcTest, SaysThatJumpsAreNotPlayed) {
  const struct {
    const char* body;
    bool jumps;
  } rows[] = {
      {"C !D.C.!D |]", true},        {"C !dacapo!D |]", true},  {"C \"_D.S. al Coda\"D |]", true},
      {"!segno!C D |]", true},       {"C \"^Fine\"D |]", true}, {"C +coda+D |]", true},
      {"C !trill!D |]", false},      {"C \"Dm\"D |]", false},   {"C \"Dsus4\"D |]", false},
      {"C \"_dashing\"D |]", false}, {"C !f!D |]", false},
  };
  for (const auto& row : rows) {
    const AbcTune tune = ReadOne(std::string("X:1\nK:C\n") + row.body + "\n");
    ASSERT_TRUE(tune.status.ok()) << row.body;
    const bool said =
        std::any_of(tune.left_out.begin(), tune.left_out.end(),
                    [](const ScoreWarning& warning) { return warning.text.starts_with("jumps"); });
    EXPECT_EQ(said, row.jumps) << row.body;
    EXPECT_EQ(tune.sequence.section_groups_size(), 1) << row.body;
  }
}

TEST(AbcTest, TakesAnyEncodingAndLineEnd) {
  const char* const kTitles[] = {"X:1\nT:Caf\xE9\nK:C\nC\n", "X:1\r\nT:Caf\xC3\xA9\r\nK:C\r\nC\r\n",
                                 "\xEF\xBB\xBFX:1\rT:Caf\xC3\xA9\rK:C\rC\r"};
  for (const char* text : kTitles) {
    const AbcTune tune = ReadOne(text);
    EXPECT_EQ(tune.sequence.sequence_metadata().title(), "Caf\xC3\xA9");
    EXPECT_EQ(tune.sequence.notes_size(), 1);
  }
}

TEST(AbcTest, RefusesWhatIsNoBook) {
  std::string utf32;
  for (const char c : std::string("X:1\nK:C\nC\n")) utf32 += std::string{c, '\0', '\0', '\0'};
  EXPECT_THAT(ErrorLine(ReadAbc(utf32).status()), HasSubstr("UTF-32"));
  EXPECT_EQ(ExitStatus(ReadAbc("").status()), 3);
  EXPECT_EQ(ExitStatus(ReadAbc("MThd\0\0\0\6 and so on").status()), 3);
}

TEST(AbcTest, ReadsLongHostileLinesInLinearTime) {
  for (const char* piece : {"{", "\"", "[K", "!", "(3", "[C-", "|:||", "|1", "P:", "&", ":", "^",
                            "_", "=", "^/", "[^"}) {
    std::string text = "X:1\nK:C\nC ";
    for (int i = 0; i < 200000; ++i) text += piece;
    EXPECT_TRUE(ReadAbc(text).ok()) << piece;
  }
  std::string title = "X:1\nT:";
  for (int i = 0; i < 2000000; ++i) title += "\\%";
  EXPECT_TRUE(ReadAbc(title + "\nK:C\nC\n").ok());
  std::string voices = "X:1\nK:C\n";
  for (int i = 0; i < 4000; ++i) voices += fmt::format("[V:{}]C", i);
  for (int i = 0; i < 600000; ++i) voices += "[V:3999]";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(ReadAbc(voices).ok());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 5);
}

TEST(AbcTest, LongValuesAreShownInPart) {
  const std::string long_value(1 << 20, 'x');
  const AbcTune broken = ReadOne("X:1\nK:" + long_value + "\nC\n");
  EXPECT_LT(ErrorLine(broken.status).size(), 200u);
  const AbcTune tune = ReadOne("X:1\nM:" + long_value + "\nK:C\nC\n");
  ASSERT_EQ(tune.left_out.size(), 1u);
  EXPECT_LT(tune.left_out[0].text.size(), 200u);
}

TEST(AbcTest, HugeNumbersAreSaid) {
  const AbcTune tune = ReadOne("X:1\nM:1/4\nL:1/4\nK:C\nZ999999999 C\n");
  EXPECT_EQ(DumpNotes(tune.sequence), "60@9999+1");
  ASSERT_EQ(tune.left_out.size(), 1u);
  EXPECT_THAT(tune.left_out[0].text, HasSubstr("above 9999"));
  EXPECT_TRUE(ReadOne("X:1\nM:1/4\nL:1/4\nK:C\nZ9999 C\n").left_out.empty());
}

TEST(AbcTest, HugeLengthsStayBounded) {
  std::string text = "X:1\nM:1024/1\nL:4/1\nK:C\n";
  for (int i = 0; i < 20000; ++i) text += "C9999Z9999";
  const AbcTune tune = ReadOne(text + "\n");
  EXPECT_THAT(ErrorLine(tune.status), HasSubstr("line 5"));
}

}  // namespace
}  // namespace magenta
