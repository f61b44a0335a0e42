#pragma once
// From a request's seconds to the grid: which notes are the primer, and which steps are asked for.
// Rules: docs/rules.md sections 5 (reference_windows) and 11 (otherwise).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/music/quantize.h"
#include "magenta/music/tempo_map.h"

namespace magenta {

/// Steps `start` .. `end` - 1.
struct StepRange {
  int64_t start = 0;
  int64_t end = 0;
};
/// Whether `step` lies in one of `ranges`, before its end.
bool Holds(std::span<const StepRange> ranges, int64_t step);

/// A request on the grid of the model.
struct SectionPlan {
  /// What the primer is read from.
  QuantizedSequence input;
  /// Quarter notes a minute.
  double qpm = 120;
  /// Notes before it don't count, and bars are counted from it: without an input section it is a
  /// bar line at or before step 0, so that a pickup is heard at the end of a bar.
  int64_t search_start_step = 0;
  /// The first step to generate, and the one after the last step of the result.
  int64_t start_step = 0;
  int64_t end_step = 0;
  /// What is to be generated, in order; between and after them the input stays. More than one, or
  /// one that the input goes on after, makes the request a fill.
  std::vector<StepRange> sections;
  bool fills = false;
  /// Of an input whose tempo changes, or whose bar lines lie between steps: `input` is in straight
  /// time, at the tempo of the first section's start, so much later that they stand on steps.
  std::optional<StraightTime> straight;
  /// What was done to the input, for the user.
  std::vector<std::string> notes;

  /// Seconds of the request -> seconds of `input`, and back.
  double OnGrid(double seconds) const {
    return straight.has_value() ? straight->Straighten(seconds) : seconds;
  }
  double OffGrid(double seconds) const {
    return straight.has_value() ? straight->Restore(seconds) : seconds;
  }
};

/// Longest section and latest step of one, in steps.
inline constexpr int64_t kMaxSectionStep = int64_t{1} << 20;
/// Most sections of a request.
inline constexpr int kMaxSections = 1000;

/// The plan for a request on `grid`.
///
/// reference_windows: one section, after the input; one that starts on step s exactly begins at
/// s + 1, one that ends there ends at s - or a step before, where the product falls short of s -,
/// and a tempo or meter change in the input is an error. Otherwise a start or end within 1e-6 of a
/// step is that step, else the next one; where the tempo changes, steps are counted beat for beat;
/// the meter is the one at the first section's start, its bars counted from its own bar lines
/// (meter_map.h), so that neither a pickup nor a change of meter cuts what is heard; and there may
/// be several sections, in any order, which may lie between the input's notes: they are cut to the
/// steps that those leave free. A last note may reach half a step into a section after it. On a
/// grid per second a pedal holds notes, up to the next section.
///
/// Errors (exit 2), with their times: no section (reference_windows: or more than one), sections
/// that overlap, more than one input section, a section that ends before it starts or holds no
/// step, one that starts before the input ends or holds notes of it; a tempo, pitch or velocity out
/// of range, a note that ends before it starts.
absl::StatusOr<SectionPlan> PlanSection(const NoteSequence& input, const GeneratorOptions& options,
                                        Grid grid, bool reference_windows);

/// What is wrong (exit 2) with the sections of `options`, each by itself: none to generate (of
/// `reference_windows` more than one), too many, times that are none.
absl::Status CheckSections(const GeneratorOptions& options, bool reference_windows);

/// A MusicError for the first tempo of `sequence` that is none.
absl::Status CheckTempo(const NoteSequence& sequence);

/// A MusicError for the first note of `sequence` that nobody could play, rather than left out.
absl::Status CheckPlayable(const NoteSequence& sequence);

/// A MusicError for the first note of `input` that nobody could play, or at no time: what
/// PlanSection says of the notes it is given, for those beside them.
absl::Status CheckAccompaniment(const NoteSequence& input);

/// What of `input` is heard: all of it, or the notes that start in the options' input section, cut
/// at its end.
NoteSequence InputOf(const NoteSequence& input, const GeneratorOptions& options);

}  // namespace magenta
