#pragma once
// The pieces of a yardstick's set as events of its model.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/yardsticks/yardstick_models.h"

namespace magenta::yardsticks {

/// Voices of a chorale.
inline constexpr int kVoices = 4;

/// One piece.
struct Piece {
  std::string name;
  EventSequence events;
  /// Ticks that its last moment lasts at least, where times are told; else 0.
  int tail = 0;
  /// What the figure counts by: voices times sixteenths, frames or notes.
  int64_t units = 0;
  /// Events at the beginning that are not counted beside the first: what a peer was given.
  int given = 0;
  /// Nats that are said of it beside the model's: chords of more notes than the model has voices.
  double more_nats = 0;
};

/// What of a set is wanted.
struct PartOfSet {
  /// Of JSON: the list of that name ("train"); "": the only one.
  std::string list;
  /// Of melodies: of the ten folds (tune i by file name is in fold i mod 10) that one, or with
  /// `others` all but that one; -1: all.
  int fold = -1;
  bool others = false;
};

/// Reads the set at `path`. Errors (exit 3) name file, piece and place.
absl::StatusOr<std::vector<Piece>> ReadPieces(const Yardstick& yardstick, const std::string& path,
                                              const PartOfSet& part);

}  // namespace magenta::yardsticks
