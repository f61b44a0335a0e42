// Each pitch class in turn is taken for the root, and each of the others for every degree that it
// could be (three semitones are b3 or #9); the kind that holds most of the degrees, and no others,
// wins, the first of equals. The order of trial is that of CPython's sets, like the reference's.

#include "magenta/music/harmony/chord_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/harmony/chord_kinds.h"
#include "magenta/music/harmony/chord_symbol.h"
#include "magenta/music/set_order.h"

namespace magenta {
namespace {

/// A degree, and how many semitones it lies above the root.
struct NamedDegree {
  std::string_view text;
  int degree = 1;
  int alteration = 0;
  int semitones = 0;
};

struct NamedKind {
  std::string_view text;
  std::vector<std::string_view> degrees;

  bool Has(std::string_view degree) const {
    return std::find(degrees.begin(), degrees.end(), degree) != degrees.end();
  }
};

/// The best so far: the kind, and what the pitches are in it.
struct KindFit {
  const NamedKind* kind = nullptr;
  std::vector<NamedDegree> degrees;

  size_t size() const { return kind == nullptr ? 0 : kind->degrees.size(); }
};

std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t end; (end = text.find(' ')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    words.push_back(text.substr(0, end));
  }
  words.push_back(text);
  return words;
}

const std::vector<NamedKind>& NamedKinds() {
  static const auto& kinds = *[] {
    auto* all = new std::vector<NamedKind>;
    for (const ChordKindRow& row : ChordKinds()) {
      all->push_back({WordsOf(row.texts)[0], WordsOf(row.degrees)});
    }
    return all;
  }();
  return kinds;
}

/// What each number of semitones can be, the likelier first.
const std::vector<std::vector<NamedDegree>>& DegreesOfIntervals() {
  static const auto& intervals = *[] {
    auto* all = new std::vector<std::vector<NamedDegree>>;
    for (const std::string_view names : {"1", "b2 b9", "2 9", "b3 #9", "3", "4 11", "b5 #11", "5",
                                         "#5 b13", "6 bb7 13", "b7", "7"}) {
      const int semitones = static_cast<int>(all->size());
      all->emplace_back();
      for (const std::string_view name : WordsOf(names)) {
        const size_t digits = name.find_first_of("0123456789");
        const int signs = static_cast<int>(digits);
        all->back().push_back({name, std::atoi(std::string(name.substr(digits)).c_str()),
                               name[0] == '#' ? signs : -signs, semitones});
      }
    }
    return all;
  }();
  return intervals;
}

bool HasDegreeTwice(const std::vector<NamedDegree>& degrees) {
  uint32_t seen = 0;
  for (const NamedDegree& degree : degrees) {
    if ((seen >> degree.degree & 1) != 0) return true;
    seen |= 1u << degree.degree;
  }
  return false;
}

/// The largest kind whose degrees are all in `degrees`.
const NamedKind& LargestKind(const std::vector<NamedDegree>& degrees) {
  const auto present = [&](std::string_view text) {
    return std::any_of(degrees.begin(), degrees.end(),
                       [&](const NamedDegree& degree) { return degree.text == text; });
  };
  const NamedKind* largest = nullptr;
  for (const NamedKind& kind : NamedKinds()) {
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
    std::vector<NamedDegree> degrees;
    for (size_t i = 0; i < intervals.size(); ++i) {
      degrees.push_back(DegreesOfIntervals()[intervals[i]][choice[i]]);
    }
    if (!HasDegreeTwice(degrees)) {
      const NamedKind& kind = LargestKind(degrees);
      if (kind.degrees.size() > best.size()) best = {&kind, degrees};
    }
    size_t i = choice.size();
    while (i > 0 && ++choice[i - 1] == DegreesOfIntervals()[intervals[i - 1]].size()) {
      choice[--i] = 0;
    }
    if (i == 0) return best;
  }
}

std::string ChangeText(const NamedDegree& degree, ChordNaming naming) {
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

  const std::vector<NamedDegree>& bass_degrees =
      DegreesOfIntervals()[IntervalOfBass(bass, root, naming)];
  const bool bass_in_kind =
      std::any_of(bass_degrees.begin(), bass_degrees.end(),
                  [&](const NamedDegree& degree) { return best.kind->Has(degree.text); });
  std::string symbol = NoteName().Transposed(root).Text() + std::string(best.kind->text);
  for (const NamedDegree& degree : best.degrees) {
    if (best.kind->Has(degree.text)) continue;
    if (!bass_in_kind && degree.semitones == bass_degrees[0].semitones) continue;
    symbol += ChangeText(degree, naming);
  }
  if (bass != root) symbol += "/" + NoteName().Transposed(bass).Text();
  return symbol;
}

}  // namespace magenta
