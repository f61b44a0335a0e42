#pragma once
// One tune of an ABC book: its lines become a NoteSequence.

#include <string_view>
#include <vector>

#include "magenta/io/abc/abc.h"

namespace magenta {

/// A line of a book; `number` counts from 1.
struct AbcLine {
  std::string_view text;
  int number = 0;
};

/// Reads a tune, whose first line is X:, after the lines of the book's header (M:, L: and Q: of
/// which are its defaults). `lines` are UTF-8. Never fails as a whole: see AbcTune::status.
AbcTune ReadAbcTune(const std::vector<AbcLine>& book_header, const std::vector<AbcLine>& lines);

}  // namespace magenta
