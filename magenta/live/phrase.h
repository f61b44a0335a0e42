#pragma once
// What a player plays, by steps, and the primer that it makes: the very one that SequenceGenerator
// would read from the same notes.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/model.h"
#include "magenta/live/stage/duet_options.h"

namespace magenta {

/// The notes of the last bars. Positions are in steps.
class Phrase {
 public:
  struct Note {
    int64_t start = 0;
    /// kOpen while it sounds.
    int64_t end = 0;
    uint8_t pitch = 0;
    uint8_t velocity = 0;
  };
  static constexpr int64_t kOpen = -1;

  explicit Phrase(const DuetOptions& options) : options_(options) {}

  /// Notes as they are played: each on the step nearest to it.
  void NoteOn(double position, uint8_t pitch, uint8_t velocity);
  void NoteOff(double position, uint8_t pitch);
  /// From now on notes before `step` don't count.
  void Begin(int64_t step);
  /// Forgets notes that ended before `step` (where no phrase needs them), and of a phrase that has
  /// grown beyond kMaxPhraseBars the first bars.
  void Forget(int64_t step);
  void Clear() { notes_.clear(); }
  /// Takes `notes` for what was played.
  void Replace(std::vector<Note> notes) { notes_ = std::move(notes); }

  int64_t start() const { return start_; }
  /// The bar line at or before start(): step 0 of the primer's sequence.
  int64_t origin() const;
  bool empty() const { return notes_.empty(); }
  const std::vector<Note>& notes() const { return notes_; }
  /// Mean, rounded; 100 without notes.
  int MeanVelocity() const;

  /// The phrase up to `end` (past start()) as a sequence of 60 quarters a minute that begins at
  /// origin(); notes that sound at `end` are cut there, those that begin later left out.
  NoteSequence ToSequence(int64_t end) const;
  /// The primer that `model` continues on step `end`. Errors as EventDomain::ReadPrimer's.
  absl::StatusOr<Primer> ReadPrimer(const Model& model, int64_t end) const;

 private:
  const DuetOptions& options_;
  std::vector<Note> notes_;
  int64_t start_ = 0;
};

/// The last bars of a longer phrase are what is continued; it is cut to kKeptPhraseBars when it
/// passes the limit, so that memory and the work of a step have a bound.
inline constexpr int kMaxPhraseBars = 48;
inline constexpr int kKeptPhraseBars = 32;

}  // namespace magenta
