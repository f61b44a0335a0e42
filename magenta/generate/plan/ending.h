#pragma once
// How music ends: in which bar, on which beat, on which tone, how long. What is asked of music with
// the argument `ending`, and what reports measure.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/kinds/kind.h"
#include "magenta/music/quantize.h"
#include "magenta/music/score/last_chord.h"
#include "magenta/request/section.h"

namespace magenta {

/// A note in steps, from `start` to before `end`.
struct SteppedNote {
  int64_t start = 0;
  int64_t end = 0;
  int pitch = 0;  // MIDI
};

/// Of `music` that ends on `end_step` and has a bar line on `bar_line`.
LastBar LastBarOf(const QuantizedSequence& music, int64_t bar_line, int64_t end_step);

/// How a piece ends.
struct Ending {
  /// Whether the last note begins on a beat of the last bar.
  bool on_beat = false;
  /// Whether it is the tonic of the piece's key.
  bool on_tonic = false;
  /// How long it is, up to the end of the bar at most; 0 without notes.
  int64_t steps = 0;
};

/// The tonic (0..11) of the piece that `notes` are: that of KeyOfDurations.
int TonicOf(std::span<const SteppedNote> notes);

/// How `notes`, a whole piece, end. The last one is the one that begins last, the highest of those
/// that begin together; the tonic is `tonic` (0..11), or else TonicOf(notes).
Ending EndingOf(std::span<const SteppedNote> notes, const LastBar& bar,
                std::optional<int> tonic = std::nullopt);

/// How music that is asked to end does: its last note is the tonic, begins on a beat of the last
/// bar and sounds to the end. A value.
class EndingGoal {
 public:
  /// Of what `plan` asks for after `primer`, in events of `kind`, which outlives it; `tonic` as
  /// EndingOf takes it. Errors (exit 2): the plan is a fill, whose end is not the music's; the grid
  /// has no bars; no beat of the last bar is new.
  static absl::StatusOr<EndingGoal> Of(const SectionPlan& plan, const MusicKind& kind,
                                       const Primer& primer, std::optional<int> tonic);

  /// Steps before the end from which futures are drawn: the last bar and the one before it, as far
  /// as they are new; 1 or more.
  int64_t look_ahead() const { return look_ahead_; }
  /// Steps after that on which the last note may begin: LastOnsets(), at least one.
  const std::vector<int64_t>& onsets() const { return onsets_; }
  /// The tonic of `events`, the primer's and all that are new so far.
  int TonicOf(std::span<const Event> events) const;
  /// Whether `event` begins a note that is `tonic`, in any octave.
  bool Strikes(Event event, int tonic) const;
  /// How `events`, the whole piece, end.
  Ending Reached(std::span<const Event> events) const;

 private:
  EndingGoal(const MusicKind& kind, const Primer& primer) : kind_(&kind), primer_(primer) {}
  std::vector<SteppedNote> NotesOf(std::span<const Event> events) const;

  const MusicKind* kind_;
  Primer primer_;
  LastBar bar_;
  std::optional<int> tonic_;
  int64_t look_ahead_ = 1;
  std::vector<int64_t> onsets_;
};

}  // namespace magenta
