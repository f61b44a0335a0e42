// What `magenta convert` makes of small files that the field reported, row by row (rows.txt).

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "magenta/io/score/sections.h"
#include "magenta/pipeline/music_file.h"

namespace magenta {
namespace {

constexpr char kFieldFolder[] = "tests/field/";

/// Rows that must at least be there, so that an empty table is no success.
constexpr size_t kLeastRows = 57;

/// Times are compared as printed, to a ten-thousandth of a second.
std::string Seconds(double seconds) {
  std::string text = fmt::format("{:.4f}", seconds);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

class Dump {
 public:
  explicit Dump(const NoteSequence& sequence) : sequence_(sequence) {
    for (const auto& note : sequence.notes()) notes_.push_back(&note);
    std::stable_sort(notes_.begin(), notes_.end(), [](const auto* a, const auto* b) {
      return std::pair(a->start_time(), a->pitch()) < std::pair(b->start_time(), b->pitch());
    });
  }

  std::string Of(const std::string& what) const {
    std::vector<std::string> texts;
    for (const auto* note : notes_) {
      if (what == "notes" || what == "played") {
        texts.push_back(fmt::format("{} {}-{}", note->pitch(), Seconds(note->start_time()),
                                    Seconds(note->end_time())));
      }
      if (what == "programs") texts.push_back(std::to_string(note->program()));
      if (what == "drums" && note->is_drum()) texts.push_back(std::to_string(note->pitch()));
    }
    AddSigns(what, texts);
    std::string dump;
    for (const std::string& text : texts) dump += (dump.empty() ? "" : "; ") + text;
    return dump;
  }

 private:
  void AddSigns(const std::string& what, std::vector<std::string>& texts) const {
    const auto add = [&](const std::string& text, double time) {
      texts.push_back(fmt::format("{} at {}", text, Seconds(time)));
    };
    if (what == "tempos") {
      for (const auto& sign : sequence_.tempos()) add(Seconds(sign.qpm()), sign.time());
    } else if (what == "meters") {
      for (const auto& sign : sequence_.time_signatures()) {
        add(fmt::format("{}/{}", sign.numerator(), sign.denominator()), sign.time());
      }
    } else if (what == "keys") {
      static constexpr const char* kTonics[12] = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                  "Gb", "G",  "Ab", "A",  "Bb", "B"};
      for (const auto& sign : sequence_.key_signatures()) {
        add(std::string(kTonics[sign.key() % 12]) + " " +
                NoteSequence::KeySignature::Mode_Name(sign.mode()),
            sign.time());
      }
    } else if (what == "names") {
      for (const auto& info : sequence_.instrument_infos()) texts.push_back(info.name());
      for (const auto& info : sequence_.part_infos()) texts.push_back(info.name());
    } else if (what == "sections") {
      std::string groups;
      for (const auto& group : sequence_.section_groups()) {
        groups += groups.empty() ? "" : " ";
        for (int i = 0; i < group.sections_size(); ++i) {
          groups += (i > 0 ? "," : "") + std::to_string(group.sections(i).section_id());
        }
        groups += "x" + std::to_string(group.num_times());
      }
      texts.push_back(groups);
    }
  }

  const NoteSequence& sequence_;
  std::vector<const NoteSequence::Note*> notes_;
};

struct FieldRow {
  std::string file, what, value;
};

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<FieldRow> Rows() {
  std::ifstream lines(std::string(kFieldFolder) + "rows.txt");
  std::vector<FieldRow> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t first = line.find('|'), second = line.find('|', first + 1);
    EXPECT_NE(second, std::string::npos) << line;
    if (second == std::string::npos) continue;
    rows.push_back({Trimmed(line.substr(0, first)),
                    Trimmed(line.substr(first + 1, second - first - 1)),
                    Trimmed(line.substr(second + 1))});
  }
  return rows;
}

void CheckRow(const FieldRow& row) {
  const MusicFileReading reading = ReadMusicFile({kFieldFolder + row.file, row.file, "field"});
  if (row.what == "error") {
    EXPECT_NE(reading.outcome.reason, "kept");
    EXPECT_THAT(reading.outcome.reason + " " + reading.outcome.detail,
                testing::HasSubstr(row.value));
    return;
  }
  if (row.what == "warning") {
    if (row.value == "none") {
      EXPECT_TRUE(reading.outcome.warnings.empty()) << reading.outcome.warnings[0];
      return;
    }
    EXPECT_THAT(reading.outcome.warnings, testing::Contains(testing::HasSubstr(row.value)));
    return;
  }
  ASSERT_FALSE(reading.sequences.empty()) << reading.outcome.detail;
  NoteSequence sequence = reading.sequences[0];
  if (row.what == "played") {
    const auto unrolled = UnrollSections(sequence);
    ASSERT_TRUE(unrolled.ok()) << unrolled.status();
    sequence = *unrolled;
  }
  EXPECT_EQ(Dump(sequence).Of(row.what), row.value);
}

TEST(FieldTest, EveryRow) {
  const std::vector<FieldRow> rows = Rows();
  EXPECT_GE(rows.size(), kLeastRows);
  for (const FieldRow& row : rows) {
    SCOPED_TRACE(row.file + " " + row.what);
    CheckRow(row);
  }
}

TEST(FieldTest, EveryFileHasARow) {
  std::set<std::string> named;
  for (const FieldRow& row : Rows()) named.insert(row.file);
  for (const auto& entry : std::filesystem::directory_iterator(kFieldFolder)) {
    const std::string name = entry.path().filename();
    if (name == "rows.txt" || name == "field_test.cc") continue;
    EXPECT_TRUE(named.count(name)) << name;
  }
}

}  // namespace
}  // namespace magenta
