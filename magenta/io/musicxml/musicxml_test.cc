#include "magenta/io/musicxml/musicxml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <chrono>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/io/musicxml/musicxml_test_util.h"
#include "magenta/io/score/score_dump.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

struct Row {
  std::vector<std::string> measures;
  const char* notes;
  const char* signs;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {{Meter("2", "4") + Note("C", 4, 2) + Note("D", 4, 2)},
       "60@0+1 62@1+1",
       "tempo 0:120 meter 0:2/4 key 0:0,MAJOR"},
      // Rests, chords, a second voice by <backup>, a gap by <forward>.
      {{Meter("2", "4") + Note("C", 4, 2) + Note("E", 4, 2, "<chord/>") +
        "<note><rest/><duration>1</duration></note>" + Note("D", 4, 1) +
        "<backup><duration>4</duration></backup><forward><duration>1</duration></forward>" +
        Note("G", 3, 3)},
       "60@0+1 64@0+1 62@1.5+0.5 55@0.5+1.5",
       "tempo 0:120 meter 0:2/4 key 0:0,MAJOR"},
      // Ties join over the bar line; graces and cues are left out.
      {{Meter("2", "4") + Note("C", 4, 4, "<tie type='start'/>"),
        Note("C", 4, 2, "<tie type='stop'/>") + Note("G", 5, 0, "<grace/>") + Note("C", 4, 2)},
       "60@0+3 60@3+1",
       "tempo 0:120 meter 0:2/4 key 0:0,MAJOR"},
      // A tie that says where it starts alone; one that nothing of its pitch follows at once.
      {{Meter("2", "4") + Note("C", 4, 4, "<tie type='start'/>"),
        Note("C", 4, 1) + Note("E", 4, 1, "<tie type='start'/>") + Note("D", 4, 1) +
            Note("E", 4, 1)},
       "60@0+2.5 64@2.5+0.5 62@3+0.5 64@3.5+0.5",
       "tempo 0:120 meter 0:2/4 key 0:0,MAJOR"},
      // A pickup and an overlong measure have meters of their own; no meter: the measure's length.
      {{Meter("4", "4") + Note("C", 4, 2), Note("D", 4, 8)},
       "60@0+1 62@1+4",
       "tempo 0:120 meter 0:1/4 meter 1:4/4 key 0:0,MAJOR"},
      {{Note("C", 4, 11)}, "60@0+5.5", "tempo 0:120 meter 0:11/8 key 0:0,MAJOR"},
      // Alternating meters add up; a meter may change within a measure.
      {{Attributes("<time><beats>3</beats><beat-type>8</beat-type><beats>1</beats>"
                   "<beat-type>4</beat-type></time>") +
        Note("C", 4, 5)},
       "60@0+2.5",
       "tempo 0:120 meter 0:5/8 key 0:0,MAJOR"},
      {{Meter("3+2", "8") + Note("C", 4, 5)}, "60@0+2.5", "tempo 0:120 meter 0:5/8 key 0:0,MAJOR"},
      {{Meter("2", "4") + Note("C", 4, 4) + Meter("1", "4") + Note("D", 4, 2)},
       "60@0+2 62@2+1",
       "tempo 0:120 meter 0:2/4 meter 2:1/4 key 0:0,MAJOR"},
      // Keys and transposition: a clarinet in B flat that reads D major sounds in C.
      {{Attributes(
            "<key><fifths>2</fifths></key><transpose><chromatic>-2</chromatic></transpose>") +
        Meter("1", "4") + Note("D", 4, 2)},
       "60@0+1",
       "tempo 0:120 meter 0:1/4 key 0:0,MAJOR"},
      {{Attributes("<key><fifths>-1</fifths><mode>minor</mode></key>") + Meter("1", "4") +
        Note("D", 4, 2)},
       "62@0+1",
       "tempo 0:120 meter 0:1/4 key 0:2,MINOR"},
      // Tempos, as sound or as print.
      {{Meter("1", "4") + "<sound tempo='60'/>" + Note("C", 4, 2),
        Note("C", 4, 2) + "<direction><direction-type><metronome><beat-unit>half</"
                          "beat-unit><per-minute>60</per-minute>"
                          "</metronome></direction-type></direction>",
        Note("D", 4, 2)},
       "60@0+2 60@2+2 62@4+1",
       "tempo 0:60 tempo 4:120 meter 0:1/4 key 0:0,MAJOR"},
      // Drums without a MIDI instrument stand where they are written.
      {{Meter("1", "4") + "<note><unpitched><display-step>E</display-step><display-octave>4"
                          "</display-octave></unpitched><duration>2</duration></note>"},
       "64@0+1d",
       "tempo 0:120 meter 0:1/4 key 0:0,MAJOR"},
      // C flat lies below C.
      {{Meter("1", "4") + "<note><pitch><step>C</step><alter>-1</alter><octave>4</octave></pitch>"
                          "<duration>2</duration></note>"},
       "59@0+1",
       "tempo 0:120 meter 0:1/4 key 0:0,MAJOR"},
      {{"<harmony><root><root-step>F</root-step><root-alter>1</root-alter></root><kind>minor</kind>"
        "<bass><bass-step>A</bass-step></bass><offset>1</offset></harmony>" +
        Meter("1", "4") + Note("C", 4, 2)},
       "60@0+1",
       "tempo 0:120 meter 0:1/4 key 0:0,MAJOR text 0.5:F#m/A"},
  };
  return rows;
}

