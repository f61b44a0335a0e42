#include "magenta/io/score/sections.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/io/score/score_dump.h"

namespace magenta {
namespace {

NoteSequence Parse(const std::string& text) {
  NoteSequence sequence;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &sequence)) << text;
  return sequence;
}

// Two sections of a second each: 60 and 62 (which sounds on into the second), then 64.
constexpr char kTwoSections[] = R"(
  id: "x" ticks_per_quarter: 220 total_time: 2
  notes { pitch: 60 start_time: 0 end_time: 0.5 }
  notes { pitch: 62 start_time: 0.5 end_time: 1.5 }
  notes { pitch: 64 start_time: 1 end_time: 2 }
  tempos { time: 0 qpm: 120 } tempos { time: 1 qpm: 60 }
  text_annotations { time: 1 text: "Am" annotation_type: CHORD_SYMBOL }
  section_annotations { time: 0 section_id: 0 }
  section_annotations { time: 1 section_id: 7 }
)";

struct Row {
  const char* groups;
  const char* notes;
  const char* signs;
};
constexpr Row kRows[] = {
    {"", "60@0+1 62@1+2 64@2+2", "tempo 0:120 tempo 2:60 text 2:Am"},
    {"section_groups { sections { section_id: 0 } num_times: 2 }", "60@0+1 62@1+1 60@2+1 62@3+1",
     "tempo 0:120"},
    {"section_groups { sections { section_id: 7 } sections { section_id: 0 } num_times: 1 }",
     "62@0+1 64@0+2 60@2+1 62@3+1", "tempo 0:60 tempo 2:120 text 0:Am"},
    {"section_groups { sections { section_group { sections { section_id: 7 } num_times: 2 } } "
     "sections { section_id: 0 } num_times: 1 }",
     "62@0+1 64@0+2 62@2+1 64@2+2 60@4+1 62@5+1", "tempo 0:60 tempo 4:120 text 0:Am text 2:Am"},
    {"section_groups { num_times: 5 }", "", ""},
    // As written: 62 sounds on.
    {"section_groups { sections { section_id: 0 } sections { section_id: 7 } num_times: 1 }",
     "60@0+1 62@1+2 64@2+2", "tempo 0:120 tempo 2:60 text 2:Am"},
};

TEST(SectionsTest, PlaysGroups) {
  for (const Row& row : kRows) {
    const auto unrolled = UnrollSections(Parse(std::string(kTwoSections) + row.groups));
    ASSERT_TRUE(unrolled.ok()) << unrolled.status();
    EXPECT_EQ(DumpNotes(*unrolled), row.notes) << row.groups;
    EXPECT_EQ(DumpSigns(*unrolled), row.signs) << row.groups;
    EXPECT_EQ(unrolled->id(), "x");
    EXPECT_TRUE(unrolled->section_groups().empty());
  }
}

