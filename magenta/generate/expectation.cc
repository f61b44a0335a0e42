#include "magenta/generate/expectation.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/music/key.h"

namespace magenta {

EventEffect EffectOf(std::vector<int> pitches, bool rest) {
  std::sort(pitches.begin(), pitches.end());
  EventEffect effect;
  effect.rest = rest && pitches.empty();
  for (const int pitch : pitches)
    effect.name += (effect.name.empty() ? "" : "+") + PitchText(pitch);
  if (pitches.empty()) effect.name = rest ? "rest" : "hold";
  effect.pitches = std::move(pitches);
  return effect;
}

const EventEffect& Expectation::Effect(Event event) {
  const auto known = effects_.find(event);
  if (known != effects_.end()) return known->second;
  const MusicKind& kind = *model_->spec->kind;
  if (const std::optional<int> pitch = kind.PitchOf(event, primer_.transpose)) {
    return effects_.emplace(event, EffectOf({*pitch}, false)).first->second;
  }
  std::vector<NoteChange> changes;
  kind.NewRenderer(primer_, true)->Add(event, changes);
  std::vector<int> pitches;
  for (const NoteChange& change : changes) {
    if (change.begins) pitches.push_back(change.pitch);
  }
  return effects_.emplace(event, EffectOf(std::move(pitches), kind.IsRest(event))).first->second;
}

StepDistribution Expectation::Of(const Session& session, int row) {
  MAGENTA_CHECK(IsKnownOf(*model_));
  StepDistribution distribution;
  const std::span<const float> attention = session.AttentionWeights(row);
  distribution.attention.assign(attention.begin(), attention.end());
  const std::vector<float> probabilities = session.Distribution(row);
  for (size_t label = 0; label < probabilities.size(); ++label) {
    const double probability = probabilities[label];
    const EventEffect& effect = Effect(session.EventOf(row, static_cast<int>(label)));
    for (const int pitch : effect.pitches) distribution.pitches[pitch] += probability;
    if (effect.pitches.empty())
      (effect.rest ? distribution.rest : distribution.hold) += probability;
  }
  return distribution;
}

}  // namespace magenta
