#include "magenta/music/harmony/infer_chords.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "magenta/music/harmony/chord_symbol.h"
#include "tests/dump.h"

namespace magenta {
namespace {

// "C@0 G@2", in quarters at 120 qpm; or the error's message.
std::string Inferred(NoteSequence sequence) {
  const absl::Status status = InferChords(sequence);
  if (!status.ok()) return std::string(status.message());
  std::string text;
  for (const auto& annotation : sequence.text_annotations()) {
    EXPECT_EQ(annotation.annotation_type(), NoteSequence::TextAnnotation::CHORD_SYMBOL);
    EXPECT_TRUE(ParseChordSymbol(annotation.text(), ChordSpelling::kReference).ok());
    text +=
        fmt::format("{}{}@{:g}", text.empty() ? "" : " ", annotation.text(), 2 * annotation.time());
  }
  return text;
}

TEST(InferChords, HearsChords) {
  const std::pair<const char*, const char*> rows[] = {
      {"48@0+4 52@0+4 55@0+4 43@4+4 47@4+4 50@4+4 53@4+4 48@8+4 52@8+4 55@8+4", "C@0 G7@4 C@8"},
      // One that is held through bars is said once.
      {"48@0+8 52@0+8 55@0+8", "C@0"},
      // A bass and a tune over it.
      {"45@0+4 60@0+1 64@1+1 69@2+2 41@4+4 69@4+1 72@5+1 65@6+2 43@8+4 71@8+2 67@10+2",
       "Am@0 F@4 G@8"},
      // Half a bar; a pickup has no chord before its first note.
      {"48@2+2 52@2+2 55@2+2 41@4+2 45@4+2 48@4+2 43@6+2 47@6+2 50@6+2 48@8+4 52@8+4 55@8+4",
       "C@2 F@4 G@6 C@8"},
      // On the beats of their meters.
      {"M3/4@0 48@0+3 52@0+3 55@0+3 43@3+3 47@3+3 50@3+3", "C@0 G@3"},
      {"M6/8@0 48@0+1.5 52@0+1.5 55@0+1.5 43@1.5+1.5 47@1.5+1.5 50@1.5+1.5", "C@0 G@1.5"},
      {"M3/4@0 M2/4@3 48@0+3 52@0+3 55@0+3 43@3+2 47@3+2 50@3+2 48@5+2 52@5+2 55@5+2",
       "C@0 G@3 C@5"},
      // Drums, silent notes and effects are not heard.
      {"48@0+4 52@0+4 55@0+4 42@0+4/d 49@0+4/v0", "C@0"},
      {"42@0+4/d", "it has no notes to infer chords from"},
      {"", "it has no notes to infer chords from"},
  };
  for (const auto& [music, chords] : rows)
    EXPECT_EQ(Inferred(ParseMusic(music, 0.5)), chords) << music;
}

TEST(InferChords, FollowsTempo) {
  // At 60 qpm from 2 s on, where the first bar of 120 ends.
  EXPECT_EQ(Inferred(ParseMusic("T120@0 T60@2 48@0+2 52@0+2 55@0+2 43@2+4 47@2+4 50@2+4")),
            "C@0 G@4");
}

TEST(InferChords, RefusesWhatItCannotHear) {
  EXPECT_NE(
      Inferred(ParseMusic("60@0+4 \"C@1", 0.5)).find("it has chord symbols, the first at 0.5 s"),
      std::string::npos);
  NoteSequence music = ParseMusic("60@0+1");
  music.mutable_notes(0)->set_end_time(1e12);
  EXPECT_NE(Inferred(music).find("more than 32768 beats"), std::string::npos);
  music.mutable_notes(0)->set_end_time(std::numeric_limits<double>::infinity());
  EXPECT_NE(Inferred(music).find("no notes"), std::string::npos);
  music.mutable_notes(0)->set_end_time(std::numeric_limits<double>::quiet_NaN());
  EXPECT_NE(Inferred(music).find("no notes"), std::string::npos);
}

// Accompaniment in root position under a tune of chord tones and passing notes, in every key.
TEST(InferChords, FindsTheRoots) {
  std::mt19937 random(5);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  constexpr int kScale[] = {0, 2, 4, 5, 7, 9, 11};
  int right = 0;
  int bars = 0;
  for (int key = 0; key < 12; ++key) {
    NoteSequence music;
    std::vector<int> roots;
    const auto add = [&](int degree, int octave, double start, double length) {
      auto& note = *music.add_notes();
      note.set_pitch(key + 12 * (octave + degree / 7) + kScale[degree % 7]);
      note.set_velocity(90);
      note.set_start_time(start / 2);
      note.set_end_time((start + length) / 2);
    };
    for (int bar = 0; bar < 32; ++bar) {
      constexpr int kDegrees[] = {0, 3, 4, 0, 5, 1};
      const int degree = kDegrees[below(6)];
      roots.push_back((key + kScale[degree]) % 12);
      for (int third = 0; third < 3; ++third) add(degree + 2 * third, 3, 4 * bar, 4);
      for (int eighth = 0; eighth < 8; ++eighth) {
        add(eighth % 2 == 0 ? degree + 2 * below(3) : below(8), 5, 4 * bar + eighth / 2.0, 0.5);
      }
    }
    ASSERT_TRUE(InferChords(music).ok());
    for (int bar = 0; bar < 32; ++bar) {
      std::string symbol;
      for (const auto& annotation : music.text_annotations()) {
        if (annotation.time() <= 2.0 * bar + 1) symbol = annotation.text();
      }
      right += ParseChordSymbol(symbol)->root().PitchClass() == roots[static_cast<size_t>(bar)];
      ++bars;
    }
  }
  EXPECT_GE(right, 97 * bars / 100) << bars;
}

// The most notes that a piece may have, each as long as the longest piece.
TEST(InferChords, TakesTimeInProportion) {
  NoteSequence music;
  for (int i = 0; i < 1000000; ++i) {
    auto& note = *music.add_notes();
    note.set_pitch(i % 128);
    note.set_velocity(90);
    note.set_start_time(i % 1000);
    note.set_end_time(kMaxInferredBeats / 2.0);
  }
  EXPECT_TRUE(InferChords(music).ok());
  EXPECT_GE(music.text_annotations_size(), 1);
}

}  // namespace
}  // namespace magenta
