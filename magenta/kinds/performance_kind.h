#pragma once
// Performances as a kind of music: notes as they were played, in hundredths of a second.
// Source of the rules: docs/rules.md section 16.

#include <memory>
#include <span>

#include "magenta/kinds/kind.h"
#include "magenta/music/performance/extract_performance.h"

namespace magenta {

/// Seconds after which a note ends that nothing has ended.
inline constexpr int kLongestPerformedNote = 5;

/// What a model takes.
struct PerformanceKindOptions {
  PerformanceForm form = PerformanceForm::kLoudEvents;
  /// Whether it may be told to go by no conditions: it then learns each example twice, with its own
  /// conditions and with none.
  bool optional_conditions = false;
};

/// The kind of performances. A control, where there is one, is Conditions (music/performance); an
/// example without says its own.
///
/// ReadPrimer hears all notes but drums that begin before generate_start_step, brought there by
/// shifts of time; of several programs the fullest instrument. What is left out or mended is said.
/// An input without such notes is a second of silence before generate_start_step, whole notes a
/// single one that lasts no time.
///
/// With reference_windows all notes are heard, drums too, but several programs are as no notes at
/// all, and the shift of an empty primer stands after generate_start_step. Errors: the section
/// starts too early or too late (exit 2); whole notes that are too far apart, or too long (exit 3).
std::shared_ptr<const MusicKind> MakePerformanceKind(const PerformanceKindOptions& options);

/// The notes of what follows `heard`, which is not rendered: its last velocity holds. A note ends
/// after kLongestPerformedNote at the latest.
std::unique_ptr<NoteRenderer> NewPerformanceRenderer(PerformanceForm form,
                                                     std::span<const Event> heard, bool is_drum);

/// Events that the reference draws for a step of a section (Primer::round_events) where so many
/// notes a second are asked for.
double EventsPerStep(double notes_per_second);

}  // namespace magenta
