#pragma once
// Any file of music, told by its bytes, as NoteSequences.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/music.pb.h"

namespace magenta::cli {

/// What a file is.
enum class FileKind {
  kMusic,            // of a MusicFormat
  kRecords,          // TFRecord
  kTable,            // a V1 checkpoint or the index of a V2 one
  kCheckpointState,  // the text file `checkpoint`
  kBundle,           // GeneratorBundle
  kNoteSequence,     // binary
  kRequest,          // GenerateSequenceRequest, binary
  kJson,
  kUnknown,
};

/// The bytes of a file and what they are.
struct FileBytes {
  std::string bytes;
  FileKind kind = FileKind::kUnknown;
  /// Of music, else nothing.
  std::optional<MusicFormat> format = std::nullopt;
};

/// What `bytes` are by the first ones and the last eight alone.
FileBytes ToldByBytes(std::string bytes);

/// The bytes of `path` and what they are; where these tell nothing, what a name that convert takes
/// says. Of a TFRecord or checkpoint, which are read by other means, only the ends. Errors (exit
/// 3): missing, unreadable, and over 2 GiB, where messages end.
absl::StatusOr<FileBytes> ReadFileAndKind(const std::string& path);

/// What the file is: "a MIDI file", "a bundle", ...
const char* KindName(const FileBytes& file);

/// An error of reading a file that begins with `head`, with what that is where it explains the
/// error: "... (it is a zlib stream)".
absl::Status WithForeignKind(const absl::Status& error, std::string_view head);

/// The pieces of a file of music, a TFRecord of NoteSequences or a
/// file of one NoteSequence, one after the other; of a TFRecord, however long, no more is held than
/// a record and the next one's bytes.
class MusicPieces {
 public:
  /// `warnings` gets a few lines of what a broken MIDI file was mended by, with byte offsets, or of
  /// what a score holds that was left out. With `as_piece` they are WholePieces. Errors (exit 3)
  /// name the file and what it is instead.
  static absl::StatusOr<MusicPieces> Open(const std::string& path,
                                          std::vector<std::string>& warnings,
                                          bool as_piece = false);

  /// The next piece, at least one; nullopt at the end. Errors (exit 3): a record that is broken, no
  /// NoteSequence, or over a limit of a piece, by its number.
  absl::StatusOr<std::optional<NoteSequence>> Next();

  /// Whether Next() has given all there are.
  bool at_end() const { return reader_.has_value() ? read_.ok() && !*read_ : pieces_.empty(); }

 private:
  absl::Status OpenRecords(const std::string& path);
  absl::StatusOr<std::optional<NoteSequence>> NextRecord();

  std::deque<NoteSequence> pieces_;  // of what is no TFRecord
  std::optional<RecordReader> reader_;
  std::string path_;
  std::string record_;                 // the next one
  absl::StatusOr<bool> read_ = false;  // whether there is one
  int64_t given_ = 0;
};

}  // namespace magenta::cli
