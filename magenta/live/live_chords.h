#pragma once
// The chords that a session plays over: a chart that goes round from the session's first step on,
// or that of the sequencer that it follows; or the keys that somebody holds.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "magenta/live/realtime/duet_options.h"
#include "magenta/music/harmony/chord_code.h"

namespace magenta {

/// Used by one thread: the planner and the recorder have one each. Steps are the session's.
class LiveChords {
 public:
  /// `options` outlive it.
  explicit LiveChords(const DuetOptions& options);

  /// Whether there are any, ever.
  bool given() const { return has_chart() || options_.TakesHeldChords(); }

  /// A key of a chord goes down at `position` (in steps), or up (PerformanceEvent::kAllKeys: each
  /// does). Three different notes and more that have a name are a chord from the next step on; it
  /// holds until there is another.
  void KeyDown(double position, uint8_t pitch);
  void KeyUp(uint8_t pitch);

  /// From `step` on the chart counts from bar 1 of a sequencer, whose bars are `bars` more than the
  /// session's.
  void FollowSong(int64_t step, int64_t bars);

  /// What stands on `step`, also one that is still to come: as it is known now. "N.C." for none.
  std::string_view SymbolAt(int64_t step) const;
  /// The same as control; kNoChord where the symbol can't be read.
  ChordCode CodeAt(int64_t step) const;

 private:
  struct Change {
    int64_t step;
    std::string symbol;
    ChordCode code;
  };
  struct SongPlace {
    int64_t step;
    int64_t bars;
  };
  bool has_chart() const { return !options_.backing_chords.empty(); }
  const Change& At(int64_t step) const;
  void NameHeld(double position);

  const DuetOptions& options_;
  std::vector<uint8_t> held_;    // pitches
  std::vector<Change> chart_;    // by turns
  std::vector<SongPlace> song_;  // by step
  std::vector<Change> changes_;  // by step; the first holds from ever
};

}  // namespace magenta
