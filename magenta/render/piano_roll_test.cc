#include "magenta/render/piano_roll.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

/// A scale up and down, a note an eighth, `bars` bars of 4/4 at 120 qpm.
NoteSequence Scale(int bars, int instruments = 1) {
  constexpr int kScale[] = {60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 66, 64, 62, 61, 58};
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  for (int i = 0; i < bars * 8; ++i) {
    auto* note = sequence.add_notes();
    note->set_pitch(kScale[i % 16]);
    note->set_velocity(100);
    note->set_start_time(i * 0.25);
    note->set_end_time((i + 1) * 0.25);
    note->set_instrument(i % instruments);
  }
  return sequence;
}

int Big32(const std::string& bytes, size_t at) {
  int value = 0;
  for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

struct Size {
  int width, height;
};

Size PngSize(const NoteSequence& sequence, const PianoRollOptions& options) {
  const auto png = DrawPianoRoll(sequence, options, PictureFormat::kPng);
  EXPECT_TRUE(png.ok());
  EXPECT_EQ(png->substr(1, 3), "PNG");
  if (const char* folder = std::getenv("MAGENTA_KEEP_PICTURES")) {
    EXPECT_TRUE(WriteFile(std::string(folder) + "/" + options.title + ".png", *png).ok());
  }
  return {Big32(*png, 16), Big32(*png, 20)};
}

TEST(PianoRoll, DrumsAreAMapBelowTheKeys) {
  NoteSequence drums = Scale(2);
  for (int i = 0; i < drums.notes_size(); ++i) {
    drums.mutable_notes(i)->set_pitch(i % 2 == 0 ? 36 : 42);
    drums.mutable_notes(i)->set_is_drum(true);
  }
  // Two rows instead of at least twenty keys.
  const int map = PngSize(drums, {.title = "drums"}).height;
  NoteSequence song = Scale(2);
  const int keys = PngSize(song, {.title = "keys"}).height;
  EXPECT_LT(map, keys);
  // A song's drums take three rows more, and stretch no keys down to where their pitches lie.
  song.MergeFrom(drums);
  const int both = PngSize(song, {.title = "song", .primer_end = 2}).height;
  EXPECT_NEAR(both, keys + 3 * 16, 24);
  for (auto& note : *song.mutable_notes()) note.set_is_drum(false);
  const auto as_keys = DrawPianoRoll(song, {}, PictureFormat::kSvg);
  for (int i = 16; i < song.notes_size(); ++i) song.mutable_notes(i)->set_is_drum(true);
  const auto as_drums = DrawPianoRoll(song, {}, PictureFormat::kSvg);
  EXPECT_NE(*as_keys, *as_drums);
}

/// How often the border of the primer is drawn in `bars` bars of 4/4: its line is dashed.
int Borders(int bars, double primer_end) {
  const auto svg =
      DrawPianoRoll(Scale(bars), {.title = "", .primer_end = primer_end}, PictureFormat::kSvg);
  int count = 0;
  for (size_t at = svg->find("dasharray"); at != svg->npos; at = svg->find("dasharray", at + 1)) {
    ++count;
  }
  return count;
}

TEST(PianoRoll, TheBorderStandsWhereASystemBegins) {
  // Eight bars of two seconds are a system.
  for (const double end : {15.999, 16.0, 16.001, 5.0}) EXPECT_EQ(Borders(16, end), 1) << end;
  EXPECT_EQ(Borders(8, 16), 0);  // nothing is generated
  const auto at = [](double end) {
    PianoRollOptions options = {.title = "", .primer_end = end};
    return *DrawPianoRoll(Scale(16), options, PictureFormat::kSvg);
  };
  EXPECT_NE(at(16 - 1e-9).find("dasharray"), std::string::npos);
  EXPECT_NEAR(static_cast<double>(at(16 - 1e-9).find("dasharray")),
              static_cast<double>(at(16).find("dasharray")), 64);
  PngSize(Scale(16), {.title = "border late", .primer_end = 15.5});
  PngSize(Scale(16), {.title = "border at end", .primer_end = 16 - 1e-9});
}

TEST(PianoRoll, LongPiecesWrapIntoRows) {
  const Size one = PngSize(Scale(8), {.title = "eight bars", .primer_end = 2});
  EXPECT_EQ(one.width, 1600);
  EXPECT_LT(one.height, 600);
  const Size three = PngSize(Scale(24), {.title = "24 bars", .primer_end = 5.25});
  EXPECT_EQ(three.width, 1600);
  EXPECT_GT(three.height, 2 * one.height);
  const Size many = PngSize(Scale(1000, 9), {.title = "1000 bars"});
  EXPECT_LT(many.height, 32000);
}

TEST(PianoRoll, EveryWidthOfPitches) {
  NoteSequence sequence = Scale(4);
  sequence.mutable_notes(0)->set_pitch(0);
  sequence.mutable_notes(1)->set_pitch(127);
  EXPECT_LT(PngSize(sequence, {.title = "all keys"}).height, 1000);
  EXPECT_GT(PngSize(NoteSequence(), {.title = "nothing"}).height, 100);
  // A file's name need not be UTF-8; what is written in a picture is.
  const auto latin = DrawPianoRoll(Scale(2), {.title = "caf\xe9"}, PictureFormat::kSvg);
  EXPECT_TRUE(latin.ok()) << latin.status();
}

TEST(PianoRoll, ChordsStandAboveTheBars) {
  NoteSequence sequence = Scale(24);
  const int without = PngSize(sequence, {.title = "no chords"}).height;
  const auto add = [&](double time, const char* text) {
    auto* chord = sequence.add_text_annotations();
    chord->set_time(time);
    chord->set_text(text);
    chord->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  };
  add(0, "Cmaj7");
  add(2, "F#m7b5/E");
  EXPECT_GT(PngSize(sequence, {.title = "chords"}).height, without + 30);
  const auto two = DrawPianoRoll(sequence, {}, PictureFormat::kSvg);
  add(2.01, "G");  // there is no room for it
  EXPECT_EQ(*two, *DrawPianoRoll(sequence, {}, PictureFormat::kSvg));
  add(4, "G");
  EXPECT_NE(*two, *DrawPianoRoll(sequence, {}, PictureFormat::kSvg));
}

TEST(PianoRoll, PrimerAndGeneratedHaveDifferentColours) {
  const auto plain = DrawPianoRoll(Scale(2), {}, PictureFormat::kSvg);
  const auto primed = DrawPianoRoll(Scale(2), {.title = "", .primer_end = 2}, PictureFormat::kSvg);
  ASSERT_TRUE(plain.ok() && primed.ok());
  EXPECT_EQ(plain->find("<?xml"), 0u);
  const std::string generated = "rgb(76.078431%,29.019608%,2.352941%)";
  EXPECT_EQ(plain->find(generated), std::string::npos);
  EXPECT_TRUE(primed->find(generated) != std::string::npos);
}

/// Sixteen eighths at a tempo of `quarter` seconds a quarter, the first six the primer, which ends
/// where `primer_quarter` says: how often the colour of what is generated is used.
int GeneratedMarks(double quarter, double primer_quarter) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(60 / quarter);
  for (int i = 0; i < 16; ++i) {
    auto* note = sequence.add_notes();
    note->set_pitch(60 + i % 5);
    note->set_velocity(90);
    note->set_start_time(i * 0.5 * quarter);
    note->set_end_time((i + 1) * 0.5 * quarter);
  }
  const auto picture =
      DrawPianoRoll(sequence, {.title = "", .primer_end = 3 * primer_quarter}, PictureFormat::kSvg);
  EXPECT_TRUE(picture.ok());
  int count = 0;
  const std::string colour = "rgb(76.078431%,29.019608%,2.352941%)";
  for (size_t at = picture->find(colour); at != std::string::npos;
       at = picture->find(colour, at + 1)) {
    ++count;
  }
  return count;
}

