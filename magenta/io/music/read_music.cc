#include "magenta/io/music/read_music.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/abc/abc.h"
#include "magenta/io/drums/drum_grid.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/music/sequence_text.h"
#include "magenta/io/musicxml/musicxml.h"
#include "magenta/io/record/byte_source.h"
#include "magenta/music/meter_map.h"

namespace magenta {
namespace {

using std::string_view_literals::operator""sv;

/// Of a file's first bytes so many are looked at.
constexpr size_t kHeadBytes = 4096;

// Begins...: whether the first bytes are those of a format.

bool BeginsMidi(std::string_view bytes) {
  return bytes.starts_with("MThd") ||
         (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("RMID"));
}

std::string_view WithoutBlanks(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && std::strchr(" \t\r\n", text[0]) != nullptr) text.remove_prefix(1);
  return text;
}

bool BeginsMusicXml(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04")) return true;
  const std::string_view text = WithoutBlanks(bytes);
  for (const std::string_view start : {"<"sv, "\xff\xfe<\0"sv, "\xfe\xff\0<"sv, "\0<"sv}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

bool BeginsDrumGrid(std::string_view bytes) { return BeginsAsDrumGrid(bytes); }

/// Whether some line among the first ones is an ABC field that every tune has.
bool BeginsAbc(std::string_view bytes) {
  bytes = bytes.substr(0, size_t{1} << 16);
  const std::optional<std::string> decoded = Utf16AsUtf8(bytes);
  const std::string_view text = WithoutBlanks(decoded.has_value() ? *decoded : bytes);
  bool at_start = true;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (at_start && (text[i] == 'X' || text[i] == 'K') && text[i + 1] == ':') return true;
    at_start = text[i] == '\n' || text[i] == '\r';
    if (text[i] == '\0') return false;
  }
  return false;
}

// ...Pieces: what a format's reader gives.

std::vector<std::string> Lines(const std::vector<ScoreWarning>& warnings) {
  std::vector<std::string> lines;
  lines.reserve(warnings.size());
  for (const ScoreWarning& warning : warnings) lines.push_back(WarningLine(warning));
  return lines;
}

using Pieces = std::vector<MusicPiece>;

absl::StatusOr<Pieces> MidiPieces(std::string_view bytes, MusicReadOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(MidiReading midi,
                           ReadMidi(bytes, std::move(options.memory), options.limits));
  Pieces pieces(1);
  pieces[0].sequence = std::move(midi.sequence);
  for (const MidiWarning& warning : midi.warnings) {
    pieces[0].warnings.push_back(WarningLine(warning));
  }
  pieces[0].mended = midi.warnings.size();
  if (!midi.left_out.empty()) pieces[0].warnings.push_back(std::move(midi.left_out));
  pieces[0].warnings_left_out = midi.warnings_left_out;
  pieces[0].title = std::move(midi.title);
  return pieces;
}

absl::StatusOr<Pieces> MusicXmlPieces(std::string_view bytes, MusicReadOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(MusicXmlReading score, ReadMusicXml(bytes, options.limits));
  Pieces pieces(1);
  pieces[0] = {std::move(score.sequence), {}, Lines(score.left_out)};
  pieces[0].title = std::move(score.title);
  return pieces;
}

absl::StatusOr<Pieces> AbcPieces(std::string_view bytes, MusicReadOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<AbcTune> tunes, ReadAbc(bytes, options.limits));
  Pieces pieces;
  pieces.reserve(tunes.size());
  for (AbcTune& tune : tunes) {
    pieces.push_back({std::move(tune.sequence), std::move(tune.status), Lines(tune.left_out)});
    pieces.back().bar_lines = std::move(tune.bar_lines);
  }
  return pieces;
}

absl::StatusOr<Pieces> DrumGridPieces(std::string_view bytes, MusicReadOptions&) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<DrumGridPattern> patterns, ReadDrumGrids(bytes));
  Pieces pieces;
  pieces.reserve(patterns.size());
  for (DrumGridPattern& pattern : patterns) {
    pieces.push_back(
        {std::move(pattern.sequence), std::move(pattern.status), Lines(pattern.left_out)});
  }
  return pieces;
}

struct FormatRow {
  MusicFormat format;
  const char* id;
  const char* name;
  const char* file;
  const char* piece;
  std::string_view endings;
  bool (*begins)(std::string_view head);
  absl::StatusOr<Pieces> (*read)(std::string_view bytes, MusicReadOptions& options);
};

