// Ten times the files must not take more memory: each run is a process of its own, and says the
// most that it held.

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "magenta/pipeline/convert.h"
#include "magenta/pipeline/dataset.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

constexpr int kFewFiles = 60;
constexpr int kManyFiles = 10 * kFewFiles;
constexpr int64_t kMarginKib = 5120;

/// Most memory held (KiB) by a process that runs `work`; -1 when it failed.
int64_t PeakOf(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child || status != 0) return -1;
  return usage.ru_maxrss;
}

class MemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kManyFiles; ++i) {
      const std::string bytes = MidiOf(Scale(300, 48 + i % 24));
      folder_.Write(fmt::format("many/{}.mid", i), bytes);
      if (i < kFewFiles) folder_.Write(fmt::format("few/{}.mid", i), bytes);
    }
  }

  bool Convert(const std::string& name) const {
    ConvertOptions options;
    options.input_dir = folder_.Path(name);
    options.output_file = folder_.Path(name + ".tfrecord");
    options.report_file = folder_.Path(name + ".json");
    options.num_threads = 2;
    return ConvertFolder(options).ok();
  }

  bool Dataset(const std::string& name, DatasetFormat format) const {
    DatasetOptions options;
    options.spec = *FindModel("lookback_rnn");
    options.input = folder_.Path(name + ".tfrecord");
    options.output_dir = folder_.Path(name + "-data");
    options.report_file = folder_.Path(name + "-data.json");
    options.format = format;
    options.num_threads = 2;
    return BuildDataset(options).ok();
  }

  TempFolder folder_;
};

TEST_F(MemoryTest, DoesNotGrowWithTheFiles) {
  const int64_t few = PeakOf([this] { return Convert("few"); });
  const int64_t many = PeakOf([this] { return Convert("many"); });
  std::printf("convert: %d files %ld KiB, %d files %ld KiB\n", kFewFiles, few, kManyFiles, many);
  ASSERT_GT(few, 0);
  ASSERT_GT(many, 0);
  EXPECT_LT(many, few + kMarginKib);
  // What would have grown, had it been kept: the margin is well below it.
  EXPECT_GT(std::filesystem::file_size(folder_.Path("many.tfrecord")), 3u * kMarginKib * 1024);

  for (const DatasetFormat format : {DatasetFormat::kCompact, DatasetFormat::kDense}) {
    const int64_t few_data = PeakOf([&] { return Dataset("few", format); });
    const int64_t many_data = PeakOf([&] { return Dataset("many", format); });
    std::printf("dataset: %d files %ld KiB, %d files %ld KiB\n", kFewFiles, few_data, kManyFiles,
                many_data);
    ASSERT_GT(few_data, 0);
    ASSERT_GT(many_data, 0);
    EXPECT_LT(many_data, few_data + kMarginKib);
  }
}

}  // namespace
}  // namespace magenta
