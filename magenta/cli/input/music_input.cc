#include "magenta/cli/input/music_input.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generator.pb.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/io/tensor/table_reader.h"

namespace magenta::cli {
namespace {

constexpr size_t kHeadBytes = 4096;
constexpr size_t kTailBytes = 48;
constexpr uint64_t kMostMessageBytes = (uint64_t{1} << 31) - 1;  // protobuf's limit

bool EndsAsTable(std::string_view bytes) {
  return bytes.size() >= kTailBytes && bytes.ends_with(kTableMagic);
}

/// The first 4 KiB of a regular file, and its last 48 bytes (all of a smaller one): what tells
/// TFRecords and checkpoints. "" where there is nothing to be read.
std::string EndsOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return "";
  std::ifstream file(path, std::ios::binary);
  std::string ends(kHeadBytes + kTailBytes, '\0');
  file.read(ends.data(), static_cast<std::streamsize>(ends.size()));
  if (!file) {
    ends.resize(static_cast<size_t>(file.gcount()));
    return ends;
  }
  file.seekg(-static_cast<std::streamoff>(kTailBytes), std::ios::end);
  file.read(ends.data() + kHeadBytes, kTailBytes);
  return ends;
}

std::string_view WithoutBlanks(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && std::strchr(" \t\r\n", text[0]) != nullptr) text.remove_prefix(1);
  return text;
}

/// Whether all that `message` holds are fields that its type has.
bool HasNoUnknownFields(const google::protobuf::Message& message) {
  return message.GetReflection()->GetUnknownFields(message).empty();
}

FileKind ProtoKind(std::string_view bytes) {
  const std::string copy(bytes);
  if (GeneratorBundle bundle; bundle.ParseFromString(copy) && bundle.checkpoint_file_size() > 0 &&
                              !bundle.generator_details().id().empty()) {
    return FileKind::kBundle;
  }
  NoteSequence sequence;
  // One that is over a limit is one: who reads it says so.
  const auto within = ParseSequenceRecord(bytes, sequence);
  if (!within.ok()) return FileKind::kNoteSequence;
  const bool parsed = !bytes.empty() && *within;
  if (parsed && sequence.notes_size() + sequence.tempos_size() > 0) return FileKind::kNoteSequence;
  if (GenerateSequenceRequest request;
      request.ParseFromString(copy) && request.has_generator_options()) {
    return FileKind::kRequest;
  }
  return parsed && HasNoUnknownFields(sequence) ? FileKind::kNoteSequence : FileKind::kUnknown;
}

/// The first few of `lines`, which are of `all`.
void TellFew(const std::vector<std::string>& lines, size_t all,
             std::vector<std::string>& warnings) {
  constexpr size_t kShown = 3;
  const size_t shown = std::min(kShown, lines.size());
  warnings.insert(warnings.end(), lines.begin(), lines.begin() + static_cast<ptrdiff_t>(shown));
  if (all > shown) {
    warnings.push_back(fmt::format("{} more (`magenta inspect` shows them)", all - shown));
  }
}

/// Pieces of a music file, and the first few words about them.
absl::StatusOr<std::vector<NoteSequence>> ReadPieces(const std::string& bytes, MusicFormat format,
                                                     std::vector<std::string>& warnings,
                                                     bool as_piece) {
  MAGENTA_ASSIGN_OR_RETURN(MusicReading reading, ReadMusicBytes(bytes, {format}));
  MAGENTA_RETURN_IF_ERROR(FirstFailure(reading));
  const std::string prefix = format == MusicFormat::kMidi ? "" : "left out: ";
  std::vector<NoteSequence> sequences;
  std::vector<std::string> lines;
  uint64_t more = 0;
  for (MusicPiece& piece : reading.pieces) {
    for (const std::string& line : piece.warnings) lines.push_back(prefix + line);
    more += piece.warnings_left_out;
    if (piece.status.ok()) {
      sequences.push_back(as_piece ? WholePiece(std::move(piece)) : std::move(piece.sequence));
    } else {
      lines.push_back("not read: " + ErrorMessage(piece.status));
    }
  }
  TellFew(lines, lines.size() + more, warnings);
  return sequences;
}

absl::Status AtRecord(const absl::Status& status, const std::string& path, int64_t number) {
  return InputError(path, fmt::format("record {}: {}", number, ErrorMessage(status)),
                    ErrorRemedy(status));
}

absl::StatusOr<std::vector<NoteSequence>> ReadKnown(const std::string& path, const FileBytes& file,
                                                    std::vector<std::string>& warnings,
                                                    bool as_piece) {
  const auto& [bytes, kind, format] = file;
  switch (kind) {
    case FileKind::kMusic: return ReadPieces(bytes, *format, warnings, as_piece);
    case FileKind::kNoteSequence: {
      std::vector<NoteSequence> sequences(1);
      MAGENTA_RETURN_IF_ERROR(ParseSequenceRecord(bytes, sequences[0]).status());
      return sequences;
    }
    default: break;
  }
  if (bytes.empty()) return InputError(path, "is empty");
  const std::string foreign = ForeignKind(bytes);
  return InputError(
      path,
      fmt::format("is {}, not music that can be read",
                  foreign.empty() || kind != FileKind::kUnknown ? KindName(file) : foreign),
      "Give a file of MIDI, ABC, MusicXML or drum grids, or a NoteSequence");
}

