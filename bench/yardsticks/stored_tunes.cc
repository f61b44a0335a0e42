#include "bench/yardsticks/stored_tunes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "magenta/codec/score/score_codec.h"

namespace magenta::yardsticks {
namespace {

constexpr int kBar = 16;
constexpr int kLongestTime = 32;
constexpr double kLeastLikely = 1e-6;
constexpr int kNoMove = StoredTunes::kNone + 1;  // as no place has it
enum Trait { kBias, kSoprano, kChords, kDiffering, kSameBar, kLikely };

/// log(1 + run), of runs as long as it still matters.
double LogOf(int run) {
  static const auto* const kLogs = [] {
    auto* logs = new std::array<double, 512>;
    for (size_t i = 0; i < logs->size(); ++i) (*logs)[i] = std::log1p(static_cast<double>(i));
    return logs;
  }();
  return (*kLogs)[static_cast<size_t>(std::min(run, 511))];
}

/// Whether voice `v` lies as far under the soprano.
bool LiesAlike(const Row& a, const Row& b, int v) { return a[v] - a[0] == b[v] - b[0]; }

}  // namespace

const RecallWeights kRecallWeights = {{{-13.24, 3.32, 0.56, 0, 0.97, 0.44},
                                       {-6.98, 1.21, 0.89, 0, 0.30, 0.52},
                                       {-5.95, 0.94, 0.78, -1.18, -0.01, 0.38},
                                       {-5.82, 1.10, 0.63, -0.98, 0.22, 0.46},
                                       {-5.29, 1.13, 0.69, -1.86, 1.01, 0.50}}};

int RowReader::Push(Event event) {
  if (voice_ == kVoices) {
    before_ = now_;
    voice_ = 0;
    return IsTimeShift(event) ? TicksOf(event) : 1;
  }
  if (voice_ < 0) {
    voice_ = 0;  // what all begin with
    return 0;
  }
  if (event != kNoEvent) now_[voice_] = std::max(event, -1);
  ++voice_;
  return 0;
}

StoredTunes::StoredTunes(std::span<const Piece> pieces) {
  for (const Piece& piece : pieces) {
    const size_t first = places_.size();
    RowReader reader;
    const auto add = [&](int ticks) {
      for (int i = 0; i < ticks; ++i) {
        const Row& row = reader.now();
        const int tick = static_cast<int>(places_.size() - first);
        const int move = tick == 0 ? kNone : row[0] - places_.back().row[0];
        places_.push_back({row, move, tick, std::min(ticks - i, kLongestTime)});
      }
    };
    for (const Event event : piece.events.events) {
      numbers_ += event == kNoEvent || IsTimeShift(event) ? 0 : 2;
      add(reader.Push(event));
    }
    add(piece.tail);
  }
}

Recall::Recall(const StoredTunes& tunes, const EventCodec& codec)
    : tunes_(&tunes),
      codec_(&codec),
      soprano_(tunes.places().size()),
      chords_(tunes.places().size()) {}

void Recall::Push(Event event) {
  const int last = rows_.before()[0];
  const int ticks = rows_.Push(event);
  for (int i = 0; i < ticks; ++i) {
    const int move = i > 0 ? 0 : rows_.now()[0] - last;
    Advance(tick_ == 0 ? kNoMove : move);
    ++tick_;
  }
}

/// A sixteenth passes, the soprano having moved by `move`.
void Recall::Advance(int move) {
  const auto places = tunes_->places();
  const Row& now = rows_.now();
  for (size_t s = places.size(); s-- > 0;) {
    const bool moved = places[s].move == move;
    const Row& row = places[s].row;
    const bool alike = LiesAlike(row, now, 1) && LiesAlike(row, now, 2) && LiesAlike(row, now, 3);
    chords_[s] = alike ? 1 + (moved ? chords_[s - 1] : 0) : 0;
    soprano_[s] = moved ? 1 + soprano_[s - 1] : 0;
  }
}

Event Recall::NextAt(size_t s) const {
  const auto places = tunes_->places();
  const int voice = rows_.voice();
  if (voice == kVoices) return TimeShift(places[s].lasts);
  const int up =
      voice == 0 ? rows_.before()[0] - places[s - 1].row[0] : rows_.now()[0] - places[s].row[0];
  const int pitch = places[s].row[voice] < 0 ? -1 : places[s].row[voice] + up;
  if (pitch == rows_.before()[voice]) return kNoEvent;
  return pitch < 0 ? kNoteOff : pitch;
}

std::vector<Recall::Recalled> Recall::Best(const EventEncoder& labels,
                                           std::span<const double> distribution) const {
  const int voice = rows_.voice();
  if (tick_ == 0 || voice < 0) return {};
  const auto places = tunes_->places();
  const TraitWeights& weights = kRecallWeights[voice];
  const Row& now = rows_.now();
  const int move = now[0] - rows_.before()[0];
  std::vector<std::pair<double, size_t>> best;
  const auto traits_at = [&](size_t s) {
    const int run = voice == 0 ? soprano_[s - 1] : soprano_[s - 1] + 1;
    int differing = 0;
    for (int u = 1; u < voice; ++u) differing += LiesAlike(places[s].row, now, u) ? 0 : 1;
    return std::array<double, kTraits>{1,
                                       LogOf(run),
                                       LogOf(chords_[s - 1]),
                                       static_cast<double>(differing),
                                       places[s].tick % kBar == tick_ % kBar ? 1.0 : 0.0,
                                       0};
  };
  for (size_t s = 0; s < places.size(); ++s) {
    if (places[s].move == StoredTunes::kNone) continue;
    if (voice == 0 ? soprano_[s - 1] == 0 : places[s].move != move) continue;
    const auto traits = traits_at(s);
    double weight = 0;
    for (size_t t = 0; t < kTraits; ++t) weight += weights[t] * traits[t];
    if (best.size() == kPlaces && weight <= best.back().first) continue;
    if (best.size() == kPlaces) best.pop_back();
    const std::pair<double, size_t> place = {weight, s};
    best.insert(std::upper_bound(best.begin(), best.end(), place, std::greater<>()), place);
  }
  std::vector<Recalled> recalled;
  for (const auto& [weight, s] : best) {
    const Event next = NextAt(s);
    if (!codec_->Accepts(next)) continue;
    const int label = labels.Label(next);
    if (distribution[label] <= 0) continue;
    auto traits = traits_at(s);
    traits[kLikely] = std::log(distribution[label] + kLeastLikely);
    recalled.push_back({label, traits});
  }
  return recalled;
}

void Recall::Mix(const EventEncoder& labels, std::vector<double>& distribution) const {
  const std::vector<Recalled> best = Best(labels, distribution);
  double all = 1;
  for (const Recalled& recalled : best) {
    double log_weight = 0;
    for (size_t t = 0; t < kTraits; ++t) {
      log_weight += kRecallWeights[rows_.voice()][t] * recalled.traits[t];
    }
    const double weight = std::exp(log_weight);
    distribution[recalled.label] += weight;
    all += weight;
  }
  for (double& p : distribution) p /= all;
}

}  // namespace magenta::yardsticks
