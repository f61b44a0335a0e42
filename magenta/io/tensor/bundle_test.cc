#include "magenta/io/tensor/bundle.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/tensor/checkpoint.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

TensorMap BundleTensors() {
  const float values[] = {1, 2, 3, 4, 5, 6};
  return {{"fully_connected/biases", Tensor::Floats({3}, {values, 3})},
          {"fully_connected/weights", Tensor::Floats({2, 3}, values)}};
}

GeneratorBundle Details() {
  GeneratorBundle proto;
  proto.mutable_generator_details()->set_id("basic_rnn");
  proto.mutable_generator_details()->set_description("Basic RNN generator");
  proto.mutable_bundle_details()->set_description("for a test");
  proto.set_metagraph_file(std::string("graph\0bytes", 11));
  proto.set_hparams("batch_size=64");
  proto.GetReflection()->MutableUnknownFields(&proto)->AddLengthDelimited(77, "unknown");
  return proto;
}

std::string Error(const GeneratorBundle& proto) {
  const auto bundle = ParseBundle(proto.SerializeAsString(), "B");
  return bundle.ok() ? "fine" : ErrorLine(bundle.status());
}

TEST(Bundle, KeepsAllThatItIsGiven) {
  const std::string path = (fs::path(::testing::TempDir()) / "bundle_test.mag").string();
  GeneratorBundle given = Details();
  given.add_checkpoint_file("an old one, to be replaced");
  ASSERT_TRUE(WriteBundle(path, given, BundleTensors()).ok());
  const auto bundle = ReadBundle(path);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->tensors, BundleTensors());
  EXPECT_EQ(bundle->proto.checkpoint_file(0), *SerializeV1(BundleTensors()));
  EXPECT_TRUE(bundle->has_checksum);
  GeneratorBundle rest = bundle->proto;
  rest.clear_checkpoint_file();
  EXPECT_EQ(rest.SerializeAsString(), Details().SerializeAsString());
  fs::remove(path);
}

TEST(Bundle, EveryFaultIsNamed) {
  GeneratorBundle good = Details();
  good.add_checkpoint_file(*SerializeV1(BundleTensors()));
  GeneratorBundle nameless = good;
  nameless.clear_generator_details();
  GeneratorBundle empty_checkpoint = Details();
  empty_checkpoint.add_checkpoint_file("");
  GeneratorBundle cut = Details();
  cut.add_checkpoint_file(good.checkpoint_file(0).substr(0, 100));
  GeneratorBundle spoilt = good;
  (*spoilt.mutable_checkpoint_file(0))[30] ^= 1;
  const std::pair<std::string, const char*> rows[] = {
      {Error(good), "fine"},
      {Error(nameless), "it names no generator"},
      {Error(Details()), "B: the bundle holds no checkpoint"},
      {Error(empty_checkpoint), "is no checkpoint table"},
      {Error(cut), "is no checkpoint table, or is cut short"},
      {Error(spoilt), "B: its checkpoint: table block at byte 0: wrong checksum"},
      {ErrorLine(ParseBundle("MThd....", "B").status()), "is no generator bundle"},
      {ErrorLine(ParseBundle("", "B").status()), "it names no generator"},
      {ErrorLine(ReadBundle("/no/such.mag").status()), "/no/such.mag: there is no such file"},
  };
  for (const auto& [found, expected] : rows) EXPECT_THAT(found, HasSubstr(expected));
}

TEST(Bundle, AV2CheckpointInsideIsRead) {
  GeneratorBundle proto = Details();
  proto.add_checkpoint_file(*SerializeV2Index(BundleTensors()));
  std::string* data = proto.add_checkpoint_file();
  for (const auto& [name, tensor] : BundleTensors()) *data += tensor.bytes;
  const auto bundle = ParseBundle(proto.SerializeAsString(), "B");
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->tensors, BundleTensors());
}

std::string GoodBytes() {
  GeneratorBundle good = Details();
  good.add_checkpoint_file(*SerializeV1(BundleTensors()));
  return SerializeBundle(good);
}

TEST(Bundle, EveryFlippedBitIsFound) {
  const std::string whole = GoodBytes();
  ASSERT_TRUE(ParseBundle(whole, "B").ok());
  const google::protobuf::LogSilencer quiet;
  for (size_t i = 0; i < 8 * whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    const auto bundle = ParseBundle(bytes, "B");
    EXPECT_EQ(ExitStatus(bundle.status()), 3) << "bit " << i;
    EXPECT_EQ(ErrorFile(bundle.status()), "B") << "bit " << i;
  }
}

TEST(Bundle, EveryCutIsFound) {
  const std::string whole = GoodBytes();
  const google::protobuf::LogSilencer quiet;
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto bundle = ParseBundle(whole.substr(0, size), "B");
    if (!bundle.ok()) continue;
    // Cut between two fields past the weights: nothing is wrong but that words are missing.
    EXPECT_EQ(bundle->tensors, BundleTensors()) << size;
    EXPECT_FALSE(bundle->has_checksum);
  }
}

// Magenta's have no checksum of the whole: those of the weights are found, of the words not.
TEST(Bundle, WithoutAChecksumTheWeightsAreStillChecked) {
  GeneratorBundle good = Details();
  const std::string checkpoint = *SerializeV1(BundleTensors());
  good.add_checkpoint_file(checkpoint);
  const std::string whole = good.SerializeAsString();
  EXPECT_FALSE(ParseBundle(whole, "B")->has_checksum);
  const size_t begin = whole.find(checkpoint);
  const google::protobuf::LogSilencer quiet;
  for (size_t i = 0; i < 8 * whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    const auto bundle = ParseBundle(bytes, "B");
    const bool inside = i / 8 >= begin && i / 8 < begin + checkpoint.size();
    if (inside) {
      EXPECT_EQ(ExitStatus(bundle.status()), 3) << "bit " << i;
    } else if (bundle.ok()) {
      EXPECT_EQ(bundle->tensors, BundleTensors()) << "bit " << i;
    }
  }
}

TEST(Bundle, SaysWhereItIsDamaged) {
  const google::protobuf::LogSilencer quiet;
  const std::string whole = GoodBytes();
  const std::pair<size_t, const char*> rows[] = {
      {whole.find("generator"), "B: wrong checksum of the bundle: its weights are whole"},
      {whole.find("batch_size"), "B: wrong checksum of the bundle: its weights are whole"},
      {whole.size() - 6, "B: wrong checksum of the bundle"},
      {whole.size() - 1, "B: wrong checksum of the bundle: its weights are whole"},
      {0, "B: wrong checksum of the bundle"},
      {whole.find("weights"), "B: its checkpoint: table block at byte 0: wrong checksum"},
  };
  for (const auto& [at, expected] : rows) {
    std::string bytes = whole;
    bytes[at] ^= 1;
    EXPECT_THAT(ErrorLine(ParseBundle(bytes, "B").status()), HasSubstr(expected)) << at;
  }
}

TEST(Bundle, WhatCannotBeWritten) {
  EXPECT_EQ(ExitStatus(WriteBundle("/proc/x/y.mag", Details(), BundleTensors())), 5);
}

}  // namespace
}  // namespace magenta
