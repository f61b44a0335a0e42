#include "magenta/music/piece_limits.h"

#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

TEST(PieceLimits, ARefusalNamesTheLimitAndWhatThePieceHas) {
  const PieceLimits limits = {.file_bytes = 10,
                              .unpacked_bytes = 20,
                              .notes = 30,
                              .events = 40,
                              .changes = 70,
                              .tunes = 80,
                              .sections = 90,
                              .drawn_bars = 100,
                              .tracks = 50,
                              .steps = 60};
  struct Row {
    absl::Status status;
    const char* line;
  };
  for (const Row& row : {
           Row{CheckFileBytes(11, limits), "has 11 bytes; the limit for a piece is 10"},
           Row{CheckUnpackedBytes(21, limits),
               "has 21 unpacked bytes or more; the limit for a piece is 20"},
           Row{CheckNotes(31, limits), "has 31 notes or more; the limit for a piece is 30"},
           Row{CheckEvents(41, limits), "has 41 events or more; the limit for a piece is 40"},
           Row{CheckTracks(51, limits), "has 51 tracks or more; the limit for a piece is 50"},
           Row{CheckSteps(61, limits), "has 61 steps or more; the limit for a piece is 60"},
           Row{CheckChanges(71, limits),
               "has 71 changes of tempo, meter and key or more; the limit for a piece is 70"},
           Row{CheckTunes(81, limits), "has 81 tunes or more; the limit for a piece is 80"},
           Row{CheckSections(91, limits),
               "has 91 sections to play or more; the limit for a piece is 90"},
           Row{CheckDrawnBars(101, limits),
               "has 101 bars to draw or more; the limit for a piece is 100"},
       }) {
    EXPECT_EQ(ErrorMessage(row.status), row.line);
    EXPECT_EQ(ErrorRemedy(row.status), "Split it into smaller pieces");
    EXPECT_EQ(ExitStatus(row.status), 3);
    EXPECT_TRUE(IsPieceLimitError(WithFile(row.status, "a.mid")));
  }
}

TEST(PieceLimits, WhatIsWithinThemPasses) {
  const PieceLimits limits = {.file_bytes = 10,
                              .unpacked_bytes = 20,
                              .notes = 30,
                              .events = 40,
                              .changes = 70,
                              .tunes = 80,
                              .sections = 90,
                              .drawn_bars = 100,
                              .tracks = 50,
                              .steps = 60};
  EXPECT_TRUE(CheckFileBytes(10, limits).ok());
  EXPECT_TRUE(CheckUnpackedBytes(20, limits).ok());
  EXPECT_TRUE(CheckNotes(30, limits).ok());
  EXPECT_TRUE(CheckEvents(40, limits).ok());
  EXPECT_TRUE(CheckTracks(50, limits).ok());
  EXPECT_TRUE(CheckChanges(70, limits).ok());
  EXPECT_TRUE(CheckTunes(80, limits).ok());
  EXPECT_TRUE(CheckSections(90, limits).ok());
  EXPECT_TRUE(CheckDrawnBars(100, limits).ok());
  EXPECT_FALSE(IsPieceLimitError(InputError("", "something else")));
}

}  // namespace
}  // namespace magenta
