// The main function of every test program. A case that is left out is said, also to ctest's last
// words (tools/check_skips.py); a program all of whose cases are left out ends with the status that
// ctest shows as skipped, so that it can't be taken for one that passed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

constexpr int kSkipped = 77;  // SKIP_RETURN_CODE in cmake/rooms.cmake

class SkipListener : public testing::EmptyTestEventListener {
 public:
  explicit SkipListener(std::string program) : program_(std::move(program)) {}

  void OnTestEnd(const testing::TestInfo& test) override {
    if (!test.result()->Skipped()) return;
    std::string reason;
    for (int i = 0; i < test.result()->total_part_count(); ++i) {
      const testing::TestPartResult& part = test.result()->GetTestPartResult(i);
      if (part.skipped()) reason += part.message();
    }
    for (char& c : reason) {
      if (c == '\n' || c == '\t') c = ' ';
    }
    const std::string name = std::string(test.test_suite_name()) + "." + test.name();
    std::printf("skipped %s: %s\n", name.c_str(), reason.c_str());
    const char* path = std::getenv("MAGENTA_SKIPS_FILE");
    if (path == nullptr) return;
    // One write of less than a page, appended: tests run beside each other.
    const std::string line = program_ + "\t" + name + "\t" + reason + "\n";
    std::ofstream(path, std::ios::app) << line << std::flush;
  }

 private:
  const std::string program_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(new SkipListener(std::filesystem::path(argv[0]).filename().string()));
  const int status = RUN_ALL_TESTS();
  const auto& done = *testing::UnitTest::GetInstance();
  const bool nothing = done.skipped_test_count() > 0 && done.successful_test_count() == 0;
  return status == 0 && nothing ? kSkipped : status;
}
