// Checkpoints that TensorFlow wrote: read, and written again byte for byte.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "magenta/base/files.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/io/tensor/table_writer.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigs[] = {"basic_rnn", "lookback_rnn", "attention_rnn"};

class CheckpointGolden : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* root = std::getenv("MAGENTA_SHARED");
    folder_ = std::string(root != nullptr ? root : "../shared") + "/goldens/models/" + GetParam();
    whole_ = fs::exists(folder_);
    if (!whole_) folder_ = std::string("tests/golden/models/") + GetParam();
  }

  static int CountOf(const TensorMap& tensors, DType dtype) {
    int count = 0;
    for (const auto& [name, tensor] : tensors) count += tensor.dtype == dtype;
    return count;
  }

  std::string folder_;
  bool whole_ = false;  // else only what is in the tree
};

TEST_P(CheckpointGolden, V2IsReadAndWrittenBackByteForByte) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".index")) continue;
    ++files;
    const std::string prefix = path.substr(0, path.size() - 6);
    const auto tensors = ReadCheckpoint(prefix);
    ASSERT_TRUE(tensors.ok()) << tensors.status();
    EXPECT_EQ(tensors->size(), std::string(GetParam()) == "attention_rnn" ? 45u : 21u);
    EXPECT_EQ(CountOf(*tensors, DType::kInt64), 1);
    EXPECT_TRUE(CheckWhole(prefix).ok());
    const std::string ours =
        (fs::path(::testing::TempDir()) / (std::string("golden_v2_") + GetParam())).string();
    ASSERT_TRUE(WriteV2(ours, *tensors).ok());
    for (const char* suffix : {".index", ".data-00000-of-00001"}) {
      EXPECT_TRUE(*ReadFile(ours + suffix) == *ReadFile(prefix + suffix)) << prefix << suffix;
      fs::remove(ours + suffix);
    }
  }
  EXPECT_EQ(files, whole_ ? 3 : 1);
  const std::string what = std::string(GetParam()) + "'s V2 checkpoints";
  RowsChecked(static_cast<size_t>(files), what);
  if (!whole_) std::puts(RowsLeftOut(2, what).c_str());
}

TEST_P(CheckpointGolden, V1IsReadAndWrittenBackByteForByte) {
  if (!whole_) GTEST_SKIP() << RowsLeftOut(1, std::string(GetParam()) + "'s V1 checkpoint");
  const std::string path = folder_ + "/v1.ckpt";
  const auto tensors = ReadCheckpoint(path);
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  EXPECT_EQ(tensors->size(), std::string(GetParam()) == "attention_rnn" ? 14u : 6u);
  EXPECT_TRUE(*SerializeV1(*tensors) == *ReadFile(path));

  const auto latest = LatestCheckpoint(folder_);
  ASSERT_TRUE(latest.ok()) << latest.status();
  const auto trained = ReadCheckpoint(*latest);
  for (const auto& [name, tensor] : *tensors) EXPECT_TRUE(trained->at(name) == tensor) << name;
  RowsChecked(1, std::string(GetParam()) + "'s V1 checkpoint");
}

TEST_P(CheckpointGolden, TheBundleHoldsTheSameCheckpoint) {
  const auto bundle = ReadBundle(folder_ + "/" + GetParam() + ".mag");
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->proto.generator_details().id(), GetParam());
  EXPECT_GT(bundle->proto.metagraph_file().size(), 0u);
  EXPECT_TRUE(*SerializeV1(bundle->tensors) == bundle->proto.checkpoint_file(0));
  if (whole_) {
    EXPECT_TRUE(bundle->proto.checkpoint_file(0) == *ReadFile(folder_ + "/v1.ckpt"));
    EXPECT_TRUE(bundle->tensors == *ReadCheckpoint(folder_ + "/v1.ckpt"));
  }

  const std::string ours =
      (fs::path(::testing::TempDir()) / (std::string("golden_") + GetParam() + ".mag")).string();
  ASSERT_TRUE(WriteBundle(ours, bundle->proto, bundle->tensors).ok());
  const std::string theirs = *ReadFile(folder_ + "/" + GetParam() + ".mag");
  EXPECT_FALSE(bundle->has_checksum);
  EXPECT_TRUE(ReadFile(ours)->substr(0, theirs.size()) == theirs);
  EXPECT_EQ(ReadFile(ours)->size(), theirs.size() + 6);  // our checksum
  fs::remove(ours);
  RowsChecked(1, std::string(GetParam()) + "'s bundle");
}

INSTANTIATE_TEST_SUITE_P(Models, CheckpointGolden, ::testing::ValuesIn(kConfigs),
                         [](const auto& row) { return std::string(row.param); });

// The small ones stand in the tree, so that TensorFlow's table layout is tested everywhere.
TEST(CheckpointGoldenInTree, IndexTablesAreRebuiltByteForByte) {
  int files = 0;
  for (const char* config : kConfigs) {
    const std::string path = std::string("tests/golden/checkpoints/") + config + ".index";
    const auto bytes = ReadFile(path);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    std::map<std::string, std::string> entries;
    ASSERT_TRUE(
        VisitTable(*bytes, path, [&](std::string_view key, std::string_view value, uint64_t) {
          entries.emplace(key, value);
          return absl::OkStatus();
        }).ok());
    EXPECT_EQ(BuildTable(entries), *bytes) << path;
    ++files;
  }
  EXPECT_EQ(files, 3);
}

}  // namespace
}  // namespace magenta
