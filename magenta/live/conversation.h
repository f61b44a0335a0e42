#pragma once
// What was played and answered so far, turn by turn: what a model hears before a phrase.

#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "magenta/live/realtime/duet_options.h"

namespace magenta {

/// A note by steps: where it was played, on whole ones unless models hear seconds.
struct PlayedNote {
  /// While it sounds.
  static constexpr double kOpen = -1;
  double start = 0;
  double end = 0;
  uint8_t pitch = 0;
  uint8_t velocity = 0;
  /// The step it counts for, the nearest: what is struck a little early is on time.
  int64_t step() const { return static_cast<int64_t>(std::floor(start + 0.5)); }
};

/// `notes` as they are when their turn ends on `step`: later ones left out, others cut there.
std::vector<PlayedNote> EndedOn(int64_t step, std::vector<PlayedNote> notes);

/// `notes` from `step` on: those that count for it or a later one, none of which begins before it.
std::vector<PlayedNote> BegunFrom(int64_t step, std::vector<PlayedNote> notes);

/// How many bars are heard, so that memory and the work of a step have a bound.
struct HeardBars {
  /// More, with the phrase that is played, are cut to the last `kept`.
  int most = 48;
  int kept = 32;
  /// So are more than that as a phrase begins, when there is time to hear the rest of it anew: most
  /// phrases then end within `most`.
  int before = 40;
};
/// Of models that hear seconds so many as last as long as what they learn from.
HeardBars HeardBarsOf(const DuetOptions& options);

/// Where steps lie in the seconds of music that is heard.
class HeardTime {
 public:
  /// From `position` on, which rises from call to call, steps last `step_seconds`. The first
  /// `position` is second 0.
  void Add(double position, double step_seconds);
  /// Of any position; there must be a part (checked). And the reverse.
  double SecondsAt(double position) const;
  double PositionAt(double seconds) const;

 private:
  struct Part {
    double position;
    double seconds;
    double step_seconds;
  };
  std::vector<Part> parts_;
};

/// The response thread's. Turns follow one another, without overlaps, as in music: the time between
/// them, in which nobody waits for anybody, is left out in whole bars, and everything keeps its
/// place in the bar.
class Conversation {
 public:
  struct Turn {
    /// Steps `from` .. `to` - 1.
    int64_t from = 0;
    int64_t to = 0;
    bool is_answer = false;
    std::vector<PlayedNote> notes;
    /// Steps by which it lies later than it was played.
    int64_t moved = 0;
    /// That a step lasted.
    double step_seconds = 0;
    /// Whether the machine made its notes, which do not tell the player's key. So it did where a
    /// mutation answers an answer.
    bool of_machine = false;
  };

  explicit Conversation(const DuetOptions& options)
      : bar_(options.steps_per_bar), bars_(HeardBarsOf(options)) {}

  bool empty() const { return turns_.empty(); }
  const std::deque<Turn>& turns() const { return turns_; }
  /// The first step, where there is a turn.
  int64_t start() const { return turns_.front().from; }

  /// The major key (0..11) that the last answer was made in: what comes stays in it while it can.
  std::optional<int> key() const { return key_; }
  void HoldKey(int key) { key_ = key; }

  /// `turn` follows, on the steps of the session; its notes are ended. What goes beyond its first
  /// step is cut there.
  void Add(Turn turn);
  /// What comes next begins on `step`: what there is moves on to it by whole bars. Of more than
  /// `most_bars` the last HeardBars::kept are kept.
  void MoveTo(int64_t step, int most_bars);
  /// Forgets what lies before `step`.
  void ForgetBefore(int64_t step);
  /// Takes an answer that is the last turn away.
  void DropAnswer();
  void Clear() { turns_.clear(); }

 private:
  const int64_t bar_;
  const HeardBars bars_;
  std::deque<Turn> turns_;
  std::optional<int> key_;
};

}  // namespace magenta
