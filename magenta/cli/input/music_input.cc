#include "magenta/cli/input/music_input.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generator.pb.h"
#include "magenta/io/abc/abc.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/io/tensor/table_reader.h"
#include "magenta/pipeline/input_files.h"

namespace magenta::cli {
namespace {

using std::string_view_literals::operator""sv;

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

/// Whether some line among the first ones is an ABC field that every tune has.
bool LooksLikeAbc(std::string_view text) {
  text = text.substr(0, 1 << 16);
  bool at_start = true;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (at_start && (text[i] == 'X' || text[i] == 'K') && text[i + 1] == ':') return true;
    at_start = text[i] == '\n' || text[i] == '\r';
    if (text[i] == '\0') return false;
  }
  return false;
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
  const bool parsed = !bytes.empty() && sequence.ParseFromString(copy);
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

absl::StatusOr<std::vector<NoteSequence>> ReadBook(const std::string& bytes,
                                                   std::vector<std::string>& warnings) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<AbcTune> tunes, ReadAbc(bytes));
  std::vector<NoteSequence> sequences;
  std::vector<std::string> lines;
  for (AbcTune& tune : tunes) {
    if (!tune.status.ok()) {
      lines.push_back("not read: " + std::string(tune.status.message()));
      continue;
    }
    for (const ScoreWarning& warning : tune.left_out) {
      lines.push_back("left out: " + WarningLine(warning));
    }
    sequences.push_back(std::move(tune.sequence));
  }
  if (sequences.empty()) return tunes[0].status;
  TellFew(lines, lines.size(), warnings);
  return sequences;
}

absl::StatusOr<std::vector<NoteSequence>> ReadScore(const std::string& bytes,
                                                    std::vector<std::string>& warnings) {
  MAGENTA_ASSIGN_OR_RETURN(MusicXmlReading reading, ReadMusicXml(bytes));
  std::vector<std::string> lines;
  for (const ScoreWarning& warning : reading.left_out) {
    lines.push_back("left out: " + WarningLine(warning));
  }
  TellFew(lines, lines.size(), warnings);
  return std::vector<NoteSequence>{std::move(reading.sequence)};
}

absl::StatusOr<std::vector<NoteSequence>> ReadMidiFile(const std::string& bytes,
                                                       std::vector<std::string>& warnings) {
  MAGENTA_ASSIGN_OR_RETURN(MidiReading reading, ReadMidi(bytes));
  std::vector<std::string> lines;
  for (const MidiWarning& warning : reading.warnings) lines.push_back(WarningLine(warning));
  TellFew(lines, lines.size() + static_cast<size_t>(reading.warnings_left_out), warnings);
  return std::vector<NoteSequence>{std::move(reading.sequence)};
}

/// What convert would take a file of this name for: MIDI behind a wrapper's bytes, say.
FileKind KindByName(const std::string& path) {
  switch (MusicFileKindOf(path)) {
    case MusicFileKind::kMidi: return FileKind::kMidi;
    case MusicFileKind::kAbc: return FileKind::kAbc;
    case MusicFileKind::kMusicXml: return FileKind::kMusicXml;
    case MusicFileKind::kOther: break;
  }
  return FileKind::kUnknown;
}

absl::StatusOr<std::vector<NoteSequence>> ReadSequenceRecords(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(path));
  std::vector<NoteSequence> sequences;
  std::string record;
  while (true) {
    MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
    if (!more) break;
    if (!sequences.emplace_back().ParseFromString(record)) {
      return InputError(path, fmt::format("record {} is no NoteSequence", sequences.size() - 1),
                        "`magenta inspect` shows what it is");
    }
  }
  if (sequences.empty()) return InputError(path, "holds no record");
  return sequences;
}

absl::StatusOr<std::vector<NoteSequence>> ReadMusicBytes(const std::string& path,
                                                         const FileBytes& file,
                                                         std::vector<std::string>& warnings) {
  const auto& [bytes, kind] = file;
  switch (kind) {
    case FileKind::kMidi: return ReadMidiFile(bytes, warnings);
    case FileKind::kMusicXml: return ReadScore(bytes, warnings);
    case FileKind::kAbc: return ReadBook(bytes, warnings);
    case FileKind::kRecords: return ReadSequenceRecords(path);
    case FileKind::kNoteSequence: {
      std::vector<NoteSequence> sequences(1);
      sequences[0].ParseFromString(bytes);
      return sequences;
    }
    default: break;
  }
  if (bytes.empty()) return InputError(path, "is empty");
  return InputError(path, fmt::format("is {}, not music that can be read", KindName(kind)),
                    "Give a MIDI, ABC or MusicXML file, or a NoteSequence");
}

}  // namespace

FileKind KindOf(std::string_view bytes) {
  if (bytes.starts_with("MThd")) return FileKind::kMidi;
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("RMID")) return FileKind::kMidi;
  if (BeginsAsRecords(bytes)) return FileKind::kRecords;
  if (EndsAsTable(bytes)) return FileKind::kTable;
  if (bytes.starts_with("PK\x03\x04")) return FileKind::kMusicXml;
  const std::string_view text = WithoutBlanks(bytes);
  for (const std::string_view start : {"<"sv, "\xff\xfe<\0"sv, "\xfe\xff\0<"sv}) {
    if (text.starts_with(start)) return FileKind::kMusicXml;
  }
  if (text.starts_with("model_checkpoint_path")) return FileKind::kCheckpointState;
  if (text.starts_with('{')) return FileKind::kJson;
  if (const FileKind kind = ProtoKind(bytes); kind != FileKind::kUnknown) return kind;
  return LooksLikeAbc(bytes) ? FileKind::kAbc : FileKind::kUnknown;
}

const char* KindName(FileKind kind) {
  switch (kind) {
    case FileKind::kMidi: return "a MIDI file";
    case FileKind::kAbc: return "an ABC tune book";
    case FileKind::kMusicXml: return "a MusicXML score";
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
  FileBytes file;
  file.bytes = EndsOf(path);
  file.kind = KindOf(file.bytes);
  if (file.kind == FileKind::kRecords || file.kind == FileKind::kTable) return file;
  MAGENTA_ASSIGN_OR_RETURN(file.bytes, ReadFile(path, kMostMessageBytes));
  file.kind = KindOf(file.bytes);
  if (file.kind == FileKind::kUnknown && !file.bytes.empty()) file.kind = KindByName(path);
  return file;
}

absl::StatusOr<std::vector<NoteSequence>> ReadMusic(const std::string& path,
                                                    std::vector<std::string>& warnings) {
  MAGENTA_ASSIGN_OR_RETURN(const FileBytes file, ReadFileAndKind(path));
  auto sequences = ReadMusicBytes(path, file, warnings);
  if (!sequences.ok()) return WithFile(sequences.status(), path);
  return sequences;
}

}  // namespace magenta::cli
