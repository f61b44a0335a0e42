#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/event_reader.h"
#include "magenta/io/record/event_writer.h"
#include "magenta/io/record/tfrecord.h"
#include "tensorflow/event.pb.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

class EventFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::path(::testing::TempDir()) / "event_test").string();
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  EventWriter Writer() {
    auto writer =
        EventWriter::Create(folder_, {.clock = [this] { return now_ += 0.5; }, .host = "host"});
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *std::move(writer);
  }

  std::string folder_;
  double now_ = 1700000000;
};

TEST_F(EventFiles, AreReadAsWritten) {
  EventWriter writer = Writer();
  EXPECT_EQ(writer.path(), folder_ + "/events.out.tfevents.1700000000.host");
  const std::pair<std::string, float> values[] = {{"loss", 3.25f}, {"metrics/accuracy", 0.5f}};
  ASSERT_TRUE(writer.Scalars(10, values).ok());
  ASSERT_TRUE(writer.Text(11, "hparams", "batch_size=64").ok());
  ASSERT_TRUE(writer.Flush().ok());

  const auto file = ReadEventFile(writer.path());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->file_version, "brain.Event:2");
  EXPECT_EQ(file->events, 3);
  EXPECT_FALSE(file->cut);
  ASSERT_EQ(file->scalars.size(), 2u);
  EXPECT_EQ(file->scalars[0].tag, "loss");
  EXPECT_EQ(file->scalars[0].value, 3.25f);
  EXPECT_EQ(file->scalars[0].step, 10);
  EXPECT_EQ(file->scalars[0].wall_time, 1700000001.0);
  EXPECT_EQ(file->scalars[1].tag, "metrics/accuracy");
  ASSERT_EQ(file->texts.size(), 1u);
  EXPECT_EQ(file->texts[0].tag, "hparams");
  EXPECT_EQ(file->texts[0].text, "batch_size=64");
  EXPECT_EQ(file->texts[0].step, 11);
}

TEST_F(EventFiles, EachEventIsOnDiskAtOnce) {
  EventWriter writer = Writer();
  const std::pair<std::string, float> values[] = {{"loss", 1.0f}};
  for (int step = 1; step <= 3; ++step) {
    ASSERT_TRUE(writer.Scalars(step, values).ok());
    EXPECT_EQ(ReadEventFile(writer.path())->events, 1 + step);
  }
}

TEST_F(EventFiles, NeverShareAName) {
  const EventWriter first = Writer();
  now_ = 1700000000;
  const EventWriter second = Writer();
  EXPECT_EQ(second.path(), first.path() + ".1");
  EXPECT_EQ(ReadEventFile(first.path())->events, 1);
}

TEST_F(EventFiles, KeepOddNumbers) {
  EventWriter writer = Writer();
  const std::pair<std::string, float> values[] = {
      {"nan", std::nanf("")}, {"inf", std::numeric_limits<float>::infinity()}, {"zero", -0.0f}};
  ASSERT_TRUE(writer.Scalars(0, values).ok());
  const auto file = ReadEventFile(writer.path());
  EXPECT_TRUE(std::isnan(file->scalars[0].value));
  EXPECT_TRUE(std::isinf(file->scalars[1].value));
  EXPECT_TRUE(std::signbit(file->scalars[2].value));
}

TEST_F(EventFiles, ACutEndIsToldAndAWrongChecksumIsAnError) {
  EventWriter writer = Writer();
  const std::pair<std::string, float> values[] = {{"loss", 1.0f}};
  ASSERT_TRUE(writer.Scalars(1, values).ok());
  ASSERT_TRUE(writer.Scalars(2, values).ok());
  std::string bytes = *ReadFile(writer.path());
  fs::resize_file(writer.path(), bytes.size() - 1);
  const auto cut = ReadEventFile(writer.path());
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_TRUE(cut->cut);
  EXPECT_EQ(cut->scalars.size(), 1u);

  bytes[bytes.size() - 6] ^= 1;
  ASSERT_TRUE(WriteFile(writer.path(), bytes).ok());
  EXPECT_EQ(ExitStatus(ReadEventFile(writer.path()).status()), 3);
}

TEST_F(EventFiles, EveryFlippedBitIsFoundAndItsRecordNamed) {
  EventWriter writer = Writer();
  const std::pair<std::string, float> values[] = {{"loss", 1.0f}};
  ASSERT_TRUE(writer.Scalars(1, values).ok());
  ASSERT_TRUE(writer.Scalars(2, values).ok());
  const std::string whole = *ReadFile(writer.path());
  for (size_t i = 0; i < 8 * whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    std::ofstream(writer.path(), std::ios::binary) << bytes;
    const absl::Status status = ReadEventFile(writer.path()).status();
    EXPECT_EQ(ExitStatus(status), 3) << "bit " << i;
    EXPECT_THAT(ErrorLine(status), ::testing::HasSubstr(writer.path() + ": record "))
        << "bit " << i;
  }
}

TEST_F(EventFiles, ScalarsAsTensorsAreRead) {
  tensorflow::Event event;
  event.set_step(7);
  for (const bool packed : {false, true}) {
    auto* value = event.mutable_summary()->add_value();
    value->set_tag("loss");
    value->mutable_tensor()->set_dtype(tensorflow::DT_FLOAT);
    if (packed) {
      value->mutable_tensor()->set_tensor_content(std::string("\0\0\x80\x3f", 4));
    } else {
      value->mutable_tensor()->add_float_val(1.0f);
    }
  }
  ASSERT_TRUE(MakeFolder(folder_).ok());
  const std::string path = folder_ + "/tfevents";
  ASSERT_TRUE(WriteFile(path, FrameRecord(event.SerializeAsString())).ok());
  const auto file = ReadEventFile(path);
  ASSERT_EQ(file->scalars.size(), 2u);
  EXPECT_EQ(file->scalars[0].value, 1.0f);
  EXPECT_EQ(file->scalars[1].value, 1.0f);
}

TEST_F(EventFiles, WhatCannotBeWritten) {
  EXPECT_EQ(ExitStatus(EventWriter::Create("/proc/x").status()), 5);
}

TEST_F(EventFiles, WhatIsNoEvent) {
  ASSERT_TRUE(MakeFolder(folder_).ok());
  const std::string path = folder_ + "/tfevents";
  ASSERT_TRUE(WriteFile(path, FrameRecord("\xff\xff not a message")).ok());
  EXPECT_THAT(ErrorLine(ReadEventFile(path).status()),
              ::testing::HasSubstr("record 0 is no TensorBoard event"));
}

}  // namespace
}  // namespace magenta
