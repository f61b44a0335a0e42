#include "magenta/music/played/ornaments.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "magenta/music/quantize.h"
#include "magenta/music/tempo_map.h"
#include "tests/dump.h"

namespace magenta {
namespace {

/// What is heard of `music`, in ticks, at `qpm`: pitches, begins and lengths, and in which of them
/// each note is heard. At `played_qpm` it is played.
std::string Heard(const std::string& music, double qpm = 120, double played_qpm = 0) {
  NoteSequence sequence = ParseMusic(music, 60 / qpm / kTicksPerQuarter);
  NoteSequence changes;
  changes.add_tempos()->set_qpm(qpm);
  auto& played = *changes.add_tempos();
  played.set_qpm(played_qpm == 0 ? qpm : played_qpm);
  played.set_time(0.001);
  const StraightTime time(changes, 0);
  sequence.add_tempos()->set_qpm(qpm);
  const auto quantized = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
  EXPECT_TRUE(quantized.ok()) << quantized.status();
  const int64_t bar_line = 0;
  NoteSequence heard = quantized->proto();
  const std::vector<int> heard_in = TakeOrnaments(BarCount(qpm, {&bar_line, 1}, &time), heard);
  EXPECT_EQ(heard_in.size(), static_cast<size_t>(quantized->proto().notes_size()));
  for (const int note : heard_in) EXPECT_TRUE(note >= 0 && note < heard.notes_size());
  if (heard.notes_size() == quantized->proto().notes_size()) return "as it is";
  std::string text;
  for (const auto& note : heard.notes()) {
    text += fmt::format("{}@{}+{} ", note.pitch(), note.quantized_start_step(),
                        note.quantized_end_step() - note.quantized_start_step());
  }
  return text + fmt::format("in {}", fmt::join(heard_in, " "));
}

// A tick is 42 ms.
TEST(Ornaments, AreHeardInWhatTheyAdorn) {
  struct Row {
    const char* what;
    const char* music;
    const char* heard;
  };
  for (const Row& row : std::vector<Row>{
           {"mordent", "60@0+1.2 62@1.2+1.2 60@2.4+9.6 64@12+12", "60@0+12 64@12+12 in 0 0 0 1"},
           {"mordent of thirty-seconds", "60@0+1.5 62@1.5+1.5 60@3+9 62@12+12",
            "60@0+12 62@12+12 in 0 0 0 1"},
           {"shake", "60@0+1.2 62@1.2+1.2 60@2.4+1.2 62@3.6+1.2 60@4.8+7.2",
            "60@0+12 in 0 0 0 0 0"},
           {"grace before the beat", "60@0+10.8 65@10.8+1.2 64@12+12", "60@0+12 64@12+12 in 0 1 1"},
           {"on the beat", "60@0+12 65@12+1.2 64@13.2+10.8", "60@0+12 64@12+12 in 0 1 1"},
           {"after a sixteenth", "60@9+1.8 65@10.8+1.2 64@12+12", "60@9+3 64@12+12 in 0 1 1"},
           {"of a chord", "60@12+1.2 59@13.2+10.8 65@13.2+10.8 48@12+12",
            "59@12+12 65@12+12 48@12+12 in 0 0 1 2"},
           {"slide", "57@8.6+1.2 59@9.8+1.2 60@11+1 62@12+12", "62@12+12 in 0 0 0 0"},
           {"turn", "62@0+1.1 60@1.1+1.1 59@2.2+1.1 60@3.3+20.7", "60@0+24 in 0 0 0 0"},
           {"trill",
            "64@0+12 62@12+1.4 60@13.4+1.4 62@14.8+1.4 60@16.2+1.4 62@17.6+1.4 60@19+1.4 "
            "62@20.4+1.4 60@21.8+2.2 65@24+24",
            "64@0+12 60@12+12 65@24+24 in 0 1 1 1 1 1 1 1 1 2"},
           {"trill with what ends it",
            "62@0+1.4 60@1.4+1.4 62@2.8+1.4 60@4.2+1.4 62@5.6+1.4 60@7+1.6 59@8.6+1.7 60@10.3+1.7 "
            "62@12+12",
            "60@0+12 62@12+12 in 0 0 0 0 0 0 0 0 1"},
           {"two trills",
            "62@0+1.5 60@1.5+1.5 62@3+1.5 60@4.5+1.5 65@6+1.5 64@7.5+1.5 65@9+1.5 64@10.5+1.5 "
            "60@12+12",
            "60@0+6 64@6+6 60@12+12 in 0 0 0 0 1 1 1 1 2"},
           {"mordent, its neighbour next", "60@0+1.2 62@1.2+1.2 60@2.4+1.6 62@4+8",
            "60@0+4 62@4+8 in 0 0 0 1"},
           {"turn of thirty-seconds", "62@0+1.5 60@1.5+1.5 59@3+1.5 60@4.5+7.5",
            "60@0+12 in 0 0 0 0"},
           {"two that lead to one", "55@12+1.2 63@12+1.2 60@13.2+10.8", "60@12+12 in 0 0 0"},
           {"beside a held chord", "48@0+24 60@0+1.2 62@1.2+1.2 60@2.4+21.6 52@0+24",
            "48@0+24 60@0+24 52@0+24 in 0 1 1 1 2"},
       }) {
    EXPECT_EQ(Heard(row.music), row.heard) << row.what;
  }
}

TEST(Ornaments, OtherShortNotesAreMusic) {
  for (const char* music : {
           "60@0+10.5 62@10.5+1.5 64@12+10.5 65@22.5+1.5 67@24+12",
           "60@0+1.5 62@1.5+1.5 64@3+1.5 65@4.5+1.5 67@6+18",
           "62@0+9 61@9+1.5 62@10.5+1.5 61@12+6",  // up to a downbeat
           "60@0+1.2 62@24+12 64@36+1.2",          // nothing follows soon
           "60@0+1.2 74@1.2+10.8",                 // another voice
           "60@0+1.2/i1 62@1.2+10.8",              // another instrument
           "36@10.8+1.2/d 38@12+12/d",             // drums
           "60@0+1.2 62@1.2+1.6 64@2.8+2",         // none is long
           "60@0.4+1.3 62@1.7+1.3 64@3+1.3 65@4.3+1.3 67@5.6+1.3 69@6.9+1.3 71@8.2+12",  // a run
       }) {
    EXPECT_EQ(Heard(music), "as it is") << music;
  }
  // Quintuplets; a chord that is struck a little apart.
  EXPECT_EQ(Heard("60@0+2.4 62@2.4+2.4 64@4.8+2.4 65@7.2+2.4 67@9.6+2.4 69@12+12", 240),
            "as it is");
  EXPECT_EQ(Heard("67@0.1+1.9 60@0.2+11.8 64@0.3+11.7"), "as it is");
  // Sixteenths, fast and released early.
  EXPECT_EQ(Heard("60@0.1+2.9 62@3.1+2.8 60@5.9+3.2 64@9.1+2.9 65@12+12", 240), "as it is");
  EXPECT_EQ(Heard("60@6+3 62@9+3 60@12+12", 220), "as it is");
  EXPECT_EQ(Heard("60@0+3 62@3+3 60@6+12", 220), "as it is");
  EXPECT_EQ(Heard("60@0+7 62@9.2+1.2 60@11.9+7 62@20.8+1.2 60@24.1+7", 200), "as it is");
}

TEST(Ornaments, ShortNotesAllOverAreDottedOrSwung) {
  std::string music;
  for (int eighth = 0; eighth < 24; ++eighth) {
    music += fmt::format("60@{}+4.3 62@{}+1.5 ", 6 * eighth, 6 * eighth + 4.3);
  }
  EXPECT_EQ(Heard(music, 110), "as it is");
}

TEST(Ornaments, SecondsAreThoseInWhichItIsPlayed) {
  const char* mordent = "60@0+1.2 62@1.2+1.2 60@2.4+9.6";
  EXPECT_EQ(Heard(mordent, 120, 40), "as it is");
  EXPECT_EQ(Heard(mordent, 40, 120), "60@0+12 in 0 0 0");
}

TEST(Ornaments, WhereItIsNotClearWhatIsWrittenStays) {
  // At 200 quarters a minute 50 ms are nearly two ticks; the grace is as near to a triplet.
  EXPECT_EQ(Heard("72@10.1+1.9 71@12+12", 200), "71@12+12 in 0 0");
  EXPECT_EQ(Heard("72@6.1+1.9 71@8+12", 200), "71@8+12 in 0 0");
}

TEST(Ornaments, AnEarlyDownbeatStaysInItsBar) {
  // A pickup of a sixteenth of 66 ms, and what follows 17 ms early.
  EXPECT_EQ(Heard("72@45+2.3 76@47.3+12 60@47.3+12", 200), "as it is");
  // A grace before it.
  EXPECT_EQ(Heard("72@46+1.3 76@47.3+12 60@47.3+12", 200), "76@47+12 60@47+12 in 0 0 1");
}

TEST(Ornaments, AnyNotesAreHeardInOneThatIsThere) {
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    std::minstd_rand random(seed + 1);
    std::string music;
    double at = 0;
    for (int i = 0; i < 20; ++i) {
      music += fmt::format("{}@{}+{} ", 55 + random() % 9, at, 1 + random() % 3);
      at += 1.2 * static_cast<double>(random() % 2);
    }
    SCOPED_TRACE(music);
    Heard(music, 120);  // checks it
  }
}

TEST(Ornaments, ManyNotesTakeNoLonger) {
  // To and fro, in any order, all at once, and in chords.
  const auto notes = [](double apart, int pitches, int at_once = 1) {
    NoteSequence sequence;
    std::minstd_rand random(1);
    for (int i = 0; i < 200'000; ++i) {
      auto& note = *sequence.add_notes();
      note.set_pitch(60 + (pitches == 2 ? i % 2 : static_cast<int>(random() % 3)));
      note.set_start_time(apart * (i / at_once));
      note.set_end_time(note.start_time() + 0.0001 * (1 + random() % 3));
      note.set_quantized_end_step(1);
    }
    return sequence;
  };
  for (NoteSequence sequence : {notes(0.0001, 2), notes(0.0001, 3), notes(0, 3),
                                notes(0.0001, 3, 4), notes(0.0001, 3, 400)}) {
    const int64_t bar_line = 0;
    const std::vector<int> heard_in = TakeOrnaments(BarCount(120, {&bar_line, 1}), sequence);
    EXPECT_EQ(heard_in.size(), 200'000u);
  }
}

}  // namespace
}  // namespace magenta
