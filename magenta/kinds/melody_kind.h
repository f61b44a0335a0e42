#pragma once
// Melodies as a kind of events: extraction for training, reading a primer, and back to notes.
// Source of the rules: docs/rules.md sections 3 (extraction, squash) and 5 (primers), and 11 for
// what is mended.

#include <memory>
#include <optional>
#include <vector>

#include "magenta/kinds/kind.h"
#include "magenta/music/extract_melodies.h"

namespace magenta {

/// Where a model wants its melodies.
struct MelodyKindOptions {
  /// MIDI pitches: min_note <= pitch < max_note.
  Event min_note = 48;
  Event max_note = 84;
  /// Key that every melody is moved to, 0 (C) .. 11; nullopt: the pitches stay, only those out of
  /// range are folded.
  std::optional<int> transpose_to_key = 0;
};

/// The kind of monophonic melodies that are moved into a range and a key before a model sees
/// them.
///
/// ReadPrimer keeps the primer as it sounds up to generate_start_step: rests at its end stay, and a
/// note that sounds there is left open, for the model to hold or end. A second instrument, chords,
/// drums and pitches out of range are mended and said in Primer::notes. An input without notes
/// gives one kNoEvent on the step before generate_start_step, at -1 for a section that starts at 0.
///
/// With reference_windows, two instruments with notes and notes after the section are errors
/// (exit 2), and the event of an empty primer stands at step 0 at least.
std::shared_ptr<const MusicKind> MakeMelodyKind(const MelodyKindOptions& options);

/// The options of any kind that finds melodies, with these defaults.
std::vector<ExampleOption> MelodyExampleOptions(const MelodyExtractionOptions& defaults);
/// What `options` say of `rows`, which begin with those.
MelodyExtractionOptions MelodyExtractionOf(std::span<const ExampleOption> rows,
                                           const ExampleOptions& options);

}  // namespace magenta