TEST(MusicXmlTest, ReadsScores) {
  for (const Row& row : Rows()) {
    const MusicXmlReading reading = ReadXml(Score(row.measures));
    EXPECT_EQ(DumpNotes(reading.sequence), row.notes) << row.measures[0];
    EXPECT_EQ(DumpSigns(reading.sequence), row.signs) << row.measures[0];
  }
}

TEST(MusicXmlTest, PartsStandUnderOneAnother) {
  // The first measure is longer in the second part; timewise scores read the same.
  const std::string attributes = Attributes("<divisions>1</divisions>");
  const std::string first[2] = {attributes + Note("C", 4, 1), attributes + Note("C", 3, 2)};
  const std::string second[2] = {Note("D", 4, 1), Note("D", 3, 1)};
  const std::string list =
      "<part-list><score-part id='a'><midi-instrument id='x'><midi-channel>3"
      "</midi-channel><midi-program>7</midi-program></midi-instrument>"
      "</score-part><score-part id='b'/></part-list>";
  const auto part = [](const char* id, const std::string& inside) {
    return std::string("<part id='") + id + "'>" + inside + "</part>";
  };
  const auto measure = [](const std::string& inside) {
    return "<measure>" + inside + "</measure>";
  };
  const std::string scores[] = {
      "<score-partwise>" + list + part("a", measure(first[0]) + measure(second[0])) +
          part("b", measure(first[1]) + measure(second[1])) + "</score-partwise>",
      "<score-timewise>" + list + measure(part("a", first[0]) + part("b", first[1])) +
          measure(part("a", second[0]) + part("b", second[1])) + "</score-timewise>"};
  for (const std::string& xml : scores) {
    const NoteSequence sequence = ReadXml(xml).sequence;
    EXPECT_EQ(DumpNotes(sequence), "60@0+1/3 62@2+1/3 48@0+2/1 50@2+1/1");
    EXPECT_EQ(sequence.notes(0).program(), 6);
    EXPECT_EQ(sequence.notes(2).part(), 1);
    EXPECT_EQ(sequence.notes(0).velocity(), 64);
    EXPECT_EQ(sequence.total_time(), 1.5);
  }
}

