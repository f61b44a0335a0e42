#pragma once
// Finds the melodies of a quantised sequence, and says of each instrument why it gave none.
// Source of the rules: PARITY section 3 (note-seq's melody_pipelines.extract_melodies).

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "magenta/music/melody.h"
#include "magenta/music/quantize.h"

namespace magenta {

struct MelodyExtractionOptions {
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
  bool filter_drums = true;
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
/// The flag that would have kept it ("--min_bars=3 keeps it"); "" when none would.
struct MelodyTrack {
  int instrument = 0;
  std::string name;  // from instrument_infos
  MelodyOutcome outcome = MelodyOutcome::kKept;
  std::string reason;  // one sentence with the figures: "5 bars, fewer than 7"
  std::string flag;    // the flag that would keep it, "" when none
};

struct ExtractedMelody {
  Melody melody;
  int instrument = 0;
};

struct MelodyExtraction {
  std::vector<ExtractedMelody> melodies;
  std::vector<MelodyTrack> tracks;  // one for each decision, in order
  /// Magenta's counters: polyphonic_tracks_discarded, melodies_discarded_too_short, ...
  std::map<std::string, int64_t> counters;
};

MelodyExtraction ExtractMelodies(const QuantizedSequence& sequence,
                                 const MelodyExtractionOptions& options);

}  // namespace magenta
