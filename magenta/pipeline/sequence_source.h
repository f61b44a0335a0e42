#pragma once
// NoteSequences for a data set, from TFRecords of them or straight from music files.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/pipeline/input_files.h"
#include "magenta/pipeline/music_file.h"

namespace magenta {

/// A record or a file that is still to be parsed.
struct SequenceItem {
  std::string file;    // the TFRecord, or the path of the music file
  std::string record;  // bytes of a NoteSequence, when `music` is empty
  int64_t number = 0;  // of the record in its file
  std::optional<MusicFileName> music;
  std::optional<FoundFile> unreadable;
};

/// The sequences of an item, and what its file is called in the report.
struct ItemSequences {
  std::vector<NoteSequence> sequences;
  /// MusicFileReading's; none for records.
  std::vector<std::vector<double>> bar_lines = {};
  /// Of a music file that gave none, or some only; nullopt for records.
  std::optional<FileOutcome> broken;
  PieceInWork in_work = {};
};

/// Gives item after item; parsing is ParseSequenceItem's, so that threads can share it.
class SequenceSource {
 public:
  /// `input`: TFRecords of NoteSequences (ExpandFilePattern), music files, or folders of music
  /// files (subfolders too). Errors as ExpandFilePattern's. `stop`: as RecordReader's.
  static absl::StatusOr<SequenceSource> Open(const std::string& input,
                                             const std::atomic<bool>* stop = nullptr);

  /// An error (exit 2) where an input is a pipe.
  absl::Status CheckReadableTwice() const;

  /// The next item; false at the end. Errors: a TFRecord that is none, or truncated (exit 3).
  absl::StatusOr<bool> Next(SequenceItem* item);

 private:
  SequenceSource(std::vector<std::string> inputs, const std::atomic<bool>* stop)
      : inputs_(std::move(inputs)), stop_(stop) {}
  absl::Status OpenInput();

  std::vector<std::string> inputs_;
  const std::atomic<bool>* stop_;
  size_t next_input_ = 0;
  std::optional<RecordReader> reader_;
  std::optional<FolderWalker> walker_;
};

/// Errors (exit 3, naming the record): bytes that are no NoteSequence, or a data set. `memory`: a
/// sequence that is no longer wanted, whose messages are used again.
absl::StatusOr<ItemSequences> ParseSequenceItem(const SequenceItem& item, NoteSequence memory = {});

}  // namespace magenta