struct ChordRow {
  const char* inside;
  const char* text;
};
constexpr ChordRow kChords[] = {
    {"<root><root-step>C</root-step></root><kind>major</kind>", "C"},
    {"<root><root-step>B</root-step><root-alter>-1</root-alter></root><kind>dominant</kind>",
     "Bb7"},
    {"<root><root-step>E</root-step></root><kind>dominant</kind><degree><degree-value>9</"
     "degree-value>"
     "<degree-alter>1</degree-alter><degree-type>add</degree-type></degree>",
     "E7(#9)"},
    {"<root><root-step>A</root-step></root><kind>minor</kind><degree><degree-value>9</degree-value>"
     "<degree-alter>0</degree-alter><degree-type>add</degree-type></degree><degree><degree-value>3"
     "</degree-value><degree-alter>0</degree-alter><degree-type>subtract</degree-type></degree>",
     "Am(add9)(no3)"},
    {"<root><root-step>C</root-step></root><kind>none</kind>", "N.C."},
    // Of other kinds by their text, which stands for all of it but the bass.
    {"<root><root-step>C</root-step></root><kind text=\"7sus4\">other</kind>", "C7sus4"},
    {"<root><root-step>F</root-step><root-alter>1</root-alter></root><kind text=\"7alt\">odd</kind>"
     "<bass><bass-step>E</bass-step></bass>",
     "F#7alt/E"},
    {"<root><root-step text=\"\">C</root-step></root><kind text=\"H7\">other</kind>", "H7"},
    // What is no chord stays, to be named.
    {"<root><root-step>H</root-step></root><kind>major</kind>", "H"},
    {"<root><root-step>C</root-step></root><kind>Neapolitan</kind>", "C(Neapolitan)"},
    {"<root><root-step>C</root-step></root><kind text=\"\">other</kind>", "C(other)"},
    {"<function>V</function><kind>dominant</kind>", "V7"},
    {"<root><root-step>C</root-step></root><kind>dominant</kind><degree><degree-value>x"
     "</degree-value><degree-alter>0</degree-alter><degree-type>add</degree-type></degree>",
     "C7(x?)"},
    {"<kind>dominant</kind>", "?7"},
};

TEST(MusicXmlTest, SpellsChords) {
  for (const ChordRow& row : kChords) {
    const MusicXmlReading reading =
        ReadXml(Score({std::string("<harmony>") + row.inside + "</harmony>"}));
    const auto& texts = reading.sequence.text_annotations();
    EXPECT_EQ(texts.empty() ? "" : texts[0].text(), row.text);
    EXPECT_TRUE(reading.left_out.empty());
  }
}

TEST(MusicXmlTest, SaysWhatIsAlteredTooFar) {
  constexpr ChordRow kRows[] = {
      {"<root><root-step>C</root-step><root-alter>5</root-alter></root><kind>minor</kind>", "Fm"},
      {"<root><root-step>C</root-step><root-alter>-3</root-alter></root><kind>major</kind>", "A"},
      {"<root><root-step>C</root-step></root><kind>major</kind><bass><bass-step>D</bass-step>"
       "<bass-alter>100</bass-alter></bass>",
       "C/F#"},
      {"<root><root-step>C</root-step></root><kind>major</kind><degree><degree-value>9"
       "</degree-value><degree-alter>3</degree-alter><degree-type>add</degree-type></degree>",
       "C(+3?9)"},
  };
  for (const ChordRow& row : kRows) {
    const MusicXmlReading reading =
        ReadXml(Score({std::string("<harmony>") + row.inside + "</harmony>"}));
    ASSERT_EQ(reading.sequence.text_annotations_size(), 1) << row.text;
    EXPECT_EQ(reading.sequence.text_annotations(0).text(), row.text);
    ASSERT_EQ(reading.left_out.size(), 1u) << row.text;
    EXPECT_EQ(WarningLine(reading.left_out[0]),
              "line 1: alterations of chord symbols by more than two semitones");
  }
  EXPECT_FALSE(ParseChordSymbol("C(+3?9)").ok());
}

TEST(MusicXmlTest, SaysWhatItLeftOut) {
  const MusicXmlReading reading =
      ReadXml(Score({"\n" + Note("C", 4, 2, "<grace/>") + "\n" + Note("C", 4, 2, "<lyric/>")}));
  ASSERT_EQ(reading.left_out.size(), 2u);
  EXPECT_EQ(reading.left_out[0].text, "grace notes");
  EXPECT_EQ(reading.left_out[0].line, 2);
  EXPECT_EQ(reading.left_out[1].text, "lyrics");
  EXPECT_EQ(reading.left_out[1].line, 3);
}

TEST(MusicXmlTest, CountsWhatItLeftOut) {
  const std::string lyric = Note("C", 4, 2, "", "<lyric/>");
  const MusicXmlReading reading = ReadXml(Score({lyric, lyric + "\n" + lyric}));
  ASSERT_EQ(reading.left_out.size(), 1u);
  EXPECT_EQ(WarningLine(reading.left_out[0]), "line 1: lyrics (3 times)");
}

struct LeftOutRow {
  const char* kind;
  std::string measure;
};

