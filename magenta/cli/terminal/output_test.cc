#include "magenta/cli/terminal/output.h"

#include <gtest/gtest.h>

#include <functional>

#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

/// What `says` prints under `options`: stdout, a bar, stderr. Both are files here, no terminals.
std::string Printed(const Output::Options& options, const std::function<void(Output&)>& says) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Output out;
  out.Configure(options);
  says(out);
  EXPECT_TRUE(out.Flush().ok());
  const std::string result = testing::internal::GetCapturedStdout();
  return result + "|" + testing::internal::GetCapturedStderr();
}

void EveryKind(Output& out) {
  out.Line("line");
  out.Raw("raw");
  out.Debug("d");
  out.Info("i");
  out.Warning("w");
  if (out.ShowsProgress()) out.Progress("p");
}

TEST(Output, LevelsAndQuiet) {
  struct Row {
    Output::Options options;
    const char* printed;
  };
  const Row rows[] = {
      {{}, "line\nraw|i\nwarning: w\np\n"},
      {{.log_level = LogLevel::kDebug}, "line\nraw|d\ni\nwarning: w\np\n"},
      {{.log_level = LogLevel::kWarning}, "line\nraw|warning: w\n"},
      {{.log_level = LogLevel::kError}, "line\nraw|"},
      {{.quiet = true}, "line\nraw|warning: w\n"},
      {{.json = true}, "line\nraw|i\nwarning: w\np\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(Printed(row.options, EveryKind), row.printed);
}

TEST(Output, ErrorsAsALineAndAsJson) {
  struct Row {
    absl::Status status;
    const char* line;
    const char* json;
  };
  const Row rows[] = {
      {InputError("a.mid", "byte 14: no track", "Copy it again"),
       "a.mid: byte 14: no track. Copy it again.",
       R"("bad_input", "message": "byte 14: no track", "file": "a.mid", "remedy": "Copy it again")"},
      {UsageError("no flag --x"), "no flag --x.",
       R"("usage", "message": "no flag --x", "file": "", "remedy": "")"},
      {MissingInputError("b", "cannot open"), "b: cannot open.",
       R"("not_found", "message": "cannot open", "file": "b", "remedy": "")"},
      {NothingToOutputError("none"), "none.",
       R"("nothing_to_output", "message": "none", "file": "", "remedy": "")"},
      {OutsideError("out", "disk full"), "out: disk full.",
       R"("outside", "message": "disk full", "file": "out", "remedy": "")"},
      {InterruptedError("saved"), "saved.",
       R"("interrupted", "message": "saved", "file": "", "remedy": "")"},
      {absl::InternalError("bug \x1b[31m"), "bug \\x1b[31m.",
       R"("internal", "message": "bug \u001b[31m", "file": "", "remedy": "")"},
  };
  for (const Row& row : rows) {
    const auto says = [&](Output& out) { out.Error(row.status); };
    EXPECT_EQ(Printed({}, says), std::string("|magenta: ") + row.line + "\n");
    EXPECT_EQ(Printed({.json = true, .quiet = true}, says),
              std::string(R"(|{"error": {"code": )") + row.json + "}}\n");
  }
}

TEST(Output, AnErrorThatWasSaidIsNotSaidAgain) {
  for (const bool json : {false, true}) {
    EXPECT_EQ(Printed({.json = json}, [](Output& out) { out.Error(SaidAlready(UsageError("x"))); }),
              "|");
  }
}

TEST(Output, ResultsAreOneLineOfJson) {
  EXPECT_EQ(Printed({.json = true},
                    [](Output& out) { out.Result(Json::Object().Set("a", 1).Set("b", "c\nd")); }),
            R"({"a": 1, "b": "c\nd"})"
            "\n|");
}

TEST(TimeLeftText, CountsWhatThisRunDid) {
  EXPECT_EQ(TimeLeftText(0, 25, 100, 10), ", 30 s left");
  // A run that went on from step 700 and did 10 of the 300 that remain in 5 seconds.
  EXPECT_EQ(TimeLeftText(700, 710, 1000, 5), ", 2 min 25 s left");
  EXPECT_EQ(TimeLeftText(700, 1000, 1000, 5), ", 0 s left");
}

TEST(TimeLeftText, SaysNothingBeforeAnythingTells) {
  EXPECT_EQ(TimeLeftText(0, 0, 100, 1), "");
  EXPECT_EQ(TimeLeftText(700, 700, 1000, 1), "");
}

TEST(DurationText, GrowsWithTheTime) {
  EXPECT_EQ(DurationText(2.6), "3 s");
  EXPECT_EQ(DurationText(250), "4 min 10 s");
  EXPECT_EQ(DurationText(7500), "2 h 5 min");
}

}  // namespace
}  // namespace magenta::cli
