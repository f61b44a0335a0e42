// The codecs write the reference's inputs and labels, index by index, and read them back.

#include <gtest/gtest.h>

#include <memory>
#include <variant>

#include "magenta/codec/melody_codecs.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using nlohmann::json;

constexpr int kRecordedEncodings = 40;
constexpr int kSmallEncodings = 8;

std::unique_ptr<EventCodec> CodecOf(const std::string& config) {
  if (config == "basic_rnn") return MakeOneHotCodec({48, 84});
  if (config == "mono_rnn") return MakeOneHotCodec({0, 128});
  if (config == "lookback_rnn") return MakeLookbackCodec({48, 84});
  return MakeKeyMelodyCodec({48, 84});
}

SparseVector InputOf(const json& pairs) {
  SparseVector input;
  for (const json& pair : pairs) input.Add(pair[0], pair[1]);
  return input;
}

// Steps of `row` that were compared.
void ExpectEncoding(const json& row) {
  SCOPED_TRACE(row["config"].get<std::string>() + " " + row["file"].get<std::string>());
  const auto codec = CodecOf(row["config"]);
  EXPECT_EQ(codec->input_size(), row["input_size"]);
  EXPECT_EQ(codec->num_classes(), row["num_classes"]);
  const std::vector<Event> events = row["events"];
  EXPECT_EQ(row["labels"].size(), events.size() - 1);
  EXPECT_EQ(row["inputs"].size(), events.size() - 1);
  const auto encoder = codec->NewEncoder();
  SparseVector input;
  for (size_t p = 0; p + 1 < events.size(); ++p) {
    encoder->Push(events[p]);
    encoder->Input(input);
    EXPECT_EQ(input, InputOf(row["inputs"][p])) << "input at " << p;
    EXPECT_EQ(encoder->Label(events[p + 1]), row["labels"][p]) << "label at " << p;
    EXPECT_EQ(encoder->DecodeOne(row["labels"][p]), events[p + 1]) << "decoded at " << p;
  }
}

int ExpectEncodings(const std::vector<json>& rows) {
  for (const json& row : rows) ExpectEncoding(row);
  return static_cast<int>(rows.size());
}

TEST(Encodings, OfTheSmallGoldens) {
  EXPECT_EQ(ExpectEncodings(ReadRows("tests/golden/encodings.jsonl")), kSmallEncodings);
  RowsChecked(kSmallEncodings, "tests/golden/encodings.jsonl");
}

TEST(Encodings, OfTheSharedGoldens) {
  if (!HasSharedFolder()) {
    GTEST_SKIP() << RowsLeftOut(kRecordedEncodings - kSmallEncodings, "encodings.jsonl");
  }
  EXPECT_EQ(ExpectEncodings(ReadRows(SharedFolder() + "/goldens/encodings.jsonl")),
            kRecordedEncodings);
  RowsChecked(kRecordedEncodings, "encodings.jsonl");
}

// One step of a dense example without its zeros.
SparseVector InputAt(const DenseExample& example, size_t step) {
  SparseVector input;
  for (int i = 0; i < example.input_size; ++i) {
    const float value = example.inputs[step * example.input_size + i];
    if (value != 0) input.Add(i, value);
  }
  return input;
}

// Only the first event is not named by a label: the one whose input is the first input.
Event FirstEvent(const EventCodec& codec, const DenseExample& example) {
  SparseVector input;
  for (Event event = kNoEvent; event <= kMaxPitch; ++event) {
    if (!codec.Accepts(event)) continue;
    const auto encoder = codec.NewEncoder();
    encoder->Push(event);
    encoder->Input(input);
    if (input == InputAt(example, 0)) return event;
  }
  ADD_FAILURE() << "no event has the first input";
  return kNoEvent;
}

void ExpectDenseExample(const EventCodec& codec, const DenseExample& example) {
  ASSERT_EQ(example.input_size, codec.input_size());
  const auto encoder = codec.NewEncoder();
  Event event = FirstEvent(codec, example);
  SparseVector input;
  for (size_t step = 0; step < example.labels.size(); ++step) {
    encoder->Push(event);
    encoder->Input(input);
    ASSERT_EQ(input, InputAt(example, step)) << "step " << step;
    event = encoder->DecodeOne(static_cast<int>(example.labels[step]));
    ASSERT_EQ(encoder->Label(event), example.labels[step]) << "step " << step;
  }
}

TEST(Encodings, OfDenseExamples) {
  int records = 0;
  for (const char* config : {"basic_rnn", "lookback_rnn", "attention_rnn"}) {
    SCOPED_TRACE(config);
    const std::string path = GoldensFolder() + "/models/" + config + "/examples.tfrecord";
    if (!std::filesystem::exists(path)) continue;
    auto reader = RecordReader::Open(path);
    ASSERT_TRUE(reader.ok()) << reader.status();
    for (std::string record; *reader->Next(&record); ++records) {
      const auto example = ParseExample(record);
      ASSERT_TRUE(example.ok()) << example.status();
      ExpectDenseExample(*CodecOf(config), std::get<DenseExample>(*example));
    }
  }
  RowsChecked(static_cast<size_t>(records), "examples.tfrecord");
  EXPECT_EQ(records, HasSharedFolder() ? 6 : 1);
  if (records < 6) {
    std::puts(RowsLeftOut(static_cast<size_t>(6 - records), "examples.tfrecord").c_str());
  }
}

}  // namespace
}  // namespace magenta
