#pragma once
// ABC tune books (abcnotation.com, standard 2.1 and the older dialects of folk archives) as
// NoteSequences. What is read and what is left out: docs/formats/abc.md.

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/io/score/warning.h"
#include "magenta/music.pb.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// One tune of a book.
struct AbcTune {
  /// Times in seconds, at Q:'s tempo (120 quarters a minute where it is missing); repeats are held
  /// in section_annotations and section_groups, see UnrollSections. Velocity 90, one instrument a
  /// voice; reference_number is X:, the titles are joined by "; ". id, filename and collection_name
  /// are the caller's. X: and title alone when `status` is an error.
  NoteSequence sequence;
  /// Ornaments, lyrics and guesses, one entry a kind, at the line where it first occurs.
  std::vector<ScoreWarning> left_out;
  /// Where the first voice has bar lines, in quarter notes, rising, at most 100000 of them: a
  /// NoteSequence holds meters alone, and of a pickup or a cut bar nothing (WithShortBars).
  std::vector<double> bar_lines;
  /// Why this tune could not be read (the line in the book is named).
  absl::Status status;
};

/// One entry a tune (X:) of the book, in file order; a header before the first X: is no tune. A
/// text without X: but with a key is one tune. `text` is UTF-8, UTF-16 or Latin-1, with any line
/// ends. Errors: no tune at all, or more tunes or other things than a piece may hold, all tunes
/// together (piece_limits.h).
absl::StatusOr<std::vector<AbcTune>> ReadAbc(std::string_view text,
                                             const PieceLimits& limits = kPieceLimits);

}  // namespace magenta
