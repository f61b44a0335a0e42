#pragma once
// One kind of music as events: how examples for training are found in a sequence, how a primer is
// read, and how events become notes again. Melodies are one domain; drums or performances are
// others. A codec then says how the domain's events meet a network.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/counters.h"
#include "magenta/music.pb.h"
#include "magenta/music/event.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// What `dataset` may be told by flags. Domains use what applies to them.
struct ExampleOptions {
  MelodyExtractionOptions melody;
};

/// One line of the discard report.
struct TrackReport {
  int part = 0;  // of the split sequence
  int instrument = 0;
  std::string name;
  int64_t start_step = 0;  // within the part
  bool kept = false;
  std::string outcome;  // "kept", "too_short", ...: what reports count
  std::string reason;   // one sentence with the figures: "5 bars, fewer than 7"
  std::string flag;     // the flag that would keep it, "" when none would
};

/// What one sequence gives to learn from, and what became of the rest.
struct Examples {
  std::vector<EventSequence> sequences;  // ready for the codec
  std::vector<int> transpositions;       // semitones applied to each
  std::vector<TrackReport> tracks;
  Counters counters;  // Magenta's names
};

/// What a model continues.
struct Primer {
  EventSequence events;            // ready for the codec (squashed)
  int64_t start_step = 0;          // of the first event
  int transpose = 0;               // semitones that were added; Render takes them away
  int steps_per_quarter = 4;       // of the grid that the events stand on
  std::optional<int> instrument;   // of the input, that plays it; none where there is nothing
  std::vector<std::string> notes;  // what was done to it, for the user: "3 chords: highest kept"
  std::vector<Event> played;       // the events as they were before they were squashed
};

/// Where a primer is looked for and where it must end, in steps of the grid.
struct PrimerRequest {
  int64_t search_start_step = 0;
  int64_t generate_start_step = 0;  // the primer is brought to this length
  /// docs/rules.md section 5's windows: forced rest, note cut at the start of the section.
  bool reference_windows = false;
  /// Whether the input's other instruments are heard beside what is generated: for the notes to the
  /// user alone.
  bool others_stay = false;
};

/// What a model goes on from where nobody gave anything.
struct DefaultPrimer {
  NoteSequence sequence;  // one step long
  std::string name;       // "middle C"
};

/// Immutable, thread-safe.
class EventDomain {
 public:
  virtual ~EventDomain() = default;

  /// What its examples hold, as text: models of equal texts can be measured on each other's
  /// examples. "": like no other's.
  virtual std::string Events() const { return ""; }

  /// Every example in `sequence`, in the reference's order. What is left out has a line in tracks.
  virtual Examples ExtractExamples(const QuantizedSequence& sequence,
                                   const ExampleOptions& options) const = 0;

  /// Errors (exit 3 or 2): primer after the section, two instruments with notes, ... with the time.
  virtual absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                            const PrimerRequest& request) const = 0;

  /// At `qpm`, on a grid of `steps_per_quarter`.
  virtual DefaultPrimer MakeDefaultPrimer(double qpm, int steps_per_quarter) const = 0;

  /// What stands for the given event `given` right after a section that was generated: `heard` is
  /// all before it. (A melody ends a note that would sound into a given rest.)
  virtual Event Resume(std::span<const Event> /*heard*/, Event given) const { return given; }

  /// Whether `event` begins a note of a pitch of its own: what --pitch_temperature chooses among.
  virtual bool IsPitch(Event /*event*/) const { return false; }

  /// `events` (the primer's and what was generated) as notes at `qpm`.
  virtual NoteSequence Render(const EventSequence& events, const Primer& primer,
                              double qpm) const = 0;
};

}  // namespace magenta
