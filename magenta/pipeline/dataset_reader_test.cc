#include "magenta/pipeline/dataset_reader.h"

#include <fmt/core.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

const ModelSpec& Spec(const char* id) { return **FindModel(id); }

std::string Compact(std::vector<int32_t> events, const char* config = "basic_rnn",
                    const char* source = "a.mid", std::vector<int32_t> control = {}) {
  return FrameRecord(SerializeCompact({config, source, 0, std::move(events), std::move(control)}));
}

std::string Dense(int input_size, std::vector<int64_t> labels) {
  DenseExample dense;
  dense.input_size = input_size;
  dense.labels = std::move(labels);
  dense.inputs.resize(static_cast<size_t>(input_size) * dense.labels.size());
  for (size_t i = 0; i < dense.labels.size(); ++i) dense.inputs[i * input_size + i] = 1;
  return FrameRecord(SerializeDense(dense));
}

/// "compact 3 | dense 2 | exit 3: record 1: ...": what a reader of the pattern gives.
std::string Dump(const TempFolder& folder, const std::string& pattern,
                 const char* config = "basic_rnn") {
  absl::StatusOr<DatasetReader> reader = DatasetReader::Open(folder.Path(pattern), Spec(config));
  if (!reader.ok()) return ErrorMessage(reader.status());
  std::string dump;
  DatasetExample example;
  while (true) {
    const absl::StatusOr<bool> more = reader->Next(&example);
    if (!more.ok()) {
      return dump +
             fmt::format("exit {}: {}", ExitStatus(more.status()), ErrorMessage(more.status()));
    }
    if (!*more) return dump + fmt::format("{} skipped", reader->skipped());
    const bool dense = std::holds_alternative<TrainingExample>(example.content);
    dump += fmt::format("{} {} | ", dense ? "dense" : "compact", example.steps());
  }
}

TEST(DatasetReaderTest, ReadsBothFormsAndSeveralFiles) {
  TempFolder folder;
  folder.Write("b.tfrecord", Compact({60, kNoEvent, 62, kNoteOff}) + Compact({60}));
  folder.Write("a.tfrecord", Dense(38, {2, 3}));
  folder.Write("with,comma*", Compact({60, 61}));
  folder.Write("empty", "");
  EXPECT_EQ(Dump(folder, "b.tfrecord"), "compact 3 | 1 skipped");
  EXPECT_EQ(Dump(folder, "*.tfrecord"), "dense 2 | compact 3 | 1 skipped");
  EXPECT_EQ(Dump(folder, "b.tfrecord," + folder.Path("a.tfrecord")),
            "compact 3 | dense 2 | 1 skipped");
  EXPECT_EQ(Dump(folder, "with,comma*"), "compact 1 | 0 skipped");
  EXPECT_EQ(Dump(folder, "empty"), "0 skipped");
}

TEST(DatasetReaderTest, ADataSetIsToldByItsFirstRecord) {
  TempFolder folder;
  folder.Write("compact", Compact({60, 62}));
  folder.Write("dense", Dense(38, {2, 3}));
  folder.Write("notes", FrameRecord(NoteSequence().SerializeAsString()));
  folder.Write("text", "MThd, as it were, and more");
  folder.Write("empty", "");
  EXPECT_TRUE(IsDataset(folder.Path("compact")));
  EXPECT_TRUE(IsDataset(folder.Path("dense")));
  for (const char* other : {"notes", "text", "empty", "missing", "."}) {
    EXPECT_FALSE(IsDataset(folder.Path(other))) << other;
  }
}

TEST(DatasetReaderTest, RefusesWhatTheModelCannotLearnFrom) {
  TempFolder folder;
  const struct {
    const char* what;
    std::string bytes;
    const char* config;
    const char* dump;
  } kRows[] = {
      {"another config", Compact({60, 62}), "lookback_rnn",
       "exit 3: record 0: this data set was made for basic_rnn, the model is lookback_rnn"},
      {"another width", Dense(38, {1}), "lookback_rnn",
       "exit 3: record 0: inputs of 38 numbers, as basic_rnn reads them, but the model "
       "lookback_rnn "
       "reads 121"},
      {"a width of no model", Dense(7, {1}), "basic_rnn",
       "exit 3: record 0: inputs of 7 numbers, as another model reads them, but the model "
       "basic_rnn "
       "reads 38"},
      {"event out of range", Compact({60, 62}) + Compact({60, 99}), "basic_rnn",
       "compact 1 | exit 3: record 1: event 99 is none of basic_rnn"},
      {"label out of range", Dense(38, {38}), "basic_rnn",
       "exit 3: record 0: label 38 is none of the 38 of basic_rnn"},
      {"an example that is too long", Compact(std::vector<int32_t>(65538, 60)), "basic_rnn",
       "exit 3: record 0: has 65537 steps; the limit for an example is 65536"},
      {"control of another length", Compact({60, 62}, "chord_pitches_improv", "a.mid", {1}),
       "chord_pitches_improv", "exit 3: record 0: 2 events but 1 control values"},
      {"control of a roll", Compact({89, 0, 88}, "rnn-nade", "a.mid", {4}), "rnn-nade",
       "exit 3: record 0: a piano roll that is learned has no control"},
      {"negative label", Dense(38, {-1}), "basic_rnn",
       "exit 3: record 0: label -1 is none of the 38 of basic_rnn"},
  };
  for (const auto& row : kRows) {
    folder.Write("data", row.bytes);
    EXPECT_EQ(Dump(folder, "data", row.config), row.dump) << row.what;
  }
  folder.Write("data", FrameRecord(QuarterNotes(Scale(1)).SerializeAsString()));
  EXPECT_EQ(Dump(folder, "data").find("exit 3: record 0: "), 0u);
  folder.Write("data", "no TFRecord, whatever else it may be");
  EXPECT_EQ(Dump(folder, "data").find("exit 3: "), 0u);
  const std::string whole = Compact({60, 62});
  folder.Write("data", whole + whole.substr(0, 20));
  EXPECT_EQ(Dump(folder, "data").find("compact 1 | exit 3: "), 0u);
}

TEST(DatasetReaderTest, MissingFilesAreErrors) {
  TempFolder folder;
  EXPECT_EQ(Dump(folder, "none"), "there is no such file");
  EXPECT_EQ(Dump(folder, "none*"), "no file matches this pattern");
  EXPECT_EQ(ExitStatus(ExpandFilePattern(",").status()), 2);
  EXPECT_EQ(ExitStatus(ExpandFilePattern("").status()), 2);
  folder.Write("empty", "");
  EXPECT_EQ(ExitStatus(ReadDataset(folder.Path("empty"), Spec("basic_rnn")).status()), 3);
}

TEST(EncodeExampleTest, InputsAndLabelsAreOneApart) {
  const EventCodec& codec = *Spec("basic_rnn").codec;
  const TrainingExample example = EncodeExample(codec, {{60, kNoEvent, kNoteOff, 48}, {}});
  std::string dump;
  for (size_t i = 0; i < example.inputs.rows(); ++i) {
    example.inputs.ForEach(i, [&](int32_t index, float value) {
      dump += fmt::format("{}:{}>{} ", index, value, example.labels[i]);
    });
  }
  EXPECT_EQ(dump, "14:1>0 0:1>1 1:1>2 ");
  EXPECT_EQ(EncodeExample(codec, {{60}, {}}).inputs.rows(), 0u);
  EXPECT_TRUE(EncodeExample(codec, {}).labels.empty());
}

}  // namespace
}  // namespace magenta
