#pragma once
// A melody: one event a step, a pitch, a note off or nothing.
// Source of the rules: docs/rules.md section 3 (note-seq's melodies_lib.Melody).

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/event.h"
#include "magenta/music/key.h"

namespace magenta {

/// A value: copying copies the events. Steps are those of the grid that it was quantised to.
class Melody {
 public:
  /// An empty melody in 4/4, four steps per quarter.
  Melody() = default;
  /// An empty melody on another grid (both > 0, checked).
  explicit Melody(int steps_per_bar, int steps_per_quarter = 4, int64_t start_step = 0);

  /// `events` cleaned as the reference does: an event outside -2..127 is an error naming its
  /// position; a note off before the first note becomes kNoEvent.
  static absl::StatusOr<Melody> FromEvents(std::vector<Event> events, int steps_per_bar = 16,
                                           int steps_per_quarter = 4, int64_t start_step = 0);

  /// One a step, each -2..127.
  const std::vector<Event>& events() const { return events_; }
  int size() const { return static_cast<int>(events_.size()); }
  /// Where the first event stands in the sequence it came from, in steps.
  int64_t start_step() const { return start_step_; }
  /// The step after the last event.
  int64_t end_step() const { return start_step_ + size(); }
  int steps_per_bar() const { return steps_per_bar_; }
  int steps_per_quarter() const { return steps_per_quarter_; }

  /// Appends as it stands (-2..127, checked): a note off stays one, also before the first note.
  void Append(Event event);
  /// To `steps` (>= 0, checked). Longer: kNoEvent appended, a sounding last note ends on the first
  /// new step. Shorter: cut.
  void SetLength(int steps);

  /// Moves every note by `semitones`; a pitch that leaves [min_note, max_note) is folded back by
  /// octaves. The range must hold an octave and lie within 0..128 (checked).
  void Transpose(int semitones, Event min_note = kMinPitch, Event max_note = kMaxPitch + 1);
  /// Semitones from the melody's MajorKey() to `transpose_to_key` (0..11), and the octaves that
  /// then bring its centre nearest to that of [min_note, max_note); then Transpose. `key` (0..11)
  /// is taken for its key where it is given. Returns the semitones used: 0 where there are no
  /// notes, or no key to go to (only the folding is done then).
  int Squash(Event min_note, Event max_note, std::optional<int> transpose_to_key,
             std::optional<int> key = std::nullopt);

  /// The major key 0..11 that holds most note-ons, the lowest on ties.
  int MajorKey() const;
  /// Note-ons a pitch class.
  TwelveCounts PitchClasses() const;

  /// As notes of `velocity` on `instrument` and `program` at `qpm` (> 0, checked); one tempo, 220
  /// ticks a quarter, no meter. `sequence_start` in seconds is added to every time. A note ends at
  /// the next note, at a note off, or with the melody.
  NoteSequence ToSequence(double qpm = 120.0, int velocity = 100, int instrument = 0,
                          int program = 0, double sequence_start = 0.0) const;

  bool operator==(const Melody&) const = default;

 private:
  std::vector<Event> events_;
  int64_t start_step_ = 0;
  int steps_per_bar_ = 16;
  int steps_per_quarter_ = 4;
};

}  // namespace magenta
