#include "magenta/base/threads.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>

#include "magenta/base/status.h"

namespace magenta {
namespace {

TEST(Threads, DoTheWork) {
  std::atomic<int> done = 0;
  auto one = StartThread([&] { ++done; });
  ASSERT_TRUE(one.ok());
  one->join();
  auto more = StartThreads(3, [&] { ++done; });
  for (std::thread& thread : more) thread.join();
  EXPECT_EQ(done, 4);
  EXPECT_TRUE(CheckThreads(3).ok());
}

// No stack is to be had of such a size, which is refused as a limit of processes is.
TEST(Threads, WhereNoneIsToBeHadItIsAnError) {
  pthread_attr_t before, huge;
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ::pthread_attr_init(&huge);
  ASSERT_EQ(::pthread_attr_setstacksize(&huge, size_t{1} << 46), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  EXPECT_EQ(ExitStatus(StartThread([] {}).status()), 5);
  EXPECT_TRUE(StartThreads(3, [] {}).empty());
  EXPECT_EQ(ExitStatus(CheckThreads(1)), 5);
  ::pthread_setattr_default_np(&before);
  ::pthread_attr_destroy(&huge);
  ::pthread_attr_destroy(&before);
  EXPECT_TRUE(CheckThreads(1).ok());
}

}  // namespace
}  // namespace magenta
