#pragma once
// A partner that plays at the same time: a model of several parts adds voices to what the player
// plays, a melody.
//
// The piece is drawn under a sheet (music/score/sheet.h) in which all voices are open, step by
// step: a step of the session is a tick of the sheet. What the player does stands for what would be
// drawn of the melody; at each moment the others are drawn after it. From there on a future is
// drawn, a bar ahead, in which the player plays on as the model expects: the plan. A moment of the
// plan comes true where the player does what it says; where the player does otherwise, or nothing,
// the plan is drawn anew, given all that has happened. So nothing is decided before its time, and
// everything is when it comes.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/event_mask.h"
#include "magenta/generate/ongoing_piece.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/live/response_planner.h"
#include "magenta/music/played/loose_timing.h"
#include "magenta/music/score/sheet.h"
#include "magenta/nn/sampling.h"
#include "magenta/request/pitch_limits.h"

namespace magenta {

/// What an accompaniment draws.
struct AccompanimentRules {
  std::shared_ptr<const Model> model;
  /// The machine's voices, from high to low; the player's melody lies above them.
  std::vector<VoiceRole> voices;
  Sampling sampling;
  std::optional<EventMask> mask;
};

/// Errors (exit 2): the model doesn't play several parts; no voice, or more than fit beside the
/// player's (kMaxVoices); CheckSampling's and MaskFor's; a scale without a key.
absl::StatusOr<AccompanimentRules> MakeAccompanimentRules(std::shared_ptr<const Model> model,
                                                          std::vector<VoiceRole> voices,
                                                          const Sampling& sampling,
                                                          const PitchLimits& pitches);

/// One player's, for TurnMode::kTogether on a grid of kTicksPerQuarter. It begins with the player's
/// first note and rests a bar after the last one; the next note begins again, in the same piece, of
/// which a longer rest is left out in whole bars. Notes are heard where they are meant
/// (PlayersTicks). Of the player's the last one struck counts,
/// of several on a step the highest; one ends where it is meant to (ReleaseMeant).
///
/// Lives on the response thread; the ring `takes` is its only way to the MIDI thread.
class Accompaniment final : public Partner {
 public:
  /// `options` and `takes` outlive it.
  Accompaniment(int player, const DuetOptions& options, AccompanimentRules rules,
                SpscRing<ScheduledNote>& takes);

  void Handle(const PerformanceEvent& event) override;
  /// Plans a moment more.
  bool Work() override;
  std::vector<AnswerReport> TakeReports() override { return std::exchange(reports_, {}); }
  std::vector<PlanReport> TakePlans() override { return std::exchange(plans_, {}); }

 private:
  using Moment = OngoingPiece::Moment;
  using Known = OngoingPiece::Known;

  void SetTemperature(double temperature);
  void OnNote(double position, int pitch, int velocity);
  void OnRelease(double position, int pitch);
  Event TakeRelease();
  void OnReached(int64_t step);
  void Enter(int64_t step);
  void Play(int64_t step, Event melody);
  void PlayPlanned();
  void Rest(int64_t step);
  void Silence();

  void Decide(int64_t tick, const Known& known);
  void DropPlan();
  bool ExtendPlan();
  void ReportPlan();
  bool ForgetOld();

  void Sound(int voice, Event symbol, int64_t step);
  void End(int voice, int64_t step);
  void Send(ScheduledNote::Kind kind, int voice, int pitch, int64_t step);
  bool Shares(int voice, int pitch, int64_t struck_from) const;
  bool Flush();
  Event InRange(int pitch) const;
  int voices() const { return static_cast<int>(rules_.voices.size()) + 1; }
  int64_t StepOf(int64_t tick) const { return tick + first_step_; }
  int64_t TickOf(int64_t step) const { return step - first_step_; }
  bool Sounds(int voice) const { return sounding_[static_cast<size_t>(voice)] >= 0; }

  const int player_;
  const DuetOptions& options_;
  const AccompanimentRules rules_;
  SpscRing<ScheduledNote>& takes_;
  const uint32_t seed_;
  double temperature_ = 1;
  int64_t now_ = -1;  // the last step reached

  // The player.
  struct Stroke {
    int64_t step = 0;
    int pitch = 0;
  };
  PlayersTicks meant_;
  std::optional<Stroke> stroke_;    // on a step that is not reached
  std::optional<int64_t> release_;  // on which the note ends
  int key_ = -1;                    // that is held
  int64_t struck_on_ = 0;           // its step
  int64_t silent_since_ = 0;
  int velocity_ = 100;

  // The piece.
  OngoingPiece piece_;
  int64_t first_step_ = 0;       // of the session, on which its tick 0 is
  std::vector<int> sounding_;    // of each voice, as the model has it; -1: none
  std::vector<int64_t> struck_;  // of each voice, the step of its last note
  bool playing_ = false;

  // The plan.
  std::deque<Moment> plan_;
  std::optional<OngoingPiece::Head> ahead_;  // after it
  bool plan_reported_ = false;

  uint32_t take_ = 0;
  std::deque<ScheduledNote> unsent_;
  std::vector<AnswerReport> reports_;
  std::vector<PlanReport> plans_;
};

}  // namespace magenta