/// Nothing that sounds is left out without a word.
TEST(MusicXmlTest, SaysEachKind) {
  const auto noted = [](const std::string& inside) {
    return Note("C", 4, 2, "", "<notations>" + inside + "</notations>");
  };
  const auto direction = [](const std::string& inside) {
    return "<direction><direction-type>" + inside + "</direction-type></direction>";
  };
  const LeftOutRow rows[] = {
      {"cue notes", Note("C", 4, 2, "<cue/>")},
      {"ornaments", noted("<ornaments><trill-mark/></ornaments>")},
      {"ornaments", noted("<ornaments><tremolo>3</tremolo></ornaments>")},
      {"articulations", noted("<articulations><staccato/></articulations>")},
      {"fermatas", noted("<fermata/>")},
      {"arpeggios", noted("<arpeggiate/>")},
      {"glissandos", noted("<slide type='start'/>")},
      {"playing techniques", noted("<technical><harmonic/></technical>")},
      {"dynamics", noted("<dynamics><p/></dynamics>")},
      {"dynamics", "<note dynamics='loud'>" + Note("C", 4, 2).substr(6)},
      {"dynamics", direction("<dynamics><f/></dynamics>")},
      {"dynamics", direction("<wedge type='crescendo'/>")},
      {"pedal marks", direction("<pedal type='start'/>")},
      {"words", direction("<words>ritardando</words>")},
      {"swing", "<sound><swing><first>2</first><second>1</second></swing></sound>"},
      {"figured bass", "<figured-bass/>"},
      {"metric modulations", direction("<metronome><beat-unit>quarter</beat-unit><beat-unit>half"
                                       "</beat-unit></metronome>")},
      {"metronome marks", direction("<metronome><beat-unit>quarter</beat-unit><per-minute>quick"
                                    "</per-minute></metronome>")},
      {"signs that repeat beats",
       Attributes("<measure-style><beat-repeat type='start'/></measure-style>")},
      {"slashes", Note("B", 4, 2, "", "<notehead>slash</notehead>")},
      {"slashes", Attributes("<measure-style><slash type='start'/></measure-style>")},
      {"quarter tones",
       "<note><pitch><step>C</step><alter>0.5</alter><octave>4</octave></pitch>"
       "<duration>2</duration></note>"},
      {"backups past", "<backup><duration>2</duration></backup>"},
      {"without a length", "<note><pitch><step>C</step><octave>4</octave></pitch></note>"},
      {"outside MIDI", Note("C", 11, 2) + Note("A", 10, 2)},
      {"without a MIDI note",
       "<note><unpitched><display-step>C</display-step><display-octave>5"
       "</display-octave></unpitched><duration>2</duration></note>"},
      {"D.S. without a segno", Note("C", 4, 2) + "<sound dalsegno='x'/>"},
  };
  for (const LeftOutRow& row : rows) {
    const MusicXmlReading reading = ReadXml(Score({row.measure + Note("C", 4, 2)}));
    ASSERT_EQ(reading.left_out.size(), 1u) << row.measure;
    EXPECT_THAT(reading.left_out[0].text, HasSubstr(row.kind)) << row.measure;
  }
}

struct NameRow {
  const char* encoding;
  std::string bytes;
};

/// Names are UTF-8, whatever the document says of itself.
TEST(MusicXmlTest, TextOfAnyEncoding) {
  const auto document = [](const std::string& encoding, const std::string& name) {
    return "<?xml version='1.0' encoding='" + encoding +
           "'?><score-partwise><part-list><score-part id='P1'><part-name>" + name +
           "</part-name></score-part></part-list><part id='P1'><measure/></part></score-partwise>";
  };
  const auto utf16 = [](const std::string& latin1, bool little) {
    std::string bytes;
    for (const char c : latin1) bytes += little ? std::string({c, '\0'}) : std::string({'\0', c});
    return bytes;
  };
  const std::string utf8 = "Fl\xC3\xB6te", latin1 = "Fl\xF6te";
  const NameRow rows[] = {
      {"UTF-8", document("UTF-8", utf8)},
      {"UTF-8 with its mark", "\xEF\xBB\xBF" + document("UTF-8", utf8)},
      {"Latin-1", document("ISO-8859-1", latin1)},
      {"Latin-1 that is UTF-8", document("iso-8859-1", utf8)},
      {"UTF-8 that is Latin-1", document("UTF-8", latin1)},
      {"UTF-16 that is UTF-8", document("UTF-16", utf8)},
      {"UTF-16, little", "\xFF\xFE" + utf16(document("UTF-16", latin1), true)},
      {"UTF-16, big", "\xFE\xFF" + utf16(document("UTF-16", latin1), false)},
      {"UTF-16 without a mark", utf16(document("UTF-16", latin1), true)},
  };
  for (const NameRow& row : rows) {
    const MusicXmlReading reading = ReadXml(row.bytes);
    ASSERT_EQ(reading.sequence.part_infos_size(), 1) << row.encoding;
    EXPECT_EQ(reading.sequence.part_infos(0).name(), utf8) << row.encoding;
  }
}

