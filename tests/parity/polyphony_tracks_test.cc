// Splitting, quantising, transposing and extracting give the reference's polyphonic tracks and
// piano rolls, row by row.

#include <gtest/gtest.h>

#include <algorithm>

#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_events.h"

namespace magenta {
namespace {

using nlohmann::json;

/// The events in the words of `wanted`, in full or as a checksum.
json InWordsOf(const json& wanted, const json& events) {
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

void ExpectTracks(const json& row, const NoteSequence& sequence, const ModelSpec& spec) {
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
      const Examples found = spec.kind->ExtractExamples(quantized->Transposed(semitones), {});
      counters = found.counters;
      ASSERT_EQ(found.sequences.empty(), wanted["out"].empty()) << found.tracks[0].outcome;
      if (found.sequences.empty()) continue;
      ++tracks;
      const json events = RowsWordsOf(spec, found.sequences[0].events);
      EXPECT_EQ(InWordsOf(wanted["out"][0], events), wanted["out"][0]);
    }
  }
  EXPECT_EQ(next, row["parts"].size());
  EXPECT_EQ(tracks, row["examples"]);
  const std::string stage = std::string(spec.kind->names().extractor) + "_training_";
  EXPECT_EQ(InStageWords(counters), StageCounters(row["stats"], stage));
}

TEST(PolyphonyTracks, OfTheGoldens) {
  for (const char* rows : {"extracted_polyphony", "extracted_pianoroll"}) {
    ForZooRows(
        rows, [](const MusicKind& kind) { return kind.plays_chords(); }, ExpectTracks);
  }
}

}  // namespace
}  // namespace magenta
