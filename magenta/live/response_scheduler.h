#pragma once
// The work of the response thread: the partners of all players, and the ring that feeds them.

#include <memory>
#include <vector>

#include "magenta/live/realtime/engine.h"
#include "magenta/live/response_planner.h"

namespace magenta {

/// Not thread-safe: one thread at a time calls it (the response thread or, where time is simulated,
/// the one between the blocks). It alone reads the engine's performance_events() and writes its
/// takes().
class ResponseScheduler {
 public:
  /// `engine` and `options` outlive it. `partners` is called for each player.
  ResponseScheduler(DuetEngine& engine, const DuetOptions& options, const PartnerMaker& partners);

  /// Waits for answers where it must: time is simulated.
  void BePatient();

  /// Hears everything that the MIDI thread has sent and goes on with answers, up to `most` pieces
  /// of work. False: there was nothing to do.
  bool Pump(int most = 1 << 20);

  /// Answers begun since the last call, in order of players.
  std::vector<AnswerReport> TakeReports();
  std::vector<PlanReport> TakePlans();

 private:
  bool Listen();

  DuetEngine& engine_;
  std::vector<std::unique_ptr<Partner>> partners_;
};

}  // namespace magenta
