#include "magenta/train/run_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RunLockTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "magenta-lock-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string folder_;
};

TEST_F(RunLockTest, ASecondOneIsToldWhoHasIt) {
  auto first = RunLock::Take(folder_ + "/run");
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status second = RunLock::Take(folder_ + "/run").status();
  EXPECT_EQ(ExitStatus(second), 5);
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  EXPECT_THAT(ErrorLine(second),
              HasSubstr("process " + std::to_string(::getpid()) + " on " + host));
  EXPECT_TRUE(RunLock::Take(folder_ + "/other").ok());
  first = RunLock();
  EXPECT_TRUE(RunLock::Take(folder_ + "/run").ok());
}

TEST_F(RunLockTest, LeavesNothingWhereNothingWasTrained) {
  { ASSERT_TRUE(RunLock::Take(folder_ + "/a/run").ok()); }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(RunLockTest, DiesWithItsProcess) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = RunLock::Take(folder_);
    [[maybe_unused]] const auto told = ::write(ready[1], lock.ok() ? "y" : "n", 1);
    ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_THAT(ErrorLine(RunLock::Take(folder_).status()), HasSubstr(std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(RunLock::Take(folder_).ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace magenta
