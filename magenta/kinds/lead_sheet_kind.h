#pragma once
// Melodies over chords: extraction for training, reading a primer with the chords that go on beside
// it, and back to notes and symbols. Source of the rules: docs/rules.md section 14.

#include <memory>

#include "magenta/kinds/kind.h"
#include "magenta/music/event.h"

namespace magenta {

/// What a model takes.
struct LeadSheetKindOptions {
  /// MIDI pitches: min_note <= pitch < max_note; others are folded, and no key is sought.
  Event min_note = 48;
  Event max_note = 84;
  /// Whether it knows major, minor, augmented and diminished triads alone (TriadClass).
  bool triads_only = true;
};

/// The kind of lead sheets. Events are those of the melody, control is a ChordCode a step.
///
/// ExtractExamples gives twelve copies of each, transposed by -6 .. 5, and none of one with a chord
/// that the model doesn't take.
///
/// ReadPrimer reads the melody as the melody kind does, without a key, and the chord symbols of
/// the whole input up to the end of the section. A symbol that can't be read, or taken, is told
/// with its bar and stands for no chord; with reference_windows it is an error (exit 2), and so are
/// two symbols on a step, of which else the last counts.
///
/// Render adds a chord symbol at each change of chord; no chord at the beginning stays unsaid.
std::shared_ptr<const MusicKind> MakeLeadSheetKind(const LeadSheetKindOptions& options);

}  // namespace magenta
