#include "magenta/studio/work_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "magenta/serve/scheduler.h"

namespace magenta {
namespace {

TEST(WorkQueueTest, DoesAllThatItTook) {
  std::atomic<int> done{0};
  {
    WorkQueue queue(3, 1000);
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(queue.Add([&done] { ++done; }).ok());
    }
  }
  EXPECT_EQ(done, 500);
}

TEST(WorkQueueTest, IsBounded) {
  WorkQueue queue(1, 2);
  std::promise<void> begun, go_on;
  ASSERT_TRUE(queue
                  .Add([&] {
                    begun.set_value();
                    go_on.get_future().wait();
                  })
                  .ok());
  begun.get_future().wait();
  std::atomic<int> done{0};
  EXPECT_TRUE(queue.Add([&done] { ++done; }).ok());
  EXPECT_TRUE(queue.Add([&done] { ++done; }).ok());
  EXPECT_TRUE(IsBusy(queue.Add([&done] { ++done; })));
  go_on.set_value();
  queue.Stop();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(queue.Add([] {}).code(), absl::StatusCode::kUnavailable);
  queue.Stop();
}

// One works while another does: nobody waits behind a long work as long as there are threads.
TEST(WorkQueueTest, WorksSideBySide) {
  WorkQueue queue(2, 8);
  std::promise<void> first, second;
  const auto first_done = first.get_future().share();
  ASSERT_TRUE(queue.Add([&] { second.get_future().wait(), first.set_value(); }).ok());
  ASSERT_TRUE(queue.Add([&] { second.set_value(); }).ok());
  EXPECT_EQ(first_done.wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

}  // namespace
}  // namespace magenta
