#include "magenta/music/score/last_chord.h"

#include <cmath>
#include <initializer_list>

namespace magenta {
namespace {

constexpr int kThird = 4, kMinorThird = 3;

using Pitches = std::bitset<128>;
using Chord = std::vector<std::optional<int>>;

Pitches OfClasses(std::initializer_list<int> classes, const Pitches& allowed) {
  Pitches pitches;
  for (const int pitch_class : classes) {
    for (int pitch = pitch_class % 12; pitch < 128; pitch += 12) pitches.set(pitch, allowed[pitch]);
  }
  return pitches;
}

/// The one of `pitches` between `low` and `high`, not these, nearest to `middle`: the lower of two.
std::optional<int> NearestOf(const Pitches& pitches, double middle, int low, int high) {
  std::optional<int> nearest;
  for (int pitch = low + 1; pitch < high; ++pitch) {
    const bool is_nearer =
        !nearest.has_value() || std::abs(pitch - middle) < std::abs(*nearest - middle);
    if (pitches[pitch] && is_nearer) nearest = pitch;
  }
  return nearest;
}

/// Where no voice of `chord` has one of `thirds`, the inner one gets it to whom it is nearest.
void AddThird(const Pitches& thirds, std::span<const double> middles, Chord& chord) {
  double least = 128;
  size_t voice = 0;
  std::optional<int> pitch;
  for (size_t v = 1; v + 1 < chord.size(); ++v) {
    if (chord[v].has_value() && thirds[*chord[v]]) return;
    const auto third =
        NearestOf(thirds, middles[v], chord[v + 1].value_or(-1), chord[v - 1].value_or(128));
    if (!third.has_value() || std::abs(*third - middles[v]) >= least) continue;
    least = std::abs(*third - middles[v]);
    voice = v;
    pitch = third;
  }
  if (pitch.has_value()) chord[voice] = pitch;
}

}  // namespace

LastBar LastBarOf(const Sheet& sheet, int64_t end) {
  const BarPlace place = PlaceOf(sheet, end - 1);
  return {.start = place.bar_start,
          .end = end,
          .beat = place.meter.beat,
          .long_note = 3 * kTicksPerQuarter / 2};
}

std::vector<int64_t> LastOnsets(const LastBar& bar, int64_t first_new) {
  std::vector<int64_t> onsets;
  for (int64_t step = bar.start; step < bar.end; step += bar.beat) {
    const bool is_long = bar.end - step >= bar.long_note;
    if (step >= first_new && (onsets.empty() || is_long)) onsets.push_back(step);
  }
  return onsets;
}

Chord LastChord(std::span<const double> middles, const NamedKey& key, const Pitches& allowed) {
  const bool is_minor = key.is_minor.value_or(false);
  const int third = key.tonic + (is_minor ? kMinorThird : kThird);
  Pitches thirds = OfClasses({third}, allowed);
  if (thirds.none()) thirds = OfClasses({third + (is_minor ? 1 : -1)}, allowed);
  const Pitches tonics = OfClasses({key.tonic}, allowed);
  const Pitches triad = tonics | thirds | OfClasses({key.tonic + kFifth}, allowed);
  Chord chord;
  int highest = 128;
  for (size_t v = 0; v < middles.size(); ++v) {
    const Pitches& tones = v == 0 || v + 1 == middles.size() ? tonics : triad;
    auto tone = NearestOf(tones, middles[v], -1, highest);
    if (!tone.has_value()) tone = NearestOf(tones, middles[v], -1, 128);
    highest = tone.value_or(highest);
    chord.push_back(tone);
  }
  AddThird(thirds, middles, chord);
  return chord;
}

}  // namespace magenta
