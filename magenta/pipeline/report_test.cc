#include "magenta/pipeline/report.h"

#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

TrackReport Track(int instrument, std::string outcome, std::string reason, std::string flag) {
  TrackReport track;
  track.instrument = instrument;
  track.name = "Flute";
  track.kept = outcome == "kept";
  track.outcome = std::move(outcome);
  track.reason = std::move(reason);
  track.flag = std::move(flag);
  return track;
}

std::vector<FileOutcome> Outcomes() {
  FileOutcome kept{"a.mid", 2, "kept", "", "", {}, {"byte 3, track 0: mended"}};
  kept.tracks = {Track(0, "kept", "", ""),
                 Track(1, "too_short", "5 bars, fewer than 7", "--min_bars=5")};
  FileOutcome broken{"b\xFF.mid", 0, "broken_midi", "no MIDI header", "", {}, {}};
  FileOutcome shorter{"c.mid", 0, "too_short", "1 bars, fewer than 7", "--min_bars=1", {}, {}};
  return {kept, broken, shorter};
}

TEST(ReportTest, WritesEveryFileAndTheCounts) {
  TempFolder folder;
  absl::StatusOr<ReportWriter> writer = ReportWriter::Create(folder.Path("report.json"));
  ASSERT_TRUE(writer.ok());
  for (const FileOutcome& outcome : Outcomes()) ASSERT_TRUE(writer->Add(outcome).ok());
  EXPECT_TRUE(!std::filesystem::exists(folder.Path("report.json")));
  ASSERT_TRUE(writer->Commit().ok());
  const nlohmann::json report = JsonOf(folder.Path("report.json"));
  ASSERT_EQ(report["files"].size(), 3u);
  EXPECT_EQ(report["counts"].dump(), R"({"broken_midi":1,"kept":1,"too_short":2})");
  EXPECT_EQ(report["files"][0]["kept"], true);
  EXPECT_EQ(report["files"][0]["outputs"], 2);
  EXPECT_EQ(report["files"][0]["tracks"][1].dump(),
            R"({"detail":"5 bars, fewer than 7","flag":"--min_bars=5","instrument":1,)"
            R"("kept":false,"part":0,"reason":"too_short","start_step":0,"track":"Flute"})");
  EXPECT_EQ(report["files"][0]["warnings"][0], "byte 3, track 0: mended");
  EXPECT_EQ(report["files"][1]["file"], "bÿ.mid");
  EXPECT_EQ(report["files"][1]["reason"], "broken_midi");
  EXPECT_EQ(report["files"][2]["flag"], "--min_bars=1");
}

TEST(ReportTest, TableHasTheMostFrequentFirst) {
  absl::StatusOr<ReportWriter> writer = ReportWriter::Create("");
  ASSERT_TRUE(writer.ok());
  for (const FileOutcome& outcome : Outcomes()) ASSERT_TRUE(writer->Add(outcome).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(ReasonTable(writer->reasons()),
            "       2  too_short    a.mid: 5 bars, fewer than 7 (--min_bars=5 keeps it)\n"
            "       1  broken_midi  b\xFF.mid: no MIDI header\n"
            "       1  kept");
}

TEST(ReportTest, NothingReadableMeansThatEveryReasonSaysSo) {
  using Reasons = std::map<std::string, ReasonCount>;
  EXPECT_TRUE(NothingReadable(Reasons{{"unreadable", {}}, {"unreadable_folder", {}}}));
  EXPECT_FALSE(NothingReadable(Reasons{{"unreadable", {}}, {"broken_midi", {}}}));
  EXPECT_FALSE(NothingReadable(Reasons{}));
}

TEST(ReportTest, AnEmptyReportIsStillJson) {
  TempFolder folder;
  absl::StatusOr<ReportWriter> writer = ReportWriter::Create(folder.Path("report.json"));
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(JsonOf(folder.Path("report.json")).dump(), R"({"counts":{},"files":[]})");
}

TEST(ReportTest, SaysThatItCannotWrite) {
  TempFolder folder;
  folder.Write("file", "x");
  EXPECT_EQ(ExitStatus(ReportWriter::Create(folder.Path("file/report.json")).status()), 5);
}

}  // namespace
}  // namespace magenta