TEST(MusicXmlTest, MeasuresAreReadAFewAtATime) {
  // Comments, markers and brackets where tags are looked for; several chunks of measures.
  std::string xml =
      "<?xml version='1.0'?><!DOCTYPE score-partwise [<!ENTITY a '<part>'>]>"
      "<!-- <score-timewise> --><score-partwise><work a='>'/><part-list><score-part "
      "id='P1'/></part-list><part id='P1'>";
  const int measures = 9000;
  for (int i = 0; i < measures; ++i) {
    xml += "<measure><!-- </measure> --><![CDATA[</measure>]]>" +
           Attributes("<divisions>2</divisions>") + Note("C", 4, 8) + "</measure>";
  }
  xml += "</part><part id='P2'/></score-partwise><!-- end -->";
  const NoteSequence sequence = ReadXml(xml).sequence;
  EXPECT_EQ(sequence.notes_size(), measures);
  EXPECT_EQ(sequence.total_time(), 2.0 * measures);
  EXPECT_EQ(sequence.part_infos_size(), 2);
}

TEST(MusicXmlTest, LimitsOfAPiece) {
  const auto begun = [](const std::string& inside) {
    return "<score-partwise><part-list/><part id='P1'><measure>" + inside;
  };
  std::string elements;
  for (int i = 0; i < 4100; ++i) elements += "<a b=''/>";
  std::string many;
  for (int i = 0; i < 500; ++i) many += elements;
  std::string parts = "<score-partwise><part-list>";
  for (int i = 0; i < 5000; ++i) parts += "<score-part id='P" + std::to_string(i) + "'/>";
  const std::pair<std::string, const char*> rows[] = {
      {begun(many) + "</measure></part></score-partwise>", "events"},
      {parts + "</part-list></score-partwise>", "tracks"},
  };
  for (const auto& [xml, unit] : rows) {
    const auto reading = ReadMusicXml(xml);
    EXPECT_EQ(ExitStatus(reading.status()), 3);
    EXPECT_THAT(ErrorLine(reading.status()), HasSubstr(unit));
    EXPECT_THAT(ErrorLine(reading.status()), HasSubstr("limit for a piece"));
  }
}

struct BadRow {
  std::string bytes;
  const char* message;
};

TEST(MusicXmlTest, RefusesWhatIsNoScore) {
  const BadRow rows[] = {
      {"", "XML"},
      {"<score-partwise>", "not well-formed XML at byte"},
      {"<score-partwise><part id='a'><measure></part></score-partwise>", "not well-formed XML"},
      {"<score-partwise><part id='a'></measure></part></score-partwise>", "not well-formed XML"},
      {"<score-partwise><part id='a'><measure><a></b></measure></part></score-partwise>",
       "not well-formed XML at byte 43"},
      {"<score-partwise><part id='a'><measure a='></part></score-partwise>", "does not end"},
      {"<score-partwise><!-- ", "does not end"},
      {"<score-partwise/>", "no measures"},
      {"<html></html>", "neither <score-partwise>"},
      {"<score-partwise><part-list/></score-partwise>", "no measures"},
      {std::string("PK\x03\x04 and nothing"), "zip archive"},
  };
  for (const BadRow& row : rows) {
    const auto reading = ReadMusicXml(row.bytes);
    EXPECT_EQ(ExitStatus(reading.status()), 3) << row.bytes;
    EXPECT_THAT(ErrorLine(reading.status()), HasSubstr(row.message));
  }
}

TEST(MusicXmlTest, NumbersOutOfRangeAreHarmless) {
  const char* const kNumbers[] = {"-1", "0", "1e308", "99999999999999999999", "nan", "x", ""};
  for (const std::string number : kNumbers) {
    const std::string pitch =
        "<pitch><step>C</step><alter>" + number + "</alter><octave>" + number + "</octave></pitch>";
    ReadXml(Score(
        {Attributes("<divisions>" + number + "</divisions><key><fifths>" + number +
                    "</fifths></key><transpose><chromatic>" + number + "</chromatic></transpose>") +
         Meter(number, number) + "<backup><duration>" + number +
         "</duration></backup><sound tempo='" + number + "'/><harmony><offset>" + number +
         "</offset><root><root-step>C</root-step></root><kind/></harmony><note>" + pitch +
         "<duration>" + number + "</duration><voice>" + number + "</voice></note>"}));
  }
}

