#include "magenta/io/musicxml/musicxml_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "magenta/base/status.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/io/score/score_dump.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void AddNote(NoteSequence& sequence, int pitch, double start, double end) {
  auto& note = *sequence.add_notes();
  note.set_pitch(pitch);
  note.set_velocity(90);
  note.set_start_time(start);
  note.set_end_time(end);
}

/// Quarters at 120 a minute: one a note from 60 up.
NoteSequence Scale(int notes) {
  NoteSequence sequence;
  for (int i = 0; i < notes; ++i) AddNote(sequence, 60 + i, 0.5 * i, 0.5 * (i + 1));
  return sequence;
}

std::string Write(const NoteSequence& sequence, std::vector<std::string>* notes = nullptr) {
  auto text = WriteMusicXml(sequence, notes);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

NoteSequence ReadBack(const NoteSequence& sequence) {
  auto reading = ReadMusicXml(Write(sequence));
  EXPECT_TRUE(reading.ok()) << reading.status();
  return reading.ok() ? reading->sequence : NoteSequence();
}

TEST(MusicXmlWriterTest, NotesComeBack) {
  NoteSequence sequence = Scale(4);
  AddNote(sequence, 48, 0, 4);  // a voice of its own, tied over the bar line
  AddNote(sequence, 72, 2, 2 + 1.0 / 6);
  AddNote(sequence, 74, 2 + 1.0 / 6, 2 + 2.0 / 6);
  AddNote(sequence, 76, 2 + 2.0 / 6, 2.5);
  AddNote(sequence, 79, 2, 2 + 1.0 / 6);
  const NoteSequence again = ReadBack(sequence);
  EXPECT_EQ(again.notes_size(), sequence.notes_size());
  const std::string dump = DumpNotes(again);
  for (const char* note :
       {"48@0+8", "60@0+1", "63@3+1", "72@4+0.333333", "76@4.66667+0.333333", "79@4+0.333333"}) {
    EXPECT_THAT(dump, HasSubstr(note));
  }
}

TEST(MusicXmlWriterTest, PickupsOfTripletsComeBack) {
  NoteSequence sequence;
  AddNote(sequence, 67, 0, 1.0 / 6);
  AddNote(sequence, 72, 1.0 / 6, 2 + 1.0 / 6);
  for (const auto& [time, numerator, denominator] : {std::tuple(0.0, 3, 32), {1.0 / 6, 4, 4}}) {
    auto& meter = *sequence.add_time_signatures();
    meter.set_time(time);
    meter.set_numerator(numerator);
    meter.set_denominator(denominator);
  }
  const NoteSequence again = ReadBack(sequence);
  EXPECT_EQ(DumpNotes(again), "67@0+0.333333/1 72@0.333333+4/1");
  EXPECT_THAT(DumpSigns(again), HasSubstr("meter 0:3/32 meter 0.333333:4/4"));
}

TEST(MusicXmlWriterTest, EachChangeOfMeterComesBack) {
  NoteSequence sequence = Scale(14);
  const std::tuple<double, int, int> meters[] = {{0, 1, 4}, {0.5, 2, 4},  {1.5, 3, 4}, {3, 4, 4},
                                                 {5, 1, 8}, {5.25, 6, 8}, {6.75, 1, 4}};
  for (const auto& [time, numerator, denominator] : meters) {
    auto& meter = *sequence.add_time_signatures();
    meter.set_time(time);
    meter.set_numerator(numerator);
    meter.set_denominator(denominator);
  }
  const std::string text = Write(sequence);
  EXPECT_THAT(text, HasSubstr("<time><beats>1</beats><beat-type>8</beat-type></time>"));
  EXPECT_THAT(text, Not(HasSubstr("implicit")));
  EXPECT_THAT(DumpSigns(ReadBack(sequence)),
              HasSubstr("meter 0:1/4 meter 1:2/4 meter 3:3/4 meter 6:4/4 meter 10:1/8 "
                        "meter 10.5:6/8 meter 13.5:1/4"));
}

TEST(MusicXmlWriterTest, ChordsAloneComeBack) {
  NoteSequence chart;
  for (const auto& [time, symbol] : {std::pair(0.0, "C"), {1.0, "G7"}, {2.0, "Am"}}) {
    auto& chord = *chart.add_text_annotations();
    chord.set_time(time);
    chord.set_text(symbol);
    chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  }
  EXPECT_THAT(DumpSigns(ReadBack(chart)), HasSubstr("text 0:C text 2:G7 text 4:Am"));
}

TEST(MusicXmlWriterTest, LoudnessComesBack) {
  NoteSequence sequence = Scale(127);
  for (int i = 0; i < 127; ++i) {
    sequence.mutable_notes(i)->set_velocity(i + 1);
    sequence.mutable_notes(i)->set_pitch(60);
  }
  const NoteSequence again = ReadBack(sequence);
  ASSERT_EQ(again.notes_size(), 127);
  for (int i = 0; i < 127; ++i) EXPECT_EQ(again.notes(i).velocity(), i + 1);
  EXPECT_THAT(Write(Scale(4)), Not(HasSubstr("dynamics")));
}

TEST(MusicXmlWriterTest, SignsComeBack) {
  NoteSequence sequence = Scale(14);
  auto& metadata = *sequence.mutable_sequence_metadata();
  metadata.set_title("A & B <i>");
  sequence.add_tempos()->set_qpm(120);
  auto& slow = *sequence.add_tempos();
  slow.set_time(2);
  slow.set_qpm(60);
  auto& meter = *sequence.add_time_signatures();
  meter.set_numerator(2);
  meter.set_denominator(4);
  auto& key = *sequence.add_key_signatures();
  key.set_key(NoteSequence::KeySignature::E_FLAT);
  key.set_mode(NoteSequence::KeySignature::MINOR);
  EXPECT_THAT(Write(sequence), HasSubstr("<work-title>A &amp; B &lt;i&gt;</work-title>"));
  const NoteSequence again = ReadBack(sequence);
  EXPECT_EQ(DumpSigns(again), "tempo 0:120 tempo 4:60 meter 0:2/4 key 0:3,MINOR");
}

TEST(MusicXmlWriterTest, PartsAreInstruments) {
  NoteSequence sequence = Scale(4);
  AddNote(sequence, 36, 0, 0.5);
  AddNote(sequence, 38, 0.5, 1);
  for (int i = 4; i < 6; ++i) {
    sequence.mutable_notes(i)->set_is_drum(true);
    sequence.mutable_notes(i)->set_instrument(9);
  }
  sequence.mutable_notes(3)->set_program(73);
  sequence.mutable_notes(3)->set_velocity(45);
  auto& info = *sequence.add_instrument_infos();
  info.set_instrument(9);
  info.set_name("Kit");
  const std::string text = Write(sequence);
  for (const char* part :
       {"<part-name>acoustic grand piano</part-name>", "<part-name>flute</part-name>",
        "<midi-program>74</midi-program>", "<part-name>Kit</part-name>",
        "<midi-unpitched>37</midi-unpitched>", "<note dynamics=\"50.00\">"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  std::string drums;
  const NoteSequence again = ReadBack(sequence);
  for (const auto& note : again.notes()) {
    if (note.is_drum()) drums += std::to_string(note.pitch()) + " ";
  }
  EXPECT_EQ(drums, "36 38 ");
}

/// A score of one chord symbol, and the symbol that is read again.
std::string ChordReadBack(const std::string& symbol, std::string* xml = nullptr) {
  NoteSequence sequence = Scale(4);
  auto& chord = *sequence.add_text_annotations();
  chord.set_text(symbol);
  chord.set_time(0.5);
  chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  if (xml != nullptr) *xml = *WriteMusicXml(sequence);
  const NoteSequence again = ReadBack(sequence);
  if (again.text_annotations_size() != 1) return "none";
  EXPECT_EQ(again.text_annotations(0).time(), 0.5) << symbol;
  return again.text_annotations(0).text();
}

TEST(MusicXmlWriterTest, ChordSymbolsComeBackAsTheSameChord) {
  for (const char* symbol :
       {"C",       "Cm",       "C7",      "Cmaj7",   "Cm7",  "C-",        "C-7",       "Co",
        "Co7",     "Cdim",     "Cdim7",   "Cm7b5",   "C/o7", "C+",        "C+7",       "Caug",
        "CmMaj7",  "Cm(maj7)", "C6",      "Cm6",     "C9",   "Cm9",       "Cmaj9",     "C6/9",
        "C11",     "C13",      "Csus2",   "Csus4",   "Csus", "C7sus",     "C7sus4",    "C7alt",
        "Cadd9",   "Cm(add9)", "C7(b9)",  "C7#9",    "C7b5", "C7#5",      "Cmaj7#11",  "C5",
        "Cped",    "C/E",      "Bb/D",    "F#m7/C#", "Cno3", "C7no5",     "Cm7/Bb",    "Ebb",
        "C##7",    "C9sus4",   "C7b9#11", "CM7",     "CΔ7",  "Cø7",       "C°",        "N.C.",
        "B♭7",     " Dm7 ",    "F♯m/C♯",  "C6/9/E",  "C+9",  "Csus2(b7)", "C(#7)",     "Cadd7",
        "C13sus4", "Cbbb7",    "C / E",   "Am7-5",   "NC",   "Caddb7",    "Cm(add#7)", "Csus7b7",
        "C7b9#9"}) {
    const auto written = ParseChordSymbol(symbol);
    const auto read = ParseChordSymbol(ChordReadBack(symbol));
    ASSERT_TRUE(written.ok()) << symbol;
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->root().PitchClass(), written->root().PitchClass()) << symbol;
    EXPECT_EQ(*read->Code(), *written->Code()) << symbol << " as " << read->Text();
  }
}

TEST(MusicXmlWriterTest, WhatIsNoChordComesBackAsItIs) {
  for (const char* symbol :
       {"Am7(11)", "Cadd", "Gxyz", "H7", "C(Neapolitan)", "?7", "<&>", "Fzz/A"}) {
    EXPECT_EQ(ChordReadBack(symbol), symbol);
  }
}

TEST(MusicXmlWriterTest, ChordsAreOfStandardKinds) {
  const struct {
    const char* symbol;
    const char* kind;
  } rows[] = {
      {"C6/9",
       "<kind text=\"6/9\">major-sixth</kind><degree><degree-value>9</degree-value>"
       "<degree-alter>0</degree-alter><degree-type>add</degree-type></degree>"},
      {"C7sus4", "<kind text=\"7sus4\">suspended-fourth</kind><degree><degree-value>7<"},
      {"C7b5",
       "<kind text=\"7b5\">dominant</kind><degree><degree-value>5</degree-value>"
       "<degree-alter>-1</degree-alter><degree-type>alter<"},
      {"Cno3/G", "<kind text=\"no3\">major</kind><bass><bass-step>G</bass-step></bass><degree>"},
      {"C+9", "<kind text=\"+9\">augmented-seventh</kind><degree>"},
      {"B♭7", "<root-alter>-1</root-alter></root><kind text=\"7\">dominant</kind>"},
  };
  for (const auto& row : rows) {
    std::string xml;
    ChordReadBack(row.symbol, &xml);
    EXPECT_THAT(xml, HasSubstr(row.kind));
  }
}

TEST(MusicXmlWriterTest, RefusesWhatIsNoMusic) {
  EXPECT_EQ(ExitStatus(WriteMusicXml(NoteSequence()).status()), 4);
  NoteSequence sequence = Scale(2);
  sequence.mutable_notes(1)->set_start_time(-1);
  EXPECT_EQ(ExitStatus(WriteMusicXml(sequence).status()), 3);
}

}  // namespace
}  // namespace magenta
