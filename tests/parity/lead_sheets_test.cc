// Splitting, quantising and extracting give the reference's lead sheets in all keys, row by row.

#include <gtest/gtest.h>

#include <algorithm>

#include "magenta/music/harmony/lead_sheet.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_rows.h"

namespace magenta {
namespace {

using nlohmann::json;

json SymbolsOf(const ChordProgression& chords) {
  json symbols = json::array();
  for (const ChordSpan& span : chords.spans()) {
    for (int64_t i = 0; i < span.steps; ++i) symbols.push_back(span.chord.Text());
  }
  return symbols;
}

json SymbolsOf(const json& runs) {
  json symbols = json::array();
  for (const json& run : runs) {
    for (int i = 0; i < run[1].get<int>(); ++i) symbols.push_back(run[0]);
  }
  return symbols;
}

void ExpectCopy(const json& wanted, const LeadSheet& sheet) {
  const json symbols = SymbolsOf(sheet.chords);
  if (wanted.contains("crc32")) {
    EXPECT_EQ(sheet.melody.size(), wanted["len"]);
    EXPECT_EQ(Crc32Of(json::array({sheet.melody.events(), symbols})), wanted["crc32"]);
    return;
  }
  EXPECT_EQ(json(sheet.melody.events()), wanted["melody"]);
  EXPECT_EQ(symbols, SymbolsOf(wanted["chords"]));
  EXPECT_EQ(sheet.melody.start_step(), wanted["start_step"]);
  EXPECT_EQ(sheet.melody.steps_per_bar(), wanted["steps_per_bar"]);
  Melody squashed = sheet.melody;
  squashed.Squash(48, 84, std::nullopt);
  EXPECT_EQ(json(squashed.events()), wanted.value("squashed", wanted["melody"]));
}

/// "1" where a model of `kind` takes every chord.
char Encoded(const LeadSheet& sheet, const MusicKind& kind) {
  const auto events = sheet.Events();
  if (!events.ok()) return '0';
  EXPECT_EQ(events->control.size(), events->events.size());
  if (!kind.Events().ends_with("triads")) return '1';
  for (const ChordCode code : events->control) {
    if (!TriadClass(code).has_value()) return '0';
  }
  return '1';
}

void ExpectRow(const json& row, const NoteSequence& sequence, const ModelSpec& spec) {
  SCOPED_TRACE(row["config"].get<std::string>() + " " + row["sequence"].get<std::string>());
  const std::vector<NoteSequence> parts = SplitOnTimeChanges(sequence);
  if (row.contains("parts")) {
    ASSERT_EQ(parts.size(), row["parts"].size());
  }
  Counters counters;  // of the last part: the recording keeps one a name
  std::string encoded;
  for (size_t i = 0; i < parts.size(); ++i) {
    const json wanted = row.contains("parts") ? row["parts"][i] : json();
    const auto quantized = Quantize(parts[i], spec.grid);
    ASSERT_TRUE(quantized.ok()) << quantized.status();
    LeadSheetExtractionOptions options;
    options.strict = true;
    const LeadSheetExtraction extraction = ExtractLeadSheets(*quantized, options);
    counters = extraction.counters;
    json copies = json::array();
    for (const LeadSheet& found : extraction.lead_sheets) {
      for (int n = kLowestLeadSheetKey; n <= kHighestLeadSheetKey; ++n) {
        const LeadSheet sheet = found.Transposed(n);
        encoded += Encoded(sheet, *spec.kind);
        copies.push_back(n);
        if (wanted.is_null()) continue;
        ASSERT_LE(copies.size(), wanted["out"].size());
        const json& copy = wanted["out"][copies.size() - 1];
        EXPECT_EQ(copy["transpose"], n);
        ExpectCopy(copy, sheet);
      }
    }
    if (wanted.is_null()) continue;
    EXPECT_DOUBLE_EQ(parts[i].subsequence_info().start_time_offset(), wanted["offset"]);
    EXPECT_EQ(quantized->total_steps(), wanted["steps"]);
    EXPECT_EQ(copies.size(), wanted["out"].size());
  }
  EXPECT_EQ(encoded, row["encoded"]);
  EXPECT_EQ(std::count(encoded.begin(), encoded.end(), '1'), row["examples"]);
  EXPECT_EQ(InStageWords(counters), StageCounters(row["stats"], "LeadSheetExtractor_training_"));
}

TEST(LeadSheets, OfTheGoldens) {
  ForZooRows(
      "extracted_", [](const MusicKind& kind) { return kind.ReadsChords(); }, ExpectRow);
}

}  // namespace
}  // namespace magenta
