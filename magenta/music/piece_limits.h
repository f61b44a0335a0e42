#pragma once
// How large one piece of music may be, the same for every reader and every verb.
//
// A piece is a file of MIDI, ABC (with all its tunes) or MusicXML, a request's or an upload's
// music, or one record of a TFRecord; a TFRecord itself may be of any length. Within these limits
// reading, converting, scoring and drawing a piece take at most 10 s and 1 GiB on two slow cores;
// an orchestral score of 200,000 notes is well inside. docs/cli.md tells users of them.
//
// Readers check while they parse, before what is over a limit takes memory, and never allocate from
// a count that only the file claims:
//
//   MAGENTA_RETURN_IF_ERROR(CheckNotes(++notes));    // one more note, also one that repeats play
//   MAGENTA_RETURN_IF_ERROR(CheckUnpackedBytes(text.size()));

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "magenta/base/status.h"

namespace magenta {

struct PieceLimits {
  /// Of a file, an upload or a record, as it stands (packed, where it is).
  uint64_t file_bytes = uint64_t{128} << 20;
  /// Of what gzip, zlib or a zip archive (.mxl) gives; all that is unpacked of one file counts.
  uint64_t unpacked_bytes = uint64_t{128} << 20;
  /// Of all its tracks or tunes together; also after repeats are played out.
  uint64_t notes = 1'000'000;
  /// What takes memory beside notes: MIDI events (two a note), elements of XML, other
  /// fields and signs of ABC, other messages of a NoteSequence.
  uint64_t events = 4'000'000;
  /// Changes of tempo, meter and key, which take as much as some notes do each, in all that is made
  /// of a piece.
  uint64_t changes = 500'000;
  /// Tunes of an ABC book.
  uint64_t tunes = 100'000;
  /// Sections that repeats play, each time counted.
  uint64_t sections = 100'000;
  /// Of the names of a MIDI file's instruments, all together: a track's name is that of each of its
  /// instruments.
  uint64_t name_bytes = uint64_t{32} << 20;
  /// What a record or a message may take in memory once it is parsed.
  uint64_t memory_bytes = uint64_t{512} << 20;
  /// Notes and rests of a score that is written: 500 MB of MusicXML. Measures of all its parts (of
  /// measures longer than a whole note the whole notes); what lies behind them is left out.
  uint64_t written_notes = 2'000'000, written_measures = 2'000'000;
  /// Bars of a picture.
  uint64_t drawn_bars = 20'000;
  /// MIDI tracks, MusicXML parts, ABC voices of a tune.
  uint64_t tracks = 4'096;
  /// Steps (sixteenths) of a piece that is scored: 17 hours of quarters at 120 a minute.
  uint64_t steps = 500'000;
  /// Steps of one example that is trained on or measured, since all of them are held at once.
  uint64_t example_steps = 65'536;
};

inline constexpr PieceLimits kPieceLimits;

namespace internal {
inline constexpr char kPieceLimitPayload[] = "magenta/piece_limit";
}  // namespace internal

/// The error (exit 3) of a piece that has `found` of `unit` ("notes") where `limit` are allowed,
/// with `or_more` where the reader stopped counting: "has 1000001 notes or more; the limit for a
/// piece is 1000000".
inline absl::Status PieceLimitError(std::string_view unit, uint64_t found, uint64_t limit,
                                    bool or_more) {
  absl::Status status = InputError("",
                                   fmt::format("has {} {}{}; the limit for a piece is {}", found,
                                               unit, or_more ? " or more" : "", limit),
                                   "Split it into smaller pieces");
  status.SetPayload(internal::kPieceLimitPayload, absl::Cord(std::string(unit)));
  return status;
}

/// Whether `status` is a PieceLimitError, also after WithFile and WithRemedy.
inline bool IsPieceLimitError(const absl::Status& status) {
  return status.GetPayload(internal::kPieceLimitPayload).has_value();
}

// OK, or the error above. They are for loops: nothing is made unless the limit is passed.

inline absl::Status CheckNotes(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.notes) return absl::OkStatus();
  return PieceLimitError("notes", found, limits.notes, true);
}

inline absl::Status CheckEvents(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.events) return absl::OkStatus();
  return PieceLimitError("events", found, limits.events, true);
}

inline absl::Status CheckChanges(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.changes) return absl::OkStatus();
  return PieceLimitError("changes of tempo, meter and key", found, limits.changes, true);
}

inline absl::Status CheckTunes(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.tunes) return absl::OkStatus();
  return PieceLimitError("tunes", found, limits.tunes, true);
}

inline absl::Status CheckSections(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.sections) return absl::OkStatus();
  return PieceLimitError("sections to play", found, limits.sections, true);
}

inline absl::Status CheckDrawnBars(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.drawn_bars) return absl::OkStatus();
  return PieceLimitError("bars to draw", found, limits.drawn_bars, true);
}

inline absl::Status CheckTracks(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.tracks) return absl::OkStatus();
  return PieceLimitError("tracks", found, limits.tracks, true);
}

inline absl::Status CheckSteps(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.steps) return absl::OkStatus();
  return PieceLimitError("steps", found, limits.steps, true);
}

inline absl::Status CheckFileBytes(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.file_bytes) return absl::OkStatus();
  return PieceLimitError("bytes", found, limits.file_bytes, false);
}

inline absl::Status CheckUnpackedBytes(uint64_t found, const PieceLimits& limits = kPieceLimits) {
  if (found <= limits.unpacked_bytes) return absl::OkStatus();
  return PieceLimitError("unpacked bytes", found, limits.unpacked_bytes, true);
}

}  // namespace magenta
