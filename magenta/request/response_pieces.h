#pragma once
// A response in pieces, while its music grows.

#include <cstdint>
#include <optional>

#include "magenta/music.pb.h"

namespace magenta {

/// Tells what is new of one sequence to which notes are appended: all pieces merged (MergeFrom) are
/// the sequence in the end. Not thread-safe.
class ResponsePieces {
 public:
  /// Whether to look for a piece now that `steps` are made: what is made between two looks grows
  /// with the sequence, so that to look at all of it costs no more than to make it.
  bool IsTimeToLook(int64_t steps);
  /// The notes of `so_far` that are new and have ended, and its new texts; all that are left where
  /// it is `whole`. The first piece has all else. nullopt: nothing is new.
  std::optional<NoteSequence> Next(const NoteSequence& so_far, bool whole);

 private:
  int64_t looked_at_ = 0;  // steps
  int told_notes_ = 0;
  int told_texts_ = 0;
  bool told_head_ = false;
};

}  // namespace magenta
