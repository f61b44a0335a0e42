#pragma once
// One piece of several, as of a book of tunes, by number or title.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// What a piece is chosen by.
struct PieceName {
  /// X: where all pieces of the file are tunes, else its place from 1.
  int64_t number = 1;
  /// "" where it has none.
  std::string title;
};

/// The name that `piece` has of its own: X: (0 without one), and its title, else its file name.
PieceName OwnName(const NoteSequence& piece);

/// Makes the OwnNames of all pieces of a file those they are chosen by: unless all have an X:,
/// their places are their numbers.
void NumberPieces(std::vector<PieceName>& names);

/// Of each of a file's pieces.
std::vector<PieceName> NamesOf(const std::vector<const NoteSequence*>& pieces);

/// "There are: 1 (The Cat), 5"; a few of many.
std::string PieceList(const std::vector<PieceName>& pieces);

/// Which of several pieces `part` means: a number ("5", "X:5"), a title in any case of letters, or
/// what only one title holds. What is not used up stays in `part`: "5/2" leaves "2", the part of
/// tune 5. `flag` is what the choice is called in errors (exit 2), which list what there is.
absl::StatusOr<size_t> ChoosePiece(const std::vector<PieceName>& pieces, const std::string& flag,
                                   std::string& part);

}  // namespace magenta
