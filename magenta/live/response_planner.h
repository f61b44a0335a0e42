#pragma once
// One player's partner: it hears the phrase step by step, so that an answer is at hand when the
// phrase ends, and goes on a few steps ahead of the play head.
//
// The answer's first event is drawn before anyone knows that the phrase ends there: on every step
// on which it may end, an answer is begun (by a Responder) and sent to the player's turn as a take.
// If the phrase goes on the take is forgotten, and little was lost; if it ends, its first note is
// already there.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/spsc_ring.h"
#include "magenta/live/conversation.h"
#include "magenta/live/phrase.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/live/responder.h"

namespace magenta {

/// An answer that has begun, for whoever watches.
struct AnswerReport {
  int player = 0;
  uint32_t seed = 0;
  double temperature = 1;
  std::string model;
  /// It is played with the player from start_step on, until both rest: there is no phrase.
  bool accompanies = false;
  /// Steps of the session, and of the phrase.
  int64_t start_step = 0;
  int64_t end_step = 0;
  int64_t phrase_start = 0;
  /// The major key (0..11) that it was taken to be in, where one was given to the model.
  std::optional<int> key;
  /// All that the model heard, the phrase last, at the pitches at which it was played.
  std::vector<Event> primer;
  /// Of a model that reads chords: what was heard over, and what the answer is made over as far as
  /// it was known then, a symbol a step.
  std::vector<std::string> chords;
  /// What was done to it.
  std::vector<std::string> notes;
  /// "" when it could be answered.
  std::string problem;
  /// Of an answer that was asked elsewhere: seconds from the question to its first note (negative:
  /// none came), seconds that it came after the phrase's end, and how many steps of the phrase's
  /// end the question did not know.
  bool elsewhere = false;
  double delay_seconds = -1;
  double late_seconds = 0;
  int asked_ahead = 0;
  /// It was reported already, and here is what became of it since: its problem, or else another
  /// model that goes on from start_step.
  bool again = false;
};

/// What an accompaniment means to play next, as it now expects the player to go on.
struct PlanReport {
  int player = 0;
  /// The step of the session from which it was drawn.
  int64_t step = 0;
  struct Note {
    /// 0: the player's; 1 and more: the machine's, from high to low.
    int voice = 0;
    /// Steps of the session. A note that sounds at `step` is left out.
    int64_t start = 0;
    int64_t end = 0;
    int pitch = 0;
  };
  std::vector<Note> notes;
};

/// A player's partner on the response thread: hears what is played and makes what is to sound. Not
/// thread-safe.
class Partner {
 public:
  virtual ~Partner() = default;
  /// In order, as the MIDI thread sent them.
  virtual void Handle(const PerformanceEvent& event) = 0;
  /// Goes on by a little, if there is something to make now. False: nothing to do.
  virtual bool Work() = 0;
  /// Waits where it must: time is simulated.
  virtual void BePatient() {}
  /// Answers begun, and plans made, since the last call.
  virtual std::vector<AnswerReport> TakeReports() = 0;
  virtual std::vector<PlanReport> TakePlans() { return {}; }
};

/// Called once a player; `options` and `takes` outlive what it makes.
using PartnerMaker = std::function<std::unique_ptr<Partner>(int player, const DuetOptions& options,
                                                            SpscRing<ScheduledNote>& takes)>;

/// Lives on the response thread alone; the ring `takes` is its only way to the MIDI thread, and
/// never waited for: what it can't take is kept and sent later. Steps are the session's. What it
/// has sent for a step is never taken back, only replaced by a newer take.
class ResponsePlanner final : public Partner {
 public:
  /// `options` and `takes` outlive it.
  ResponsePlanner(int player, const DuetOptions& options, std::unique_ptr<Responder> responder,
                  SpscRing<ScheduledNote>& takes);

  void Handle(const PerformanceEvent& event) override;
  bool Work() override;
  void BePatient() override { responder_->BePatient(); }
  std::vector<AnswerReport> TakeReports() override { return std::exchange(reports_, {}); }
  double temperature() const {
    return temperature_.value_or(responder_->OwnTemperature(model_index_));
  }
  /// The chosen model's name.
  const std::string& model() const { return responder_->models()[model_index_]; }

 private:
  using WallClock = std::chrono::steady_clock;
  /// The answer that begins on `step`, if the phrase ends there.
  struct Proposal {
    AnswerOrder order;
    std::unique_ptr<LiveAnswer> answer;
    std::vector<ScheduledNote> sent;
  };
  /// An answer that is played.
  struct Answer {
    int64_t start = 0;
    int64_t until = 0;
    /// The conversation has it up to here.
    int64_t kept_to = 0;
    /// What `made` was asked for.
    AnswerOrder order;
    std::unique_ptr<LiveAnswer> made;
    std::vector<ScheduledNote> sent;
    AnswerReport report;
    bool reported = false;
    bool failure_reported = false;
    WallClock::time_point wanted;
    // Loops: what was sent, moved by whole lengths.
    int64_t loops = 1;
    size_t next_looped = 0;
  };
  static bool HasBegun(const Answer& answer) {
    return answer.made->horizon() > static_cast<double>(answer.start);
  }
  struct Pending {
    int64_t step;
    int64_t until;
  };

  void OnBegin(int64_t step);
  void OnClosed(const PerformanceEvent& event);
  void OnControl(LiveAction action, int value);
  void End(const Phrase& phrase, int64_t step, int64_t until);
  void StopAnswer();
  void KeepAnswer(int64_t up_to);
  void ForgetOld(int64_t step);
  void ChangeModel();
  void Mutate();
  absl::Status Propose(const Phrase& phrase, int64_t step, int64_t until);
  bool ExtendProposal();
  bool ExtendAnswer();
  void ReportArrival(Answer& answer);
  Phrase PhraseOf(int64_t start) const;
  void SetStepSeconds(double seconds);
  static void AddLatency(const LiveAnswer& answer, WallClock::time_point wanted,
                         AnswerReport& report);
  bool Loop(Answer& answer);
  void Send(const std::vector<ScheduledNote>& events);
  bool Flush();

  const int player_;
  const DuetOptions& options_;
  std::unique_ptr<Responder> responder_;
  SpscRing<ScheduledNote>& takes_;
  const HeardBars bars_;
  Conversation conversation_;  // before phrase_
  LiveChords chords_;          // likewise
  Phrase phrase_;
  bool listening_ = false;
  int64_t now_ = 0;  // the last closed step
  double step_seconds_;
  size_t model_index_ = 0;
  std::optional<double> temperature_;  // nothing: the model's own
  bool loop_ = false;
  std::optional<Proposal> proposal_;
  std::optional<Answer> answer_;
  std::optional<Pending> mutate_;
  /// The last answer, for kMutate.
  std::vector<ScheduledNote> last_answer_;
  uint32_t takes_made_ = 0;
  uint32_t answers_ = 0;
  std::deque<ScheduledNote> unsent_;
  std::vector<AnswerReport> reports_;
};

}  // namespace magenta
