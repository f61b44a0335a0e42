#include "magenta/music/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "magenta/music/quantize.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using testing::ElementsAreArray;

struct SplitRow {
  const char* music;               // seconds
  std::vector<const char*> parts;  // seconds from each part's beginning
};

std::vector<std::string> Dumps(const std::vector<NoteSequence>& parts) {
  std::vector<std::string> dumps;
  for (const NoteSequence& part : parts) dumps.push_back(DumpMusic(part));
  return dumps;
}

TEST(SplitOnTimeChanges, CutsWhereMeterOrTempoChanges) {
  const SplitRow rows[] = {
      {"", {}},
      {"M4/4@0 T120@0", {}},
      {"60@0+1", {"60@0+1"}},
      // What comes first never cuts, whatever it is; repeats don't either.
      {"M3/4@0 T90@0 60@0+1 62@1+1", {"M3/4@0 T90@0 60@0+1 62@1+1"}},
      {"M4/4@1 T120@1 60@0+2", {"M4/4@1 T120@1 60@0+2"}},
      {"M3/4@0 M3/4@1 60@0+2", {"M3/4@0 M3/4@1 60@0+2"}},
      // A change at or after the end is none.
      {"M3/4@2 60@0+2", {"60@0+2"}},
      // A note goes where it starts and ends with the part.
      {"M3/4@1 60@0+1.5 62@1+1", {"60@0+1", "M3/4@0 62@0+1"}},
      {"T90@0.5 T60@1.5 60@0+0.5 62@0.5+1 64@1.5+1", {"60@0+0.5", "T90@0 62@0+1", "T60@0 64@0+1"}},
      // Two changes at once cut once, and one back to the beginning's is a change.
      {"M3/4@1 T90@1 M4/4@2 60@0+3", {"60@0+1", "M3/4@0 T90@0", "M4/4@0 T90@0"}},
      // A change that is taken back on the spot cuts as the reference does.
      {"M3/4@1 M4/4@1 60@0+2", {"60@0+1", "M4/4@0"}},
      // State at the cut comes in at 0; what follows is shifted.
      {"K2@0 K4@0.5 K5@1.5 T90@1 60@0+1 62@1+1",
       {"K2@0 K4@0.5 60@0+1", "T90@0 K4@0 K5@0.5 62@0+1"}},
      {"\"Am@0 \"G@1 T90@1 60@0+1 62@1+1", {"\"Am@0 60@0+1", "T90@0 \"G@0 62@0+1"}},
      // Notes by their start, equal ones as they stood.
      {"64@1+1 62@0+1 67@1+1", {"62@0+1 64@1+1 67@1+1"}},
      // Those of several parts in any order, and some outside of all.
      {"T90@1 T60@2 66@2.5+0.5 64@1+1 60@0.5+0.5 67@1+1 59@0.5+2 71@9+1 40@-1+3 72@0+1 65@2+1",
       {"72@0+1 60@0.5+0.5 59@0.5+0.5", "T90@0 64@0+1 67@0+1", "T60@0 65@0+1 66@0.5+0.5 71@7+1"}},
      // Pedals stay, other controllers and bends don't.
      {"C64=127@0.5 C7=99@0.5 B100@0 T90@1 C67=1@1.5 60@0+1 62@1+1",
       {"C64=127@0.5 60@0+1", "T90@0 C64=127@0 C67=1@0.5 62@0+1"}},
      // Before the beginning there is nothing.
      {"60@-1+1.5 62@0+1", {"62@0+1"}},
      {"Tnan@nan M3/4@inf 60@0+1", {"60@0+1"}},
  };
  for (const SplitRow& row : rows) {
    EXPECT_THAT(Dumps(SplitOnTimeChanges(ParseMusic(row.music))), ElementsAreArray(row.parts))
        << row.music;
  }
}

TEST(SplitOnTimeChanges, KeepsNamesAndSaysWhereAPartCameFrom) {
  NoteSequence sequence = ParseMusic("T90@1 60@0+1/i3 62@1+0.5/i4 64@1.5+0.5/i3");
  sequence.set_id("/id/midi/folk/0");
  sequence.set_filename("tune.mid");
  auto& info = *sequence.add_instrument_infos();
  info.set_instrument(4);
  info.set_name("Fiddle");
  const auto parts = SplitOnTimeChanges(sequence);
  ASSERT_EQ(parts.size(), 2);
  EXPECT_EQ(parts[1].id(), "/id/midi/folk/0");
  EXPECT_EQ(parts[1].filename(), "tune.mid");
  EXPECT_EQ(parts[0].subsequence_info().start_time_offset(), 0.0);
  EXPECT_EQ(parts[0].subsequence_info().end_time_offset(), 1.0);
  EXPECT_EQ(parts[1].subsequence_info().start_time_offset(), 1.0);
  EXPECT_EQ(parts[1].subsequence_info().end_time_offset(), 0.0);
  EXPECT_EQ(parts[0].instrument_infos_size(), 0);
  ASSERT_EQ(parts[1].instrument_infos_size(), 1);
  EXPECT_EQ(parts[1].instrument_infos(0).name(), "Fiddle");
}

TEST(SplitOnTimeChanges, EveryPartCanBeQuantised) {
  const NoteSequence sequence =
      ParseMusic("M9/8@0 T97@0.1 M12/8@2 T60@2.5 M9/8@3 60@0+1 62@1+1 64@2+2");
  EXPECT_FALSE(Quantize(sequence, Grid()).ok());
  const auto parts = SplitOnTimeChanges(sequence);
  EXPECT_EQ(parts.size(), 5);
  for (const NoteSequence& part : parts)
    EXPECT_TRUE(Quantize(part, Grid()).ok()) << DumpMusic(part);
}

TEST(SplitOnTimeChanges, ForgetsOldSteps) {
  const auto quantized = Quantize(ParseMusic("60@0.5+1 C64=1@0.5"), Grid());
  const auto parts = SplitOnTimeChanges(quantized->proto());
  ASSERT_EQ(parts.size(), 1);
  EXPECT_FALSE(parts[0].has_quantization_info());
  EXPECT_EQ(parts[0].total_quantized_steps(), 0);
  EXPECT_EQ(parts[0].notes(0).quantized_start_step(), 0);
  EXPECT_EQ(parts[0].control_changes(0).quantized_step(), 0);
}

// Many cuts times many instruments must not multiply.
TEST(SplitOnTimeChanges, PartsTogetherAreNoLargerThanTheWhole) {
  NoteSequence sequence;
  for (int i = 0; i < 2000; ++i) {
    auto& note = *sequence.add_notes();
    note.set_start_time(i);
    note.set_end_time(i + 1);
    note.set_instrument(i);
    sequence.add_tempos()->set_time(i);
    sequence.mutable_tempos(i)->set_qpm(60 + i);
    auto& pedal = *sequence.add_control_changes();
    pedal.set_control_number(64);
    pedal.set_instrument(i);
    auto& info = *sequence.add_instrument_infos();
    info.set_instrument(i);
    info.set_name("name");
  }
  sequence.set_total_time(2000);
  size_t infos = 0;
  size_t pedals = 0;
  const auto parts = SplitOnTimeChanges(sequence);
  EXPECT_EQ(parts.size(), 2000);
  for (const NoteSequence& part : parts) {
    infos += part.instrument_infos_size();
    pedals += part.control_changes_size();
  }
  EXPECT_EQ(infos, 2000);
  EXPECT_EQ(pedals, 2000);
}

}  // namespace
}  // namespace magenta
