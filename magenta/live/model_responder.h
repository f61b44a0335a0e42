#pragma once
// Answers by models of this process: the network hears the phrase step by step as it is played, so
// that it is primed when the phrase ends.

#include <cstdint>
#include <deque>
#include <memory>
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
  /// answers may hold.
  explicit ModelResponder(std::vector<std::shared_ptr<const Model>> models, Sampling sampling = {},
                          const PitchLimits& pitches = {});

  const std::vector<std::string>& models() const override { return names_; }
  double OwnTemperature(size_t model) const override { return models_[model]->spec->temperature; }
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
    Session session;
  };
  Session& Prime(const Phrase& phrase, const Primer& primer, size_t model);
  Primed NewPrimed(const Phrase& phrase, int64_t first_step, size_t model) const;

  const std::vector<std::shared_ptr<const Model>> models_;
  const Sampling sampling_;
  const PitchLimits pitches_;
  std::vector<std::string> names_;
  std::deque<Primed> primed_;  // the last used first
};

}  // namespace magenta
