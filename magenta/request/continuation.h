#pragma once
// "Go on from this music so far": what `magenta generate`, a posted file and a request without a
// section to generate mean.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/kinds/kind.h"
#include "magenta/music/parts.h"
#include "magenta/request/generate_args.h"

namespace magenta {

/// Where music ends, and how it goes there.
struct MusicEnd {
  double seconds = 0;
  /// From the beginning, at some steps per quarter; through all changes of tempo.
  double steps = 0;
  /// Quarter notes a minute.
  double qpm = 120;
};

/// Where a model of `kind` goes on from `music`, which has at least one note (unless `kind` plays
/// drums, one that is no drum): the end of its latest note; of a score (source_info: ABC, MusicXML)
/// its own, total_time, with the last rests, and so where drums are played and no MIDI file was
/// read: the bar of a drum grid is gone on after.
/// With a `part`, that is the end of the part where the others play on for more than a bar. Errors
/// (exit 3): no notes, or drums alone; file and remedy are the caller's to add. A MusicError: too
/// long to go on from.
absl::StatusOr<MusicEnd> EndOfNotes(const NoteSequence& music, const MusicKind& kind, Grid grid,
                                    const std::optional<Part>& part = std::nullopt);

/// How far it goes: of num_steps, new_steps and bars the last that is set counts.
struct ContinuationOptions {
  /// Length of the result, the steps of the music counted.
  int64_t num_steps = 128;
  /// New steps.
  std::optional<int64_t> new_steps;
  /// Up to the bar line so many bars after the next one (that on which the music ends, where it
  /// ends on one), in the music's own meter.
  std::optional<int> bars;
  Grid grid;
  /// The section that the reference asks for (docs/rules.md section 5).
  bool reference_windows = false;
  /// Steps that it leaves free after the music (ReferenceGapOf).
  int reference_gap = 1;
  /// What num_steps and the music are called in errors.
  std::string steps_name = "--num_steps";
  std::string music_name = "the primer";
};

/// Steps that the reference leaves free after music of `kind` (docs/rules.md section 5): one after
/// a line on a grid of beats, none after chords or a performance.
int ReferenceGapOf(const MusicKind& kind);

/// `options` with the music counted in new_steps and bars too, the latter of 4/4 at
/// `qpm`: the rule where the music is the default primer, so that two bars asked for are two bars.
ContinuationOptions CountingMusic(ContinuationOptions options, double qpm);

/// How far music of `steps` steps goes on where nobody says: once through `chords`, whose
/// steps_per_chord is said (WithSteps). Sets that in `options`. Error (exit 2): the music is
/// longer.
absl::Status LengthOfChords(const BackingChords& chords, bool from_new, double steps,
                            ContinuationOptions& options);

/// Asks to go on from `music`, which ends at `end`, at the tempo there: from the step nearest to
/// it. Error (exit 2): no step is left.
absl::StatusOr<GenerateSequenceRequest> ContinuationOf(NoteSequence music, const MusicEnd& end,
                                                       const ContinuationOptions& options);

/// `request` made whole, by one rule for every front end; nullopt where it is.
/// No input_sequence at all: `kind`'s default primer, a step long, right before the section (at
/// 0 s for one that starts there, which then starts a step later); one that is there and has no
/// notes is silence, and stays. No section to generate: the one that the arguments num_steps,
/// new_steps or bars ask for, from where the input ends; the default primer is counted in them.
/// Backing chords stand in the input then; where nothing says how long the new music is, they do,
/// as in LengthOfChords. `notes` gets a line for the user. Errors (exit 2): such an argument beside
/// a section, or neither; too many chords.
absl::StatusOr<std::optional<GenerateSequenceRequest>> CompleteRequest(
    const MusicKind& kind, const GenerateArgs& args, Grid grid,
    const GenerateSequenceRequest& request, std::vector<std::string>& notes);

}  // namespace magenta
