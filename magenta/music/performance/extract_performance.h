#pragma once
// A quantised sequence as a performance, and why it is none.
// Source of the rules: docs/rules.md section 16 (magenta's performance_pipeline).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "magenta/base/counters.h"
#include "magenta/music/performance/performance_event.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// What a performance is made of.
enum class PerformanceForm {
  kEvents,      // notes begin and end, time passes
  kLoudEvents,  // and velocities
  kWholeNotes,  // PerformedNotes
};

/// What counts as a performance; the defaults are those of Magenta's data sets.
struct PerformanceExtractionOptions {
  PerformanceForm form = PerformanceForm::kLoudEvents;
  /// Notes that start before it are left out, and time is counted from it, in steps.
  int64_t search_start_step = 0;
  /// Those of fewer events are dropped, of more are cut; 0: no limit.
  int min_events = 32;
  int max_events = 512;
};

struct Performance {
  std::vector<Event> events;
  int64_t start_step = 0;
  /// Of all its notes, where they are no drums and have one.
  std::optional<int> program;
  /// Whether all of its notes are drums.
  bool is_drum = false;
};

/// What became of a sequence.
enum class PerformanceOutcome {
  kKept,
  kTruncated,  // kept, cut to max_events
  kTooShort,
  kSeveralPrograms,
  kLongGap,   // kWholeNotes: over kMostNoteSteps between two notes
  kLongNote,  // kWholeNotes: a note lasts over kMostNoteSteps
  kNoNotes,
};

/// "too_short", ...: the names of reports.
const char* PerformanceOutcomeName(PerformanceOutcome outcome);

struct PerformanceExtraction {
  std::optional<Performance> performance;
  PerformanceOutcome outcome = PerformanceOutcome::kKept;
  /// One sentence with the figures; "" for kKept.
  std::string reason;
  /// The flag that would have kept it whole, "--min_events=5"; "" when none would.
  std::string flag;
  /// Notes of velocity 0 that were left out: those that follow louder ones, of forms that know
  /// velocities, which have no event for it.
  int64_t silent = 0;
  /// The reference's counters, zeros too, and the filled bucket of its histogram,
  /// "performance_lengths_in_seconds:[5,10)".
  Counters counters;
};

/// The performance of all notes of `sequence` (on kPerformanceStepsPerSecond), of which those with
/// no MIDI pitch are left out.
PerformanceExtraction ExtractPerformance(const QuantizedSequence& sequence,
                                         const PerformanceExtractionOptions& options);

/// How many different programs the notes of `sequence` have.
int ProgramsOf(const NoteSequence& sequence);

/// Steps that `events` last; of whole notes up to the beginning of the last.
int64_t StepsOfPerformance(PerformanceForm form, const std::vector<Event>& events);

/// `events` of a form that is no kWholeNotes, made `steps` long: a last shift is lengthened first,
/// then others follow; or they are cut.
void SetPerformanceLength(int64_t steps, std::vector<Event>& events);

}  // namespace magenta