TEST(PianoRoll, TheFirstGeneratedNoteIsGeneratedAtEveryTempo) {
  const int want = GeneratedMarks(0.5, 0.5);
  for (int qpm = 40; qpm <= 240; ++qpm) {
    // A MIDI file holds whole microseconds a quarter.
    const double exact = 60.0 / qpm, rounded = std::floor(6e7 / qpm) * 1e-6;
    EXPECT_EQ(GeneratedMarks(rounded, exact), want) << qpm;
    EXPECT_EQ(GeneratedMarks(exact, rounded), want) << qpm;
  }
}

TEST(PianoRoll, SameBytesTwice) {
  EXPECT_TRUE(*DrawPianoRoll(Scale(2), {.title = "x"}, PictureFormat::kSvg) ==
              *DrawPianoRoll(Scale(2), {.title = "x"}, PictureFormat::kSvg));
}

TEST(PianoRoll, RefusesWhatHasNoPlace) {
  NoteSequence sequence = Scale(1);
  sequence.mutable_notes(3)->set_start_time(-1);
  const auto picture = DrawPianoRoll(sequence, {}, PictureFormat::kPng);
  EXPECT_EQ(ExitStatus(picture.status()), 3);
  EXPECT_EQ(ErrorLine(picture.status()), "notes[3] stands at -1 s.");
}

/// However many notes there are, what is drawn is what is seen.
TEST(PianoRoll, DrawsAnyNumberOfNotes) {
  NoteSequence score, heap;
  for (int i = 0; i < 200'000; ++i) {
    auto& note = *score.add_notes();
    note.set_pitch(30 + (i * 7) % 60);
    note.set_instrument(i % 20);
    note.set_start_time(0.02 * i);
    note.set_end_time(0.02 * i + 0.4);
  }
  for (int i = 0; i < 200'000; ++i) {  // each over the whole piece
    auto& note = *heap.add_notes();
    note.set_pitch(i % 128);
    note.set_instrument(i);
    note.set_start_time(1e-4 * (i % 100));
    note.set_end_time(1000);
  }
  for (const NoteSequence* sequence : {&score, &heap}) {
    const auto svg = DrawPianoRoll(*sequence, {}, PictureFormat::kSvg);
    ASSERT_TRUE(svg.ok()) << svg.status();
    EXPECT_LT(svg->size(), 30u << 20);
    EXPECT_GT(svg->size(), 1u << 20);
    const auto png = DrawPianoRoll(*sequence, {}, PictureFormat::kPng);
    ASSERT_TRUE(png.ok()) << png.status();
    EXPECT_LT(png->size(), 10u << 20);
  }
}

}  // namespace
}  // namespace magenta
