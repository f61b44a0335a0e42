// Each pitch class in turn is taken for the root, and each of the others for every degree that it
// could be (three semitones are b3 or #9); the kind that holds most of the degrees, and no others,
// wins, the first of equals. The order of trial is that of CPython's sets, like the reference's.

#include "magenta/music/harmony/chord_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/harmony/chord_kinds.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/set_order.h"

namespace magenta {
namespace {

/// The best so far: the kind, and what the pitches are in it.
struct KindFit {
  const ChordKind* kind = nullptr;
  std::vector<ChordDegree> degrees;  // one an interval

  size_t size() const { return kind == nullptr ? 0 : kind->degrees.size(); }
};

bool Has(const ChordKind& kind, const ChordDegree& degree) {
  return std::find(kind.degrees.begin(), kind.degrees.end(), degree) != kind.degrees.end();
}

/// What each number of semitones above the root can be, the likelier first.
const std::vector<std::vector<ChordDegree>>& DegreesOfIntervals() {
  static const auto& intervals = *new std::vector<std::vector<ChordDegree>>{
      {{1, 0}},           {{2, -1}, {9, -1}},         {{2, 0}, {9, 0}},   {{3, -1}, {9, 1}},
      {{3, 0}},           {{4, 0}, {11, 0}},          {{5, -1}, {11, 1}}, {{5, 0}},
      {{5, 1}, {13, -1}}, {{6, 0}, {7, -2}, {13, 0}}, {{7, -1}},          {{7, 0}},
  };
  return intervals;
}

bool HasDegreeTwice(const std::vector<ChordDegree>& degrees) {
  uint32_t seen = 0;
  for (const ChordDegree& degree : degrees) {
    if ((seen >> degree.degree & 1) != 0) return true;
    seen |= 1u << degree.degree;
  }
  return false;
}

/// The largest kind whose degrees are all in `degrees`.
const ChordKind& LargestKind(const std::vector<ChordDegree>& degrees) {
  const auto present = [&](const ChordDegree& degree) {
    return std::find(degrees.begin(), degrees.end(), degree) != degrees.end();
  };
  const ChordKind* largest = nullptr;
  for (const ChordKind& kind : ChordKinds()) {
    if (largest != nullptr && kind.degrees.size() <= largest->degrees.size()) continue;
    if (std::all_of(kind.degrees.begin(), kind.degrees.end(), present)) largest = &kind;
  }
  return *largest;  // the root alone is a kind, and always there
}

/// Every way to read `intervals` as degrees, the last one changing fastest; at most 192.
KindFit FitKind(const std::vector<int32_t>& intervals) {
  KindFit best;
  std::vector<size_t> choice(intervals.size(), 0);
  for (;;) {
    std::vector<ChordDegree> degrees;
    for (size_t i = 0; i < intervals.size(); ++i) {
      degrees.push_back(DegreesOfIntervals()[intervals[i]][choice[i]]);
    }
    if (!HasDegreeTwice(degrees)) {
      const ChordKind& kind = LargestKind(degrees);
      if (kind.degrees.size() > best.size()) best = {&kind, degrees};
    }
    size_t i = choice.size();
    while (i > 0 && ++choice[i - 1] == DegreesOfIntervals()[intervals[i - 1]].size()) {
      choice[--i] = 0;
    }
    if (i == 0) return best;
  }
}

std::string ChangeText(const ChordDegree& degree, ChordNaming naming) {
  int alteration = degree.alteration;
  bool add = alteration == 0 || degree.degree <= 7;
  if (degree.degree == 7 && naming == ChordNaming::kExact) {
    // To add a seventh is to add the minor one; "b7" counts from the major one.
    add = alteration != -1;
    if (add) ++alteration;
  }
  const std::string signs(static_cast<size_t>(std::abs(alteration)), alteration < 0 ? 'b' : '#');
  return fmt::format("({}{}{})", add ? "add" : "", signs, degree.degree);
}

/// What of the chord the bass alone says, in semitones above the root.
int IntervalOfBass(int bass, int root, ChordNaming naming) {
  return naming == ChordNaming::kReference ? bass : (bass - root + 12) % 12;
}

}  // namespace

absl::StatusOr<std::string> NameChord(std::span<const int> pitches, ChordNaming naming) {
  if (pitches.empty()) return std::string(kNoChordText);
  std::vector<int32_t> added;
  for (const int pitch : pitches) added.push_back((pitch % 12 + 12) % 12);
  const int32_t bass = (*std::min_element(pitches.begin(), pitches.end()) % 12 + 12) % 12;
  std::vector<int32_t> others = CPythonSetOrder(added);
  std::erase(others, bass);
  std::vector<int32_t> classes = {bass};
  for (const int32_t pitch_class : CPythonSetOrder(others)) classes.push_back(pitch_class);

  KindFit best;
  int root = 0;
  for (const int32_t candidate : classes) {
    std::vector<int32_t> intervals;
    intervals.reserve(classes.size());
    for (const int32_t pitch_class : classes)
      intervals.push_back((pitch_class - candidate + 12) % 12);
    KindFit fit = FitKind(CPythonSetOrder(intervals));
    if (fit.size() <= best.size()) continue;
    best = std::move(fit);
    root = candidate;
  }
  if (best.kind == nullptr) {
    return SequenceError(
        fmt::format("{} pitch classes make no chord that has a symbol", classes.size()),
        "Take fewer notes");
  }

  const std::vector<ChordDegree>& bass_degrees =
      DegreesOfIntervals()[IntervalOfBass(bass, root, naming)];
  const auto is_bass = [&](const ChordDegree& degree) {
    return std::find(bass_degrees.begin(), bass_degrees.end(), degree) != bass_degrees.end();
  };
  const bool bass_in_kind =
      std::any_of(best.kind->degrees.begin(), best.kind->degrees.end(), is_bass);
  std::string symbol = NoteName().Transposed(root).Text() + std::string(best.kind->texts[0]);
  for (const ChordDegree& degree : best.degrees) {
    if (Has(*best.kind, degree) || (!bass_in_kind && is_bass(degree))) continue;
    symbol += ChangeText(degree, naming);
  }
  if (bass != root) symbol += "/" + NoteName().Transposed(bass).Text();
  return symbol;
}

}  // namespace magenta
