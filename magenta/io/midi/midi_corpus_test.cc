// Walks tests/corpus/midi, and writes and reads again all that can be read there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "magenta/io/midi/midi_file.h"
#include "magenta/io/midi/midi_test_util.h"

namespace magenta {
namespace {

constexpr const char* kCorpus = "tests/corpus/midi";
constexpr const char* kScale =
    "n60:127[0,0.5]i0p0 n62:127[0.5,1]i0p0 n64:127[1,1.5]i0p0 n65:127[1.5,2]i0p0 "
    "n67:127[2,2.5]i0p0 n69:127[2.5,3]i0p0 n71:127[3,3.5]i0p0 n72:127[3.5,4]i0p0";

/// Path below the corpus -> bytes.
std::map<std::string, std::string> Corpus() {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kCorpus)) {
    if (entry.path().extension() != ".mid") continue;
    files[std::filesystem::relative(entry.path(), kCorpus).string()] = FileBytes(entry.path());
  }
  return files;
}

TEST(MidiCorpus, IsWhole) { EXPECT_GE(Corpus().size(), 54u); }

TEST(MidiCorpus, FolderSaysWhatComesOut) {
  for (const auto& [path, bytes] : Corpus()) {
    absl::StatusOr<MidiReading> reading = ReadMidi(bytes);
    std::string outcome = !reading.ok()               ? "refused"
                          : reading->warnings.empty() ? "clean"
                                                      : "warned";
    EXPECT_EQ(path.substr(0, path.find('/')), outcome) << path;
  }
}

// "You must hear a C-Major scale", the files of the broken folders say.
TEST(MidiCorpus, BrokenFilesStillPlayTheirScale) {
  int scales = 0;
  for (const auto& [path, bytes] : Corpus()) {
    bool is_scale = bytes.find("must hear a C-Major scale") != std::string::npos;
    if (!path.starts_with("warned/") || !is_scale) continue;
    ++scales;
    NoteSequence sequence = ReadMidi(bytes)->sequence;
    sequence.clear_instrument_infos();
    EXPECT_EQ(DumpSequence(sequence), kScale) << path;
  }
  EXPECT_GE(scales, 16);
}

/// Each note as text, sorted: what must survive writing and reading again.
std::vector<std::string> NotesOf(const NoteSequence& sequence) {
  std::vector<std::string> notes;
  for (const auto& n : sequence.notes()) {
    notes.push_back(fmt::format("{}:{}[{:.9g},{:.9g}]p{}{}", n.pitch(), n.velocity(),
                                n.start_time(), n.end_time(), n.program(), n.is_drum()));
  }
  std::sort(notes.begin(), notes.end());
  return notes;
}

TEST(MidiCorpus, WrittenAndReadAgain) {
  for (const auto& [path, bytes] : Corpus()) {
    SCOPED_TRACE(path);
    absl::StatusOr<MidiReading> reading = ReadMidi(bytes);
    if (!reading.ok()) continue;
    absl::StatusOr<std::string> written = WriteMidi(reading->sequence);
    ASSERT_TRUE(written.ok()) << written.status().message();
    absl::StatusOr<MidiReading> again = ReadMidi(*written);
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(DumpWarnings(*again), "");
    EXPECT_EQ(NotesOf(again->sequence), NotesOf(reading->sequence));
    EXPECT_EQ(again->sequence.control_changes_size(), reading->sequence.control_changes_size());
    EXPECT_EQ(*WriteMidi(again->sequence), *written);
  }
}

}  // namespace
}  // namespace magenta
