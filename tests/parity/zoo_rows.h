#pragma once
// The rows of goldens/zoo: their inputs by id, and their counters and checksums in our words.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "magenta/base/counters.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/models/model_spec.h"
#include "magenta/music.pb.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {

/// Where the rows lie.
inline std::string ZooFolder() { return GoldensFolder() + "/zoo/"; }

/// The files of `folder` of the rows ("", "notes") that are called PREFIX...ENDING, by their names.
inline std::vector<std::string> ZooFiles(const std::string& folder, const std::string& prefix,
                                         const std::string& ending) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(ZooFolder() + folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(ending)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// The inputs of all kinds by their ids.
inline std::map<std::string, NoteSequence> ReadZooInputs() {
  std::map<std::string, NoteSequence> inputs;
  for (const std::string& path : ZooFiles("notes", "", ".tfrecord")) {
    auto reader = RecordReader::Open(path);
    EXPECT_TRUE(reader.ok()) << reader.status();
    if (!reader.ok()) continue;
    std::string record;
    while (*reader->Next(&record)) {
      NoteSequence sequence;
      EXPECT_TRUE(sequence.ParseFromString(record));
      inputs[sequence.id()] = std::move(sequence);
    }
  }
  return inputs;
}

/// Calls check(row, input, spec) for each row of the files PREFIX...jsonl whose "config" is a model
/// of ours that `takes` takes, and says how many there were.
template <typename Takes, typename Check>
void ForZooRows(const std::string& prefix, const Takes& takes, const Check& check) {
  const auto inputs = ReadZooInputs();
  size_t checked = 0;
  for (const std::string& path : ZooFiles("", prefix, ".jsonl")) {
    size_t rows = 0;
    for (const nlohmann::json& row : ReadRows(path)) {
      const auto spec = FindModel(row["config"].get<std::string>());
      if (!spec.ok() || !takes(*(*spec)->kind)) continue;
      const auto input = inputs.find(row["sequence"]);
      ASSERT_NE(input, inputs.end()) << row["sequence"];
      check(row, input->second, **spec);
      ++rows;
    }
    if (rows > 0) RowsChecked(rows, "zoo/" + std::filesystem::path(path).filename().string());
    checked += rows;
  }
  EXPECT_GT(checked, 0u) << prefix;
}

/// The counters of a row's `stats` that begin with `stage`; a bucket of a histogram is "NAME:[3,".
inline nlohmann::json StageCounters(const nlohmann::json& stats, const std::string& stage) {
  nlohmann::json counters = nlohmann::json::object();
  for (const auto& [name, value] : stats.items()) {
    if (!name.starts_with(stage)) continue;
    if (!value.is_object()) {
      counters[name.substr(stage.size())] = value;
      continue;
    }
    for (const auto& [bound, count] : value.items()) {
      counters[name.substr(stage.size()) + ":[" + bound + ","] = count;
    }
  }
  return counters;
}

/// Ours in the words of StageCounters().
inline nlohmann::json InStageWords(const Counters& counters) {
  nlohmann::json counted = nlohmann::json::object();
  for (const auto& [name, count] : counters) {
    const size_t comma = name.find(',');
    counted[std::string(name.substr(0, comma == name.npos ? comma : comma + 1))] = count;
  }
  return counted;
}

/// The checksum of `value` as text without blanks.
inline uint32_t Crc32Of(const nlohmann::json& value) {
  const std::string text = value.dump();
  return static_cast<uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

}  // namespace magenta