TEST(MusicXmlTest, DepthIsHarmless) {
  std::string deep;
  for (int i = 0; i < 200000; ++i) deep += "<a>";
  EXPECT_FALSE(ReadMusicXml(deep).ok());
  std::string closed = deep;
  for (int i = 0; i < 200000; ++i) closed += "</a>";
  EXPECT_FALSE(ReadMusicXml(closed).ok());
}

/// Each of these took minutes while every element, or every note, looked at all that is like it.
TEST(MusicXmlTest, HostileElementsAreReadInLinearTime) {
  std::string blanks, again, moved, notes;
  for (int i = 0; i < 150000; ++i) {
    blanks += "</measure ><measure>";
    again += "</measure ><measure></measure><measure>";
    moved += "<transpose><chromatic>1</chromatic></transpose>";
    notes += "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>";
  }
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& inside : {blanks, again, Attributes(moved) + notes}) {
    EXPECT_EQ(ReadXml(Score({inside + Note("C", 4, 1)})).sequence.notes(0).pitch() / 12, 5);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 30);
}

/// A zip archive with these entries.
std::string Zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  zip_error_t error;
  zip_source_t* sink = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(sink);
  zip_t* archive = zip_open_from_source(sink, ZIP_TRUNCATE, &error);
  for (const auto& [name, text] : entries) {
    zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
    zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  }
  EXPECT_EQ(zip_close(archive), 0);
  zip_stat_t stat;
  zip_source_stat(sink, &stat);
  std::string bytes(stat.size, '\0');
  zip_source_open(sink);
  zip_source_read(sink, bytes.data(), bytes.size());
  zip_source_close(sink);
  zip_source_free(sink);
  return bytes;
}

constexpr char kContainer[] =
    "<container><rootfiles><rootfile full-path='a.pdf' media-type="
    "'application/pdf'/><rootfile full-path='caf\xC3\xA9/b.xml'/>"
    "</rootfiles></container>";

TEST(MusicXmlTest, ReadsArchives) {
  const std::string score = Score({Note("C", 4, 2)});
  const std::string other = Score({Note("D", 4, 2)});
  const std::vector<std::pair<std::string, std::string>> archives[] = {
      {{"a.pdf", "x"},
       {"z.xml", other},
       {"caf\xC3\xA9/b.xml", score},
       {"META-INF/container.xml", kContainer}},
      {{"readme.txt", "x"}, {"z.musicxml", score}},
      // Folders as entries, what a Mac adds, names in capitals, a path from the root.
      {{"scores/", ""}, {"scores/._a.xml", "x"}, {"scores/A.XML", score}},
      {{"META-INF/container.xml",
        "<container><rootfiles><rootfile full-path='./s/a.xml'/></rootfiles></container>"},
       {"other.xml", other},
       {"s/a.xml", score}},
      {{"META-INF/container.xml", "broken"}, {"z.xml", score}},
  };
  for (const auto& entries : archives) {
    EXPECT_EQ(DumpNotes(ReadXml(Zip(entries)).sequence), "60@0+1");
  }
}

TEST(MusicXmlTest, RefusesBadArchives) {
  const std::string score = Score({Note("C", 4, 2)});
  const std::string archive = Zip({{"z.xml", score}});
  EXPECT_EQ(ExitStatus(ReadMusicXml(archive.substr(0, archive.size() / 2)).status()), 3);
  EXPECT_THAT(ErrorLine(ReadMusicXml(Zip({{"a.txt", "x"}})).status()), HasSubstr("no score"));
  // 129 MiB of blanks take 128 KiB zipped.
  const std::string bomb = Zip({{"z.xml", std::string(size_t{129} << 20, ' ')}});
  EXPECT_LT(bomb.size(), size_t{1} << 20);
  EXPECT_THAT(ErrorLine(ReadMusicXml(bomb).status()), HasSubstr("limit for a piece"));
}

}  // namespace
}  // namespace magenta