constexpr FormatRow kFormats[] = {
#define MAGENTA_MUSIC_FORMAT(enumerator, id, name, file, piece, endings)            \
  {MusicFormat::k##enumerator, id, name, file, piece, endings, &Begins##enumerator, \
   &enumerator##Pieces},
#include "magenta/io/music/formats.def"
#undef MAGENTA_MUSIC_FORMAT
};

const FormatRow& RowOf(MusicFormat format) { return kFormats[static_cast<int>(format)]; }

/// What the first bytes of gzip unpack to, as far as they go.
std::string UnpackedHead(std::string_view packed) {
  const auto source =
      InflatingByteSource("", MemoryByteSource(std::string(packed.substr(0, kHeadBytes))));
  std::string head;
  char byte = 0;
  while (head.size() < kHeadBytes) {
    const auto read = source->Read({&byte, 1});  // an error comes after what is whole
    if (!read.ok() || *read == 0) break;
    head += byte;
  }
  return head;
}

/// `begin` at the first byte, and `then` at byte `at`.
struct Magic {
  std::string_view begin;
  const char* kind;
  size_t at = 0;
  std::string_view then = "";
};

/// What people take for music.
constexpr Magic kForeign[] = {
    {"\x1f\x8b", "gzip"},
    {"PK\x03\x04", "a zip archive"},
    {"\x78\x01", "a zlib stream"},
    {"\x78\x9c", "a zlib stream"},
    {"\x78\xda", "a zlib stream"},
    {"BZh", "a bzip2 archive"},
    {"\xfd"
     "7zXZ",
     "an xz archive"},
    {"\x28\xb5\x2f\xfd", "a zstd archive"},
    {"7z\xbc\xaf", "a 7-Zip archive"},
    {"Rar!", "a RAR archive"},
    {"%PDF", "a PDF"},
    {"OggS", "an Ogg file"},
    {"fLaC", "a FLAC file"},
    {"ID3", "an MP3 file"},
    {"\xff\xfb", "an MP3 file"},
    {"\xff\xf3", "an MP3 file"},
    {"\xff\xf2", "an MP3 file"},
    {"RIFF", "a WAV file", 8, "WAVE"},
    {"RIFF", "a RIFF file"},
    {"FORM", "an AIFF file", 8, "AIF"},
    {"\0\0\0"sv, "an MP4 file", 4, "ftyp"},
    {"\x89PNG", "a picture (PNG)"},
    {"\xff\xd8\xff", "a picture (JPEG)"},
    {"GIF8", "a picture (GIF)"},
    {"\x7f"
     "ELF",
     "a program (ELF)"},
    {"<!DOCTYPE html", "a web page (HTML)"},
    {"<html", "a web page (HTML)"},
};

constexpr char kGiveMusic[] = "Give a file of MIDI, ABC, MusicXML or drum grids";

absl::Status NoMusic(std::string_view bytes) {
  if (bytes.empty()) return InputError("", "is empty", kGiveMusic);
  const std::string kind = ForeignKind(bytes);
  return InputError("", fmt::format("is {}, not music", kind.empty() ? "of no known kind" : kind),
                    kGiveMusic);
}

/// A reader's error, with what the bytes are where that explains it.
absl::Status Explained(absl::Status status, std::string_view bytes) {
  const std::string kind = ForeignKind(bytes);
  if (kind.empty() || IsPieceLimitError(status)) return status;
  return InputError("", fmt::format("{} (it is {})", ErrorMessage(status), kind),
                    ErrorRemedy(status));
}

/// What no reader has to do for itself.
absl::Status Settle(MusicReading& reading, const PieceLimits& limits) {
  uint64_t notes = 0;
  uint64_t events = 0, changes = 0;
  for (MusicPiece& piece : reading.pieces) {
    const NoteSequence& sequence = piece.sequence;
    notes += sequence.notes_size();
    events += static_cast<uint64_t>(sequence.control_changes_size()) + sequence.pitch_bends_size() +
              sequence.text_annotations_size();
    changes += static_cast<uint64_t>(sequence.tempos_size()) + sequence.time_signatures_size() +
               sequence.key_signatures_size();
    MakeTextUtf8(piece.sequence);
    for (std::string& line : piece.warnings) MakeUtf8(line);
  }
  MAGENTA_RETURN_IF_ERROR(CheckNotes(notes, limits));
  MAGENTA_RETURN_IF_ERROR(CheckChanges(changes, limits));
  return CheckEvents(events, limits);
}

bool EndsInAnyCase(std::string_view name, std::string_view ending) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return name.size() >= ending.size() &&
         std::equal(ending.begin(), ending.end(), name.end() - ptrdiff_t(ending.size()),
                    [&](char a, char b) { return a == lower(b); });
}

}  // namespace

