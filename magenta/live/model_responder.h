#pragma once
// Answers by models of this process: the network hears the phrase step by step as it is played, so
// that it is primed when the phrase ends. Of music in seconds the last events of a primer change
// while keys are held and time passes: these alone are heard anew with each step.

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "magenta/generate/session.h"
#include "magenta/live/realtime/duet_options.h"
#include "magenta/live/responder.h"
#include "magenta/nn/sampling.h"
#include "magenta/request/pitch_limits.h"

namespace magenta {

/// Its work is done in its calls and its answers', on the thread that makes them; models are shared
/// and immutable.
class ModelResponder final : public Responder {
 public:
  /// `models`: at least one. Of `sampling` the temperature is each order's own. `pitches`: what
  /// answers may hold; `conditions`: what models that are told some are told at first.
  explicit ModelResponder(std::vector<std::shared_ptr<const Model>> models, Sampling sampling = {},
                          const PitchLimits& pitches = {}, const Conditions& conditions = {});

  const std::vector<std::string>& models() const override { return names_; }
  double OwnTemperature(size_t model) const override { return models_[model]->spec->temperature; }
  void Condition(LiveAction action, int value) override {
    TurnCondition(action, value, *conditions_);
  }
  /// What was heard stays of use: the next phrase may go on from it.
  void BeginPhrase() override {}
  void Append(const Phrase& phrase, int64_t step, size_t model) override;
  absl::StatusOr<std::unique_ptr<LiveAnswer>> Propose(const Phrase& phrase,
                                                      const AnswerOrder& order) override;

 private:
  /// A session that has heard a primer, or the beginning of one.
  struct Primed {
    size_t model;
    /// The step of the session on which its first event stands, and the control up to the event
    /// that comes next; of what lies ahead the phrase's chords tell.
    int64_t first_step;
    std::shared_ptr<std::vector<Event>> control;
    /// Of models that are told conditions: what they were, by steps of the model from its first
    /// event on. Its forks add to it, too: what one of them hears next is told anew.
    std::shared_ptr<std::vector<Conditions>> told;
    Session session;
  };
  Primed& Find(const Phrase& phrase, const Primer& primer, size_t model);
  Primed& Prime(const Phrase& phrase, const Primer& primer, size_t model);
  void Hear(std::span<const Event> events, const Primed& primed, Session& session) const;
  Primed NewPrimed(const Phrase& phrase, int64_t first_step, size_t model) const;

  const std::vector<std::shared_ptr<const Model>> models_;
  const Sampling sampling_;
  const PitchLimits pitches_;
  std::vector<std::string> names_;
  const std::shared_ptr<Conditions> conditions_;  // as they are now
  std::deque<Primed> primed_;                     // the last used first
  std::vector<Event> last_primer_;
};

}  // namespace magenta
