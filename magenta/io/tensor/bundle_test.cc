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
      {Error(spoilt), "B: table block at byte 0: wrong checksum"},
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

// The message around the checkpoint has no checksum, so its own flips may pass; those inside not.
TEST(Bundle, EveryFlippedBitOfTheCheckpointIsFound) {
  GeneratorBundle good = Details();
  const std::string checkpoint = *SerializeV1(BundleTensors());
  good.add_checkpoint_file(checkpoint);
  const std::string whole = good.SerializeAsString();
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

TEST(Bundle, WhatCannotBeWritten) {
  EXPECT_EQ(ExitStatus(WriteBundle("/proc/x/y.mag", Details(), BundleTensors())), 5);
}

}  // namespace
}  // namespace magenta
