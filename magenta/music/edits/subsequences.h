#pragma once
// Parts of a sequence, each as a sequence of its own that begins at 0 seconds: one part, or all
// parts between cuts. Source of the rules: note-seq's sequences_lib (extract_subsequence,
// split_note_sequence and those like it).
//
// A note belongs to the part that it starts in and ends with it at the latest. Meter, key, tempo,
// chord and pedals in force where a part begins are repeated at its 0 seconds; beats follow their
// part; pitch bends and other controllers are left out. What has no time stays with every part.
// subsequence_info says where a part was.
//
// Errors of all: a quantised sequence (kFailedPrecondition); times that are no numbers, are not in
// order, or lie past the end (kInvalidArgument); parts that would together be over the limits of a
// piece.
//
// What data sets are made with, magenta/music/split.h, moves notes instead of copying them and
// leaves out names and pedals of instruments that a part has not.

#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/split.h"

namespace magenta {

/// Controllers of pedals: sustain, sostenuto, soft.
inline const std::vector<int>& PedalControllers() {
  static const auto& controllers =
      *new std::vector<int>{kSustainPedal, kSostenutoPedal, kSoftPedal};
  return controllers;
}

/// The parts between neighbours of `times` (seconds, two at least, rising), with the controllers
/// that count as pedals.
absl::StatusOr<std::vector<NoteSequence>> ExtractSubsequences(
    const NoteSequence& sequence, const std::vector<double>& times,
    const std::vector<int>& pedals = PedalControllers());

/// Cut at `times` (seconds, in any order), and at the end; with `skip_inside_notes` only where no
/// note sounds on.
absl::StatusOr<std::vector<NoteSequence>> SplitAtTimes(const NoteSequence& sequence,
                                                       std::vector<double> times,
                                                       bool skip_inside_notes);

/// The same every `hop` seconds (more than 0).
absl::StatusOr<std::vector<NoteSequence>> SplitEvery(const NoteSequence& sequence, double hop,
                                                     bool skip_inside_notes);

/// The same where meter or tempo change.
absl::StatusOr<std::vector<NoteSequence>> SplitAtTimeChanges(const NoteSequence& sequence,
                                                             bool skip_inside_notes);

/// Cut before each note that follows more than `gap` seconds of silence.
absl::StatusOr<std::vector<NoteSequence>> SplitOnSilence(const NoteSequence& sequence, double gap);

}  // namespace magenta
