#pragma once
// What a quantised sequence gives to models of several notes at a time: all of it, or a reason why
// not.
// Source of the rules: docs/rules.md sections 15 and 17
// (polyphony_lib.extract_polyphonic_sequences, pianoroll_lib.extract_pianoroll_sequences).

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/base/counters.h"
#include "magenta/music/event.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// What counts; the defaults are those of Magenta's data sets.
struct PolyphonyExtractionOptions {
  /// Shorter sequences are dropped, in steps.
  int min_steps = 80;
  /// Longer ones too, or of rolls what comes after; 0: no limit.
  int max_steps = 512;
  /// Whether sequences of several programs count.
  bool several_programs = false;
};

/// What came of one sequence.
struct PolyphonyExtraction {
  /// Start, the steps, end; empty where it was dropped.
  std::vector<Event> events;
  /// "kept", "too_short", "too_long", "more_than_1_program", "over_limit".
  std::string outcome;
  /// One sentence with the figures, "" where it was kept; and the flag that would have kept it, ""
  /// when none would.
  std::string reason, flag;
  /// The reference's, zeros too, and one filled bucket of its histogram,
  /// "polyphonic_track_lengths_in_bars:[10,20)".
  Counters counters;
};

/// The same of piano rolls: longer ones are cut.
PolyphonyExtractionOptions PianorollOptions();

/// Most events of one sequence.
inline constexpr int64_t kMostPolyphonyEvents = int64_t{1} << 22;

/// All notes of `sequence`, drums and every instrument too. A bar need be no whole number of steps.
PolyphonyExtraction ExtractPolyphony(const QuantizedSequence& sequence,
                                     const PolyphonyExtractionOptions& options);

/// All notes of `sequence` as a roll's events, the part after options.max_steps cut. Counters are
/// the reference's for rolls.
PolyphonyExtraction ExtractPianoroll(const QuantizedSequence& sequence,
                                     const PolyphonyExtractionOptions& options);

/// Whether the notes of `sequence` are of more than one program.
bool HasSeveralPrograms(const NoteSequence& sequence);

}  // namespace magenta
