// Against what the reference read: twelve sequences to the last bit, and every row of notes.jsonl.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/midi_test_util.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using nlohmann::json;

/// The files of notes.tfrecord, in its order.
constexpr const char* kProtobufFiles[] = {
    "ashover22.mid", "ashover35.mid", "ashover41.mid",       "ashover44.mid",
    "ashover9.mid",  "english2.mid",  "english3.mid",        "example_event_order.mid",
    "hpps11.mid",    "hpps18.mid",    "example_is_drum.mid", "hpps31.mid"};

/// Rows that the reference refuses and ours reads, and why that is right.
struct Mended {
  const char* file;
  const char* why;
};
constexpr Mended kMended[] = {
    {"test-corrupt-file-missing-byte.mid", "its last byte is missing; players play it"},
    {"test-illegal-message-all.mid", "bytes F1..FE are left out, as players do"},
    {"test-illegal-message-f4.mid", "byte F4 is left out, as players do"},
    {"test-illegal-message-f5.mid", "byte F5 is left out, as players do"},
    {"test-illegal-message-f9.mid", "byte F9 is left out, as players do"},
    {"test-illegal-message-fd.mid", "byte FD is left out, as players do"},
    {"test-non-midi-track.mid", "the format tells readers to step over unknown chunks"},
    {"test-running-status-sysex.mid", "running status goes on after a system exclusive event"},
};

/// The shared figures, or those of the edge files alone, which are in the tree.
std::filesystem::path Goldens() {
  const std::filesystem::path shared = SharedFolder() / "goldens";
  return std::filesystem::exists(shared / "notes.jsonl") ? shared : "tests/golden";
}

bool AllAreHere() { return Goldens() != "tests/golden"; }

std::string SharedMidi(const std::string& name) {
  for (const std::filesystem::path& folder :
       {SharedFolder() / "data/edge", SharedFolder() / "data/nottingham",
        std::filesystem::path("tests/golden/edge")}) {
    if (std::filesystem::exists(folder / name)) return FileBytes(folder / name);
  }
  ADD_FAILURE() << name << " is missing";
  return "";
}

/// Payloads of a TFRecord file, its checksums unchecked.
std::vector<std::string> Records(const std::string& bytes) {
  std::vector<std::string> records;
  for (size_t at = 0; at + 16 <= bytes.size();) {
    size_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<uint8_t>(bytes[at + i]);
    records.push_back(bytes.substr(at + 12, length));
    at += 16 + length;
  }
  return records;
}

/// Says what was checked of `all` rows, and what was not.
void SayRows(size_t checked, size_t all, const std::string& what) {
  RowsChecked(checked, what);
  if (checked < all) std::puts(RowsLeftOut(all - checked, what).c_str());
}

TEST(MidiGolden, ProtobufsToTheLastBit) {
  std::vector<std::string> records = Records(FileBytes(Goldens() / "notes.tfrecord"));
  ASSERT_EQ(records.size(), AllAreHere() ? std::size(kProtobufFiles) : 4);
  std::set<std::string> expected(records.begin(), records.end());
  for (const char* file : kProtobufFiles) {
    if (!AllAreHere() && !std::filesystem::exists(std::string("tests/golden/edge/") + file)) {
      continue;
    }
    absl::StatusOr<MidiReading> reading = ReadMidi(SharedMidi(file));
    ASSERT_TRUE(reading.ok()) << file;
    EXPECT_EQ(expected.erase(reading->sequence.SerializeAsString()), 1u) << file;
  }
  EXPECT_TRUE(expected.empty());
  SayRows(records.size(), std::size(kProtobufFiles), "notes.tfrecord");
}

/// `value` as the rows have it: seconds to 12 significant digits.
json Rounded(double value) { return std::stod(fmt::format("{:.12g}", value)); }

json RowOf(const std::string& file, const NoteSequence& sequence) {
  json row = {{"file", file},
              {"ticks_per_quarter", sequence.ticks_per_quarter()},
              {"total_time", Rounded(sequence.total_time())},
              {"tempos", json::array()},
              {"time_signatures", json::array()},
              {"key_signatures", json::array()},
              {"notes", json::array()}};
  for (const auto& t : sequence.tempos()) {
    row["tempos"].push_back({Rounded(t.time()), Rounded(t.qpm())});
  }
  for (const auto& m : sequence.time_signatures()) {
    row["time_signatures"].push_back({Rounded(m.time()), m.numerator(), m.denominator()});
  }
  for (const auto& k : sequence.key_signatures()) {
    row["key_signatures"].push_back({Rounded(k.time()), int(k.key()), int(k.mode())});
  }
  for (const auto& n : sequence.notes()) {
    row["notes"].push_back({n.pitch(), n.velocity(), Rounded(n.start_time()), Rounded(n.end_time()),
                            n.program(), n.is_drum() ? 1 : 0, n.instrument()});
  }
  return row;
}

TEST(MidiGolden, EveryRowOfNotes) {
  std::stringstream lines(FileBytes(Goldens() / "notes.jsonl"));
  std::set<std::string> mended;
  int rows = 0;
  int refused_by_both = 0;
  for (std::string line; std::getline(lines, line); ++rows) {
    json row = json::parse(line);
    std::string file = row["file"];
    absl::StatusOr<MidiReading> reading = ReadMidi(SharedMidi(file));
    if (!row.contains("error")) {
      ASSERT_TRUE(reading.ok()) << file;
      EXPECT_EQ(RowOf(file, reading->sequence), row) << file;
    } else if (reading.ok()) {
      mended.insert(file);
      EXPECT_GT(reading->sequence.notes_size(), 0) << file;
      EXPECT_FALSE(reading->warnings.empty()) << file;
    } else {
      ++refused_by_both;
    }
  }
  constexpr int kAll = 136;
  EXPECT_EQ(rows, AllAreHere() ? kAll : 52);
  EXPECT_EQ(refused_by_both, 2);
  std::set<std::string> expected;
  for (const Mended& row : kMended) expected.insert(row.file);
  EXPECT_EQ(mended, expected);
  SayRows(static_cast<size_t>(rows), kAll, "notes.jsonl");
}

}  // namespace
}  // namespace magenta