NoteSequence WholePiece(MusicPiece piece) {
  NoteSequence whole = WithShortBars(std::move(piece.sequence), piece.bar_lines);
  if (!piece.title.empty()) whole.mutable_sequence_metadata()->set_title(std::move(piece.title));
  return whole;
}

const char* MusicFormatId(MusicFormat format) { return RowOf(format).id; }
const char* MusicFormatName(MusicFormat format) { return RowOf(format).name; }
const char* MusicFileKind(MusicFormat format) { return RowOf(format).file; }
const char* MusicPieceKind(MusicFormat format) { return RowOf(format).piece; }

std::optional<MusicFormat> MusicFormatOfName(std::string_view name) {
  if (EndsInAnyCase(name, ".gz")) name.remove_suffix(3);
  for (const FormatRow& row : kFormats) {
    for (std::string_view rest = row.endings; !rest.empty();) {
      const size_t blank = rest.find(' ');
      if (EndsInAnyCase(name, rest.substr(0, blank))) return row.format;
      rest.remove_prefix(blank + 1);
    }
  }
  return std::nullopt;
}

std::string MusicFileEndings() {
  std::string all;
  for (const FormatRow& row : kFormats) all += row.endings;
  all.pop_back();
  for (size_t at = 0; (at = all.find(' ', at)) != std::string::npos; at += 2) {
    all.replace(at, 1, ", ");
  }
  return all;
}

std::optional<MusicFormat> MusicFormatOfBytes(std::string_view head) {
  const std::string unpacked = IsGzip(head) ? UnpackedHead(head) : "";
  if (IsGzip(head)) head = unpacked;
  for (const FormatRow& row : kFormats) {
    if (row.begins(head)) return row.format;
  }
  return std::nullopt;
}

const char* ForeignKind(std::string_view head) {
  for (const Magic& magic : kForeign) {
    const std::string_view rest = head.substr(std::min(magic.at, head.size()));
    if (head.starts_with(magic.begin) && rest.starts_with(magic.then)) return magic.kind;
  }
  return "";
}

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

absl::StatusOr<std::string> UnpackGzip(std::string_view packed, const PieceLimits& limits) {
  const auto source = InflatingByteSource("", MemoryByteSource(std::string(packed)));
  std::string bytes;
  std::string block(ByteSource::kBufferBytes, '\0');
  while (true) {
    MAGENTA_ASSIGN_OR_RETURN(const size_t n, source->Read({block.data(), block.size()}));
    MAGENTA_RETURN_IF_ERROR(CheckUnpackedBytes(bytes.size() + n, limits));
    bytes.append(block, 0, n);
    if (n < block.size()) return bytes;
  }
}

absl::StatusOr<MusicReading> ReadMusicBytes(std::string_view bytes, MusicReadOptions options) {
  MAGENTA_RETURN_IF_ERROR(CheckFileBytes(bytes.size(), options.limits));
  std::string unpacked;
  if (IsGzip(bytes)) {
    MAGENTA_ASSIGN_OR_RETURN(unpacked, UnpackGzip(bytes, options.limits));
    bytes = unpacked;
  }
  if (!options.format.has_value()) options.format = MusicFormatOfBytes(bytes);
  if (!options.format.has_value()) return NoMusic(bytes);
  MusicReading reading;
  reading.format = *options.format;
  auto pieces = RowOf(reading.format).read(bytes, options);
  if (!pieces.ok()) {
    return RowOf(reading.format).begins(bytes) ? pieces.status()
                                               : Explained(pieces.status(), bytes);
  }
  reading.pieces = *std::move(pieces);
  MAGENTA_RETURN_IF_ERROR(Settle(reading, options.limits));
  return reading;
}

absl::Status FirstFailure(const MusicReading& reading) {
  for (const MusicPiece& piece : reading.pieces) {
    if (piece.status.ok()) return absl::OkStatus();
  }
  return reading.pieces.empty() ? absl::OkStatus() : reading.pieces[0].status;
}

absl::StatusOr<std::string> ReadPieceFile(const std::string& path, const PieceLimits& limits) {
  auto bytes = ReadFile(path, limits.file_bytes);
  if (bytes.ok()) return bytes;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
    const absl::Status fits = CheckFileBytes(static_cast<uint64_t>(info.st_size), limits);
    if (!fits.ok()) return WithFile(fits, path);
  }
  return bytes;
}

}  // namespace magenta
