#pragma once
// One tune of an ABC book: its lines become a NoteSequence.

#include <cstdint>
#include <string_view>
#include <vector>

#include "magenta/io/abc/abc.h"

namespace magenta {

/// A line of a book; `number` counts from 1.
struct AbcLine {
  std::string_view text;
  int number = 0;
};

/// What a book has taken so far, for the limits of a piece (piece_limits.h).
struct AbcCounts {
  uint64_t notes = 0;
  /// Lines, signs and fields.
  uint64_t events = 0;
  PieceLimits limits = kPieceLimits;
};

/// Reads a tune, whose first line is X:, after the lines of the book's header (M:, L: and Q: of
/// which are its defaults). `lines` are UTF-8. Adds to `counts`. Never fails as a whole: see
/// AbcTune::status, which is a PieceLimitError once `counts` pass their limits.
AbcTune ReadAbcTune(const std::vector<AbcLine>& book_header, const std::vector<AbcLine>& lines,
                    AbcCounts& counts);

}  // namespace magenta
