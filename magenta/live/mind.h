#pragma once
// One player's partner: it hears the phrase step by step, so that the network is primed when the
// phrase ends, and goes on a few steps ahead of the play head.
//
// The answer's first event is drawn before anyone knows that the phrase ends there: on every step
// on which it may end, the next event is drawn from a fresh source of the answer's seed and put
// before the voice as a take. If the phrase goes on the take is forgotten, and nothing was lost but
// a softmax; if it ends, its first note is already there.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/base/spsc_ring.h"
#include "magenta/generate/session.h"
#include "magenta/live/answer.h"
#include "magenta/live/stage/messages.h"
#include "magenta/live/phrase.h"

namespace magenta {

/// An answer that has begun, for whoever watches.
struct AnswerReport {
  int player = 0;
  uint32_t seed = 0;
  double temperature = 1;
  std::string model;
  /// Steps of the session, and of the phrase.
  int64_t start_step = 0;
  int64_t end_step = 0;
  int64_t phrase_start = 0;
  std::vector<Event> primer;
  /// What was done to the phrase.
  std::vector<std::string> notes;
  /// "" when it could be answered.
  std::string problem;
};

class Mind {
 public:
  /// `models` (at least one) are what kModel chooses from.
  Mind(int player, const DuetOptions& options, std::span<const std::shared_ptr<const Model>> models,
       SpscRing<TakeEvent>& takes);

  /// In order, as the MIDI thread told them.
  void Handle(const MindEvent& event);
  /// Goes on with the answer by one event, if there is one to make now. False: nothing to do.
  bool Work();

  /// Answers begun since the last call.
  std::vector<AnswerReport> TakeReports() { return std::exchange(reports_, {}); }
  double temperature() const { return temperature_; }
  const Model& model() const { return *models_[model_index_]; }
  /// Times that a phrase had to be heard again from its beginning (its key changed, or the model).
  int64_t heard_again() const { return heard_again_; }

 private:
  /// A session that has heard a primer, or the beginning of one.
  struct Primed {
    size_t model;
    Session session;
  };
  /// The first event of an answer that begins on `step`, if the phrase ends there.
  struct Proposal {
    int64_t step;
    uint32_t seed;
    Event event;
    SeededUniform source;
    AnswerNotes notes;
    std::vector<std::string> remarks;
  };
  /// An answer that is played.
  struct Answer {
    int64_t start;
    int64_t until;
    Session session;
    SeededUniform source;
    AnswerNotes notes;
    bool finished = false;
    // Loops: what was told, moved by whole lengths.
    int64_t loops = 1;
    size_t next_looped = 0;
  };
  struct Pending {
    int64_t step;
    int64_t until;
  };

  void OnClosed(int64_t step, bool may_end);
  void OnControl(LiveAction action, int value);
  void End(const Phrase& phrase, int64_t step, int64_t until);
  void StopAnswer();
  void Mutate();
  absl::Status Hear(const Primer& primer);
  absl::Status Propose(const Phrase& phrase, int64_t step);
  void Extend(Answer& answer);
  bool Loop(Answer& answer);
  void Send(const std::vector<TakeEvent>& events);
  bool Flush();

  const int player_;
  const DuetOptions& options_;
  const std::span<const std::shared_ptr<const Model>> models_;
  SpscRing<TakeEvent>& takes_;
  Phrase phrase_;
  bool listening_ = false;
  int64_t now_ = 0;  // the last closed step
  size_t model_index_ = 0;
  double temperature_;
  std::vector<std::unique_ptr<LogitFilter>> filters_;
  bool loop_ = false;
  std::deque<Primed> primed_;  // the last used first
  std::optional<Proposal> proposal_;
  std::optional<Answer> answer_;
  std::optional<Pending> mutate_;
  /// The last answer, for kMutate.
  std::vector<TakeEvent> last_answer_;
  uint32_t takes_made_ = 0;
  uint32_t answers_ = 0;
  int64_t heard_again_ = 0;
  std::deque<TakeEvent> unsent_;
  std::vector<AnswerReport> reports_;
};

}  // namespace magenta
