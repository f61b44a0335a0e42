#include "magenta/io/record/sequence_example.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "tensorflow/example.pb.h"

namespace magenta {
namespace {

std::string FromText(const std::string& text) {
  tensorflow::SequenceExample example;
  const std::string whole = "feature_lists { " + text + " }";
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(whole, &example)) << whole;
  return example.SerializeAsString();
}

// A feature list in text.
std::string List(const std::string& name, const std::string& features) {
  return "feature_list { key: '" + name + "' value { " + features + " } } ";
}

std::string Dump(const std::string& record) {
  const auto example = ParseExample(record);
  if (!example.ok()) return ErrorLine(example.status());
  std::string dump;
  if (const auto* compact = std::get_if<CompactExample>(&*example)) {
    dump = "compact " + compact->config + " " + compact->source + " " +
           std::to_string(compact->transpose) + ":";
    for (const int event : compact->events) dump += " " + std::to_string(event);
    if (!compact->control.empty()) dump += " control";
    for (const int value : compact->control) dump += " " + std::to_string(value);
  } else {
    const auto& dense = std::get<DenseExample>(*example);
    dump = "dense " + std::to_string(dense.input_size) + ":";
    for (const float value : dense.inputs) dump += " " + std::to_string(static_cast<int>(value));
    dump += " labels";
    for (const int64_t label : dense.labels) dump += " " + std::to_string(label);
  }
  return dump;
}

TEST(SequenceExample, Reads) {
  const struct {
    std::string record;
    std::string dump;
  } rows[] = {
      {SerializeCompact({"basic_rnn", "a/b.mid", -3, {60, -2, -1, 127}, {}}),
       "compact basic_rnn a/b.mid -3: 60 -2 -1 127"},
      {SerializeCompact({"x", "", 0, {60, -2}, {0, 7}}), "compact x  0: 60 -2 control 0 7"},
      {SerializeCompact({"x", "", 0, {60, -2}, {7}}), "compact x  0: 60 -2 control 7"},
      {SerializeCompact({}), "compact   0:"},
      {FromText(List("events",
                     "feature { int64_list { value: 60 } } "
                     "feature { int64_list { value: -2 } }")),
       "compact   0: 60 -2"},
      {SerializeDense({2, {1, 0, 0, 1, -1, 1}, {5, 0, 39}}), "dense 2: 1 0 0 1 -1 1 labels 5 0 39"},
      {SerializeDense({1, {7, 8}, {5, 0, 3, 39, 1, 2}, 3}), "dense 1: 7 8 labels 5 0 3 39 1 2"},
      {SerializeDense({}), "dense 0: labels"},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(row.record), row.dump);
}

TEST(SequenceExample, EveryFaultIsNamed) {
  const std::string one = "feature { float_list { value: 1 } } ";
  const std::string two = "feature { float_list { value: [1, 2] } } ";
  const std::string label = "feature { int64_list { value: 1 } } ";
  const struct {
    std::string record;
    const char* error;
  } rows[] = {
      {"\xff\xff garbage", "is no SequenceExample"},
      {"", "without a feature list `events` or `inputs`"},
      {FromText(List("labels", label)), "without a feature list `events` or `inputs`"},
      {FromText(List("inputs", one)), "1 steps of inputs but 0 of labels"},
      {FromText(List("inputs", one + one) + List("labels", label)),
       "2 steps of inputs but 1 of labels"},
      {FromText(List("inputs", one + two) + List("labels", label + label)),
       "inputs, step 1: 2 values, but 1 before"},
      {FromText(List("inputs", "feature {}") + List("labels", label)),
       "inputs, step 0: holds no numbers"},
      {FromText(List("inputs", one) + List("labels", "feature {}")),
       "labels, step 0: 0 values, not 1"},
      {FromText(List("events", "feature { int64_list { value: [60, 2147483648] } }")),
       "events, step 1: 2147483648 is out of range"},
      {FromText(List("events", one)), "events: holds no integers"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(Dump(row.record), ::testing::HasSubstr(row.error));
    EXPECT_EQ(ExitStatus(ParseExample(row.record).status()), 3);
  }
}

TEST(SequenceExample, BytesAreStable) {
  const std::string bytes = SerializeCompact({"c", "s", 1, {60}, {}});
  EXPECT_EQ(bytes, SerializeCompact({"c", "s", 1, {60}, {}}));
  EXPECT_LT(bytes.find("config"), bytes.find("source"));
  EXPECT_LT(bytes.find("source"), bytes.find("transpose"));
  const std::string dense = SerializeDense({1, {1}, {2}});
  EXPECT_LT(dense.find("inputs"), dense.find("labels"));
}

}  // namespace
}  // namespace magenta
