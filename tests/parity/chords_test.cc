// Chord symbols mean what they mean to the reference, row by row.

#include <gtest/gtest.h>

#include "magenta/music/harmony/chord_name.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using nlohmann::json;

// What our functions say of `text`, in the words of a golden row.
json RowOf(const std::string& text) {
  const json error = "ChordSymbolError";
  json row = {{"symbol", text},   {"root", error},  {"bass", error},        {"pitches", error},
              {"quality", error}, {"triad", error}, {"pitch_chords", error}};
  row["transposed"] = json::array();
  const auto symbol = ParseChordSymbol(text, ChordSpelling::kReference);
  const bool chord = symbol.ok() && !symbol->IsNoChord();
  for (int n = 0; n < 12; ++n) {
    row["transposed"].push_back(chord ? json(symbol->Transposed(n).Text()) : error);
  }
  if (!symbol.ok()) return row;
  const auto code = symbol->Code();
  if (code.ok()) {
    const auto triad = TriadClass(*code);
    row["triad"] = triad.has_value() ? json(*triad) : json("ChordEncodingError");
    row["pitch_chords"] = ChordPitchInputs(*code);
  }
  if (!chord) return row;
  row["root"] = symbol->root().PitchClass();
  row["bass"] = symbol->bass().PitchClass();
  if (!code.ok()) return row;
  row["pitches"] = *symbol->PitchClasses();
  row["quality"] = static_cast<int>(*symbol->Quality());
  return row;
}

TEST(Chords, AreTheReferences) {
  size_t checked = 0;
  for (const json& row : ReadRows(GoldensFolder() + "/zoo/chords.jsonl")) {
    ++checked;
    if (row.contains("from_pitches")) {
      const std::vector<int> pitches = row["from_pitches"];
      const auto name = NameChord(pitches, ChordNaming::kReference);
      if (row["symbol"] == "ChordSymbolError") {
        EXPECT_FALSE(name.ok()) << row;
        continue;
      }
      ASSERT_TRUE(name.ok()) << row << name.status();
      EXPECT_EQ(*name, row["symbol"]) << row;
    } else if (row.contains("triad_decoded")) {
      for (int triad = 0; triad < kTriadClasses; ++triad) {
        EXPECT_EQ(TriadSymbol(triad), row["triad_decoded"][triad]);
      }
    } else {
      const json got = RowOf(row["symbol"]);
      for (const auto& [field, expected] : row.items()) {
        EXPECT_EQ(got.value(field, json()), expected) << row["symbol"] << " " << field;
      }
      // What the reference parses means the same to us, also where we parse more.
      const auto reference =
          ParseChordSymbol(std::string(row["symbol"]), ChordSpelling::kReference);
      const auto common = ParseChordSymbol(std::string(row["symbol"]));
      if (reference.ok()) {
        EXPECT_EQ(common->Text(), reference->Text());
      }
    }
  }
  EXPECT_GT(checked, 0u);
  RowsChecked(checked, "zoo/chords.jsonl");
}

}  // namespace
}  // namespace magenta
