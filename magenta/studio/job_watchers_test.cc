#include "magenta/studio/job_watchers.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

class AnyModel final : public JobModels {
 public:
  absl::StatusOr<JobModel> Find(const std::string& id) override {
    return JobModel{id, "lookback_rnn", ""};
  }
  absl::StatusOr<std::string> Add(const std::string& /*file*/, const std::string& name) override {
    return name;
  }
};

/// A client that takes nothing while it is `behind`.
class SlowClient final : public HttpReply {
 public:
  void Send(HttpResponse /*response*/) override {}
  void BeginStream() override {}
  void Event(const std::string& /*name*/, const std::string& /*data*/) override { ++events; }
  void EndStream() override { ended = true; }
  bool IsBehind() override { return behind; }

  std::atomic<int> events{0};
  std::atomic<bool> ended{false}, behind{true};
};

TEST(JobWatchers, WhoTakesNothingIsToldNothingMore) {
  TemporaryFolder folder;
  const std::string root = *folder.Path();
  AnyModel models;
  DiskRoom room(root, 1 << 30);
  JobQueueOptions options;
  options.studio_dir = root + "/studio";
  options.tools.models = &models;
  options.tools.room = &room;
  options.tools.magenta = root + "/magenta";
  options.tools.nice = 0;
  ASSERT_TRUE(WriteFile(options.tools.magenta,
                        "#!/bin/sh\nwhile [ ! -e " + root + "/go ]; do sleep 0.01; done\n")
                  .ok());
  ::chmod(options.tools.magenta.c_str(), 0755);
  JobQueue jobs(options);
  JobRequest request;
  request.collection = *jobs.NewCollection();
  const auto files = jobs.Files();
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_TRUE((*files)->Add(request.collection, "tune.abc", "X:1\nK:C\nC|\n").ok());
  const auto job = jobs.Create(request);
  ASSERT_TRUE(job.ok()) << job.status();
  JobWatchers watchers(jobs);
  const auto client = std::make_shared<SlowClient>();
  ASSERT_TRUE(IsPending(*jobs.Find(job->id))) << jobs.Find(job->id)->error_message;
  ASSERT_TRUE(watchers.Add(job->id, client, std::make_shared<Ticket>()).ok());
  ASSERT_TRUE(WriteFile(root + "/go", "").ok());
  uint64_t seen = 0;
  while (IsPending(*jobs.Find(job->id))) seen = jobs.WaitForChange(seen, 0.05);
  std::this_thread::sleep_for(std::chrono::milliseconds(600));  // longer than between two events
  EXPECT_EQ(client->events, 1);
  client->behind = false;
  for (int i = 0; i < 1000 && !client->ended; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(client->ended);
  EXPECT_EQ(client->events, 3);  // the job as it is now, and the end
  watchers.Stop();
}

}  // namespace
}  // namespace magenta
