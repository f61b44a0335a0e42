// Splitting, quantising and extracting give the reference's drum tracks, row by row.

#include <gtest/gtest.h>

#include "magenta/music/drums/extract_drum_tracks.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_rows.h"

namespace magenta {
namespace {

using nlohmann::json;

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
  got["len"] = track.size();
  got["crc32"] = Crc32Of(steps);
  return got;
}

void ExpectRow(const json& row, const NoteSequence& sequence, const ModelSpec& spec) {
  SCOPED_TRACE(row["config"].get<std::string>() + " " + row["sequence"].get<std::string>());
  const std::vector<NoteSequence> parts = SplitOnTimeChanges(sequence);
  ASSERT_EQ(parts.size(), row["parts"].size());
  Counters counters;  // of the last part: the recording keeps one a name
  size_t tracks = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const json& wanted = row["parts"][i];
    EXPECT_DOUBLE_EQ(parts[i].subsequence_info().start_time_offset(), wanted["offset"]);
    const auto quantized = Quantize(parts[i], spec.grid);
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
  EXPECT_EQ(InStageWords(counters), StageCounters(row["stats"], "DrumsExtractor_training_"));
}

TEST(DrumTracks, OfTheGoldens) {
  ForZooRows(
      "extracted_", [](const MusicKind& kind) { return kind.plays_drums(); }, ExpectRow);
}

}  // namespace
}  // namespace magenta
