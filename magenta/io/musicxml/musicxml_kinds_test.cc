// How MusicXML sounds, by kinds of what writers write: a table a kind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "magenta/io/musicxml/musicxml_test_util.h"
#include "magenta/io/score/score_dump.h"
#include "magenta/io/score/sections.h"

namespace magenta {
namespace {

struct KindRow {
  std::vector<std::string> measures;
  const char* notes;
  const char* signs = nullptr;  // not compared
};

void CheckRows(const std::vector<KindRow>& rows) {
  for (const KindRow& row : rows) {
    std::string all;
    for (const std::string& measure : row.measures) all += measure + "\n";
    const NoteSequence sequence = ReadXml(Score(row.measures)).sequence;
    EXPECT_EQ(DumpNotes(sequence), row.notes) << all;
    if (row.signs != nullptr) {
      EXPECT_EQ(DumpSigns(sequence), row.signs) << all;
    }
  }
}

std::string Backup(int divisions) {
  return "<backup><duration>" + std::to_string(divisions) + "</duration></backup>";
}

/// A second voice is not late where its <backup> does not say how far back, and that is said.
TEST(MusicXmlKindsTest, MovesWithoutDuration) {
  const std::string bar = Meter("4", "4") + Note("C", 5, 8);
  const std::string moves[] = {"<backup/>", "<backup><duration/></backup>",
                               "<backup><duration>all</duration></backup>"};
  for (const std::string& backup : moves) {
    const MusicXmlReading reading =
        ReadXml(Score({bar, Note("D", 5, 8) + backup + Note("E", 3, 4)}));
    EXPECT_EQ(DumpNotes(reading.sequence), "72@0+4 74@4+4 52@4+2") << backup;
    ASSERT_EQ(reading.left_out.size(), 1u) << backup;
    EXPECT_EQ(reading.left_out[0].text,
              "part 1, bar 2: a backup without a duration goes back to the beginning of the bar");
  }
  const MusicXmlReading reading = ReadXml(Score({bar, "<forward/>" + Note("D", 5, 8)}));
  EXPECT_EQ(DumpNotes(reading.sequence), "72@0+4 74@4+4");
  ASSERT_EQ(reading.left_out.size(), 1u);
  EXPECT_EQ(reading.left_out[0].text, "part 1, bar 2: a forward without a duration goes nowhere");
}

std::string Staff(int number) { return "<staff>" + std::to_string(number) + "</staff>"; }
std::string InVoice(int number) { return "<voice>" + std::to_string(number) + "</voice>"; }

std::string Transpose(const std::string& inside, const std::string& number = "") {
  return Attributes("<transpose" + (number.empty() ? "" : " number='" + number + "'") + ">" +
                    inside + "</transpose>");
}

const std::string kFour = Meter("4", "4");  // NOLINT: only a string

TEST(MusicXmlKindsTest, Transposition) {
  const std::string by2 = "<chromatic>-2</chromatic>";
  CheckRows({
      {{kFour + Transpose("<chromatic>0</chromatic><octave-change>-1</octave-change>") +
        Note("C", 3, 8)},
       "36@0+4"},
      {{kFour +
        Transpose("<diatonic>-5</diatonic><chromatic>-9</chromatic><octave-change>-1"
                  "</octave-change>") +
        Note("A", 4, 8)},
       "48@0+4"},
      // The octave alone; white space.
      {{kFour + Transpose("<octave-change>\n 1 \n</octave-change>") + Note("C", 5, 8)}, "84@0+4"},
      // Of one staff, and of that staff anew.
      {{kFour + Transpose("<chromatic>-7</chromatic>", "2") + Note("C", 5, 8, "", Staff(1)) +
            Backup(8) + Note("C", 5, 8, "", Staff(2)),
        Transpose("<chromatic>-3</chromatic>", "1") + Note("C", 5, 8, "", Staff(1)) + Backup(8) +
            Note("C", 5, 8, "", Staff(2))},
       "72@0+4 65@0+4 69@4+4 65@4+4"},
      // One for all staves ends those of single staves.
      {{kFour + Transpose(by2, "2") + Note("C", 5, 8, "", Staff(2)),
        Transpose("<chromatic>0</chromatic>") + Note("C", 5, 8, "", Staff(2))},
       "70@0+4 72@4+4"},
      // From the middle of a measure on, whichever voice is written first.
      {{kFour + Note("C", 5, 4, "", InVoice(1)) + Transpose(by2) + Note("C", 5, 4, "", InVoice(1)) +
        Backup(8) + Note("C", 4, 4, "", InVoice(2)) + Note("C", 4, 4, "", InVoice(2))},
       "72@0+2 70@2+2 60@0+2 58@2+2"},
      {{kFour + Transpose("<chromatic>0</chromatic><double/>") + Note("C", 3, 8)}, "48@0+4 36@0+4"},
      {{kFour + Transpose("<chromatic>0</chromatic><double above='yes'/>") + Note("C", 3, 8)},
       "48@0+4 60@0+4"},
      // Keys sound, too, also where they change later.
      {{Attributes("<key><fifths>2</fifths></key><transpose>" + by2 + "</transpose>") + kFour +
            Note("D", 5, 8),
        Attributes("<key><fifths>-1</fifths><mode>minor</mode></key>") + Note("D", 5, 8)},
       "72@0+4 72@4+4",
       "tempo 0:120 meter 0:4/4 key 0:0,MAJOR key 4:0,MINOR"},
  });
}

TEST(MusicXmlKindsTest, SignsThatRepeatMeasures) {
  const auto sign = [](const std::string& type, const std::string& count) {
    return Attributes("<measure-style><measure-repeat type='" + type + "'>" + count +
                      "</measure-repeat></measure-style>");
  };
  const std::string rest = "<note><rest measure='yes'/><duration>8</duration></note>";
  CheckRows({
      {{kFour + Note("C", 4, 8), sign("start", "1") + rest, rest, sign("stop", "") + rest},
       "60@0+4 60@4+4 60@8+4"},
      {{kFour + Note("C", 4, 8), Note("D", 4, 8), sign("start", "2") + rest, "",
        sign("stop", "") + Note("E", 4, 8)},
       "60@0+4 62@4+4 60@8+4 62@12+4 64@16+4"},
      // Written out as well; nothing to repeat.
      {{kFour + Note("C", 4, 8), sign("start", "1") + Note("C", 4, 8)}, "60@0+4 60@4+4"},
      {{kFour + sign("start", "4") + rest, Note("C", 4, 8)}, "60@4+4"},
  });
}

std::string Metronome(const std::string& unit, const std::string& text) {
  return "<direction><direction-type><metronome><beat-unit>" + unit + "<per-minute>" + text +
         "</per-minute></metronome></direction-type></direction>";
}

TEST(MusicXmlKindsTest, MetronomeTexts) {
  const struct {
    std::string mark;
    double qpm;
  } rows[] = {
      {Metronome("quarter</beat-unit>", "72"), 72},
      {Metronome("quarter</beat-unit>", "ca. 72"), 72},
      {Metronome("quarter</beat-unit>", "ca.72"), 72},
      {Metronome("\n quarter \n</beat-unit>", "\n = 63 \n"), 63},
      {Metronome("quarter</beat-unit>", "60-72"), 60},
      {Metronome("quarter</beat-unit>", "72,5"), 72.5},
      {Metronome("quarter</beat-unit>", "(1/4 = 96)"), 96},
      {Metronome("half</beat-unit><beat-unit-dot/>", "~60"), 180},
      {Metronome("eighth</beat-unit><beat-unit-dot/><beat-unit-dot/>", "120"), 105},
      {Metronome("breve</beat-unit>", "30"), 240},
      {"<sound tempo=' c. 66 '/>", 66},
  };
  for (const auto& row : rows) {
    const MusicXmlReading reading = ReadXml(Score({kFour + row.mark + Note("C", 4, 8)}));
    ASSERT_EQ(reading.sequence.tempos_size(), 1) << row.mark;
    EXPECT_DOUBLE_EQ(reading.sequence.tempos(0).qpm(), row.qpm) << row.mark;
    EXPECT_TRUE(reading.left_out.empty()) << row.mark;
  }
}

TEST(MusicXmlKindsTest, Offsets) {
  const auto moved = [](const std::string& offset, const std::string& sound) {
    return "<direction><direction-type><words>x</words></direction-type>" + offset + sound +
           "</direction>";
  };
  const std::string slow = "<sound tempo='60'/>", notes = Note("C", 5, 4) + Note("D", 5, 4);
  const std::string there = "<offset sound='yes'>4</offset>";
  CheckRows({
      {{kFour + moved(there, slow) + notes}, "72@0+2 74@2+4"},
      // The place of a sign alone.
      {{kFour + moved("<offset>4</offset>", slow) + notes}, "72@0+4 74@4+4"},
      {{kFour + moved("<offset sound='no'>4</offset>", slow) + notes}, "72@0+4 74@4+4"},
      // The sound's own, alone and against the direction's.
      {{kFour + "<sound tempo='60'><offset>4</offset></sound>" + notes}, "72@0+2 74@2+4"},
      {{kFour +
        moved("<offset sound='yes'>2</offset>", "<sound tempo='60'><offset>4</offset></sound>") +
        notes},
       "72@0+2 74@2+4"},
      // Into the measure before, into the next one, before the start.
      {{kFour + notes, moved("<offset sound='yes'>-4</offset>", slow) + Note("E", 5, 8)},
       "72@0+2 74@2+4 76@6+8"},
      {{kFour + moved("<offset sound='yes'>12</offset>", slow) + notes, notes},
       "72@0+2 74@2+2 72@4+2 74@6+4"},
      {{kFour + moved("<offset sound='yes'>-4</offset>", slow) + notes}, "72@0+4 74@4+4"},
      {{kFour + moved(there, "") +
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>60"
        "</per-minute></metronome></direction-type>" +
        there + "</direction>" + notes},
       "72@0+2 74@2+4"},
  });
}

TEST(MusicXmlKindsTest, MeasuresWithoutDuration) {
  const std::string whole = Note("C", 5, 8), three = Meter("3", "4"), six = Note("C", 5, 6);
  const std::string six4 = Meter("6", "4");
  const auto rest = [](const std::string& inside) { return "<note>" + inside + "</note>"; };
  CheckRows({
      {{kFour + whole, "", "<print/>", whole}, "72@0+4 72@12+4"},
      {{three + six, rest("<rest measure='yes'/>"), six}, "72@0+3 72@6+3"},
      {{three + six, rest("<rest/><voice>1</voice>"), six}, "72@0+3 72@6+3"},
      {{three + six, rest("<rest/><type>whole</type>"), six}, "72@0+3 72@6+3"},
      // A whole rest with the duration of a whole note.
      {{three + six, rest("<rest measure='yes'/><duration>8</duration>"), six}, "72@0+3 72@6+3"},
      {{six4 + Note("C", 5, 12), rest("<rest measure='yes'/><duration>8</duration>"), whole},
       "72@0+6 72@12+4"},
      {{three + six, rest("<rest measure='yes'/><duration>1</duration><type>whole</type>"), six},
       "72@0+3 72@6+3"},
      {{six4, rest("<rest measure='yes'/><duration>8</duration>") + Backup(8) + whole, whole},
       "72@6+4 72@10+4"},
      {{kFour + whole, rest("<rest/><duration>0</duration>"), whole}, "72@0+4 72@8+4"},
      {{kFour + whole, "<forward><duration>0</duration></forward>", whole}, "72@0+4 72@8+4"},
      {{kFour + whole, "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>",
        whole},
       "72@0+4 72@8+4"},
      {{kFour, whole}, "72@4+4"},
      // A pickup's rest is not longer than the pickup.
      {{kFour + rest("<rest measure='yes'/><duration>2</duration>"), whole}, "72@1+4"},
  });
}

TEST(MusicXmlKindsTest, NotesWithoutDuration) {
  const auto type = [](const std::string& name) { return "<type>" + name + "</type>"; };
  const std::string triplet = type("eighth") +
                              "<time-modification><actual-notes>3</actual-notes><normal-notes>2"
                              "</normal-notes></time-modification>";
  CheckRows({
      {{kFour + Note("C", 5, 0, "", type("quarter") + "<dot/>") +
        Note("D", 5, 0, "", type("eighth")) + Note("E", 5, 0, "", type("half"))},
       "72@0+1.5 74@1.5+0.5 76@2+2"},
      {{kFour + Note("C", 5, 0, "", type(" half ") + "<dot/><dot/>") +
        Note("D", 5, 0, "", type("eighth"))},
       "72@0+3.5 74@3.5+0.5"},
      {{Meter("1", "4") + Note("C", 5, 0, "", triplet) + Note("D", 5, 0, "", triplet) +
            Note("E", 5, 0, "", triplet),
        Note("F", 5, 2)},
       "72@0+0.333333 74@0.333333+0.333333 76@0.666667+0.333333 77@1+1"},
      {{kFour + Note("C", 5, 0, "", type("whole")) + Note("E", 5, 0, "<chord/>", type("whole"))},
       "72@0+4 76@0+4"},
      {{kFour + Note("C", 5, 8) + Note("E", 5, 0, "<chord/>")}, "72@0+4 76@0+4"},
      {{kFour + "<note><rest/><type>half</type></note>" + Note("D", 5, 4)}, "74@2+2"},
      {{kFour +
        "<note><pitch><step>C</step><octave>5</octave></pitch><duration>0</duration><type>"
        "half</type></note>" +
        Note("D", 5, 4)},
       "72@0+2 74@2+2"},
  });
}

TEST(MusicXmlKindsTest, Ties) {
  const auto tied = [](const std::string& types, int voice, int staff = 1) {
    std::string ties;
    if (types.find('s') != std::string::npos) ties += "<tie type='stop'/>";
    if (types.find('t') != std::string::npos) ties += "<tie type='start'/>";
    return ties + InVoice(voice) + Staff(staff);
  };
  const auto note = [](int octave, int duration, const std::string& after) {
    return Note("C", octave, duration, "", after);
  };
  CheckRows({
      // Across staves, through three voices, over a chord.
      {{kFour + note(4, 8, tied("t", 1)) + Backup(8) + note(3, 8, tied("", 5, 2)),
        note(5, 8, tied("", 1)) + Backup(8) + note(4, 8, tied("s", 5, 2))},
       "60@0+8 48@0+4 72@4+4"},
      {{kFour + note(4, 8, tied("t", 1)),
        note(4, 8, tied("st", 2)) + Backup(8) + note(5, 8, tied("", 1)), note(4, 8, tied("s", 3))},
       "60@0+12 72@4+4"},
      // Two voices at one pitch keep their own ends.
      {{kFour + note(4, 8, tied("t", 1)) + Backup(8) + note(4, 8, tied("t", 2)),
        note(4, 4, tied("s", 1)) + Backup(4) + note(4, 8, tied("s", 2))},
       "60@0+6 60@0+8"},
      // Without a stop a tie holds within its voice; over a rest it holds nothing.
      {{kFour + note(4, 8, tied("t", 1)), note(4, 8, tied("", 2))}, "60@0+4 60@4+4"},
      {{kFour + note(4, 4, tied("t", 1)) + "<forward><duration>2</duration></forward>" +
        note(4, 2, tied("s", 1))},
       "60@0+2 60@3+1"},
      // The bow alone.
      {{kFour + note(4, 8, "<notations><tied type='start'/></notations>"),
        note(4, 8, "<notations><tied type='stop'/></notations>")},
       "60@0+8"},
  });
}

TEST(MusicXmlKindsTest, MetersDoNotDependOnDivisions) {
  for (const int quarter : {2, 4, 8, 24, 480, 10080}) {
    const std::string divisions =
        Attributes("<divisions>" + std::to_string(quarter) + "</divisions>");
    const struct {
      std::vector<std::string> measures;
      const char* signs;
    } rows[] = {
        {{divisions + kFour + Note("G", 4, quarter), Note("C", 5, 4 * quarter),
          Note("C", 5, 3 * quarter)},
         "tempo 0:120 meter 0:1/4 meter 1:4/4 meter 5:3/4 key 0:0,MAJOR"},
        {{divisions + Meter("6", "8") + Note("G", 4, quarter / 2), Note("C", 5, 3 * quarter),
          Note("C", 5, quarter)},
         "tempo 0:120 meter 0:1/8 meter 0.5:6/8 meter 3.5:2/8 key 0:0,MAJOR"},
        {{divisions + Meter("2", "2") + Note("G", 4, 2 * quarter), Note("C", 5, 4 * quarter)},
         "tempo 0:120 meter 0:1/2 meter 2:2/2 key 0:0,MAJOR"},
        {{divisions + kFour + Note("G", 4, 5 * quarter), Note("C", 5, 4 * quarter)},
         "tempo 0:120 meter 0:5/4 meter 5:4/4 key 0:0,MAJOR"},
        // Cut in two by a repeat; said again, which changes nothing.
        {{divisions + kFour + Note("G", 4, 2 * quarter), kFour + Note("C", 5, 2 * quarter),
          kFour + Note("C", 5, 4 * quarter), kFour + Note("C", 5, 4 * quarter)},
         "tempo 0:120 meter 0:2/4 meter 4:4/4 key 0:0,MAJOR"},
        // Triplet eighths, which no meter is as long as: the next measure begins where it does.
        {{Attributes("<divisions>" + std::to_string(3 * quarter) + "</divisions>") + kFour +
              Note("G", 4, quarter),
          Note("C", 5, 12 * quarter), Note("C", 5, 5 * quarter), Note("C", 5, 5 * quarter)},
         "tempo 0:120 meter 0:3/32 meter 0.333333:4/4 meter 4.33333:27/64 meter 6:27/64 "
         "key 0:0,MAJOR"},
        // Another part's rounding, and what is no meter.
        {{divisions + kFour + Note("G", 4, 4 * quarter) + Backup(2 * quarter) +
              Note("C", 4, quarter),
          Note("C", 5, 4 * quarter)},
         "tempo 0:120 meter 0:4/4 key 0:0,MAJOR"},
    };
    for (const auto& row : rows) {
      EXPECT_EQ(DumpSigns(ReadXml(Score(row.measures)).sequence), row.signs) << quarter;
    }
  }
}

// Two whole rests in a silent part's measure of 4/4.
TEST(MusicXmlKindsTest, RestsPastTheEndOfAMeasure) {
  const std::string rest = "<note><rest/><duration>4</duration></note>";
  const auto score = [&](const std::string& first, const std::string& second) {
    const auto part = [](const char* id, const std::string& inside) {
      return std::string("<part id='") + id + "'><measure>" + kFour + inside +
             "</measure><measure>" + Note("C", 4, 4) + "</measure></part>";
    };
    return ReadXml("<score-partwise><part-list/>" + part("a", first) + part("b", second) +
                   "</score-partwise>")
        .sequence;
  };
  EXPECT_EQ(DumpNotes(score(rest + rest, Note("E", 4, 4))), "60@4+4 64@0+4/1 60@4+4/1");
  EXPECT_EQ(DumpNotes(score(Note("E", 4, 4), rest + rest)), "64@0+4 60@4+4 60@4+4/1");
  // Notes, and what no other part contradicts, last as long as they do.
  EXPECT_EQ(DumpNotes(score(Note("E", 4, 8), Note("E", 4, 4))), "64@0+8 60@8+4 64@0+4/1 60@8+4/1");
  EXPECT_EQ(DumpNotes(score(Note("E", 4, 4) + rest, Note("E", 4, 4) + rest)),
            "64@0+4 60@8+4 64@0+4/1 60@8+4/1");
}

TEST(MusicXmlKindsTest, RoundedDurationsKeepTheBarLines) {
  // Thirds of a quarter at 256 divisions are 85 each: a measure that ends 4 divisions early.
  std::string measure;
  for (int i = 0; i < 12; ++i) measure += Note("C", 5, 85);
  const NoteSequence sequence =
      ReadXml(
          Score({Attributes("<divisions>256</divisions>") + kFour + measure, Note("D", 5, 1024)}))
          .sequence;
  EXPECT_EQ(sequence.notes(12).start_time(), 2);
  EXPECT_EQ(DumpSigns(sequence), "tempo 0:120 meter 0:4/4 key 0:0,MAJOR");
}

std::string Instrument(const std::string& id, const std::string& inside) {
  return "<midi-instrument id='" + id + "'>" + inside + "</midi-instrument>";
}

TEST(MusicXmlKindsTest, Instruments) {
  const auto channel = [](int number) {
    return "<midi-channel>" + std::to_string(number) + "</midi-channel>";
  };
  const auto program = [](const std::string& number) {
    return "<midi-program>" + number + "</midi-program>";
  };
  const auto plays = [](const std::string& id) {
    return Note("C", 4, 4, "", "<instrument id='" + id + "'/>");
  };
  const std::string drum =
      "<note><unpitched><display-step>E</display-step><display-octave>4"
      "</display-octave></unpitched><duration>4</duration><instrument id='";
  const std::string flute = Instrument("a", channel(3) + program("74"));
  const struct {
    std::string head, measure;
    const char* dump;  // pitch:program, d for drums
  } rows[] = {
      {flute, plays("a"), "60:73"},
      {Instrument("a", program("1")), plays("a"), "60:0"},
      {Instrument("a", program(" 128 ")), plays(""), "60:127"},
      {Instrument("a", program("0")), plays("a"), "60:0"},
      {"", plays("a"), "60:0"},
      {flute + Instrument("b", channel(4) + program("41")), plays("b") + plays("a") + plays(""),
       "60:40 60:73 60:73"},
      {Instrument("a", channel(10)), plays("a"), "60:0d"},
      {Instrument("a", channel(10) + "<midi-unpitched>36</midi-unpitched>") +
           Instrument("b", channel(10) + "<midi-unpitched>39</midi-unpitched>"),
       drum + "b'/></note>" + drum + "a'/></note>", "38:0d 35:0d"},
      {flute + Instrument("b", "<midi-unpitched>39</midi-unpitched>"), drum + "x'/></note>",
       "38:73d"},
      {flute, plays("a") + "<sound>" + Instrument("a", program("69")) + "</sound>" + plays("a"),
       "60:73 60:68"},
  };
  for (const auto& row : rows) {
    std::string dump;
    const NoteSequence sequence = ReadXml(Score({row.measure}, row.head)).sequence;
    for (const auto& note : sequence.notes()) {
      dump += (dump.empty() ? "" : " ") + std::to_string(note.pitch()) + ":" +
              std::to_string(note.program()) + (note.is_drum() ? "d" : "");
    }
    EXPECT_EQ(dump, row.dump) << row.head;
  }
}

TEST(MusicXmlKindsTest, PartsNeverShareAnInstrument) {
  const auto head = [](const char* id, const std::string& channel) {
    return std::string("<score-part id='") + id + "'>" +
           (channel.empty() ? "" : Instrument(id, "<midi-channel>" + channel + "</midi-channel>")) +
           "</score-part>";
  };
  const auto part = [](const char* id) {
    return std::string("<part id='") + id + "'><measure>" + Note("C", 4, 1) + "</measure></part>";
  };
  const NoteSequence sequence =
      ReadXml("<score-partwise><part-list>" + head("a", "") + head("b", "1") + head("c", "1") +
              head("d", "") + "</part-list>" + part("a") + part("b") + part("c") + part("d") +
              part("unnamed") + "</score-partwise>")
          .sequence;
  EXPECT_EQ(DumpNotes(sequence), "60@0+1 60@0+1/1 60@0+1/2 60@0+1/3 60@0+1/4");
}

TEST(MusicXmlKindsTest, WhiteSpace) {
  CheckRows({
      {{"<attributes>\n<key>\n<fifths>\n 2\n</fifths>\n<mode> minor\t</mode></key><time><beats>\n "
        "3 "
        "</beats><beat-type> 4\r\n</beat-type></time></attributes>"
        "<note><pitch><step>\n C\n</step><alter>\n1\n</alter><octave> 5 </octave></pitch><duration>"
        " 2 </duration><voice> 1 </voice></note><note><pitch><step> D</step><octave>5\n</octave>"
        "</pitch><type>\n half\n</type></note><harmony><root><root-step> C "
        "</root-step></root><kind>"
        " minor-seventh </kind></harmony>"},
       "73@0+1 74@1+2",
       "tempo 0:120 meter 0:3/4 key 0:11,MINOR text 3:Cm7"},
  });
}

TEST(MusicXmlKindsTest, Modes) {
  const std::pair<const char*, const char*> rows[] = {
      {"dorian", "2,DORIAN"},         {"phrygian", "4,PHRYGIAN"}, {"lydian", "5,LYDIAN"},
      {"mixolydian", "7,MIXOLYDIAN"}, {"aeolian", "9,MINOR"},     {"locrian", "11,LOCRIAN"},
      {"ionian", "0,MAJOR"},          {"none", "0,MAJOR"},
  };
  for (const auto& [mode, key] : rows) {
    const NoteSequence sequence =
        ReadXml(Score({Attributes(std::string("<key><fifths>0</fifths><mode>") + mode +
                                  "</mode></key>") +
                       kFour + Note("C", 4, 8)}))
            .sequence;
    EXPECT_EQ(DumpSigns(sequence), std::string("tempo 0:120 meter 0:4/4 key 0:") + key);
  }
}

// Repeats and jumps: measures of one note, C D E F G, played out.

std::string Bar(const std::string& location, const std::string& inside) {
  return "<barline location='" + location + "'>" + inside + "</barline>";
}
const std::string kForward = Bar("left", "<repeat direction='forward'/>");     // NOLINT
const std::string kBackward = Bar("right", "<repeat direction='backward'/>");  // NOLINT

std::string EndingStart(const std::string& number) {
  return Bar("left", "<ending type='start' number='" + number + "'/>");
}
std::string EndingStop(const std::string& number, const char* more = "") {
  return Bar("right", "<ending type='stop' number='" + number + "'/>" + more);
}
std::string Says(const std::string& words, const std::string& sound = "") {
  return "<direction><direction-type><words>" + words + "</words></direction-type>" + sound +
         "</direction>";
}
std::string Shows(const std::string& sign) {
  return "<direction><direction-type><" + sign + "/></direction-type></direction>";
}

struct PlayedRow {
  std::vector<std::string> measures;  // N in it: its note
  const char* played;
};

TEST(MusicXmlKindsTest, PlaysOut) {
  const char* const back = "<repeat direction='backward'/>";
  const PlayedRow rows[] = {
      {{kForward + "N" + kBackward, "N"}, "CCD"},
      {{"N", "N" + kBackward, "N"}, "CDCDE"},
      {{kForward + "N", "N" + Bar("right", "<repeat direction='backward' times=' 3 '/>"), "N"},
       "CDCDCDE"},
      // A sign at the bar line behind it, and without a place.
      {{"N" + Bar("right", "<repeat direction='forward'/>"), "N" + kBackward}, "CDD"},
      {{"N", "<barline><repeat direction='forward'/></barline>N" + kBackward}, "CDD"},
      {{"N", "<sound forward-repeat='yes'/>N" + kBackward}, "CDD"},
      {{kForward + "N", EndingStart("1") + "N" + EndingStop("1", back),
        EndingStart("2") + "N" + EndingStop("2"), "N"},
       "CDCEF"},
      {{kForward + "N", EndingStart("1, 2") + "N" + EndingStop("1, 2", back),
        EndingStart("3") + "N" + EndingStop("3"), "N"},
       "CDCDCEF"},
      {{kForward + "N", EndingStart("1-3") + "N" + EndingStop("1-3", back),
        EndingStart("4") + "N" + EndingStop("4")},
       "CDCDCDCE"},
      {{kForward + "N",
        Bar("left", "<ending type='start' number=' '>1.2.</ending>") + "N" + EndingStop(" ", back),
        EndingStart("3.") + "N"},
       "CDCDCE"},
      // Jumps that sounds say.
      {{"N", "N" + Says("Fine", "<sound fine='yes'/>"), "N<sound dacapo='yes'/>"}, "CDECD"},
      {{"N", "<sound segno='a'/>N", "N<sound fine='yes'/>", "N<sound dalsegno='a'/>"}, "CDEFDE"},
      {{"N<sound tocoda='c'/>", "N" + Says("D.C. al Coda", "<sound dacapo='yes'/>"),
        "<sound coda='c'/>N"},
       "CDCE"},
      {{kForward + "N" + kBackward, "N<sound fine='yes'/>", "N<sound dacapo='yes'/>"}, "CCDECD"},
      {{kForward + "N" + Bar("right", "<repeat direction='backward' after-jump='yes'/>"),
        "N<sound dacapo='yes'/>"},
       "CCDCCD"},
      {{"N<sound dacapo='yes' time-only='2'/>" + kBackward, "N"}, "CCCD"},
      // At the beginning of their measures.
      {{"N", Says("Fine", "<sound fine='yes'/>") + "N",
        Says("D.C.", "<sound dacapo='yes'/>") + "N"},
       "CDECD"},
      // Words and signs alone.
      {{"N", "N" + Says("Fine"), "N" + Says("D.C. al Fine")}, "CDECD"},
      {{"N", Shows("segno") + "N" + Says("To Coda"), "N" + Says("D.S. al Coda"),
        Shows("coda") + "N"},
       "CDEDF"},
      {{"N" + Shows("coda"), "N" + Says("Da Capo al Coda"), Shows("coda") + "N"}, "CDCE"},
      {{"N", Bar("left", "<segno/>") + "N", "N" + Says("Dal Segno")}, "CDEDE"},
      {{"N", Says("Coda per organo") + "N", "N" + Says("Finest")}, "CDE"},
  };
  const char* const steps[] = {"C", "D", "E", "F", "G"};
  for (const PlayedRow& row : rows) {
    std::vector<std::string> measures = row.measures;
    std::string all;
    for (size_t i = 0; i < measures.size(); ++i) {
      all += measures[i] + "\n";
      measures[i].replace(measures[i].find('N'), 1, Note(steps[i], 4, 8));
    }
    measures[0] = kFour + measures[0];
    const MusicXmlReading reading = ReadXml(Score(measures));
    EXPECT_EQ(reading.sequence.notes_size(), static_cast<int>(measures.size())) << all;
    const auto unrolled = UnrollSections(reading.sequence);
    ASSERT_TRUE(unrolled.ok()) << unrolled.status();
    std::string played;
    for (const auto& note : unrolled->notes()) played += "C D EF G A B"[note.pitch() - 60];
    EXPECT_EQ(played, row.played) << all;
    EXPECT_EQ(unrolled->total_time(), 2.0 * static_cast<double>(played.size())) << all;
  }
}

TEST(MusicXmlKindsTest, SaysWhatIsNeverPlayed) {
  const std::string note = Note("C", 4, 8);
  const auto warnings = [&](const std::vector<std::string>& measures) {
    std::string lines;
    for (const ScoreWarning& warning : ReadXml(Score(measures)).left_out) {
      lines += WarningLine(warning) + "\n";
    }
    return lines;
  };
  EXPECT_EQ(
      warnings({kFour + note + "<sound fine='yes'/>", note + "<sound dacapo='yes'/>", note, note}),
      "never played, since no repeat or jump leads there: bar 3-4\n");
  EXPECT_EQ(warnings({kFour + kForward + note + kBackward, note}), "");
}

TEST(MusicXmlKindsTest, RepeatsAsOftenAsTheySay) {
  const auto times = [](const char* number) {
    return ReadXml(Score(
        {kFour + Note("C", 4, 8) +
             Bar("right", std::string("<repeat direction='backward' times='") + number + "'/>"),
         Note("D", 4, 8)}));
  };
  EXPECT_EQ(DumpSections(times("1001").sequence), "0 4 | 0x1001 1x1");
  for (const char* number : {"100001", "5000000000", "99999999999999999999"}) {
    const MusicXmlReading reading = times(number);
    EXPECT_EQ(DumpSections(reading.sequence), "") << number;
    ASSERT_EQ(reading.left_out.size(), 1u) << number;
    EXPECT_THAT(reading.left_out[0].text, testing::HasSubstr("too much")) << number;
  }
}

TEST(MusicXmlKindsTest, EachPartRepeatsTheSigns) {
  std::string parts;
  for (const char* id : {"a", "b", "c"}) {
    parts += std::string("<part id='") + id + "'><measure>" + kFour + kForward + Note("C", 4, 4) +
             kBackward + "</measure><measure>" + Note("D", 4, 4) + Says("D.C.") +
             "</measure></part>";
  }
  const NoteSequence sequence =
      ReadXml("<score-partwise><part-list/>" + parts + "</score-partwise>").sequence;
  EXPECT_EQ(DumpSections(sequence), "0 4 | 0x2 1x1 0x1 1x1");
}

}  // namespace
}  // namespace magenta
