#pragma once
// Bytes of a music file of any format -> NoteSequences and what there is to say about them. The one
// place that knows all formats (formats.def), for every verb and the server:
//
//   MAGENTA_ASSIGN_OR_RETURN(MusicReading reading, ReadMusicBytes(body));
//   for (MusicPiece& piece : reading.pieces) {
//     if (piece.status.ok()) Use(piece.sequence);
//     else Say(piece.status);      // a broken tune of a book; MIDI and MusicXML fail as a whole
//     for (const std::string& line : piece.warnings) Say(line);
//   }
//
// Here the limits of a piece hold (magenta/music/piece_limits.h), gzip is unpacked, and every text
// is made UTF-8 (magenta/io/music/sequence_text.h), whatever a single reader does.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// What a file of music is: kMidi, kMusicXml, kDrumGrid, kAbc.
enum class MusicFormat {
#define MAGENTA_MUSIC_FORMAT(enumerator, id, name, file, piece, endings) k##enumerator,
#include "magenta/io/music/formats.def"
#undef MAGENTA_MUSIC_FORMAT
};

/// "midi", "musicxml", "drums", "abc": a word for ids and reasons.
const char* MusicFormatId(MusicFormat format);

/// "MIDI", "MusicXML", "drum grid", "ABC".
const char* MusicFormatName(MusicFormat format);

/// "a MIDI file", "a MusicXML score", ...
const char* MusicFileKind(MusicFormat format);

/// "tune", "pattern": what the pieces of a file are; "" where a file is one piece.
const char* MusicPieceKind(MusicFormat format);

/// By the end of a file's name in any case, ".gz" aside: "A.MID", "b.musicxml.gz".
std::optional<MusicFormat> MusicFormatOfName(std::string_view name);

/// By the first bytes (4 KiB do; of gzip by what it unpacks to). nullopt where they tell nothing,
/// as of MIDI behind a wrapper's bytes, which its name tells alone.
std::optional<MusicFormat> MusicFormatOfBytes(std::string_view head);

/// "a zip archive", "a WAV file", ...: what bytes are that are no music; "" where that is not
/// known.
const char* ForeignKind(std::string_view head);

/// All endings that MusicFormatOfName knows: ".mid, .midi, ..., .abc".
std::string MusicFileEndings();

/// Whether `bytes` begin as gzip does.
bool IsGzip(std::string_view bytes);

/// What `packed` unpacks to. Errors (exit 3): corrupt, cut short, over limits.unpacked_bytes.
absl::StatusOr<std::string> UnpackGzip(std::string_view packed,
                                       const PieceLimits& limits = kPieceLimits);

/// A MIDI file, a score, one tune of a book, or one pattern of drums.
struct MusicPiece {
  /// As its reader gives it, all texts UTF-8. id, filename and collection_name are the caller's. Of
  /// a tune that can't be read: its number and title alone.
  NoteSequence sequence;
  /// Why a tune of a book could not be read; OK for all else.
  absl::Status status;
  /// What was mended, guessed or left out, a line each: "byte 35, track 0: ...", "line 12: lyrics".
  std::vector<std::string> warnings;
  /// Warnings past those.
  uint64_t warnings_left_out = 0;
  /// Of ABC: where bar lines stand, for WithShortBars (music/meter_map.h); else empty.
  std::vector<double> bar_lines = {};
  /// Of MIDI and MusicXML: the piece's title; else empty, since the sequence has it.
  std::string title = {};
  /// How many of `warnings`, the first ones, are of bytes that a strict reader would have refused.
  size_t mended = 0;
};

/// `piece` with what a data set's sequence leaves out and a musician expects: short bars as meters
/// of their own, the title.
NoteSequence WholePiece(MusicPiece piece);

/// What a file gave.
struct MusicReading {
  MusicFormat format = MusicFormat::kMidi;
  /// At least one.
  std::vector<MusicPiece> pieces;
};

/// How to read. `memory` is ReadMidi's.
struct MusicReadOptions {
  /// Where the format is known, from a name, say; else the bytes tell.
  std::optional<MusicFormat> format;
  NoteSequence memory = {};
  PieceLimits limits = kPieceLimits;
};

/// Reads `bytes`, packed by gzip or not. Errors (exit 3, without a file name): no music, and then
/// what it is instead; broken as a whole; over a limit (IsPieceLimitError).
absl::StatusOr<MusicReading> ReadMusicBytes(std::string_view bytes, MusicReadOptions options = {});

/// The error of a reading in which no piece could be read: its first; else OK.
absl::Status FirstFailure(const MusicReading& reading);

/// The whole of a file that ReadMusicBytes is to read. Errors as ReadFile's, and over
/// limits.file_bytes, before anything is allocated.
absl::StatusOr<std::string> ReadPieceFile(const std::string& path,
                                          const PieceLimits& limits = kPieceLimits);

}  // namespace magenta
