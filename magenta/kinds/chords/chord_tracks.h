#pragma once
// What the kinds of several notes at a time have in common: polyphonic tracks, piano rolls.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/kinds/kind.h"
#include "magenta/music/polyphony/extract_polyphony.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {

/// Flags of `dataset` that decide what counts, with `defaults`; `longer` says what becomes of
/// longer ones: "are left out".
std::vector<ExampleOption> ChordTrackOptions(const PolyphonyExtractionOptions& defaults,
                                             std::string_view longer);
/// What was said of those `rows`.
PolyphonyExtractionOptions SaidOfChordTracks(const std::vector<ExampleOption>& rows,
                                             const ExampleOptions& said);
/// The example of one sequence, or why it gives none.
Examples ExamplesOfTrack(PolyphonyExtraction extraction);

/// Of the quantised `input` the notes of all instruments but drums that have a velocity and begin
/// from primer.start_step to before the section. The primer's notes say what is left out or mended,
/// its instrument which one alone plays.
std::vector<PolyphonicNote> HeardChordNotes(const NoteSequence& input, const PrimerRequest& request,
                                            Primer& primer);

/// Error (exit 2): a section that begins at step `end` is before the primer's first one, or too far
/// behind it, or `notes` until then are too many events. A primer of no step is one.
absl::Status CheckChordPrimer(std::span<const PolyphonicNote> notes, int64_t start_step,
                              int64_t end);

}  // namespace magenta
