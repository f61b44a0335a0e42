#pragma once
// Who answers phrases: a model in this process (model_responder.h), or one that is asked elsewhere
// (remote_responder.h). A ResponsePlanner decides when; a responder says what.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/live/phrase.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/music/performance/conditions.h"

namespace magenta {

/// An answer that is wanted. Steps are the session's.
struct AnswerOrder {
  /// The phrase ends and the answer begins on `step`; it ends on `until`.
  int64_t step = 0;
  int64_t until = 0;
  uint32_t take = 0;
  uint32_t seed = 0;
  uint8_t velocity = 100;
  double temperature = 1;
  /// That a step lasts.
  double step_seconds = 0;
  /// Which of the responder's models.
  size_t model = 0;
};

/// An answer in the making; to drop it is to give it up. Not thread-safe.
class LiveAnswer {
 public:
  virtual ~LiveAnswer() = default;

  /// Goes on by a little towards step `towards`. What has become certain is appended to `out`, in
  /// order of positions, ends before beginnings. False: nothing could be had now.
  virtual bool Extend(int64_t towards, std::vector<ScheduledNote>& out) = 0;
  /// The position, in steps, up to which all is sent.
  virtual double horizon() const = 0;
  /// Nothing is to come any more: all is sent, or it failed.
  virtual bool finished() const = 0;
  /// It ends on `until` after all.
  virtual void EndAt(int64_t until) = 0;
  /// From the next event on, where that can be.
  virtual void SetTemperature(double /*temperature*/) {}
  /// A step lasts so long now.
  virtual void SetStepSeconds(double /*seconds*/) {}

  /// What was heard, where it is known as events, at the pitches at which it was played; what was
  /// done to it.
  virtual std::vector<Event> primer() const { return {}; }
  virtual std::vector<std::string> remarks() const { return {}; }
  /// Of a model that reads chords: the symbol on each step that the primer and then the answer
  /// last, as far as it is known now.
  virtual std::vector<std::string> chords() const { return {}; }
  /// The major key (0..11) that all was taken to be in, where the model was given one.
  virtual std::optional<int> key() const { return std::nullopt; }
  /// What became of it; not OK: nothing more comes.
  virtual absl::Status status() const { return absl::OkStatus(); }
  /// Of one that is asked elsewhere; null: it is made here.
  struct RequestLatency {
    std::chrono::steady_clock::time_point asked;
    /// Of the first note.
    std::optional<std::chrono::steady_clock::time_point> arrived;
    /// How many steps before the end of the phrase it was asked.
    int ahead = 0;
  };
  virtual const RequestLatency* latency() const { return nullptr; }
};

/// One player's, on the response thread; no call waits for others, unless BePatient was called.
/// Not thread-safe.
class Responder {
 public:
  virtual ~Responder() = default;
  /// Names of the models to choose from; at least one.
  virtual const std::vector<std::string>& models() const = 0;
  /// What model `model` draws at where nobody says.
  virtual double OwnTemperature(size_t model) const = 0;
  /// Waits for answers where it must: time is simulated.
  virtual void BePatient() {}
  /// One of the actions that condition what is played, kDensity, kPitchClass or kUntold: from the
  /// next event on, of models here in answers, too.
  virtual void Condition(LiveAction /*action*/, int /*value*/) {}
  /// Another phrase begins.
  virtual void BeginPhrase() = 0;
  /// The phrase has grown up to `step`, and can't end there.
  virtual void Append(const Phrase& phrase, int64_t step, size_t model) = 0;
  /// The answer that `order` wants, if the phrase ends on its step. Errors: the phrase is none.
  virtual absl::StatusOr<std::unique_ptr<LiveAnswer>> Propose(const Phrase& phrase,
                                                              const AnswerOrder& order) = 0;
};

/// `conditions` after `action` with `packed`, a ControlTurn.
inline void TurnCondition(LiveAction action, int packed, Conditions& conditions) {
  constexpr int kLargest = ControlTurn::kValues - 1;
  const ControlTurn turn = ControlTurn::Of(packed);
  if (action == LiveAction::kDensity) conditions.notes_per_second = KnobDensity(turn.value);
  if (action == LiveAction::kUntold) conditions.disabled = turn.value > kLargest / 2;
  if (action != LiveAction::kPitchClass) return;
  conditions.pitch_classes[static_cast<size_t>(turn.pitch_class)] =
      static_cast<double>(turn.value) / kLargest;
}

/// Called once a player, before the session begins; `options` outlive what it makes.
using ResponderMaker = std::function<std::unique_ptr<Responder>(const DuetOptions& options)>;

}  // namespace magenta
