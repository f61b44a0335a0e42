// Music that is written as a score, as ABC and MusicXML, comes back as it was: real tunes, those of
// the shared folder.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "magenta/io/abc/abc.h"
#include "magenta/io/abc/abc_writer.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/io/musicxml/musicxml_writer.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

/// A note as both sides must have it; instruments are numbered in their order.
struct PlayedNote {
  int pitch;
  double start, end;
  bool operator<(const PlayedNote& other) const {
    if (std::abs(start - other.start) > kSameTime) return start < other.start;
    return std::pair(pitch, end) < std::pair(other.pitch, other.end);
  }
  static constexpr double kSameTime = 4e-3;  // seconds; MIDI's ticks are 2.3 ms at 120
};

std::vector<PlayedNote> Played(const NoteSequence& sequence) {
  std::vector<PlayedNote> notes;
  for (const auto& note : sequence.notes()) {
    notes.push_back({note.pitch(), note.start_time(), note.end_time()});
  }
  std::stable_sort(notes.begin(), notes.end());
  return notes;
}

/// "" when both sound the same; else the first difference.
std::string Difference(const NoteSequence& written, const NoteSequence& read) {
  const std::vector<PlayedNote> a = Played(written), b = Played(read);
  if (a.size() != b.size()) return fmt::format("{} notes became {}", a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i].pitch == b[i].pitch &&
                      std::abs(a[i].start - b[i].start) <= PlayedNote::kSameTime &&
                      std::abs(a[i].end - b[i].end) <= PlayedNote::kSameTime;
    if (!same) {
      return fmt::format("note {}: {} {:.4f}-{:.4f} became {} {:.4f}-{:.4f}", i, a[i].pitch,
                         a[i].start, a[i].end, b[i].pitch, b[i].start, b[i].end);
    }
  }
  return "";
}

NoteSequence ReadAbcTune(const std::string& text) {
  auto tunes = ReadAbc(text);
  EXPECT_TRUE(tunes.ok()) << tunes.status();
  return tunes.ok() ? tunes->front().sequence : NoteSequence();
}

NoteSequence ReadScore(const std::string& text) {
  auto reading = ReadMusicXml(text);
  EXPECT_TRUE(reading.ok()) << reading.status();
  return reading.ok() ? reading->sequence : NoteSequence();
}

/// Writes both ways and compares; false where the writers moved notes.
bool CheckBothWays(const NoteSequence& sequence, const std::string& name) {
  std::vector<std::string> notes;
  const auto abc = WriteAbc(sequence, &notes);
  const auto xml = WriteMusicXml(sequence);
  EXPECT_TRUE(abc.ok()) << name << abc.status();
  EXPECT_TRUE(xml.ok()) << name << xml.status();
  if (!abc.ok() || !xml.ok()) return true;
  const bool moved = std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("nearest") != std::string::npos;
  });
  if (moved) return false;
  const NoteSequence from_abc = ReadAbcTune(*abc), from_xml = ReadScore(*xml);
  EXPECT_EQ(Difference(sequence, from_abc), "") << name << " as ABC\n" << abc->substr(0, 600);
  EXPECT_EQ(Difference(sequence, from_xml), "") << name << " as MusicXML";
  return true;
}

TEST(WrittenMusicTest, RealTunesComeBack) {
  const char* shared = std::getenv("MAGENTA_SHARED");
  const std::string folder =
      std::string(shared == nullptr ? "../shared" : shared) + "/data/nottingham";
  if (!fs::is_directory(folder)) GTEST_SKIP() << RowsLeftOut(918, "tunes of data/nottingham");
  size_t tunes = 0, moved = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".mid") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    const auto reading = ReadMidi(bytes.str());
    ASSERT_TRUE(reading.ok()) << entry.path();
    ++tunes;
    moved += CheckBothWays(reading->sequence, entry.path().filename()) ? 0 : 1;
  }
  EXPECT_GT(tunes, 100u);
  EXPECT_LE(moved, tunes / 50) << "most tunes lie on the grid";
  std::cout << tunes << " tunes, " << moved << " with notes between the grid's places\n";
}

}  // namespace
}  // namespace magenta
