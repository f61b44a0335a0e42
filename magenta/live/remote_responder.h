#pragma once
// Answers by models elsewhere, asked over a stream of requests.
//
// On each step on which the phrase may end, the whole phrase is sent with the question what would
// follow, half a step before it could end: where the first note is back within that time, the
// answer begins on time, and is the one that a model here would give. The question before is given
// up. Where the way is longer, the question is asked as many steps sooner as it takes, from what
// was played until then; keys that are held, it takes for held.

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "magenta/live/note_stream.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/live/responder.h"
#include "magenta/nn/sampling.h"
#include "magenta/request/pitch_limits.h"

namespace magenta {

/// Steps of a phrase that a question may leave out, at most.
inline constexpr int kMostStepsAhead = 8;

class RemoteAnswer;

/// A generator of a server.
struct RemoteModel {
  std::string id;
  /// Whether requests to it may have the argument primer_key.
  bool takes_primer_key = false;
  /// What it draws at where nobody says.
  double temperature = 1;
  /// Whether its notes say how loud they are.
  bool plays_velocities = false;
  /// Whether what it holds on from what was played is struck anew, as it is by a model here
  /// (MusicKind::says_what_sounds).
  bool strikes_held = false;
  /// Arguments by which requests to it may say conditions (SetConditionArgs).
  std::vector<std::string> conditions = {};
};

/// Its calls never wait for the server, unless BePatient was called: notes arrive on the server's
/// own threads, through NoteStream. Measured times are in seconds of real time.
class RemoteResponder final : public Responder {
 public:
  /// `generators`: of `server`, at least one. `options` outlive it. Of `sampling` the
  /// temperature is each order's own. `pitches`: what answers may hold; where it says something,
  /// all of `generators` take it. `conditions`: what those that take some are told at first.
  RemoteResponder(const DuetOptions& options, std::shared_ptr<StreamingGenerator> server,
                  std::vector<RemoteModel> generators, Sampling sampling = {},
                  const PitchLimits& pitches = {}, const Conditions& conditions = {});
  ~RemoteResponder() override;

  const std::vector<std::string>& models() const override { return names_; }
  double OwnTemperature(size_t model) const override { return generators_[model].temperature; }
  void BePatient() override { patient_ = true; }
  void Condition(LiveAction action, int value) override {
    TurnCondition(action, value, conditions_);
  }
  void BeginPhrase() override;
  void Append(const Phrase& phrase, int64_t step, size_t model) override;
  absl::StatusOr<std::unique_ptr<LiveAnswer>> Propose(const Phrase& phrase,
                                                      const AnswerOrder& order) override;

 private:
  using Clock = std::chrono::steady_clock;
  void MeasureStep(int64_t step);
  void MeasureDelay();
  int StepsAhead() const;
  std::unique_ptr<RemoteAnswer> Ask(const Phrase& phrase, AnswerOrder order, int ahead) const;

  const DuetOptions& options_;
  const std::shared_ptr<StreamingGenerator> server_;
  const std::vector<RemoteModel> generators_;
  std::vector<std::string> names_;
  const Sampling sampling_;
  const PitchLimits pitches_;
  Conditions conditions_;
  bool patient_ = false;
  /// Questions for steps to come, in order of steps.
  std::deque<std::unique_ptr<RemoteAnswer>> asked_;
  /// Seconds that a step lasts, and that a first note takes to come (a slowly forgetting maximum).
  double step_seconds_;
  double delay_seconds_ = 0;
  int64_t last_step_ = -1;
  Clock::time_point last_time_;
  /// A question whose delay is not known yet: it goes on until it is, needed or not.
  std::shared_ptr<NoteStream> probe_;
  Clock::time_point probe_asked_;
};

}  // namespace magenta
