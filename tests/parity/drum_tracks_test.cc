// Splitting, quantising and extracting give the reference's drum tracks, row by row.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

#include "magenta/io/record/tfrecord.h"
#include "magenta/music/drums/extract_drum_tracks.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using nlohmann::json;

/// The inputs of a kind by their ids.
std::map<std::string, NoteSequence> ReadInputs(const std::string& path) {
  std::map<std::string, NoteSequence> inputs;
  auto reader = RecordReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return inputs;
  std::string record;
  while (*reader->Next(&record)) {
    NoteSequence sequence;
    EXPECT_TRUE(sequence.ParseFromString(record));
    inputs[sequence.id()] = std::move(sequence);
  }
  return inputs;
}

/// A list of pitches a step, as the rows have it.
json StepsOf(const DrumTrack& track) {
  json steps = json::array();
  for (int64_t i = 0; i < track.size(); ++i) steps.push_back(json::array());
  for (const DrumHit& hit : track.hits()) steps[hit.step].push_back(hit.pitch);
  return steps;
}

/// `track` in the words of `wanted`, in full or as a checksum.
json InWordsOf(const json& wanted, const DrumTrack& track) {
  json got = {{"start_step", track.start_step()}, {"steps_per_bar", track.steps_per_bar()}};
  const json steps = StepsOf(track);
  if (!wanted.contains("crc32")) {
    got["events"] = steps;
    return got;
  }
  const std::string text = steps.dump();
  got["len"] = track.size();
  got["crc32"] =
      ::crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  return got;
}

/// The extractor's part of a row's counters.
json CountersOf(const json& stats) {
  const std::string stage = "DrumsExtractor_training_";
  json counters = json::object();
  for (const auto& [name, value] : stats.items()) {
    if (!name.starts_with(stage)) continue;
    if (!value.is_object()) {
      counters[name.substr(stage.size())] = value;
      continue;
    }
    for (const auto& [bound, count] : value.items()) {
      counters[fmt::format("{}:[{},", name.substr(stage.size()), bound)] = count;
    }
  }
  return counters;
}

void ExpectRow(const json& row, const NoteSequence& sequence) {
  SCOPED_TRACE(row["config"].get<std::string>() + " " + row["sequence"].get<std::string>());
  const std::vector<NoteSequence> parts = SplitOnTimeChanges(sequence);
  ASSERT_EQ(parts.size(), row["parts"].size());
  Counters counters;  // of the last part: the recording keeps one a name
  size_t tracks = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const json& wanted = row["parts"][i];
    EXPECT_DOUBLE_EQ(parts[i].subsequence_info().start_time_offset(), wanted["offset"]);
    const auto quantized = Quantize(parts[i], row["config"] == "one_drum" ? 2 : 4);
    ASSERT_TRUE(quantized.ok()) << quantized.status();
    EXPECT_EQ(quantized->total_steps(), wanted["steps"]);
    const DrumExtraction extraction = ExtractDrumTracks(*quantized, {});
    counters = extraction.counters;
    tracks += extraction.tracks.size();
    ASSERT_EQ(extraction.tracks.size(), wanted["out"].size());
    for (size_t j = 0; j < extraction.tracks.size(); ++j) {
      EXPECT_EQ(InWordsOf(wanted["out"][j], extraction.tracks[j]), wanted["out"][j]);
    }
  }
  EXPECT_EQ(tracks, row["examples"]);
  json counted = json::object();
  for (const auto& [name, count] : counters) {
    const size_t comma = name.find(',');
    counted[std::string(name.substr(0, comma == name.npos ? comma : comma + 1))] = count;
  }
  EXPECT_EQ(counted, CountersOf(row["stats"]));
}

TEST(DrumTracks, OfTheGoldens) {
  const std::string folder = GoldensFolder() + "/zoo/";
  const std::map<std::string, NoteSequence> inputs = ReadInputs(folder + "notes/drums.tfrecord");
  const std::vector<json> rows = ReadRows(folder + "extracted_drums.jsonl");
  ASSERT_FALSE(rows.empty());
  for (const json& row : rows) {
    const auto input = inputs.find(row["sequence"]);
    ASSERT_NE(input, inputs.end()) << row["sequence"];
    ExpectRow(row, input->second);
  }
  RowsChecked(rows.size(), "zoo/extracted_drums.jsonl");
}

}  // namespace
}  // namespace magenta
