#include "magenta/base/status.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/cord.h"
#include "magenta/base/error_message.h"

namespace magenta {
namespace {

/// `message` is status.message() where it is not `line` without its last full stop.
struct Row {
  absl::Status status;
  int exit_status;
  const char* line;
  std::string message = std::string(line).substr(0, std::string(line).size() - 1);
};

TEST(Status, EachKindHasItsExitStatusAndItsLine) {
  const Row rows[] = {
      {absl::OkStatus(), 0, "", ""},
      {UsageError("no flag --x", "Did you mean --y?"), 2, "no flag --x. Did you mean --y?",
       "no flag --x. Did you mean --y?"},
      {UsageError("no flag --x", "Say --y"), 2, "no flag --x. Say --y."},
      {InputError("a.mid", "byte 14: no track"), 3, "a.mid: byte 14: no track."},
      {MissingInputError("a.mid", "cannot open"), 3, "a.mid: cannot open."},
      {SequenceError("a note at -1 s", "Shift it"), 3, "a note at -1 s. Shift it."},
      {NothingToOutputError("no melody"), 4, "no melody."},
      {OutsideError("out", "disk full", "Free some space."), 5, "out: disk full. Free some space.",
       "out: disk full. Free some space."},
      {NothingToOutputError("none:\n  1 too_short\n", "Say --x"), 4,
       "none:\n  1 too_short\nSay --x."},
      {NothingToOutputError("none:\n  1 too_short\n"), 4, "none:\n  1 too_short",
       "none:\n  1 too_short\n"},
      {LimitError("9 notes", "Send 8"), 5, "9 notes. Send 8."},
      {absl::UnauthenticatedError("no token"), 5, "no token."},
      {InterruptedError("saved at step 7"), 130, "saved at step 7."},
      {absl::InternalError("bug"), 1, "bug."},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ExitStatus(row.status), row.exit_status) << row.line;
    EXPECT_EQ(ErrorLine(row.status), row.line);
    EXPECT_EQ(std::string(row.status.message()), row.message);
  }
}

TEST(Status, TheMessageIsWholeAndItsPartsCanBeHad) {
  const absl::Status status = InputError("a.mid", "byte 14: no track", "Copy it again");
  EXPECT_EQ(status.message(), "a.mid: byte 14: no track. Copy it again");
  EXPECT_EQ(ErrorFile(status), "a.mid");
  EXPECT_EQ(ErrorMessage(status), "byte 14: no track");
  EXPECT_EQ(ErrorRemedy(status), "Copy it again");
  EXPECT_EQ(ErrorMessage(UsageError("x")), "x");
  EXPECT_EQ(ErrorMessage(absl::InternalError("bug")), "bug");
}

TEST(Status, WhatIsAddedStandsInTheMessageOnceBesideEverythingElse) {
  absl::Status status = UsageError("no track");
  status.SetPayload("other", absl::Cord("kept"));
  status = WithRemedy(WithFile(WithRemedy(status, ""), "a.mid"), "Copy it");
  EXPECT_EQ(status.message(), "a.mid: no track. Copy it");
  status = WithFile(WithRemedy(status, "Drop it"), "b.mid");
  EXPECT_EQ(status.message(), "a.mid: no track. Copy it");
  EXPECT_EQ(status.GetPayload("other"), absl::Cord("kept"));
  EXPECT_EQ(WithFile(absl::InternalError("bug"), "a").message(), "a: bug");
}

TEST(Status, WhatIsWrongWithGivenMusicIsWrongWithItsFile) {
  const absl::Status music = MusicError("a note ends before it starts", "Let it end later");
  EXPECT_EQ(ExitStatus(music), 2);
  EXPECT_EQ(ErrorLine(music), "a note ends before it starts. Let it end later.");
  const absl::Status of_file = OfMusicFile(music, "a.mid");
  EXPECT_EQ(ExitStatus(of_file), 3);
  EXPECT_EQ(ErrorLine(of_file), "a.mid: a note ends before it starts. Let it end later.");
  EXPECT_EQ(ErrorLine(OfMusicFile(SequenceError("a gap"), "a.mid")), "a.mid: a gap.");
  EXPECT_EQ(OfMusicFile(UsageError("no flag --x"), "a.mid"), UsageError("no flag --x"));
  EXPECT_TRUE(OfMusicFile(absl::OkStatus(), "a.mid").ok());
}

TEST(Status, AFileIsAddedOnlyWhereNoneWasNamed) {
  EXPECT_EQ(ErrorFile(WithFile(UsageError("x"), "a")), "a");
  EXPECT_EQ(ErrorFile(WithFile(InputError("b", "x"), "a")), "b");
  EXPECT_TRUE(WithFile(absl::OkStatus(), "a").ok());
  EXPECT_EQ(ErrorRemedy(WithRemedy(UsageError("x"), "a")), "a");
  EXPECT_EQ(ErrorRemedy(WithRemedy(UsageError("x", "b"), "a")), "b");
  EXPECT_TRUE(WithRemedy(absl::OkStatus(), "a").ok());
}

}  // namespace
}  // namespace magenta
