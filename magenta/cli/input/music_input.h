#pragma once
// Any file of music, told by its bytes, as NoteSequences.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta::cli {

/// What a file is.
enum class FileKind {
  kMidi,
  kAbc,
  kMusicXml,
  kRecords,          // TFRecord
  kTable,            // a V1 checkpoint or the index of a V2 one
  kCheckpointState,  // the text file `checkpoint`
  kBundle,           // GeneratorBundle
  kNoteSequence,     // binary
  kRequest,          // GenerateSequenceRequest, binary
  kJson,
  kUnknown,
};

/// By the first bytes (and the last eight) alone.
FileKind KindOf(std::string_view bytes);

/// The bytes of `path` and what they are; where these tell nothing, what a name that convert takes
/// says. Of a TFRecord or checkpoint, which are read by other means, only the ends. Errors (exit
/// 3): missing, unreadable, and over 2 GiB, where messages end.
struct FileBytes {
  std::string bytes;
  FileKind kind = FileKind::kUnknown;
};
absl::StatusOr<FileBytes> ReadFileAndKind(const std::string& path);

/// "a MIDI file", ...
const char* KindName(FileKind kind);

/// The pieces of a MIDI file (one), an ABC book, a MusicXML file, a TFRecord of NoteSequences or a
/// file of one NoteSequence; at least one. `warnings` gets a few lines of what a broken MIDI
/// file was mended by, with byte offsets, or of what a score holds that was left out. With
/// `as_piece` they are WholePieces. Errors (exit 3) name the file and what it is instead.
absl::StatusOr<std::vector<NoteSequence>> ReadMusic(const std::string& path,
                                                    std::vector<std::string>& warnings,
                                                    bool as_piece = false);

}  // namespace magenta::cli
