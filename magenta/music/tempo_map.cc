#include "magenta/music/tempo_map.h"

#include <algorithm>
#include <cmath>

namespace magenta {
namespace {

constexpr double kQpmWithoutTempo = 120;

}  // namespace

TempoMap::TempoMap(const NoteSequence& sequence) {
  std::vector<const NoteSequence::Tempo*> tempos;
  for (const auto& tempo : sequence.tempos()) {
    if (std::isfinite(tempo.time()) && std::isfinite(tempo.qpm()) && tempo.qpm() > 0) {
      tempos.push_back(&tempo);
    }
  }
  std::stable_sort(tempos.begin(), tempos.end(),
                   [](const auto* a, const auto* b) { return a->time() < b->time(); });
  segments_ = {{0, 0, kQpmWithoutTempo}};
  for (const auto* tempo : tempos) {
    const double seconds = std::max(tempo->time(), 0.0);
    const Segment next = {seconds, QuartersAt(seconds), tempo->qpm()};
    if (segments_.back().seconds == seconds) segments_.pop_back();
    segments_.push_back(next);
  }
}

const TempoMap::Segment& TempoMap::From(double seconds) const {
  const auto after =
      std::upper_bound(segments_.begin() + 1, segments_.end(), seconds,
                       [](double time, const Segment& next) { return time < next.seconds; });
  return *(after - 1);
}

double TempoMap::QuartersAt(double seconds) const {
  const Segment& from = From(seconds);
  return from.quarters + (seconds - from.seconds) * from.qpm / 60.0;
}

double TempoMap::SecondsAt(double quarters) const {
  const auto after =
      std::upper_bound(segments_.begin() + 1, segments_.end(), quarters,
                       [](double at, const Segment& next) { return at < next.quarters; });
  const Segment& from = *(after - 1);
  return from.seconds + (quarters - from.quarters) * 60.0 / from.qpm;
}

double TempoMap::QpmAt(double seconds) const { return From(seconds).qpm; }

bool TempoMap::HasChanges() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [this](const Segment& next) { return next.qpm != segments_.front().qpm; });
}

}  // namespace magenta
