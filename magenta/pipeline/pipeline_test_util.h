#pragma once
// Folders and tunes for the tests of this room.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/base/files.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/music.pb.h"

namespace magenta {

/// A folder that goes when the test ends.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pipeline-XXXXXX").string();
    MAGENTA_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

  void Write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path path(Path(name));
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    MAGENTA_CHECK((file << bytes).flush().good());
  }
  /// Names below the folder, sorted.
  std::vector<std::string> Names() const { return *ListFiles(path_, true); }

 private:
  std::string path_;
};

/// Where the shared data lies; empty when it is not there.
inline std::string SharedFolder(const std::string& below) {
  const char* shared = std::getenv("MAGENTA_SHARED");
  const std::string path = std::string(shared == nullptr ? "../shared" : shared) + "/" + below;
  return std::filesystem::is_directory(path) ? path : "";
}

/// Quarter notes of `pitches` one after the other at 120 quarters a minute; -1 is a rest.
inline NoteSequence QuarterNotes(const std::vector<int>& pitches, int instrument = 0) {
  NoteSequence sequence;
  sequence.set_ticks_per_quarter(220);
  auto* tempo = sequence.add_tempos();
  tempo->set_qpm(120);
  for (size_t i = 0; i < pitches.size(); ++i) {
    if (pitches[i] < 0) continue;
    auto* note = sequence.add_notes();
    note->set_pitch(pitches[i]);
    note->set_velocity(80);
    note->set_instrument(instrument);
    note->set_start_time(0.5 * static_cast<double>(i));
    note->set_end_time(0.5 * static_cast<double>(i + 1));
    sequence.set_total_time(note->end_time());
  }
  return sequence;
}

/// `bars` bars of 4/4 that walk up and down the scale of C from `tonic`.
inline std::vector<int> Scale(int bars, int tonic = 60) {
  constexpr int kSteps[] = {0, 2, 4, 5, 7, 9, 7, 4};
  std::vector<int> pitches;
  for (int i = 0; i < 4 * bars; ++i) pitches.push_back(tonic + kSteps[i % 8]);
  return pitches;
}

/// The bytes of a MIDI file of `pitches` in quarter notes.
inline std::string MidiOf(const std::vector<int>& pitches) {
  absl::StatusOr<std::string> bytes = WriteMidi(QuarterNotes(pitches));
  MAGENTA_CHECK(bytes.ok());
  return *std::move(bytes);
}

inline std::vector<std::string> RecordsOf(const std::string& path) {
  absl::StatusOr<RecordReader> reader = RecordReader::Open(path);
  MAGENTA_CHECK(reader.ok());
  std::vector<std::string> records;
  std::string record;
  while (*reader->Next(&record)) records.push_back(record);
  return records;
}

inline nlohmann::json JsonOf(const std::string& path) {
  return nlohmann::json::parse(*ReadFile(path));
}

}  // namespace magenta
