#include <gtest/gtest.h>

#include <string>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/studio/jobs/job_work.h"

namespace magenta {
namespace {

// Who owns a job gives no flags.
TEST(RunForJob, TellsWhatAProgramSaysButForItsFlags) {
  const struct {
    const char *said, *message, *remedy;
    int status;
  } rows[] = {
      {R"({"error": {"message": "no room", "remedy": "Delete something"}})", "no room",
       "Delete something", 5},
      {R"({"error": {"message": "too short", "remedy": "Give --min_bars=3"}})", "too short", "", 4},
      {"what?", "`magenta say.sh` ended with status 3", "", 3},
  };
  TemporaryFolder folder;
  const JobTools tools;
  StudioJob job;
  const JobAtWork work = {
      .tools = tools, .folder = *folder.Path(), .job = job, .changed = nullptr, .stop = nullptr};
  for (const auto& row : rows) {
    const std::string script = "echo '" + std::string(row.said) + "' >&2; exit ";
    ASSERT_TRUE(WriteFile(work.folder + "/say.sh", script + std::to_string(row.status)).ok());
    const absl::Status status = RunForJob(work, "/bin/sh", {"say.sh"});
    EXPECT_EQ(ErrorMessage(status), row.message);
    EXPECT_EQ(ErrorRemedy(status), row.remedy);
    EXPECT_EQ(ExitStatus(status), row.status);
  }
}

}  // namespace
}  // namespace magenta
