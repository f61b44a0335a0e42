// Splitting, quantising, extracting and squashing give the reference's melodies, row by row.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using nlohmann::json;

constexpr size_t kRecordedRows = 274;
constexpr size_t kRowsOfEdgeFiles = 80;  // in the tree

// `row` as tests/golden and notes.jsonl have it: times in seconds, of 12 digits.
NoteSequence SequenceOf(const json& row) {
  NoteSequence sequence;
  sequence.set_total_time(row["total_time"]);
  for (const json& tempo : row["tempos"]) {
    auto& added = *sequence.add_tempos();
    added.set_time(tempo[0]);
    added.set_qpm(tempo[1]);
  }
  for (const json& meter : row["time_signatures"]) {
    auto& added = *sequence.add_time_signatures();
    added.set_time(meter[0]);
    added.set_numerator(meter[1]);
    added.set_denominator(meter[2]);
  }
  for (const json& note : row["notes"]) {
    auto& added = *sequence.add_notes();
    added.set_pitch(note[0]);
    added.set_velocity(note[1]);
    added.set_start_time(note[2]);
    added.set_end_time(note[3]);
    added.set_program(note[4]);
    added.set_is_drum(note[5].get<int>() != 0);
    added.set_instrument(note[6]);
  }
  return sequence;
}

// What `part` gives, in the words of a golden row.
json Extracted(const NoteSequence& part, bool ignore_polyphonic) {
  const auto quantized = Quantize(part, Grid());
  if (!quantized.ok()) return json{{"error", ErrorMessage(quantized.status())}};
  MelodyExtractionOptions options;
  options.ignore_polyphonic_notes = ignore_polyphonic;
  const MelodyExtraction extraction = ExtractMelodies(*quantized, options);
  json melodies = json::array();
  for (const ExtractedMelody& extracted : extraction.melodies) {
    Melody squashed = extracted.melody;
    const int transpose = squashed.Squash(48, 84, 0);
    melodies.push_back({{"start_step", extracted.melody.start_step()},
                        {"steps_per_bar", extracted.melody.steps_per_bar()},
                        {"events", extracted.melody.events()},
                        {"transpose", transpose},
                        {"squashed", squashed.events()}});
  }
  json stats = json::object();
  for (const auto& [name, count] : extraction.counters) {
    if (name.find(':') == std::string::npos) stats[name] = count;
  }
  return {{"steps", quantized->total_steps()}, {"stats", stats}, {"melodies", melodies}};
}

void ExpectRow(const std::vector<NoteSequence>& parts, const json& row, const std::string& file) {
  SCOPED_TRACE(file + " part " + row["part"].dump() + " ignore_polyphonic " +
               row["ignore_polyphonic"].dump());
  const size_t part = row["part"];
  ASSERT_LT(part, parts.size());
  const json got = Extracted(parts[part], row["ignore_polyphonic"]);
  for (const char* field : {"steps", "stats", "melodies"}) {
    EXPECT_EQ(got.value(field, json()), row[field]) << field;
  }
}

TEST(Melodies, OfTheSmallGoldens) {
  int checked = 0;
  for (const json& file : ReadRows("tests/golden/melodies_of_notes.jsonl")) {
    const std::vector<NoteSequence> parts = SplitOnTimeChanges(SequenceOf(file));
    for (const json& row : file["rows"]) {
      ExpectRow(parts, row, file["file"]);
      ++checked;
    }
  }
  RowsChecked(static_cast<size_t>(checked), "tests/golden/melodies_of_notes.jsonl");
  EXPECT_EQ(checked, 32);
}

class SharedMelodies : public testing::Test {
 protected:
  void SetUp() override {
    rows_ = ReadRows(GoldensFolder() + "/melodies.jsonl");
    ASSERT_EQ(rows_.size(), HasSharedFolder() ? kRecordedRows : kRowsOfEdgeFiles);
  }

  std::vector<json> rows_;
};

TEST_F(SharedMelodies, OfMidiFiles) {
  std::map<std::string, std::vector<NoteSequence>> parts;
  for (const json& row : rows_) {
    const std::string name = row["file"];
    if (!parts.contains(name)) {
      const auto bytes = ReadFile(GoldenMidi(name));
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      const auto reading = ReadMidi(*bytes);
      ASSERT_TRUE(reading.ok()) << name << ": " << reading.status();
      parts[name] = SplitOnTimeChanges(reading->sequence);
    }
    ExpectRow(parts[name], row, name);
  }
  RowsChecked(rows_.size(), fmt::format("melodies.jsonl, from {} MIDI files", parts.size()));
  if (rows_.size() < kRecordedRows) {
    std::puts(RowsLeftOut(kRecordedRows - rows_.size(), "melodies.jsonl, from MIDI files").c_str());
  }
}

TEST_F(SharedMelodies, OfRecordedNotes) {
  std::map<std::string, std::vector<NoteSequence>> parts;
  for (const json& file : ReadRows(GoldensFolder() + "/notes.jsonl")) {
    if (!file.contains("error")) parts[file["file"]] = SplitOnTimeChanges(SequenceOf(file));
  }
  int checked = 0;
  for (const json& row : rows_) {
    const auto found = parts.find(row["file"]);
    if (found == parts.end()) continue;  // 700 notes and more are not in notes.jsonl
    ExpectRow(found->second, row, found->first);
    ++checked;
  }
  RowsChecked(static_cast<size_t>(checked), "melodies.jsonl, from notes.jsonl");
  constexpr int kAll = 246;
  EXPECT_EQ(checked, HasSharedFolder() ? kAll : 76);
  if (checked < kAll) {
    std::puts(RowsLeftOut(static_cast<size_t>(kAll - checked), "melodies.jsonl, from notes.jsonl")
                  .c_str());
  }
}

}  // namespace
}  // namespace magenta
