#include "magenta/io/tensor/checkpoint_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/tensor/checkpoint.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class CheckpointStateFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    run_ = (fs::path(::testing::TempDir()) / "checkpoint_state_test").string();
    fs::remove_all(run_);
    train_ = run_ + "/train";
    ASSERT_TRUE(MakeFolder(train_).ok());
  }
  void TearDown() override { fs::remove_all(run_); }

  void WriteState(const std::string& text) {
    std::ofstream(train_ + "/checkpoint", std::ios::binary) << text;
  }
  void WriteCheckpoint(const std::string& name) {
    ASSERT_TRUE(WriteV2(train_ + "/" + name, {{"w", Tensor::Float(1)}}).ok());
  }
  // "latest; all, all", or the error.
  std::string Read() {
    const auto state = ReadCheckpointState(train_);
    if (!state.ok()) return ErrorLine(state.status());
    std::string dump = state->latest + ";";
    for (const std::string& path : state->all) dump += " " + path;
    return dump;
  }
  std::string Latest() {
    const auto latest = LatestCheckpoint(run_);
    return latest.ok() ? fs::path(*latest).lexically_relative(run_).string()
                       : ErrorLine(latest.status());
  }

  std::string run_;
  std::string train_;
};

TEST_F(CheckpointStateFiles, AreRead) {
  const std::pair<const char*, std::string> rows[] = {
      {"model_checkpoint_path: \"model.ckpt-5\"\nall_model_checkpoint_paths: \"model.ckpt-5\"\n",
       train_ + "/model.ckpt-5; " + train_ + "/model.ckpt-5"},
      {"model_checkpoint_path: '/a/model.ckpt-5'", "/a/model.ckpt-5;"},
      {"# by hand\nmodel_checkpoint_path: \"/a\\\"\" \"b\\303\\251\"\n"
       "all_model_checkpoint_timestamps: 1.5e9\nlast_preserved_timestamp: -3\n",
       "/a\"b\xc3\xa9;"},
      {"", train_ + "/checkpoint: names no model_checkpoint_path."},
      {"model_checkpoint_path \"x\"", "line 1: unexpected \"\"x\"\""},
      {"model_checkpoint_path: \"a\"\nmodel_checkpoint_path: {", "line 2: unexpected \"{\""},
      {"model_checkpoint_path: \"a\n", "line 1: "},
      {"\"a\"", "line 1: unexpected"},
      {"\xff\xfe", "line 1: "},
      {"model_checkpoint_path:", "line 1: unexpected \"\""},
  };
  for (const auto& [text, expected] : rows) {
    WriteState(text);
    EXPECT_THAT(Read(), HasSubstr(expected)) << text;
  }
  fs::remove(train_ + "/checkpoint");
  EXPECT_EQ(ExitStatus(ReadCheckpointState(train_).status()), 3);
}

TEST_F(CheckpointStateFiles, AreWrittenRelativeSoThatARunCanMove) {
  const CheckpointState state = {train_ + "/model.ckpt-9",
                                 {"/else where/m\xc3\xa9\"x", train_ + "/model.ckpt-9"}};
  ASSERT_TRUE(WriteCheckpointState(train_ + "/", state).ok());
  EXPECT_THAT(*ReadFile(train_ + "/checkpoint"),
              ::testing::StartsWith("model_checkpoint_path: \"model.ckpt-9\"\n"
                                    "all_model_checkpoint_paths: \"/else where/m\\303\\251\\\"x\"\n"
                                    "all_model_checkpoint_paths: \"model.ckpt-9\"\n"
                                    "# crc32c "));
  EXPECT_EQ(*ReadCheckpointState(train_), state);
}

TEST_F(CheckpointStateFiles, EveryFlippedBitIsFound) {
  WriteCheckpoint("model.ckpt-9");
  WriteCheckpoint("model.ckpt-8");
  ASSERT_TRUE(WriteCheckpointState(train_, {train_ + "/model.ckpt-9", {}}).ok());
  const std::string whole = *ReadFile(train_ + "/checkpoint");
  for (size_t i = 0; i < 8 * whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    WriteState(bytes);
    const std::string expected = train_ + "/checkpoint: wrong checksum";
    EXPECT_THAT(Read(), HasSubstr(expected)) << "bit " << i;
    EXPECT_THAT(Latest(), HasSubstr(expected)) << "bit " << i;
  }
  WriteState(whole);
  EXPECT_EQ(Latest(), "train/model.ckpt-9");
  WriteState("model_checkpoint_path: \"model.ckpt-8\"\n");
  EXPECT_EQ(Latest(), "train/model.ckpt-8") << "by hand, without our line";
}

