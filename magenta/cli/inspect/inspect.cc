#include "magenta/cli/inspect/inspect.h"

#include <fmt/core.h>

#include <filesystem>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/generator.pb.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/io/tensor/magentajs.h"

namespace magenta::cli {
namespace {

Inspection OfOne(const NoteSequence& sequence, const char* kind, const InspectOptions& options) {
  Inspection result = InspectSequence(sequence, options);
  result.text = fmt::format("{}\n{}", kind, result.text);
  result.json.Set("kind", kind);
  return result;
}

void AddWarnings(const std::vector<std::string>& warnings, Inspection& result) {
  for (const std::string& warning : warnings) result.text += "  note: " + warning + "\n";
  result.json.Set("warnings", Json::ArrayOf(warnings));
}

Inspection OfPiece(const MusicReading& reading, const MusicPiece& piece,
                   const InspectOptions& options) {
  Inspection result = OfOne(piece.sequence, MusicFormatName(reading.format), options);
  std::vector<std::string> warnings = piece.warnings;
  if (piece.warnings_left_out > 0) {
    warnings.push_back(fmt::format("and {} more", piece.warnings_left_out));
  }
  AddWarnings(warnings, result);
  return result;
}

/// The tunes of a book or the patterns of a drummer's, a line each.
Inspection OfBook(const MusicReading& reading, const InspectOptions& options) {
  const std::string kind = fmt::format("{}s", MusicPieceKind(reading.format));
  Inspection result;
  result.text =
      fmt::format("{}: {} {}\n", MusicFormatName(reading.format), reading.pieces.size(), kind);
  Json list = Json::Array();
  size_t shown = 0;
  for (const MusicPiece& tune : reading.pieces) {
    const NoteSequence& sequence = tune.sequence;
    Json entry = Json::Object()
                     .Set("reference_number", sequence.reference_number())
                     .Set("title", sequence.sequence_metadata().title())
                     .Set("notes", sequence.notes_size())
                     .Set("total_time", sequence.total_time());
    if (!tune.status.ok()) entry.Set("error", ErrorMessage(tune.status));
    list.Add(entry);
    if (options.limit != 0 && shown++ >= static_cast<size_t>(options.limit)) continue;
    result.text += tune.status.ok()
                       ? fmt::format("  {} {}: {} notes, {:.3f} s\n", sequence.reference_number(),
                                     sequence.sequence_metadata().title(), sequence.notes_size(),
                                     sequence.total_time())
                       : fmt::format("  not read: {}\n", ErrorMessage(tune.status));
  }
  result.json.Set("kind", MusicFormatName(reading.format)).Set(kind, list);
  return result;
}

absl::StatusOr<Inspection> InspectMusic(const std::string& bytes, MusicFormat format,
                                        const InspectOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(const MusicReading reading, ReadMusicBytes(bytes, {format}));
  const MusicPiece& first = reading.pieces[0];
  if (reading.pieces.size() > 1 || !first.status.ok()) return OfBook(reading, options);
  return OfPiece(reading, first, options);
}

absl::StatusOr<Inspection> InspectRun(const std::string& folder, const InspectOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string prefix, LatestCheckpoint(folder));
  MAGENTA_ASSIGN_OR_RETURN(Inspection result, InspectCheckpoint(prefix, options));
  result.text = fmt::format("newest checkpoint {}\n", prefix) + result.text;
  result.json.Set("checkpoint", prefix);
  return result;
}

/// A file whose bytes tell nothing, by its name: it may be damaged where they would, or a part.
absl::StatusOr<Inspection> InspectByName(const std::string& path, const FileBytes& file,
                                         const InspectOptions& options) {
  const std::filesystem::path name(path);
  const std::string folder = name.has_parent_path() ? name.parent_path().string() : ".";
  const std::string stem = name.filename().string();
  if (file.bytes.empty()) return InputError(path, "is empty");
  if (stem.ends_with(".mag")) return InspectBundle(path, options);
  if (stem.ends_with(".tfrecord") || stem.find("tfevents") != std::string::npos) {
    return InspectRecords(path, options);
  }
  if (stem.ends_with(".ckpt") || stem.ends_with(".index") || stem.ends_with(".meta") ||
      stem.find(".data-") != std::string::npos) {
    return InspectCheckpoint(path, options);
  }
  if (stem == "checkpoint") return InspectRun(folder, options);
  if (IsMagentaJsFolder(folder)) return InspectMagentaJs(folder, options);
  const std::string foreign = ForeignKind(file.bytes);
  return InputError(
      path, fmt::format("is {}", foreign.empty() ? KindName(file) : foreign),
      "inspect reads MIDI, ABC, MusicXML, drum grids, TFRecords, checkpoints, bundles and event "
      "files");
}

absl::StatusOr<Inspection> InspectRequest(const std::string& bytes, const InspectOptions& options) {
  GenerateSequenceRequest request;
  request.ParseFromString(bytes);
  Inspection result = OfOne(request.input_sequence(), "GenerateSequenceRequest", options);
  for (const auto& section : request.generator_options().generate_sections()) {
    result.text +=
        fmt::format("  generate {} s to {} s\n", section.start_time(), section.end_time());
  }
  return result;
}

absl::StatusOr<Inspection> InspectBytes(const std::string& path, const FileBytes& file,
                                        const InspectOptions& options) {
  const std::string& bytes = file.bytes;
  switch (file.kind) {
    case FileKind::kMusic: return InspectMusic(bytes, *file.format, options);
    case FileKind::kRecords: {
      auto records = InspectRecords(path, options);
      if (!records.ok()) return WithForeignKind(records.status(), bytes);
      return records;
    }
    case FileKind::kTable: return InspectCheckpoint(path, options);
    case FileKind::kCheckpointState:
      return InspectRun(std::filesystem::path(path).parent_path().string(), options);
    case FileKind::kBundle: return InspectBundle(path, options);
    case FileKind::kRequest: return InspectRequest(bytes, options);
    case FileKind::kNoteSequence: {
      NoteSequence sequence;
      MAGENTA_RETURN_IF_ERROR(ParseSequenceRecord(bytes, sequence).status());
      return OfOne(sequence, "NoteSequence", options);
    }
    case FileKind::kJson:
    case FileKind::kUnknown: break;
  }
  return InspectByName(path, file, options);
}

}  // namespace

absl::StatusOr<Inspection> Inspect(const std::string& path, const InspectOptions& options) {
  std::error_code error;
  if (IsMagentaJsFolder(path)) return InspectMagentaJs(path, options);
  if (std::filesystem::is_directory(path, error)) return InspectRun(path, options);
  if (!std::filesystem::exists(path, error) && std::filesystem::exists(path + ".index", error)) {
    return InspectCheckpoint(path, options);
  }
  MAGENTA_ASSIGN_OR_RETURN(const FileBytes file, ReadFileAndKind(path));
  auto result = InspectBytes(path, file, options);
  if (!result.ok()) return WithFile(result.status(), path);
  return result;
}

}  // namespace magenta::cli
