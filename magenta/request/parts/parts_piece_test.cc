#include "magenta/request/parts/parts_piece.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "magenta/kinds/melody_kind.h"
#include "tests/dump.h"

namespace magenta {
namespace {

PartsPlan PlanOf(const NoteSequence& input, const GenerateArgs& args) {
  static const auto kind = MakeMelodyKind({});
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = input;
  auto plan = PlanParts(*kind, request, args, ~PitchSet(), 1);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return *std::move(plan);
}

GenerateArgs Fill(const char* fill) {
  GenerateArgs args;
  args.parts.fill = fill;
  return args;
}

/// The lines of the given notes, and in each open range one note of `pitch` from its start to its
/// `until`.
VoiceLines LinesWith(const PartsPlan& plan, int pitch) {
  VoiceLines lines;
  for (const SheetVoice& voice : plan.sheet.voices) {
    lines.push_back(voice.notes);
    for (const OpenRange& range : voice.open) {
      lines.back().push_back({range.start, range.until, pitch});
    }
  }
  return lines;
}

std::string With(const std::string& input, const GenerateArgs& args) {
  const PartsPlan plan = PlanOf(ParseMusic(input), args);
  return DumpMusic(PartsPiece(plan).With(LinesWith(plan, 90)));
}

TEST(PartsPiece, WhatIsDrawnStandsBesideWhatStays) {
  const char* parts = "T120@0 72@0+2/v60 74@2+2/v70 48@0+2/i1/v50 50@2+2/i1/v50";
  EXPECT_EQ(With(parts, Fill("2:1")), "T120@0 72@0+2/v60 48@0+2/i1/v50 50@2+2/i1/v50 90@2+2/v65");
  GenerateArgs bars;
  bars.bars = 1;
  EXPECT_EQ(With(parts, bars),
            "T120@0 72@0+2/v60 74@2+2/v70 48@0+2/i1/v50 50@2+2/i1/v50 90@4+2/v65 90@4+2/i1/v50");
  bars.ending = true;  // the notes it ends with are new ones, too
  EXPECT_EQ(With(parts, bars),
            "T120@0 72@0+2/v60 74@2+2/v70 48@0+2/i1/v50 50@2+2/i1/v50 90@4+1/v65 72@5+1/v65 "
            "90@4+1/i1/v50 48@5+1/i1/v50");
  GenerateArgs bass;
  bass.parts.add = "bass";
  EXPECT_EQ(With("T120@0 72@0+2/v60", bass), "T120@0 72@0+2/v60 90@0+2/i1/v60");
}

TEST(PartsPiece, GivenNotesKeepTheirKeys) {
  // One that was struck a little before its bar, at the pitch that is drawn before it; one that
  // sounds a little into what is drawn.
  EXPECT_EQ(With("T120@0 72@0+2 74@2+2 90@3.984375+2", Fill("2:1")),
            "T120@0 72@0+2 90@3.984375+2 90@2+1.984375");
  EXPECT_EQ(With("T120@0 90@0+2.015625 74@2.015625+2", Fill("2:1")),
            "T120@0 90@0+2.015625 90@2.015625+1.984375");
}

TEST(PartsPiece, TimesGoThroughTheTempos) {
  EXPECT_EQ(With("T120@0 T60@4 72@0+4 74@4+8", Fill("3")), "T120@0 T60@4 72@0+4 90@4+8");
}

TEST(PartsPiece, AShortLastBarIsFilled) {
  GenerateArgs bars;
  bars.bars = 1;
  EXPECT_EQ(With("M1/4@0 M4/4@0.5 M3/4@4.5 T120@0 60@0+6", bars),
            "M1/4@0 M4/4@0.5 T120@0 60@0+6 90@6+2.5");
}

TEST(PartsPiece, AllElseStaysToTheBit) {
  NoteSequence input = ParseMusic(
      "M3/4@0 K7@0 T119.7@0 T63.1@1.91 C64=127@0.3 B100@0.4 \"G@0 72@0.0123+0.7 74@1.003+0.63 "
      "76@2.0001+1.1 48@0+0.99/i1 50@1.5+0.98/i1 36@0.1+0.1/i9/d");
  input.set_id("a piece");
  input.mutable_sequence_metadata()->set_title("A title");
  input.set_ticks_per_quarter(480);
  auto& info = *input.add_instrument_infos();
  info.set_instrument(1);
  info.set_name("Cello");
  input.mutable_notes(0)->set_voice(3);
  const PartsPlan plan = PlanOf(input, Fill("2:1"));
  ASSERT_EQ(plan.redrawn.size(), 1u);
  NoteSequence result = PartsPiece(plan).With(LinesWith(plan, 90));
  // Take out what is new, put in what is gone: the same bytes.
  NoteSequence expected = input;
  const NoteSequence::Note drawn = result.notes(result.notes_size() - 1);
  EXPECT_EQ(drawn.pitch(), 90);
  expected.mutable_notes()->DeleteSubrange(plan.redrawn[0], 1);
  *expected.add_notes() = drawn;
  expected.set_total_time(result.total_time());
  EXPECT_EQ(result.SerializeAsString(), expected.SerializeAsString());
}

TEST(PartsPiece, NewPartsOfScoresAreScoreParts) {
  NoteSequence input = ParseMusic("T120@0 72@0+2");
  auto& info = *input.add_part_infos();
  info.set_part(0);
  info.set_name("Flute");
  GenerateArgs args;
  args.parts.add = "bass";
  const PartsPlan plan = PlanOf(input, args);
  const NoteSequence result = PartsPiece(plan).With(LinesWith(plan, 40));
  ASSERT_EQ(result.part_infos_size(), 2);
  EXPECT_EQ(result.part_infos(1).name(), "Bass");
  EXPECT_EQ(result.notes(1).part(), result.part_infos(1).part());
  EXPECT_EQ(result.instrument_infos(1).name(), "Bass");
}

}  // namespace
}  // namespace magenta