TEST_F(CheckpointStateFiles, TheLatestCheckpointIsFoundInEveryState) {
  EXPECT_THAT(Latest(), HasSubstr("there is no whole checkpoint in"));
  WriteCheckpoint("model.ckpt-9");
  EXPECT_EQ(Latest(), "train/model.ckpt-9") << "no state file";
  WriteCheckpoint("model.ckpt-10");
  EXPECT_EQ(Latest(), "train/model.ckpt-10") << "by number, not by letters";
  WriteState("model_checkpoint_path: \"model.ckpt-9\"");
  EXPECT_EQ(Latest(), "train/model.ckpt-9") << "the state file goes first";
  WriteState("model_checkpoint_path: \"/moved/from/train/model.ckpt-9\"");
  EXPECT_EQ(Latest(), "train/model.ckpt-9") << "a run that was moved";
  WriteState("model_checkpoint_path: \"model.ckpt-11\"");
  EXPECT_EQ(Latest(), "train/model.ckpt-10") << "a state file naming what is not there";
  WriteState("model_check");
  EXPECT_EQ(Latest(), "train/model.ckpt-10") << "a cut state file";
  // A save that was broken off: data whose index is not there yet.
  WriteCheckpoint("model.ckpt-12");
  fs::remove(train_ + "/model.ckpt-12.index");
  for (const char* state : {"model_checkpoint_path: \"model.ckpt-12\"", ""}) {
    WriteState(state);
    EXPECT_EQ(Latest(), "train/model.ckpt-10");
  }
}

TEST_F(CheckpointStateFiles, ADamagedLatestIsNamedAndNotPassedOver) {
  WriteCheckpoint("model.ckpt-9");
  const std::string newest = train_ + "/model.ckpt-12";
  const std::string data = newest + ".data-00000-of-00001";
  const auto expect = [&](const std::string& said) {
    for (const char* state : {"model_checkpoint_path: \"model.ckpt-12\"", ""}) {
      WriteState(state);
      const auto latest = LatestCheckpoint(run_);
      EXPECT_THAT(ErrorLine(latest.status()), HasSubstr(said)) << state;
      EXPECT_THAT(ErrorRemedy(latest.status()),
                  HasSubstr("--checkpoint_file=" + train_ + "/model.ckpt-9"));
      EXPECT_FALSE(absl::IsNotFound(latest.status())) << "a trainer would begin anew";
    }
    WriteCheckpoint("model.ckpt-12");
  };
  WriteCheckpoint("model.ckpt-12");
  const std::string index = *ReadFile(newest + ".index");
  for (size_t i = 0; i < 8 * index.size(); ++i) {
    std::string bytes = index;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    std::ofstream(newest + ".index", std::ios::binary) << bytes;
    WriteState("model_checkpoint_path: \"model.ckpt-12\"");
    EXPECT_THAT(Latest(), HasSubstr(newest + ".index: ")) << "bit " << i;
  }
  WriteCheckpoint("model.ckpt-12");
  fs::resize_file(newest + ".index", 100);
  expect(newest + ".index: is no checkpoint table, or is cut short");
  fs::resize_file(data, 3);
  expect(data + ": is cut short: 3 bytes of 4");
  fs::remove(data);
  expect(data + ": is missing, though the checkpoint's index names it");
}

TEST_F(CheckpointStateFiles, ARunWithoutATrainFolderAndAV1FileAreFoundToo) {
  WriteCheckpoint("model.ckpt-3");
  EXPECT_EQ(*LatestCheckpoint(train_), train_ + "/model.ckpt-3");
  ASSERT_TRUE(WriteFile(train_ + "/model.ckpt-4", *SerializeV1({{"w", Tensor::Float(1)}})).ok());
  EXPECT_EQ(Latest(), "train/model.ckpt-4");
  ASSERT_TRUE(WriteFile(train_ + "/model.ckpt-5", "half of it").ok());
  EXPECT_THAT(Latest(), HasSubstr(train_ + "/model.ckpt-5: is no checkpoint table"));
}

}  // namespace
}  // namespace magenta
