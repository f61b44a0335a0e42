#pragma once
// The minds of all players, and the ring that feeds them.

#include <deque>
#include <vector>

#include "magenta/live/mind.h"
#include "magenta/live/stage/engine.h"

namespace magenta {

class Brain {
 public:
  /// `engine` and `options` outlive it. `responders` is called for each player.
  Brain(DuetEngine& engine, const DuetOptions& options, const ResponderMaker& responders);

  /// Waits for answers where it must: time is simulated.
  void BePatient();

  /// Hears everything that the MIDI thread has told and goes on with answers, up to `most` events
  /// of them. False: there was nothing to do. One thread at a time.
  bool Pump(int most = 1 << 20);

  /// Answers begun since the last call, in order of players.
  std::vector<AnswerReport> TakeReports();
  const Mind& mind(int player) const { return minds_[player]; }

 private:
  bool Listen();

  DuetEngine& engine_;
  std::deque<Mind> minds_;  // they stay where they are
};

}  // namespace magenta
