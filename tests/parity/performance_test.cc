// Pedals, speeds, half minutes and events are the reference's performances, row by row; so are the
// lengths of what is learned.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "magenta/music/performance/extract_performance.h"
#include "magenta/music/performance/played_parts.h"
#include "magenta/music/quantize.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_rows.h"

namespace magenta {
namespace {

using nlohmann::json;

/// The form of what a config learns from; none of other families.
std::optional<PerformanceForm> FormOf(const std::string& config) {
  if (config == "performance") return PerformanceForm::kEvents;
  if (config.ends_with("note_encoding")) return PerformanceForm::kWholeNotes;
  if (config.find("performance") != config.npos) return PerformanceForm::kLoudEvents;
  return std::nullopt;
}

bool StaysInRange(const NoteSequence& sequence, int semitones) {
  return std::all_of(sequence.notes().begin(), sequence.notes().end(), [&](const auto& note) {
    const int pitch = note.pitch() + semitones;
    return note.is_drum() || (pitch >= 0 && pitch <= 127);
  });
}

json EventsIn(PerformanceForm form, const std::vector<Event>& events) {
  json list = json::array();
  for (const Event event : events) {
    if (form != PerformanceForm::kWholeNotes) {
      list.push_back(event);
      continue;
    }
    const PerformedNote note = NoteOf(event);
    list.push_back({note.shift, note.pitch, note.bin, note.duration});
  }
  return list;
}

/// Steps that all of `events` last.
int64_t WholeLength(PerformanceForm form, const std::vector<Event>& events) {
  const int64_t steps = StepsOfPerformance(form, events);
  return form == PerformanceForm::kWholeNotes ? steps + NoteOf(events.back()).duration : steps;
}

/// `performance` in the words of `wanted`, in full or as a checksum.
json InWordsOf(const json& wanted, PerformanceForm form, const Performance& performance,
               const NoteSequence& sequence) {
  json got = {{"start_step", performance.start_step},
              {"num_steps", WholeLength(form, performance.events)}};
  got["program"] = performance.program.has_value() ? json(*performance.program) : json();
  const bool drums = std::any_of(sequence.notes().begin(), sequence.notes().end(),
                                 [](const auto& note) { return note.is_drum(); });
  got["is_drum"] = performance.is_drum || !drums ? json(performance.is_drum) : json();
  const json events = EventsIn(form, performance.events);
  if (!wanted.contains("crc32")) {
    got["events"] = events;
    return got;
  }
  got["len"] = events.size();
  got["crc32"] = Crc32Of(events);
  return got;
}

void ExpectRow(const json& row, PerformanceForm form, const NoteSequence& sequence) {
  const std::string mode = row["mode"];
  constexpr double kAsPlayed[] = {1.0};
  const bool training = mode == "training";
  const auto parts = PlayedParts(sequence, training ? std::span<const double>(kLearnedStretches)
                                                    : std::span<const double>(kAsPlayed));
  ASSERT_TRUE(parts.ok()) << parts.status();
  const std::vector<int> moves =
      training ? std::vector<int>{-3, -2, -1, 0, 1, 2, 3} : std::vector<int>{0};
  Counters counters;  // of the last part: the recording keeps one a name
  size_t examples = 0, next = 0;
  for (const NoteSequence& part : *parts) {
    const auto quantized = Quantize(part, Grid::PerSecond(kPerformanceStepsPerSecond));
    ASSERT_TRUE(quantized.ok()) << quantized.status();
    for (const int semitones : moves) {
      if (!StaysInRange(part, semitones)) continue;
      ASSERT_LT(next, row["parts"].size());
      const json& wanted = row["parts"][next++];
      EXPECT_NEAR(part.subsequence_info().start_time_offset(), wanted["offset"], 1e-9);
      EXPECT_EQ(quantized->total_steps(), wanted["steps"]);
      EXPECT_EQ(semitones, wanted["transpose"]);
      const QuantizedSequence moved = quantized->Transposed(semitones);
      const PerformanceExtraction extraction = ExtractPerformance(moved, {.form = form});
      counters = extraction.counters;
      ASSERT_EQ(extraction.performance.has_value(), !wanted["out"].empty());
      if (wanted["out"].empty()) continue;
      ++examples;
      EXPECT_EQ(InWordsOf(wanted["out"][0], form, *extraction.performance, moved.proto()),
                wanted["out"][0]);
    }
  }
  EXPECT_EQ(next, row["parts"].size());
  EXPECT_EQ(examples, row["examples"]);
  EXPECT_EQ(InStageWords(counters),
            StageCounters(row["stats"], "PerformanceExtractor_" + mode + "_"));
}

TEST(Performances, OfTheGoldens) {
  const auto inputs = ReadZooInputs();
  size_t checked = 0;
  for (const std::string& path : ZooFiles("", "extracted_", ".jsonl")) {
    size_t rows = 0;
    for (const json& row : ReadRows(path)) {
      const auto form = FormOf(row["config"]);
      if (!form.has_value()) continue;
      SCOPED_TRACE(row["config"].get<std::string>() + " " + row["mode"].get<std::string>() + " " +
                   row["sequence"].get<std::string>());
      const auto input = inputs.find(row["sequence"]);
      ASSERT_NE(input, inputs.end());
      ExpectRow(row, *form, input->second);
      ++rows;
    }
    if (rows > 0) RowsChecked(rows, "zoo/" + std::filesystem::path(path).filename().string());
    checked += rows;
  }
  EXPECT_GT(checked, 0u);
}

// What training counts as the time of an example.
TEST(Performances, TimeOfLabels) {
  size_t checked = 0;
  for (const json& row : ReadRows(ZooFolder() + "encodings.jsonl")) {
    const auto form = FormOf(row["config"]);
    if (!form.has_value()) continue;
    std::vector<Event> events;
    for (size_t i = 1; i < row["events"].size(); ++i) {
      const json& event = row["events"][i];
      events.push_back(event.is_array() ? PackNote({event[0], event[1], event[2], event[3]})
                                        : event.get<Event>());
    }
    EXPECT_EQ(WholeLength(*form, events), row["num_steps"]) << row["sequence"];
    ++checked;
  }
  EXPECT_GT(checked, 0u);
}

}  // namespace
}  // namespace magenta
