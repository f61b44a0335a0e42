#pragma once
// What a model expects next, in the words of music: the chance of each pitch, that what is goes on,
// that it ends. It is the model's own opinion (temperature 1, nothing filtered), of events: where
// several classes decode to one ("D" and "as one bar ago"), their probabilities are added.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "magenta/generate/model.h"
#include "magenta/generate/session.h"
#include "magenta/kinds/kind.h"

namespace magenta {

/// The next event, before it is known. Of music with one note at a time all of it sums to 1; where
/// several begin together (drums) each pitch has the probability that it is among them, and the
/// pitches sum to how many are expected.
struct StepDistribution {
  /// By MIDI pitch, as it will sound (a primer's transposition undone; of a type of drums the pitch
  /// that it is played with): that it begins.
  std::map<int, double> pitches;
  /// That nothing begins or ends.
  double hold = 0;
  /// That what sounds ends, and nothing begins.
  double rest = 0;
  /// Of models with attention how much each earlier event was looked back at: attn_length weights
  /// that sum to 1. Where event k is expected, the network has just read event k - 1 and weighs its
  /// outputs of the steps before that one: weight i is that of event k - 2 - i. Where that is below
  /// 0 it is of zeros that stand before the first event. Empty of models without.
  std::vector<float> attention;
};

/// What an event does when it comes.
struct EventEffect {
  /// MIDI pitches that begin, as they sound, ascending.
  std::vector<int> pitches;
  bool rest = false;  // as StepDistribution's; neither: a hold
  /// "C4" (MIDI 60), "C2+D2", "hold", "rest".
  std::string name;
};

/// The effect of an event that begins `pitches`, in any order.
EventEffect EffectOf(std::vector<int> pitches, bool rest);

/// Reads distributions off sessions of one model that go on from one primer. Not thread-safe.
class Expectation {
 public:
  Expectation(std::shared_ptr<const Model> model, Primer primer)
      : model_(std::move(model)), primer_(std::move(primer)) {}

  /// Whether a class stands for an event by itself: of models of one head.
  static bool IsKnownOf(const Model& model) { return model.codec->head_sizes().size() == 1; }

  /// What the model (IsKnownOf, checked) said after `row`'s last step.
  StepDistribution Of(const Session& session, int row = 0);

 private:
  const EventEffect& Effect(Event event);

  std::shared_ptr<const Model> model_;
  Primer primer_;
  std::map<Event, EventEffect> effects_;  // of events met so far
};

}  // namespace magenta
