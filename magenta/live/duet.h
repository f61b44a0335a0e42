#pragma once
// A session from beginning to end: the engine on a backend's MIDI thread, the answers on a thread
// of its own (or, where time is simulated, between the blocks), the recording, and one who watches.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/generate/model.h"
#include "magenta/live/backend.h"
#include "magenta/live/realtime/engine.h"
#include "magenta/live/recorder.h"
#include "magenta/live/response_scheduler.h"
#include "magenta/music/score/sheet.h"
#include "magenta/nn/sampling.h"
#include "magenta/request/pitch_limits.h"

namespace magenta {

/// Watches a session; called on the thread that runs it.
class DuetObserver {
 public:
  virtual ~DuetObserver() = default;
  virtual void OnEntry(const SessionEvent& /*entry*/) {}
  virtual void OnAnswer(const AnswerReport& /*report*/) {}
  virtual void OnPlan(const PlanReport& /*report*/) {}
  /// `drops` has become more.
  virtual void OnDrops(const RingDrops& /*drops*/) {}
  /// Now and then, at least each 20 ms of real time; `state` is the backend's.
  virtual void OnIdle(const MidiBackendState& /*state*/) {}
};

/// How a session is run. `stop` is called on the thread that runs it, `sound` on its own.
struct DuetRun {
  /// The recording; "" none. It appears with the first bar in which there is a note.
  std::string record;
  /// Sounds what goes to the first output, a message of 1 to 3 bytes a call, on a thread of its
  /// own; null: nothing does.
  std::function<void(std::span<const uint8_t>)> sound;
  /// Asked now and then; true ends the session with every note off.
  std::function<bool()> stop = [] { return false; };
};

/// To be made, run and asked by one thread; drops() by any.
class Duet {
 public:
  /// `models` (at least one) must have the grid that `options` say, its steps_per_quarter or
  /// model_steps_per_second (error, exit 2). Of `sampling` the temperature is options.temperature
  /// or the model's own; answers hold what `pitches` allow; models that are told `conditions` are
  /// told these until a control says others.
  static absl::StatusOr<std::unique_ptr<Duet>> Create(
      DuetOptions options, std::vector<std::shared_ptr<const Model>> models, Sampling sampling = {},
      const PitchLimits& pitches = {}, const Conditions& conditions = {});

  /// With answers from elsewhere, on that grid.
  static std::unique_ptr<Duet> CreateWith(DuetOptions options, const ResponderMaker& responders);

  /// Both play at once (options.mode is kTogether): `model`, of several parts, adds `voices`, from
  /// high to low, to the player's melody. Errors (exit 2): accompaniment.h's.
  static absl::StatusOr<std::unique_ptr<Duet>> CreateTogether(
      DuetOptions options, const std::shared_ptr<const Model>& model,
      const std::vector<VoiceRole>& voices, const Sampling& sampling = {},
      const PitchLimits& pitches = {});

  /// Plays until `run.stop` says so or, where time is simulated, the input ended and was answered.
  /// To be called once. Errors: the backend's; a recording that can't be written (exit 5).
  absl::Status Run(MidiBackend& backend, const DuetRun& run, DuetObserver& observer);

  /// For MidiPortRequest: where a file that plays with us waits for its turn.
  PerformerCues Cues();

  const DuetOptions& options() const { return options_; }
  /// Counts of the session; exact when Run has returned.
  EngineState state() const { return engine_.state(); }
  const RingDrops& drops() const { return engine_.drops(); }
  /// Whether every note was ended before Run returned.
  bool ended_quietly() const { return engine_.stopped(); }
  const SessionRecorder& recorder() const { return recorder_; }

 private:
  Duet(DuetOptions options, const PartnerMaker& partners);
  class Session;

  const DuetOptions options_;
  DuetEngine engine_;
  ResponseScheduler scheduler_;
  SessionRecorder recorder_;
};

}  // namespace magenta
