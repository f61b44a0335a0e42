#pragma once
// The rows of goldens/zoo: their inputs by id, and their counters and checksums in our words.

#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "magenta/base/counters.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/music.pb.h"
#include "tests/parity/golden_rows.h"

namespace magenta {

/// Where the rows lie.
inline std::string ZooFolder() { return GoldensFolder() + "/zoo/"; }

/// The inputs of a kind ("drums", "lead_sheets", ...) by their ids.
inline std::map<std::string, NoteSequence> ReadZooInputs(const std::string& kind) {
  std::map<std::string, NoteSequence> inputs;
  auto reader = RecordReader::Open(ZooFolder() + "notes/" + kind + ".tfrecord");
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
