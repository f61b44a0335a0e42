#pragma once
// Finds the melodies of a quantised sequence, and says of each instrument why it gave none.
// Source of the rules: docs/rules.md section 3 (note-seq's melody_pipelines.extract_melodies).

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/base/counters.h"
#include "magenta/music/melody.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// What counts as a melody; the defaults are those of Magenta's data sets.
struct MelodyExtractionOptions {
  /// Where bars are counted from and notes are looked for, in steps; below -kMaxSteps: there.
  int64_t search_start_step = 0;
  /// Shorter melodies are dropped.
  int min_bars = 7;
  /// Longer ones are cut to this many steps; 0: no limit.
  int max_steps = 512;
  /// Pitch classes below which a melody is dropped.
  int min_unique_pitches = 5;
  /// Bars of silence that end a melody.
  double gap_bars = 1.0;
  /// Of notes that start together keep the highest, instead of leaving the instrument.
  bool ignore_polyphonic_notes = false;
  /// Notes on drums are passed over.
  bool filter_drums = true;
  /// The last bar is filled with "no event".
  bool pad_end = false;

  /// What generation uses: 0 bars, no limit, 1 pitch class, endless gap, polyphony ignored.
  static MelodyExtractionOptions ForPrimer(int64_t search_start_step);
};

/// What became of one melody or instrument.
enum class MelodyOutcome {
  kKept,
  kTruncated,  // kept, cut to max_steps
  kTooShort,
  kTooFewPitches,
  kPolyphonic,
  kNonIntegerStepsPerBar,
  kNoNotes,  // only drums or silent notes
};

/// "too_short", ...: the names of reports and counters.
const char* MelodyOutcomeName(MelodyOutcome outcome);

/// One decision: a melody kept or dropped, or an instrument left.
struct MelodyTrack {
  int instrument = 0;
  std::string name;  // from instrument_infos
  MelodyOutcome outcome = MelodyOutcome::kKept;
  /// Where the melody, or the trouble, begins, in steps.
  int64_t start_step = 0;
  /// One sentence with the figures, "5 bars, fewer than 7"; "" for kKept.
  std::string reason;
  /// The flag that would have kept it whole, "--min_bars=5"; "" when none would.
  std::string flag;
};

/// A melody that passed every filter, and who plays it.
struct ExtractedMelody {
  Melody melody;
  int instrument = 0;
};

/// What came of one sequence: melodies, and a reason for everything else.
struct MelodyExtraction {
  std::vector<ExtractedMelody> melodies;
  std::vector<MelodyTrack> tracks;  // one for each decision, in order
  /// The reference's counters, zeros too: polyphonic_tracks_discarded,
  /// melodies_discarded_too_short,
  /// ..., and one a filled bucket of its histogram, "melody_lengths_in_bars:[7,8)". Where bars are
  /// no whole number of steps: non_integer_steps_per_bar alone.
  Counters counters;
};

/// The melodies of every instrument, in the reference's order. Time and memory grow with the notes
/// and with the melodies kept; all of these together hold at most kMaxSteps events, and the one
/// that would pass that is cut. Notes with a pitch outside 0..127, or that end before they start,
/// are taken for silence.
MelodyExtraction ExtractMelodies(const QuantizedSequence& sequence,
                                 const MelodyExtractionOptions& options);

}  // namespace magenta
