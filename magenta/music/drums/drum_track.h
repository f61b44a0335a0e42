#pragma once
// A drum track: what is struck on each step. How long a drum sounds means nothing.
// Source of the rules: docs/rules.md section 13 (note-seq's drums_lib.DrumTrack).

#include <cstdint>
#include <span>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/drums/drum_types.h"
#include "magenta/music/event.h"

namespace magenta {

/// A drum struck on a step, counted from the track's first one.
struct DrumHit {
  int64_t step = 0;
  int pitch = 0;  // MIDI, 0..127
  auto operator<=>(const DrumHit&) const = default;
};

/// A value. It holds hits, not steps, so that silence costs nothing.
class DrumTrack {
 public:
  /// An empty track in 4/4, four steps per quarter.
  DrumTrack() = default;
  /// An empty track on another grid (both > 0, checked).
  explicit DrumTrack(int steps_per_bar, int steps_per_quarter = 4, int64_t start_step = 0);

  /// A track that plays `masks`, one a step, each with its types' own pitches.
  static DrumTrack FromMasks(std::span<const Event> masks, const DrumTypes& types,
                             int steps_per_bar = 16, int steps_per_quarter = 4,
                             int64_t start_step = 0);

  /// In order of step, then pitch; no two alike.
  const std::vector<DrumHit>& hits() const { return hits_; }
  /// Steps, silent ones at the end too.
  int64_t size() const { return size_; }
  /// Where the first step stands in the sequence it came from, in steps.
  int64_t start_step() const { return start_step_; }
  /// The step after the last one.
  int64_t end_step() const { return start_step_ + size_; }
  int steps_per_bar() const { return steps_per_bar_; }
  int steps_per_quarter() const { return steps_per_quarter_; }

  /// Strikes `pitch` (0..127) on `step`, no earlier than the last hit (all checked), once however
  /// often it is told; the track lasts to the end of that step at least.
  void Strike(int64_t step, int pitch);
  /// To `steps` (>= 0, checked): silence appended, or hits cut.
  void SetLength(int64_t steps);

  /// One mask a step: the events of a model that tells `types` apart. Memory grows with size().
  std::vector<Event> Masks(const DrumTypes& types) const;

  /// As notes a step long of `velocity` on instrument 9 at `qpm` (> 0, checked), is_drum; one
  /// tempo, 220 ticks a quarter, no meter. `sequence_start` in seconds is added to every time;
  /// total_time is the end of the last hit.
  NoteSequence ToSequence(double qpm = 120.0, int velocity = 100,
                          double sequence_start = 0.0) const;

  bool operator==(const DrumTrack&) const = default;

 private:
  std::vector<DrumHit> hits_;
  int64_t size_ = 0;
  int64_t start_step_ = 0;
  int steps_per_bar_ = 16;
  int steps_per_quarter_ = 4;
};

/// The instrument of drums, as the reference writes them: MIDI's channel 10.
inline constexpr int kDrumInstrument = 9;

}  // namespace magenta
