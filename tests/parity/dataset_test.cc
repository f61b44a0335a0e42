// MIDI files through convert and dataset give the reference's melodies: the same events in the same
// order, and counters that add up to the same sums.

#include "magenta/pipeline/dataset.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <set>

#include "magenta/base/status.h"
#include "magenta/pipeline/convert.h"
#include "magenta/pipeline/dataset_reader.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr size_t kGoldenFiles = 128;
constexpr size_t kEdgeFiles = 38;  // those of them in the tree
constexpr char kExtractor[] = "DAGPipeline_MelodyExtractor_training_";

/// What the recorded rows of one value of ignore_polyphonic say all together.
struct GoldenSet {
  std::string melodies;  // "file transpose: events" a line, files by bytes
  std::map<std::string, int64_t> counters;
};

std::string MelodyLine(const std::string& file, int64_t transpose, const std::vector<int>& events) {
  std::string line = fmt::format("{} {}:", file, transpose);
  for (const int event : events) line += fmt::format(" {}", event);
  return line + "\n";
}

GoldenSet SetOf(const std::vector<json>& rows, bool ignore_polyphonic) {
  GoldenSet set;
  std::map<std::pair<std::string, int>, std::string> parts;
  for (const json& row : rows) {
    if (row["ignore_polyphonic"] != ignore_polyphonic) continue;
    std::string& lines = parts[{row["file"], row["part"]}];
    for (const json& melody : row["melodies"]) {
      lines +=
          MelodyLine(row["file"], melody["transpose"], melody["squashed"].get<std::vector<int>>());
    }
    for (const auto& [name, count] : row["stats"].items()) {
      set.counters[kExtractor + name] += count.get<int64_t>();
    }
  }
  for (const auto& [part, lines] : parts) set.melodies += lines;
  return set;
}

/// The first event of a dense example: the one whose encoding is the first input.
Event FirstEventOf(const TrainingExample& dense, const EventCodec& codec) {
  for (Event first = kNoEvent; first < 84; ++first) {
    if (!codec.Accepts(first)) continue;
    const SparseMatrix input = EncodeExample(codec, {{first, kNoEvent}, {}}).inputs;
    if (input.Row(0) == dense.inputs.Row(0)) return first;
  }
  return kNoEvent;
}

/// The melody that a dense example was made from: the later events stand in the labels.
EventSequence MelodyOf(const TrainingExample& dense, const EventCodec& codec) {
  EventSequence melody{{FirstEventOf(dense, codec)}, {}};
  const auto encoder = codec.NewEncoder();
  for (const int label : dense.labels) {
    encoder->Push(melody.events.back());
    melody.events.push_back(encoder->Decode(std::span<const int>(&label, 1)));
  }
  return melody;
}

class SharedDataset : public testing::Test {
 protected:
  void SetUp() override {
    rows_ = ReadRows(GoldensFolder() + "/melodies.jsonl");
    std::string name = (fs::temp_directory_path() / "dataset-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  /// Links to the files that the rows are about, converted.
  void ConvertGoldenFiles() {
    fs::create_directory(folder_ + "/in");
    std::set<std::string> names;
    for (const json& row : rows_) names.insert(row["file"]);
    const size_t files = HasSharedFolder() ? kGoldenFiles : kEdgeFiles;
    ASSERT_EQ(names.size(), files);
    for (const std::string& name : names) {
      fs::create_symlink(fs::absolute(GoldenMidi(name)), folder_ + "/in/" + name);
    }
    ConvertOptions options;
    options.input_dir = folder_ + "/in";
    options.output_file = folder_ + "/notes.tfrecord";
    const absl::StatusOr<ConvertSummary> summary = ConvertFolder(options);
    ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
    EXPECT_EQ(summary->sequences, files);
  }

  std::vector<json> rows_;
  std::string folder_;
};

TEST_F(SharedDataset, OfMidiFiles) {
  ConvertGoldenFiles();
  const ModelSpec& spec = **FindModel("lookback_rnn");
  for (const bool ignore_polyphonic : {false, true}) {
    DatasetOptions options;
    options.spec = &spec;
    options.input = folder_ + "/notes.tfrecord";
    options.output_dir = folder_;
    options.eval_ratio = 0;
    options.examples.Set("ignore_polyphonic_notes", ignore_polyphonic);
    const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
    ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
    const auto examples = ReadDataset(summary->training_file, spec);
    ASSERT_TRUE(examples.ok()) << ErrorLine(examples.status());
    std::string melodies;
    for (const DatasetExample& example : *examples) {
      melodies += MelodyLine(example.source, example.transpose,
                             std::get<EventSequence>(example.content).events);
    }
    const GoldenSet golden = SetOf(rows_, ignore_polyphonic);
    EXPECT_EQ(melodies, golden.melodies);
    for (const auto& [name, count] : golden.counters) {
      EXPECT_EQ(summary->counters.at(name), count) << name;
    }
    RowsChecked(examples->size(), fmt::format("melodies.jsonl, as data sets of MIDI files{}",
                                              ignore_polyphonic ? ", polyphony ignored" : ""));
    const size_t all = ignore_polyphonic ? 144 : 87;
    EXPECT_EQ(examples->size(), HasSharedFolder() ? all : 3u);
    if (examples->size() < all) {
      std::puts(RowsLeftOut(all - examples->size(), "melodies.jsonl, as data sets").c_str());
    }
  }
}

/// Dense records of the reference are read, and equal what the codec makes of the melody in them.
TEST_F(SharedDataset, ReferencesDenseExamples) {
  size_t checked = 0;
  for (const char* id : {"basic_rnn", "lookback_rnn", "attention_rnn"}) {
    const ModelSpec& spec = **FindModel(id);
    const std::string path = GoldensFolder() + "/models/" + id + "/examples.tfrecord";
    if (!fs::exists(path)) continue;
    const auto examples = ReadDataset(path, spec);
    ASSERT_TRUE(examples.ok()) << ErrorLine(examples.status());
    ASSERT_EQ(examples->size(), HasSharedFolder() ? 2u : 1u);
    checked += examples->size();
    for (const DatasetExample& example : *examples) {
      const TrainingExample dense = example.Encode(*spec.codec);
      EXPECT_EQ(dense, EncodeExample(*spec.codec, MelodyOf(dense, *spec.codec))) << id;
    }
  }
  RowsChecked(checked, "examples.tfrecord, as a data set");
  EXPECT_GE(checked, 1u);
  if (checked < 6) std::puts(RowsLeftOut(6 - checked, "examples.tfrecord, as a data set").c_str());
}

}  // namespace
}  // namespace magenta
