#include "magenta/cli/input/output_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

namespace fs = std::filesystem;

class OutputNamesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        (fs::temp_directory_path() / ("magenta-names-" + std::to_string(::getpid()))).string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// The next name without folder and time.
  static std::string Next(OutputNames& names) {
    const std::string name = names.Next().value_or("error");
    return name.substr(name.rfind('_') + 1);
  }

  std::string folder_;
  static constexpr std::time_t kNow = 1470000000;
};

TEST_F(OutputNamesTest, PaddedToTheDigitsOfTheCount) {
  auto ten = OutputNames::Create(folder_, 10, {"mid"}, kNow);
  EXPECT_EQ(Next(*ten), "01");
  EXPECT_EQ(Next(*ten), "02");
  auto one = OutputNames::Create(folder_, 1, {"mid"}, kNow);
  EXPECT_EQ(Next(*one), "1");
}

TEST_F(OutputNamesTest, GoesOnOverWhatIsThere) {
  auto first = OutputNames::Create(folder_, 10, {"mid", "wav"}, kNow);
  const std::string taken = *first->Next();
  ASSERT_TRUE(WriteFile(taken.substr(0, taken.size() - 1) + "2.wav", "x").ok());
  EXPECT_EQ(Next(*first), "03");
  auto second = OutputNames::Create(folder_, 10, {"wav", "mid"}, kNow);
  EXPECT_EQ(Next(*second), "04");
}

TEST_F(OutputNamesTest, HeldNamesThatStayEmptyGoAway) {
  {
    auto names = OutputNames::Create(folder_, 1, {"mid"}, kNow);
    const std::string used = *names->Next();
    (void)names->Next();
    ASSERT_TRUE(WriteFile(used + ".mid", "MThd").ok());
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(OutputNamesTest, AFolderThatCannotBeMade) {
  EXPECT_EQ(ExitStatus(OutputNames::Create("/proc/none", 1, {"mid"}).status()), 5);
}

}  // namespace
}  // namespace magenta::cli
