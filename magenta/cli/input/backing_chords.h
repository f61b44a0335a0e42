#pragma once
// --backing_chords: chords that a model plays over, typed.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "magenta/cli/input/primer.h"
#include "magenta/cli/terminal/flags.h"
#include "magenta/generator.pb.h"
#include "magenta/request/backing_chords.h"
#include "magenta/request/continuation.h"

namespace magenta::cli {

/// What a verb embeds to take them.
struct BackingChordFlags {
  std::string text;         // "C G Am F"
  int steps_per_chord = 0;  // 0: a bar
  bool render = false;
  std::string from;  // "start", "new" or "", which chooses

  /// Adds the flags to the group in progress.
  void Describe(Flags& flags);
  bool given() const { return !text.empty(); }
  /// Errors (exit 2): no chord among what was given; flags about chords, of which there are none.
  absl::Status Check(const Flags& flags) const;

  /// Takes Magenta's own, "C G Am F C G F C", where none are given and the primer is no piece,
  /// which would have chords of its own; whether it did.
  bool TakeDefault(const PrimerMusic& primer);
  /// How far it goes where nobody says: once through the chords. Error (exit 2): the primer is
  /// longer.
  absl::Status SetLength(const PrimerMusic& primer, Grid grid, ContinuationOptions& length) const;
  /// AddBackingChords.
  absl::Status AddTo(const PrimerMusic& primer, Grid grid, GenerateSequenceRequest& request,
                     std::vector<std::string>& notes) const;

 private:
  BackingChords Chords() const { return {SplitChords(text), steps_per_chord, {}}; }
  bool FromNew(const PrimerMusic& primer) const {
    return from == "new" || (from.empty() && primer.is_piece);
  }
};

}  // namespace magenta::cli
