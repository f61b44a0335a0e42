// Splitting, quantising, transposing and extracting give the reference's polyphonic tracks, row by
// row.

#include <gtest/gtest.h>

#include <algorithm>

#include "magenta/music/polyphony/extract_polyphony.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_rows.h"

namespace magenta {
namespace {

using nlohmann::json;

/// `events` in the words of `wanted`, in full or as a checksum.
json InWordsOf(const json& wanted, const std::vector<Event>& events) {
  json got = {{"start_step", 0}};
  if (!wanted.contains("crc32")) {
    got["events"] = events;
    return got;
  }
  got["len"] = events.size();
  got["crc32"] = Crc32Of(events);
  return got;
}

bool StaysInRange(const NoteSequence& sequence, int semitones) {
  return std::all_of(sequence.notes().begin(), sequence.notes().end(), [&](const auto& note) {
    const int pitch = note.pitch() + semitones;
    return note.is_drum() || (pitch >= kMinPitch && pitch <= kMaxPitch);
  });
}

void ExpectPolyphony(const json& row, const NoteSequence& sequence, const ModelSpec& spec) {
  SCOPED_TRACE(row["sequence"].get<std::string>());
  Counters counters;  // of the last part: the recording keeps one a name
  size_t next = 0, tracks = 0;
  for (const NoteSequence& part : SplitOnTimeChanges(sequence)) {
    const auto quantized = Quantize(part, spec.grid);
    ASSERT_TRUE(quantized.ok()) << quantized.status();
    for (const int semitones : spec.kind->transpositions()) {
      if (!StaysInRange(quantized->proto(), semitones)) continue;
      ASSERT_LT(next, row["parts"].size());
      const json& wanted = row["parts"][next++];
      SCOPED_TRACE(semitones);
      EXPECT_DOUBLE_EQ(part.subsequence_info().start_time_offset(), wanted["offset"]);
      EXPECT_EQ(quantized->total_steps(), wanted["steps"]);
      EXPECT_EQ(semitones, wanted["transpose"]);
      const PolyphonyExtraction extraction = ExtractPolyphony(quantized->Transposed(semitones), {});
      counters = extraction.counters;
      ASSERT_EQ(extraction.events.empty(), wanted["out"].empty()) << extraction.outcome;
      if (extraction.events.empty()) continue;
      ++tracks;
      EXPECT_EQ(InWordsOf(wanted["out"][0], extraction.events), wanted["out"][0]);
    }
  }
  EXPECT_EQ(next, row["parts"].size());
  EXPECT_EQ(tracks, row["examples"]);
  EXPECT_EQ(InStageWords(counters), StageCounters(row["stats"], "PolyExtractor_training_"));
}

TEST(PolyphonyTracks, OfTheGoldens) {
  ForZooRows(
      "extracted_polyphony", [](const MusicKind& kind) { return kind.plays_chords(); },
      ExpectPolyphony);
}

}  // namespace
}  // namespace magenta