// A note tied into both endings, in another voice too; what another instrument strikes again there;
// one that hangs on at the repeat's end.
TEST(SectionsTest, TiesReachTheSecondEnding) {
  const auto unrolled = UnrollSections(Parse(R"(
    total_time: 3
    notes { pitch: 60 start_time: 0.5 end_time: 1.5 }
    notes { pitch: 65 start_time: 0.5 end_time: 1.5 }
    notes { pitch: 67 start_time: 0.5 end_time: 1.5 }
    notes { pitch: 62 start_time: 1.5 end_time: 2.25 }
    notes { pitch: 60 start_time: 2 end_time: 3 }
    notes { pitch: 65 start_time: 2 end_time: 3 voice: 1 }
    notes { pitch: 67 start_time: 2 end_time: 3 instrument: 1 }
    section_annotations { time: 0 section_id: 0 }
    section_annotations { time: 1 section_id: 1 }
    section_annotations { time: 2 section_id: 2 }
    section_groups { sections { section_id: 0 } sections { section_id: 1 } num_times: 1 }
    section_groups { sections { section_id: 0 } sections { section_id: 2 } num_times: 1 })"));
  ASSERT_TRUE(unrolled.ok()) << unrolled.status();
  EXPECT_EQ(DumpNotes(*unrolled),
            "60@1+2 65@1+2 67@1+2 62@3+1 60@5+3 65@5+3 67@5+1 62@6+0.5 67@6+2/1");
}

/// One note of 60 over measures [first, last) of two quarters each; sections begin at `starts`.
std::string PlayedHeld(const std::vector<int>& starts, int first, int last,
                       const std::vector<int>& played, double more = 0) {
  NoteSequence sequence;
  sequence.set_total_time(3);
  auto* note = sequence.add_notes();
  note->set_pitch(60);
  note->set_start_time(first);
  note->set_end_time(last + more);
  for (const int start : starts) {
    auto* section = sequence.add_section_annotations();
    section->set_time(start);
    section->set_section_id(start);
  }
  for (const int id : played) {
    auto* group = sequence.add_section_groups();
    group->set_num_times(1);
    group->add_sections()->set_section_id(id);
  }
  const auto unrolled = UnrollSections(sequence);
  EXPECT_TRUE(unrolled.ok()) << unrolled.status();
  return unrolled.ok() ? DumpNotes(*unrolled) : "";
}

TEST(SectionsTest, HeldNotesAreStruckAgain) {
  // C~ |: ~C :| and C~ |: ~C~ :| ~C
  EXPECT_EQ(PlayedHeld({0, 1, 2}, 0, 2, {0, 1, 1, 2}), "60@0+4 60@4+2");
  EXPECT_EQ(PlayedHeld({0, 1, 2}, 0, 3, {0, 1, 1, 2}), "60@0+4 60@4+4");
  // |: C~ :| ~C and |: C~ | ~C~ :| ~C
  EXPECT_EQ(PlayedHeld({0, 1}, 0, 2, {0, 0, 1}), "60@0+2 60@2+4");
  EXPECT_EQ(PlayedHeld({0, 2}, 0, 3, {0, 0, 2}), "60@0+4 60@4+6");
  // |: C~ [1 ~C~ :| [2 ~C
  EXPECT_EQ(PlayedHeld({0, 1, 2}, 0, 3, {0, 1, 0, 2}), "60@0+4 60@4+4");
  // A jump to where nothing led before.
  EXPECT_EQ(PlayedHeld({0, 1, 2}, 0, 3, {2, 1}), "60@0+2 60@2+2");
  // A length's rounding is no tie.
  EXPECT_EQ(PlayedHeld({0, 1, 2}, 0, 1, {0, 1, 1}, 0.05), "60@0+2.1");
}

TEST(SectionsTest, HeldNotesStayBounded) {
  NoteSequence sequence;
  constexpr int kNotes = 20000, kSections = 2000;
  sequence.set_total_time(kSections);
  for (int i = 0; i < kNotes; ++i) sequence.add_notes()->set_end_time(kSections);
  for (int i = 0; i < kSections; ++i) {
    auto* section = sequence.add_section_annotations();
    section->set_time(i);
    section->set_section_id(i);
    auto* group = sequence.add_section_groups();
    group->set_num_times(2);
    group->add_sections()->set_section_id(i);
  }
  EXPECT_EQ(ExitStatus(UnrollSections(sequence).status()), 3);
}

TEST(SectionsTest, MarksWhatIsPlayed) {
  const auto unrolled = UnrollSections(Parse(
      std::string(kTwoSections) +
      "section_groups { sections { section_id: 7 } sections { section_id: 0 } num_times: 2 }"));
  ASSERT_TRUE(unrolled.ok());
  EXPECT_EQ(DumpSections(*unrolled), "0 2 4 6 |");
  EXPECT_EQ(unrolled->total_time(), 4);
}

constexpr const char* kBad[] = {
    "section_groups { sections { section_id: 5 } num_times: 1 }",
    "section_groups { sections { section_id: 0 } num_times: 2000000000 }",
    R"(section_annotations { time: 0.5 section_id: 2 }
       section_groups { sections { section_id: 7 } num_times: 1 })",
};

TEST(SectionsTest, RefusesWhatCannotBePlayed) {
  for (const char* groups : kBad) {
    const auto unrolled = UnrollSections(Parse(std::string(kTwoSections) + groups));
    EXPECT_EQ(ExitStatus(unrolled.status()), 3) << groups;
  }
}

TEST(SectionsTest, LongTextsStayBounded) {
  NoteSequence sequence = Parse(std::string(kTwoSections) +
                                "section_groups { sections { section_id: 0 } num_times: 200 }");
  sequence.add_text_annotations()->set_text(std::string(1 << 20, 'x'));
  EXPECT_THAT(ErrorLine(UnrollSections(sequence).status()),
              testing::HasSubstr("unpacked bytes or more"));
}

TEST(SectionsTest, NestedRepeatsStayBounded) {
  NoteSequence sequence = Parse(kTwoSections);
  auto* group = sequence.add_section_groups();
  for (int depth = 0; depth < 40; ++depth) {
    group->set_num_times(1000);
    group = group->add_sections()->mutable_section_group();
  }
  group->set_num_times(1000);
  group->add_sections()->set_section_id(0);
  EXPECT_EQ(ExitStatus(UnrollSections(sequence).status()), 3);
}

}  // namespace
}  // namespace magenta