/// By the first bytes and the last eight alone; `format` is what the first ones say.
FileKind KindOf(std::string_view bytes, std::optional<MusicFormat> format) {
  const bool is_packed = format.has_value() && IsGzip(bytes);  // a TFRecord may be too
  if (is_packed || format == MusicFormat::kMidi) return FileKind::kMusic;
  if (BeginsAsRecords(bytes)) return FileKind::kRecords;
  if (EndsAsTable(bytes)) return FileKind::kTable;
  // Of ABC a line tells, which other files may have, too.
  if (format.has_value() && format != MusicFormat::kAbc) return FileKind::kMusic;
  const std::string_view text = WithoutBlanks(bytes);
  if (text.starts_with("model_checkpoint_path")) return FileKind::kCheckpointState;
  if (text.starts_with('{')) return FileKind::kJson;
  if (const FileKind kind = ProtoKind(bytes); kind != FileKind::kUnknown) return kind;
  return format.has_value() ? FileKind::kMusic : FileKind::kUnknown;
}

}  // namespace

FileBytes ToldByBytes(std::string bytes) {
  const auto format = MusicFormatOfBytes(bytes);
  const FileKind kind = KindOf(bytes, format);
  return {std::move(bytes), kind, kind == FileKind::kMusic ? format : std::nullopt};
}

const char* KindName(const FileBytes& file) {
  switch (file.kind) {
    case FileKind::kMusic: return MusicFileKind(*file.format);
    case FileKind::kRecords: return "a TFRecord";
    case FileKind::kTable: return "a checkpoint";
    case FileKind::kCheckpointState: return "the state of a run";
    case FileKind::kBundle: return "a bundle";
    case FileKind::kNoteSequence: return "a NoteSequence";
    case FileKind::kRequest: return "a request";
    case FileKind::kJson: return "JSON";
    case FileKind::kUnknown: break;
  }
  return "of no known kind";
}

absl::StatusOr<FileBytes> ReadFileAndKind(const std::string& path) {
  FileBytes file = ToldByBytes(EndsOf(path));
  // What convert would take a file of this name for: MIDI behind a wrapper's bytes, say.
  const std::optional<MusicFormat> named = MusicFormatOfName(path);
  const auto take_name = [&] {
    file.kind = FileKind::kMusic;
    file.format = named;
  };
  // What is packed and damaged from the start may be anything but for its name.
  if (named.has_value() && IsGzip(file.bytes)) take_name();
  if (file.kind == FileKind::kRecords || file.kind == FileKind::kTable) return file;
  const bool tells = file.kind != FileKind::kUnknown && file.format != MusicFormat::kAbc;
  const bool is_piece = tells ? file.kind == FileKind::kMusic : named.has_value();
  MAGENTA_ASSIGN_OR_RETURN(file.bytes,
                           is_piece ? ReadPieceFile(path) : ReadFile(path, kMostMessageBytes));
  if (!named.has_value() || !IsGzip(file.bytes)) {
    file = ToldByBytes(std::move(file.bytes));
  }
  if (file.kind == FileKind::kUnknown && !file.bytes.empty() && named.has_value()) take_name();
  return file;
}

absl::Status WithForeignKind(const absl::Status& error, std::string_view head) {
  const std::string kind = ForeignKind(head);
  if (kind.empty() || IsPieceLimitError(error)) return error;
  return InputError(ErrorFile(error), fmt::format("{} (it is {})", ErrorMessage(error), kind),
                    ErrorRemedy(error));
}

absl::StatusOr<MusicPieces> MusicPieces::Open(const std::string& path,
                                              std::vector<std::string>& warnings, bool as_piece) {
  MAGENTA_ASSIGN_OR_RETURN(const FileBytes file, ReadFileAndKind(path));
  MusicPieces music;
  if (file.kind == FileKind::kRecords) {
    const absl::Status opened = music.OpenRecords(path);
    if (!opened.ok()) return WithForeignKind(opened, file.bytes);
    return music;
  }
  auto sequences = ReadKnown(path, file, warnings, as_piece);
  if (!sequences.ok()) return WithFile(sequences.status(), path);
  music.pieces_.assign(std::make_move_iterator(sequences->begin()),
                       std::make_move_iterator(sequences->end()));
  return music;
}

absl::Status MusicPieces::OpenRecords(const std::string& path) {
  path_ = path;
  MAGENTA_ASSIGN_OR_RETURN(reader_, RecordReader::Open(path));
  read_ = reader_->Next(&record_);
  return read_.ok() && !*read_ ? InputError(path, "holds no record") : read_.status();
}

absl::StatusOr<std::optional<NoteSequence>> MusicPieces::NextRecord() {
  MAGENTA_ASSIGN_OR_RETURN(const bool more, read_);
  if (!more) return std::nullopt;
  std::optional<NoteSequence> sequence(std::in_place);
  const auto parsed = ParseSequenceRecord(record_, *sequence);
  if (!parsed.ok()) return AtRecord(parsed.status(), path_, given_);
  if (!*parsed) {
    return InputError(path_, fmt::format("record {} is no NoteSequence", given_),
                      "`magenta inspect` shows what it is");
  }
  ++given_;
  read_ = reader_->Next(&record_);
  return sequence;
}

absl::StatusOr<std::optional<NoteSequence>> MusicPieces::Next() {
  if (reader_.has_value()) return NextRecord();
  if (pieces_.empty()) return std::nullopt;
  std::optional<NoteSequence> sequence(std::move(pieces_.front()));
  pieces_.pop_front();
  return sequence;
}

}  // namespace magenta::cli
