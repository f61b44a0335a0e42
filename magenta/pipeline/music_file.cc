#include "magenta/pipeline/music_file.h"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/sha1.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/music/read_music.h"
#include "magenta/music/harmony/chord_text.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

void NameSequence(const MusicFileName& name, MusicFormat format, const std::string& hashed,
                  NoteSequence& sequence) {
  const std::string collection = ToUtf8(name.collection);
  sequence.set_id(fmt::format("/id/{}/{}/{}", MusicFormatId(format), collection, Sha1Hex(hashed)));
  sequence.set_filename(ToUtf8(name.filename));
  sequence.set_collection_name(collection);
}

/// What a failing reader said, without the exit status that it would mean alone.
void SetBroken(const absl::Status& status, std::string reason, FileOutcome& outcome) {
  outcome.reason = IsPieceLimitError(status) ? kOverLimit : std::move(reason);
  outcome.detail = ErrorMessage(status);
}

void TakeWarnings(const MusicPiece& piece, const std::string& prefix, FileOutcome& outcome) {
  for (const std::string& line : piece.warnings) outcome.warnings.push_back(prefix + line);
  if (piece.warnings_left_out > 0) {
    outcome.warnings.push_back(fmt::format("{} more", piece.warnings_left_out));
  }
  for (const std::string& line : UnreadableChords(piece.sequence)) {
    outcome.warnings.push_back(prefix + line);
  }
}

/// A book's tunes (or patterns) stand in the report as its tracks, so that a broken one is seen and
/// counted.
void TakeBook(const MusicFileName& name, MusicReading& reading, MusicFileReading& out) {
  const char* const kind = MusicPieceKind(reading.format);
  std::map<int64_t, int> seen;  // tunes of each X:
  for (size_t i = 0; i < reading.pieces.size(); ++i) {
    MusicPiece& tune = reading.pieces[i];
    const int64_t number = tune.sequence.reference_number();
    TrackReport& report = out.outcome.tracks.emplace_back();
    report.part = static_cast<int>(i);
    report.name = tune.sequence.sequence_metadata().title();
    report.kept = tune.status.ok();
    report.outcome = report.kept ? "kept" : fmt::format("broken_{}", kind);
    report.reason = ErrorMessage(tune.status);
    if (!report.kept) continue;
    TakeWarnings(tune, fmt::format("{} {}, ", kind, number), out.outcome);
    const int nth = ++seen[number];
    NameSequence(
        name, reading.format,
        fmt::format("{}_{}{}", name.filename, number, nth > 1 ? fmt::format("_{}", nth) : ""),
        tune.sequence);
    out.sequences.push_back(std::move(tune.sequence));
    out.bar_lines.push_back(std::move(tune.bar_lines));
  }
}

/// What a file's bytes come to; of packed ones this is known only later, so they count as many.
uint64_t BytesToWorkOn(std::string_view bytes) {
  constexpr uint64_t kPacked = 128;
  return bytes.size() * (IsGzip(bytes) || bytes.starts_with("PK") ? kPacked : 1);
}

void TakeBytes(const MusicFileName& name, MusicFormat format, std::string_view bytes,
               NoteSequence memory, MusicFileReading& out) {
  const std::string broken = fmt::format("broken_{}", MusicFormatId(format));
  auto reading = ReadMusicBytes(bytes, {format, std::move(memory)});
  if (!reading.ok()) return SetBroken(reading.status(), broken, out.outcome);
  if (*MusicPieceKind(format) != '\0') {
    TakeBook(name, *reading, out);
  } else {
    MusicPiece& piece = reading->pieces[0];
    TakeWarnings(piece, "", out.outcome);
    NameSequence(name, format, name.filename, piece.sequence);
    out.sequences.push_back(std::move(piece.sequence));
    out.bar_lines.push_back(std::move(piece.bar_lines));
  }
  if (absl::Status none = FirstFailure(*reading); !none.ok()) SetBroken(none, broken, out.outcome);
}

/// `read` gives the file's bytes, if its name is that of a format.
template <typename Read>
MusicFileReading ReadNamed(const MusicFileName& name, const Read& read, NoteSequence memory) {
  MusicFileReading out;
  out.outcome.file = name.filename;
  const std::optional<MusicFormat> format = MusicFormatOfName(name.filename);
  if (!format.has_value()) {
    out.outcome.reason = "unknown_extension";
    out.outcome.detail = fmt::format("none of {}, or one of these and .gz", MusicFileEndings());
    return out;
  }
  const auto bytes = read();
  if (!bytes.ok()) {
    SetBroken(bytes.status(), "unreadable", out.outcome);
  } else if (bytes->empty()) {
    out.outcome.reason = "empty_file";
    out.outcome.detail = "0 bytes";
  } else {
    out.in_work = PieceInWork(BytesToWorkOn(*bytes));
    TakeBytes(name, *format, *bytes, std::move(memory), out);
  }
  out.outcome.outputs = static_cast<int64_t>(out.sequences.size());
  if (out.outcome.outputs > 0) out.outcome.reason = "kept";
  return out;
}

}  // namespace

std::string CollectionNameOf(const std::string& folder) {
  size_t end = folder.size();
  while (end > 0 && folder[end - 1] == '/') --end;
  const size_t slash = folder.rfind('/', end == 0 ? 0 : end - 1);
  const size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return begin >= end ? "" : folder.substr(begin, end - begin);
}

MusicFileReading ReadMusicFile(const MusicFileName& name, NoteSequence memory) {
  return ReadNamed(
      name, [&] { return ReadPieceFile(name.path); }, std::move(memory));
}

MusicFileReading ReadMusicFileBytes(const MusicFileName& name, std::string_view bytes,
                                    NoteSequence memory) {
  const auto read = [&]() -> absl::StatusOr<std::string_view> {
    MAGENTA_RETURN_IF_ERROR(CheckFileBytes(bytes.size()));
    return bytes;
  };
  return ReadNamed(name, read, std::move(memory));
}

}  // namespace magenta
