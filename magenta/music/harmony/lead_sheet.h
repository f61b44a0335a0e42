#pragma once
// Lead sheets: melodies with their chords, as improv models learn from them.
// Source of the rules: docs/rules.md section 14 (note-seq's lead_sheet pipelines).

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/counters.h"
#include "magenta/music/event.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/harmony/chord_progression.h"
#include "magenta/music/melody.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// A melody and the chord of each of its steps. A value.
struct LeadSheet {
  Melody melody;
  ChordProgression chords;  // as long as the melody
  int instrument = 0;       // the melody's

  /// Both `semitones` higher; a pitch that leaves 0..127 is folded back by octaves.
  LeadSheet Transposed(int semitones) const;
  /// The melody's events, and a ChordCode for each as control. An error (exit 2) names a chord that
  /// contradicts itself.
  absl::StatusOr<EventSequence> Events() const;
};

/// The keys in which the reference learns each: `for (n = lowest; n <= highest; ++n)
/// sheet.Transposed(n)`.
inline constexpr int kLowestLeadSheetKey = -6;
inline constexpr int kHighestLeadSheetKey = 5;

/// What counts as a lead sheet; the defaults are those of Magenta's data sets.
struct LeadSheetExtractionOptions {
  LeadSheetExtractionOptions() { melody.min_unique_pitches = 3; }

  MelodyExtractionOptions melody;
  /// Melodies without a single chord are dropped.
  bool require_chords = true;
  /// As the reference: only its own spelling of chords is read, and one symbol that it can't read
  /// drops all that the sequence would give. Else no chord stands there, and the rest is kept.
  bool strict = false;
};

/// One line of the discard report: a lead sheet kept or dropped, or an instrument left.
struct LeadSheetTrack {
  int instrument = 0;
  std::string name;        // from instrument_infos
  int64_t start_step = 0;  // where it, or the trouble, begins
  bool kept = false;
  /// A MelodyOutcomeName(), "no_chords", "coincident_chords", "bad_chord_symbols" (kept, but for
  /// those) or "chord_symbol_exception" (dropped for one).
  std::string outcome;
  std::string reason;  // one sentence with the figures, symbols and bars; "" for "kept"
  std::string flag;    // the flag that would have kept it whole, "" when none would
};

/// What came of one sequence: lead sheets, and a reason for everything else.
struct LeadSheetExtraction {
  std::vector<LeadSheet> lead_sheets;  // as they stand in the sequence, each once
  std::vector<LeadSheetTrack> tracks;  // one for each decision, in order
  /// The reference's counters: those of melodies, empty_chord_progressions and coincident_chords;
  /// or chord_symbol_exception, or non_integer_steps_per_bar, alone. Where `strict` would have lost
  /// something also kept_despite_chord_symbol_exception (1) and chord_symbols_left_out.
  Counters counters;
};

/// The melodies of every instrument with their chords, in the reference's order. Time and memory
/// grow with the notes, the chord symbols and the melodies kept, which ExtractMelodies bounds.
LeadSheetExtraction ExtractLeadSheets(const QuantizedSequence& sequence,
                                      const LeadSheetExtractionOptions& options);

}  // namespace magenta
