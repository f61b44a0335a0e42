#include "magenta/io/score/notation.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "magenta/base/status.h"
#include "magenta/io/score/note_values.h"

namespace magenta {
namespace {

void AddNote(NoteSequence& sequence, int pitch, double start, double end) {
  auto& note = *sequence.add_notes();
  note.set_pitch(pitch);
  note.set_velocity(80);
  note.set_start_time(start);
  note.set_end_time(end);
}

/// "60:48 rest:48 (62:32 64:32 65:32)", ties as "-", of one voice.
std::string Dump(const std::vector<WrittenEvent>& events) {
  std::string dump;
  for (const WrittenEvent& event : events) {
    if (!dump.empty()) dump += ' ';
    if (event.triplet_begin) dump += '(';
    std::string heads;
    for (const WrittenNote& note : event.notes) {
      heads += (heads.empty() ? "" : "+") + std::to_string(note.pitch) + (note.tied_to ? "-" : "");
    }
    dump += fmt::format("{}:{}", heads.empty() ? "rest" : heads, event.duration);
    if (event.triplet_end) dump += ')';
  }
  return dump;
}

/// Quarters at 120 a minute: starts and ends of notes from 60 up.
struct Row {
  std::vector<std::pair<double, double>> notes;
  const char* dump;  // of the first measure's first voice
};

TEST(NotationTest, PutsNotesOnAGrid) {
  const Row rows[] = {
      {{{0, 1}, {1, 2}, {2, 4}}, "60:96 61:96 62:192"},
      {{{0, 0.5}, {0.75, 1}}, "60:48 rest:24 61:24 rest:288"},
      {{{0, 1.0 / 3}, {1.0 / 3, 2.0 / 3}, {2.0 / 3, 1}}, "(60:32 61:32 62:32) rest:288"},
      {{{0, 2.0 / 3}, {2.0 / 3, 1}, {1, 4}}, "(60:64 61:32) 62:288"},
      // Sixteenth triplets in one half of a beat.
      {{{0, 1.0 / 6}, {1.0 / 6, 2.0 / 6}, {2.0 / 6, 0.5}, {0.5, 1}},
       "(60:16 61:16 62:16) 63:48 rest:288"},
      // A note into a triplet is tied.
      {{{0, 1 + 1.0 / 3}, {1 + 1.0 / 3, 2}}, "60-:96 (60:32 61:64) rest:192"},
      // A note over a triplet of nobody else is plain.
      {{{0, 4}}, "60:384"},
      // Thirty-seconds.
      {{{0, 0.125}, {0.125, 0.25}, {0.25, 1}}, "60:12 61:12 62:72 rest:288"},
      // MIDI's ticks (220 a quarter) and a player's hand.
      {{{0, 73.0 / 220}, {73.0 / 220, 147.0 / 220}, {147.0 / 220, 1}},
       "(60:32 61:32 62:32) rest:288"},
      {{{0.02, 0.93}, {1.03, 1.46}, {1.48, 2.02}}, "60:96 61:48 62:48 rest:192"},
      // Too short for the grid.
      {{{0, 0.01}}, "60:24 rest:72 rest:96 rest:192"},
  };
  for (const Row& row : rows) {
    NoteSequence sequence;
    int pitch = 60;
    for (const auto& [start, end] : row.notes) AddNote(sequence, pitch++, start / 2, end / 2);
    const auto notation = MakeNotation(sequence);
    ASSERT_TRUE(notation.ok()) << notation.status();
    EXPECT_EQ(Dump(notation->parts[0].measures[0][0]), row.dump);
  }
}

TEST(NotationTest, SpellsByTheKey) {
  const struct {
    int fifths;
    const char* names;  // of the twelve pitches from middle C
  } rows[] = {
      {0, "C4 C#4 D4 Eb4 E4 F4 F#4 G4 G#4 A4 Bb4 B4 "},
      {3, "C4 C#4 D4 D#4 E4 E#4 F#4 G4 G#4 A4 A#4 B4 "},
      {-3, "C4 Db4 D4 Eb4 E4 F4 Gb4 G4 Ab4 A4 Bb4 B4 "},
      {7, "B#3 C#4 C##4 D#4 E4 E#4 F#4 F##4 G#4 G##4 A#4 B4 "},
  };
  for (const auto& row : rows) {
    std::string names;
    for (int pitch = 60; pitch < 72; ++pitch) {
      const SpelledPitch spelled = SpellPitch(pitch, row.fifths);
      names += "CDEFGAB"[spelled.step];
      for (int i = 0; i < spelled.alter; ++i) names += '#';
      for (int i = 0; i > spelled.alter; --i) names += 'b';
      names += std::to_string(spelled.octave) + " ";
    }
    EXPECT_EQ(names, row.names) << row.fifths;
  }
}

TEST(NotationTest, TempoBeforeMidiRoundedIt) {
  EXPECT_EQ(TempoText(120), "120");
  EXPECT_EQ(TempoText(6e7 / 512821), "117");
  EXPECT_EQ(TempoText(72.5), "72.5");
  EXPECT_EQ(TempoText(100.0 / 3), "33.333333");
}

/// Whatever comes, every voice fills its measure with note values, and every tie has its end.
void CheckWhole(const Notation& notation) {
  for (const WrittenPart& part : notation.parts) {
    ASSERT_EQ(part.measures.size(), notation.measures.size());
    for (size_t i = 0; i < part.measures.size(); ++i) {
      ASSERT_FALSE(part.measures[i].empty());
      for (const auto& voice : part.measures[i]) {
        int at = 0;
        for (size_t k = 0; k < voice.size(); ++k) {
          ASSERT_EQ(voice[k].start, at);
          ASSERT_GT(voice[k].duration, 0);
          at += voice[k].duration;
          const bool measure_rest = voice.size() == 1 && voice[0].notes.empty();
          ASSERT_TRUE(measure_rest || IsNoteValue(voice[k].written()))
              << voice[k].written() << " of " << notation.measures[i].ticks;
          for (const WrittenNote& note : voice[k].notes) {
            ASSERT_EQ(12 * (note.spelled.octave + 1) + "\0\2\4\5\7\x9\xb"[note.spelled.step] +
                          note.spelled.alter,
                      note.pitch);
          }
        }
        ASSERT_TRUE(voice.empty() || at == notation.measures[i].ticks);
      }
    }
  }
}

TEST(NotationTest, AnyMusicFillsItsMeasures) {
  std::mt19937 random(1);
  const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 400; ++round) {
    NoteSequence sequence;
    const double unit = round % 3 == 0 ? 0.0371 : round % 3 == 1 ? 0.125 : 1.0 / 12;
    for (int i = 1 + draw(60); i > 0; --i) {
      const double start = unit * draw(200);
      AddNote(sequence, draw(128), start, start + unit * draw(draw(8) == 0 ? 200 : 9));
      auto& note = *sequence.mutable_notes(sequence.notes_size() - 1);
      note.set_instrument(draw(3));
      note.set_is_drum(draw(5) == 0);
    }
    for (int i = draw(4); i > 0; --i) {
      auto& meter = *sequence.add_time_signatures();
      meter.set_time(unit * draw(100));
      meter.set_numerator(1 + draw(14));
      meter.set_denominator(1 << draw(9));
    }
    for (int i = draw(4); i > 0; --i) {
      auto& tempo = *sequence.add_tempos();
      tempo.set_time(unit * draw(100));
      tempo.set_qpm(20 + draw(300));
      auto& text = *sequence.add_text_annotations();
      text.set_time(unit * draw(250));
      text.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
      auto& key = *sequence.add_key_signatures();
      key.set_time(unit * draw(100));
      key.set_key(static_cast<NoteSequence::KeySignature::Key>(draw(12)));
    }
    const auto notation = MakeNotation(sequence);
    ASSERT_TRUE(notation.ok()) << notation.status();
    ASSERT_NO_FATAL_FAILURE(CheckWhole(*notation)) << round;
  }
}

TEST(NotationTest, HugeTimesAndMetersAreRefused) {
  for (const double far : {1e6, 1e9, 1e18, 1e300}) {
    NoteSequence sequence;
    AddNote(sequence, 60, 0, 1);
    auto& meter = *sequence.add_time_signatures();
    meter.set_numerator(1024);
    meter.set_denominator(1);
    auto& later = *sequence.add_time_signatures();
    later.set_time(far);
    later.set_numerator(3);
    later.set_denominator(4);
    auto& tempo = *sequence.add_tempos();
    tempo.set_time(far);
    tempo.set_qpm(1e300);
    auto& text = *sequence.add_text_annotations();
    text.set_time(far);
    text.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
    sequence.add_key_signatures()->set_time(far);
    const auto notation = MakeNotation(sequence);
    ASSERT_TRUE(notation.ok()) << far << notation.status();
    CheckWhole(*notation);
    AddNote(sequence, 60, 1, far);
    if (far > 1e7) {
      EXPECT_EQ(ExitStatus(MakeNotation(sequence).status()), 3) << far;
    }
  }
}

void AddMeter(NoteSequence& sequence, double time, int numerator, int denominator = 4) {
  auto& meter = *sequence.add_time_signatures();
  meter.set_time(time);
  meter.set_numerator(numerator);
  meter.set_denominator(denominator);
}

void AddChord(NoteSequence& sequence, double time, const char* text) {
  auto& chord = *sequence.add_text_annotations();
  chord.set_time(time);
  chord.set_text(text);
  chord.set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
}

/// "3/4:288 :96~": measures with their ticks, the meters that are printed, "~" for short ones.
std::string DumpMeasures(const Notation& notation) {
  std::string dump;
  for (const WrittenMeasure& measure : notation.measures) {
    if (!dump.empty()) dump += ' ';
    if (measure.has_meter) dump += fmt::format("{}/{}", measure.numerator, measure.denominator);
    dump += fmt::format(":{}{}", measure.ticks, measure.is_short ? "~" : "");
  }
  return dump;
}

// Each change of meter is printed; short bars, which have no meter of their own, are not.
TEST(NotationTest, MetersThatChange) {
  struct At {
    double quarters;
    int numerator;
    int denominator = 4;
  };
  const struct {
    std::vector<At> meters;
    double end;
    const char* dump;
    double section = 0;
  } rows[] = {
      {{}, 4, "4/4:384"},
      {{{0, 3}}, 4, "3/4:288 :288"},
      // A bar each.
      {{{0, 1}, {1, 2}, {3, 3}, {6, 4}}, 10, "1/4:96 2/4:192 3/4:288 4/4:384"},
      {{{0, 4}, {4, 1, 8}, {4.5, 2, 8}}, 5.5, "4/4:384 1/8:48 2/8:96"},
      {{{0, 4}, {4, 3}, {7, 4}}, 11, "4/4:384 3/4:288 4/4:384"},
      {{{0, 4}, {4, 2}, {8, 4}}, 12, "4/4:384 2/4:192 :192 4/4:384"},
      {{{0, 4}, {4, 3}}, 7, "4/4:384 3/4:288"},
      // Within a bar, which ends there.
      {{{0, 4}, {2, 3}}, 8, "4/4:192~ 3/4:288 :288"},
      {{{0, 4}, {6, 3}}, 9, "4/4:384 :192~ 3/4:288"},
      // The same once more, on a bar line and off.
      {{{0, 4}, {4, 4}}, 8, "4/4:384 :384"},
      {{{0, 4}, {6, 4}}, 10, "4/4:384 :192~ :384"},
      // A pickup, and the last bar with it.
      {{{0, 1}, {1, 4}}, 9, "4/4:96~ :384 :384"},
      {{{0, 1}, {1, 4}, {9, 3}}, 12, "4/4:96~ :384 :384 :288~"},
      {{{0, 4}}, 9, "4/4:96~ :384 :384", 1},
      // A repeat sign cuts a bar, or begins one.
      {{{0, 4}, {4, 3}, {7, 1}, {8, 4}}, 12, "4/4:384 :288~ :96~ :384"},
      {{{0, 4}, {4, 3}, {7, 4}}, 11, "4/4:384 :288~ :384", 7},
  };
  for (const auto& row : rows) {
    NoteSequence sequence;
    AddNote(sequence, 60, 0, row.end / 2);
    for (const At& meter : row.meters) {
      AddMeter(sequence, meter.quarters / 2, meter.numerator, meter.denominator);
    }
    if (row.section > 0) sequence.add_section_annotations()->set_time(row.section / 2);
    const auto notation = MakeNotation(sequence);
    ASSERT_TRUE(notation.ok()) << notation.status();
    CheckWhole(*notation);
    EXPECT_EQ(DumpMeasures(*notation), row.dump);
    EXPECT_TRUE(notation->left_out.empty());
  }
}

// What is not written is said, kind by kind.
TEST(NotationTest, NothingIsLeftOutInSilence) {
  const struct {
    void (*add)(NoteSequence& sequence);
    const char* said;
  } rows[] = {
      {[](NoteSequence& s) { AddMeter(s, 0, 3, 7); }, "meters that no score has, such as 1/128"},
      {[](NoteSequence& s) { AddMeter(s, 0, 1, 128); }, "meters that no score has, such as 1/128"},
      {[](NoteSequence& s) { AddMeter(s, 3, 3); }, "meters behind the last note"},
      {[](NoteSequence& s) { s.add_key_signatures()->set_time(2); }, "keys behind the last note"},
      {[](NoteSequence& s) { s.add_key_signatures()->set_time(-1); },
       "keys at no time of the piece"},
      {[](NoteSequence& s) { s.add_key_signatures()->set_time(0.5); },
       "keys that change within a bar stand at a bar line"},
      {[](NoteSequence& s) {
         s.add_tempos()->set_time(3);
         s.mutable_tempos(0)->set_qpm(60);
       },
       "tempos behind the last note"},
      {[](NoteSequence& s) {
         s.add_tempos()->set_time(0.55);
         s.mutable_tempos(0)->set_qpm(120);
       },
       "tempos moved to the nearest 32nd or triplet"},
      {[](NoteSequence& s) { s.add_tempos(); }, "tempos that are no number above 0"},
      {[](NoteSequence& s) { AddChord(s, 2.5, "C"); }, "chord symbols behind the last note"},
      {[](NoteSequence& s) { AddChord(s, 0.55, "C"); },
       "chord symbols moved to the nearest 32nd or triplet"},
      {[](NoteSequence& s) { s.add_text_annotations(); }, "texts that are no chord symbols"},
      {[](NoteSequence& s) { s.add_pitch_bends()->set_bend(1); }, "pitch bends"},
      {[](NoteSequence& s) { s.add_control_changes()->set_control_number(7); },
       "controllers (pedals, volume and the like)"},
      {[](NoteSequence& s) { s.mutable_sequence_metadata()->set_artist("A"); }, "artist and genre"},
      {[](NoteSequence& s) { s.add_section_groups()->set_num_times(2); },
       "repeats: the music stands once"},
  };
  for (const auto& row : rows) {
    NoteSequence sequence;
    AddNote(sequence, 60, 0, 2);
    row.add(sequence);
    const auto notation = MakeNotation(sequence);
    ASSERT_TRUE(notation.ok()) << row.said << notation.status();
    EXPECT_EQ(notation->left_out, std::vector<std::string>{row.said});
  }
}

TEST(NotationTest, WhatHasNoLengthHasAMeasure) {
  NoteSequence sequence;
  AddNote(sequence, 60, 0, 2);
  AddNote(sequence, 62, 2, 2);
  const auto notation = MakeNotation(sequence);
  ASSERT_TRUE(notation.ok()) << notation.status();
  ASSERT_EQ(DumpMeasures(*notation), "4/4:384 :384");
  EXPECT_EQ(Dump(notation->parts[0].measures[1][0]), "62:24 rest:72 rest:96 rest:192");
}

TEST(NotationTest, ChordsNeedNoNotes) {
  NoteSequence chart;
  AddChord(chart, 0, "C");
  AddChord(chart, 3, "G7");
  auto notation = MakeNotation(chart);
  ASSERT_TRUE(notation.ok()) << notation.status();
  CheckWhole(*notation);
  ASSERT_EQ(notation->parts.size(), 1u);
  EXPECT_EQ(DumpMeasures(*notation), "4/4:384 :384");
  EXPECT_EQ(Dump(notation->parts[0].measures[1][0]), "rest:192 rest:192");
  // It lasts as long as it says; so do chords behind the last note.
  chart.set_total_time(6);
  EXPECT_EQ(DumpMeasures(*MakeNotation(chart)), "4/4:384 :384 :384");
  AddNote(chart, 60, 0, 2);
  EXPECT_EQ(DumpMeasures(*MakeNotation(chart)), "4/4:384 :384 :384");
  EXPECT_TRUE(MakeNotation(chart)->left_out.empty());
  chart.clear_text_annotations();
  EXPECT_EQ(DumpMeasures(*MakeNotation(chart)), "4/4:384");
  chart.clear_notes();
  EXPECT_EQ(ExitStatus(MakeNotation(chart).status()), 4);
  // As many measures as a piece may have, and at a time.
  AddChord(chart, 1e300, "C");
  EXPECT_EQ(ExitStatus(MakeNotation(chart).status()), 3);
}

TEST(NotationTest, MetersThatChangeBeforeTheFirstMeasureIsOver) {
  NoteSequence sequence;
  AddNote(sequence, 60, 0, 0.002);
  for (int i = 0; i < 4; ++i) AddMeter(sequence, 0.003 * i, 3 + i);
  const auto notation = MakeNotation(sequence);
  ASSERT_TRUE(notation.ok()) << notation.status();
  ASSERT_EQ(notation->measures.size(), 1u);
  CheckWhole(*notation);
}

// Which no meter is as long as: the bars after it stand where they are.
TEST(NotationTest, PickupsOfTriplets) {
  const struct {
    double pickup;  // quarters
    const char* dump;
  } rows[] = {{1.0 / 3, "(60:32)"}, {5.0 / 3, "(60-:64) 60:96"}, {1.0 / 6, "(60:16)"}};
  for (const auto& row : rows) {
    NoteSequence sequence;
    AddNote(sequence, 60, 0, row.pickup / 2);
    AddNote(sequence, 62, row.pickup / 2, row.pickup / 2 + 2);
    AddMeter(sequence, 0, 2);
    AddMeter(sequence, row.pickup / 2, 4);
    const auto notation = MakeNotation(sequence);
    ASSERT_TRUE(notation.ok()) << notation.status();
    CheckWhole(*notation);
    const auto& measures = notation->parts[0].measures;
    ASSERT_EQ(measures.size(), 2u);
    EXPECT_EQ(notation->measures[1].start, std::lround(row.pickup * kNotationTicks));
    EXPECT_EQ(Dump(measures[0][0]), row.dump);
    EXPECT_EQ(Dump(measures[1][0]), "62:384");
    EXPECT_TRUE(notation->left_out.empty());
  }
}

TEST(NotationTest, MorePartsThanAPieceMayHaveAreRefused) {
  NoteSequence sequence;
  for (int i = 0; i < 4097; ++i) {
    AddNote(sequence, 60, 0, 1);
    sequence.mutable_notes(i)->set_instrument(i);
  }
  EXPECT_EQ(ExitStatus(MakeNotation(sequence).status()), 3);
}

/// 384 notes of 20,000 measures are 7,680,000 heads.
TEST(NotationTest, MoreHeadsThanAPieceMayHaveAreRefused) {
  NoteSequence sequence;
  for (int i = 0; i < 12 * 32; ++i) AddNote(sequence, i % 128, 0, 40000);
  EXPECT_EQ(ExitStatus(MakeNotation(sequence).status()), 3);
}

}  // namespace
}  // namespace magenta
