#include "magenta/music/played/ornaments.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "magenta/music/quantize.h"
#include "tests/dump.h"

namespace magenta {
namespace {

/// What is heard of `music`, in ticks, at `qpm`: pitches, begins and lengths.
std::string Heard(const std::string& music, double qpm = 120) {
  NoteSequence sequence = ParseMusic(music, 60 / qpm / kTicksPerQuarter);
  sequence.add_tempos()->set_qpm(qpm);
  const auto quantized = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
  EXPECT_TRUE(quantized.ok()) << quantized.status();
  const int64_t bar_line = 0;
  NoteSequence heard = quantized->proto();
  const std::vector<int> heard_in = TakeOrnaments(BarCount(qpm, {&bar_line, 1}), heard);
  EXPECT_EQ(heard_in.size(), static_cast<size_t>(quantized->proto().notes_size()));
  if (heard.notes_size() == quantized->proto().notes_size()) return "as it is";
  std::string text;
  for (const auto& note : heard.notes()) {
    text += fmt::format("{}@{}+{} ", note.pitch(), note.quantized_start_step(),
                        note.quantized_end_step() - note.quantized_start_step());
  }
  return text + fmt::format("in {}", fmt::join(heard_in, ""));
}

// A tick is 42 ms.
TEST(Ornaments, AreHeardInWhatTheyAdorn) {
  struct Row {
    const char* what;
    const char* music;
    const char* heard;
  };
  for (const Row& row : std::vector<Row>{
           {"mordent", "60@0+1.2 62@1.2+1.2 60@2.4+9.6 64@12+12", "60@0+12 64@12+12 in 0001"},
           {"mordent of thirty-seconds", "60@0+1.5 62@1.5+1.5 60@3+9 62@12+12",
            "60@0+12 62@12+12 in 0001"},
           {"shake", "60@0+1.2 62@1.2+1.2 60@2.4+1.2 62@3.6+1.2 60@4.8+7.2", "60@0+12 in 00000"},
           {"grace before the beat", "60@0+10.8 65@10.8+1.2 64@12+12", "60@0+12 64@12+12 in 011"},
           {"on the beat", "60@0+12 65@12+1.2 64@13.2+10.8", "60@0+12 64@12+12 in 011"},
           {"after a sixteenth", "60@9+1.8 65@10.8+1.2 64@12+12", "60@9+3 64@12+12 in 011"},
           {"of a chord", "60@12+1.2 59@13.2+10.8 65@13.2+10.8 48@12+12",
            "59@12+12 65@12+12 48@12+12 in 0012"},
           {"slide", "57@8.6+1.2 59@9.8+1.2 60@11+1 62@12+12", "62@12+12 in 0000"},
           {"turn", "62@0+1.1 60@1.1+1.1 59@2.2+1.1 60@3.3+20.7", "60@0+24 in 0000"},
           {"trill",
            "64@0+12 62@12+1.4 60@13.4+1.4 62@14.8+1.4 60@16.2+1.4 62@17.6+1.4 60@19+1.4 "
            "62@20.4+1.4 60@21.8+2.2 65@24+24",
            "64@0+12 60@12+12 65@24+24 in 0111111112"},
           {"beside a held chord", "48@0+24 60@0+1.2 62@1.2+1.2 60@2.4+21.6 52@0+24",
            "48@0+24 60@0+24 52@0+24 in 01112"},
       }) {
    EXPECT_EQ(Heard(row.music), row.heard) << row.what;
  }
}

TEST(Ornaments, OtherShortNotesAreMusic) {
  for (const char* music : {
           "60@0+10.5 62@10.5+1.5 64@12+10.5 65@22.5+1.5 67@24+12",
           "60@0+1.5 62@1.5+1.5 64@3+1.5 65@4.5+1.5 67@6+18",
           "60@0+1.2 62@24+12 64@36+1.2",   // nothing follows soon
           "60@0+1.2 74@1.2+10.8",          // another voice
           "60@0+1.2/i1 62@1.2+10.8",       // another instrument
           "36@10.8+1.2/d 38@12+12/d",      // drums
           "60@0+1.2 62@1.2+1.6 64@2.8+2",  // none is long
           "60@0.4+1.3 62@1.7+1.3 64@3+1.3 65@4.3+1.3 67@5.6+1.3 69@6.9+1.3 71@8.2+12",  // a run
       }) {
    EXPECT_EQ(Heard(music), "as it is") << music;
  }
  // Sixteenths of 62 ms.
  EXPECT_EQ(Heard("60@0.1+2.9 62@3.1+2.8 60@5.9+3.2 64@9.1+2.9 65@12+12", 240), "as it is");
}

TEST(Ornaments, WhereItIsNotClearAllBeginAlike) {
  // At 200 quarters a minute 50 ms are two ticks; before the beat each of these would be as near to
  // a triplet.
  std::string music, heard = "";
  for (int quarter = 1; quarter <= 4; ++quarter) {
    const int tick = 12 * quarter;
    music += fmt::format("72@{}+1.9 71@{}+12 ", tick - 1.9, tick);
    heard += fmt::format("71@{}+12 ", tick);
  }
  EXPECT_EQ(Heard(music, 200), heard + "in 00112233");
}

TEST(Ornaments, ManyNotesTakeNoLonger) {
  // To and fro, in any order, and all at once.
  const auto notes = [](double apart, int pitches) {
    NoteSequence sequence;
    std::minstd_rand random(1);
    for (int i = 0; i < 200'000; ++i) {
      auto& note = *sequence.add_notes();
      note.set_pitch(60 + (pitches == 2 ? i % 2 : static_cast<int>(random() % 3)));
      note.set_start_time(apart * i);
      note.set_end_time(note.start_time() + 0.0001 * (1 + random() % 3));
      note.set_quantized_end_step(1);
    }
    return sequence;
  };
  for (NoteSequence sequence : {notes(0.0001, 2), notes(0.0001, 3), notes(0, 3)}) {
    const int64_t bar_line = 0;
    EXPECT_EQ(TakeOrnaments(BarCount(120, {&bar_line, 1}), sequence).size(), 200'000u);
  }
}

}  // namespace
}  // namespace magenta
