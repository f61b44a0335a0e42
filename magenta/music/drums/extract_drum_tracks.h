#pragma once
// Finds the drum tracks of a quantised sequence, and says why what was left out was.
// Source of the rules: docs/rules.md section 13 (note-seq's drum_pipelines.extract_drum_tracks).

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/base/counters.h"
#include "magenta/music/drums/drum_track.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// What counts as a drum track; the defaults are those of Magenta's data sets.
struct DrumExtractionOptions {
  /// Where bars are counted from and drums are looked for, in steps; below -kMaxSteps: there.
  int64_t search_start_step = 0;
  /// Shorter tracks are dropped.
  int min_bars = 7;
  /// Longer ones are cut to this many steps; 0: no limit.
  int max_steps = 512;
  /// Bars of silence that end a track.
  double gap_bars = 1.0;
  /// Every note is a drum, whatever it says.
  bool ignore_is_drum = false;
  /// The last bar is filled with silence.
  bool pad_end = false;

  /// What generation uses: 0 bars, no limit, endless gap, every note.
  static DrumExtractionOptions ForPrimer(int64_t search_start_step);
};

/// What became of one track.
enum class DrumOutcome {
  kKept,
  kTruncated,  // kept, cut to max_steps
  kTooShort,
  kNonIntegerStepsPerBar,
  kNoDrums,  // only notes that are no drums, or silent
};

/// "too_short", ...: the names of reports and counters.
const char* DrumOutcomeName(DrumOutcome outcome);

/// One decision: a track kept or dropped, or the sequence left.
struct DrumDecision {
  DrumOutcome outcome = DrumOutcome::kKept;
  /// Where the track begins, in steps.
  int64_t start_step = 0;
  /// One sentence with the figures, "5 bars, fewer than 7"; "" for kKept.
  std::string reason;
  /// The flag that would have kept it whole, "--min_bars=5"; "" when none would.
  std::string flag;
};

/// What came of one sequence.
struct DrumExtraction {
  std::vector<DrumTrack> tracks;
  std::vector<DrumDecision> decisions;  // in order
  /// The reference's counters, zeros too: drum_tracks_discarded_too_short, ..., and one a filled
  /// bucket of its histogram, "drum_track_lengths_in_bars:[7,8)". Where bars are no whole number
  /// of steps: non_integer_steps_per_bar alone.
  Counters counters;
};

/// Whether `sequence` has drums that can be heard (is_drum, not silent).
bool HoldsDrums(const NoteSequence& sequence);

/// The drum tracks of all instruments together, in order. Time and memory grow with the notes,
/// whatever their steps are. Tracks don't overlap, so all together last less than 2 * kMaxSteps.
/// Notes with a pitch outside 0..127 are taken for silence.
DrumExtraction ExtractDrumTracks(const QuantizedSequence& sequence,
                                 const DrumExtractionOptions& options);

}  // namespace magenta
