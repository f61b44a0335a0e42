#include "magenta/music/piece_limits.h"

#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

TEST(PieceLimits, ARefusalNamesTheLimitAndWhatThePieceHas) {
  const PieceLimits limits = {10, 20, 30, 40, 50, 60};
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
       }) {
    EXPECT_EQ(ErrorMessage(row.status), row.line);
    EXPECT_EQ(ErrorRemedy(row.status), "Split it into smaller pieces");
    EXPECT_EQ(ExitStatus(row.status), 3);
    EXPECT_TRUE(IsPieceLimitError(WithFile(row.status, "a.mid")));
  }
}

TEST(PieceLimits, WhatIsWithinThemPasses) {
  const PieceLimits limits = {10, 20, 30, 40, 50, 60};
  EXPECT_TRUE(CheckFileBytes(10, limits).ok());
  EXPECT_TRUE(CheckUnpackedBytes(20, limits).ok());
  EXPECT_TRUE(CheckNotes(30, limits).ok());
  EXPECT_TRUE(CheckEvents(40, limits).ok());
  EXPECT_TRUE(CheckTracks(50, limits).ok());
  EXPECT_FALSE(IsPieceLimitError(InputError("", "something else")));
}

}  // namespace
}  // namespace magenta
