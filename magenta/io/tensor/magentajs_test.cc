#include "magenta/io/tensor/magentajs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kFiles[] = {"config.json", "weights_manifest.json", "group1-shard1of1"};

MagentaJsModel SmallModel() {
  const float values[] = {1, 2, 3, 4, 5, 6};
  MagentaJsModel model;
  model.min_pitch = 48;
  model.max_pitch = 83;
  model.id = "basic_rnn";
  model.description = "a model";
  model.bundle_description = "a \"quoted\" word, \xc3\xa9";
  model.hparams = "rnn_layer_sizes=[1]";
  model.steps_per_quarter = 4;
  model.tensors = {{"fully_connected/biases", Tensor::Floats({3}, {values, 3})},
                   {"fully_connected/weights", Tensor::Floats({2, 3}, values)}};
  return model;
}

class MagentaJsFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::path(::testing::TempDir()) / "magentajs_test").string();
    fs::remove_all(folder_);
    ASSERT_TRUE(WriteMagentaJs(folder_, SmallModel()).ok());
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Bytes(const std::string& name) const { return *ReadFile(Path(name)); }
  // Without fsync: thousands of them.
  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  std::string Error() const { return ErrorLine(ReadMagentaJs(folder_).status()); }

  /// Takes "checksums" and all after it out of config.json, as it is in folders of others.
  void Unseal() {
    std::string config = Bytes("config.json");
    const size_t at = config.find(",\n    \"checksums\"");
    ASSERT_NE(at, std::string::npos) << config;
    Write("config.json", config.substr(0, at) + "\n  }\n}\n");
  }

  std::string folder_;
};

TEST_F(MagentaJsFolder, IsReadAsWritten) {
  const auto model = ReadMagentaJs(folder_);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->has_checksums);
  EXPECT_EQ(model->tensors, SmallModel().tensors);
  EXPECT_EQ(model->bundle_description, SmallModel().bundle_description);
  EXPECT_EQ(model->steps_per_quarter, 4);
  Unseal();
  const auto foreign = ReadMagentaJs(folder_);
  ASSERT_TRUE(foreign.ok()) << foreign.status();
  EXPECT_FALSE(foreign->has_checksums);
  EXPECT_EQ(foreign->tensors, SmallModel().tensors);
}

TEST_F(MagentaJsFolder, FlippedBitsAreFoundAndTheirFileNamed) {
  for (const char* name : kFiles) {
    const std::string whole = Bytes(name);
    for (size_t i = 0; i < 8 * whole.size(); i += 7) {  // each byte, bit by bit
      std::string bytes = whole;
      bytes[i / 8] ^= static_cast<char>(1 << i % 8);
      Write(name, bytes);
      EXPECT_THAT(Error(), HasSubstr(Path(name) + ": wrong checksum")) << "bit " << i;
    }
    Write(name, whole);
  }
  EXPECT_TRUE(ReadMagentaJs(folder_).ok());
}

TEST_F(MagentaJsFolder, WithoutChecksumsNoFlipIsACrash) {
  Unseal();
  for (const char* name : kFiles) {
    const std::string whole = Bytes(name);
    for (size_t i = 0; i < 8 * whole.size(); i += 7) {
      std::string bytes = whole;
      bytes[i / 8] ^= static_cast<char>(1 << i % 8);
      Write(name, bytes);
      const auto model = ReadMagentaJs(folder_);
      if (model.ok()) continue;
      EXPECT_EQ(ExitStatus(model.status()), 3) << name << " bit " << i;
      EXPECT_THAT(ErrorFile(model.status()), HasSubstr(folder_)) << name << " bit " << i;
    }
    Write(name, whole);
  }
}

TEST_F(MagentaJsFolder, EveryFaultIsNamed) {
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  const struct {
    const char* file;
    std::function<std::string(std::string)> change;
    const char* error;
  } rows[] = {
      {"config.json", [](std::string c) { return c.substr(0, 40); }, "config.json: is no JSON"},
      {"config.json", [&](std::string c) { return replaced(c, "MusicRNN", "MusicVAE"); },
       "the model is a MusicVAE"},
      {"weights_manifest.json", [](std::string) { return "{}"; }, "is no list of weights"},
      {"weights_manifest.json", [](std::string) { return "[{}]"; }, "fine"},
      {"weights_manifest.json", [&](std::string m) { return replaced(m, "group1", "../x"); },
       "is no name of a file beside it"},
      {"weights_manifest.json", [&](std::string m) { return replaced(m, "group1", "group2"); },
       "group2-shard1of1: is missing, though weights_manifest.json names it"},
      {"weights_manifest.json",
       [&](std::string m) {
         return replaced(m, "\"group1-shard1of1\"", "\"group1-shard1of1\", \"group1-shard1of1\"");
       },
       "group1-shard1of1 stands there twice"},
      {"weights_manifest.json", [&](std::string m) { return replaced(m, "float32", "int64"); },
       "variable fully_connected/biases: "},
      {"weights_manifest.json",
       [&](std::string m) { return replaced(m, "weights\",", "biases\","); },
       "variable fully_connected/biases stands there twice"},
      {"group1-shard1of1", [](std::string w) { return w.substr(0, 35); },
       "variable fully_connected/weights: the weights end at byte 35, it takes 24 from 12"},
      {"group1-shard1of1", [](std::string w) { return w + "more"; },
       "its variables take 36 bytes, the weights have 40"},
  };
  Unseal();
  for (const auto& row : rows) {
    const std::string whole = Bytes(row.file);
    Write(row.file, row.change(whole));
    const auto model = ReadMagentaJs(folder_);
    EXPECT_THAT(model.ok() ? "fine" : ErrorLine(model.status()), HasSubstr(row.error));
    Write(row.file, whole);
  }
  EXPECT_TRUE(ReadMagentaJs(folder_).ok());
}

TEST_F(MagentaJsFolder, ChecksumsThatStandElsewhereAreNotPassedOver) {
  std::string config = Bytes("config.json");
  Write("config.json", config + " ");
  EXPECT_THAT(Error(), HasSubstr("config.json: its checksum is not at its end"));
  EXPECT_THAT(Error(), HasSubstr("take \"checksums\" out of config.json"));
}

TEST_F(MagentaJsFolder, MissingFilesAreNamed) {
  for (const char* name : kFiles) {
    const std::string whole = Bytes(name);
    fs::remove(Path(name));
    EXPECT_THAT(Error(), HasSubstr(Path(name)));
    EXPECT_THAT(Error(), HasSubstr("Copy all files of the folder"));
    Write(name, whole);
  }
}

TEST_F(MagentaJsFolder, LargeFilesTakeNoMemory) {
  fs::resize_file(Path("group1-shard1of1"), uint64_t{1} << 40);
  EXPECT_THAT(Error(), HasSubstr("the weights have 1099511627776"));
  fs::resize_file(Path("weights_manifest.json"), uint64_t{1} << 40);
  EXPECT_THAT(Error(), HasSubstr("weights_manifest.json"));
}

}  // namespace
}  // namespace magenta
