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

/// Which notes of a quantised primer are heard, where the reference's rules don't hold: those of
/// all instruments but drums that have a velocity and begin from a step on to before another, where
/// the section begins. What is left out or mended is counted.
class HeardNotes {
 public:
  HeardNotes(int64_t start_step, int64_t end_step) : start_(start_step), end_(end_step) {}
  /// Whether `note`, the next one, is heard.
  bool Hears(const NoteSequence::Note& note);
  /// Says what was counted; `others_stay`: what is left out sounds on beside.
  void Say(bool others_stay, std::vector<std::string>& notes) const;

 private:
  const int64_t start_, end_;
  int64_t drums_ = 0, silent_ = 0, short_ = 0, late_ = 0;
};

/// Says of how many `notes` an event that ends "the oldest of the pitch" ends another: those that
/// begin after one of their pitch and end before it.
void SayNotesWithinOthers(std::vector<PolyphonicNote> notes, std::vector<std::string>& said);

/// Of the quantised `input` the HeardNotes from primer.start_step on. The primer's notes say what
/// is left out or mended, its instrument which one alone plays.
std::vector<PolyphonicNote> HeardChordNotes(const NoteSequence& input, const PrimerRequest& request,
                                            Primer& primer);

/// Error (exit 2): a section that begins at step `end` is before the primer's first one, or too far
/// behind it; a MusicError: `notes` until then are too many events. A primer of no step is one.
absl::Status CheckChordPrimer(std::span<const PolyphonicNote> notes, int64_t start_step,
                              int64_t end);

}  // namespace magenta
