#include "magenta/music/harmony/chord_kinds.h"

#include <cstdlib>
#include <string>

namespace magenta {
namespace {

/// Texts and degrees, with a blank between two.
struct KindRow {
  std::string_view texts;
  std::string_view degrees;
};

constexpr KindRow kKindRows[] = {
    {" maj M", "1 3 5"},
    {"m min -", "1 b3 5"},
    {"+ aug", "1 3 #5"},
    {"o dim", "1 b3 b5"},
    {"7", "1 3 5 b7"},
    {"maj7 M7", "1 3 5 7"},
    {"m7 min7 -7", "1 b3 5 b7"},
    {"o7 dim7", "1 b3 b5 bb7"},
    {"+7 aug7", "1 3 #5 b7"},
    {"m7b5 -7b5 /o /o7", "1 b3 b5 b7"},
    {"mmaj7 mM7 minmaj7 minM7 -maj7 -M7 m(maj7) m(M7) min(maj7) min(M7) -(maj7) -(M7)", "1 b3 5 7"},
    {"6", "1 3 5 6"},
    {"m6 min6 -6", "1 b3 5 6"},
    {"9", "1 3 5 b7 9"},
    {"maj9 M9", "1 3 5 7 9"},
    {"m9 min9 -9", "1 b3 5 b7 9"},
    {"+9 aug9", "1 3 #5 b7 9"},
    {"6/9", "1 3 5 6 9"},
    {"11", "1 3 5 b7 9 11"},
    {"maj11 M11", "1 3 5 7 9 11"},
    {"m11 min11 -11", "1 b3 5 b7 9 11"},
    {"13", "1 3 5 b7 9 11 13"},
    {"maj13 M13", "1 3 5 7 9 11 13"},
    {"m13 min13 -13", "1 b3 5 b7 9 11 13"},
    {"sus2", "1 2 5"},
    {"sus sus4", "1 4 5"},
    {"sus7 7sus", "1 4 5 b7"},
    {"ped", "1"},
    {"5", "1 5"},
};

std::vector<std::string_view> SplitAtBlanks(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const size_t blank = text.find(' ');
    words.push_back(text.substr(0, blank));
    if (blank == std::string_view::npos) return words;
    text.remove_prefix(blank + 1);
  }
}

}  // namespace

ChordDegree ChordDegreeOf(std::string_view text) {
  ChordDegree degree;
  for (; text[0] == 'b'; text.remove_prefix(1)) --degree.alteration;
  for (; text[0] == '#'; text.remove_prefix(1)) ++degree.alteration;
  degree.degree = std::atoi(std::string(text).c_str());
  return degree;
}

const std::vector<ChordKind>& ChordKinds() {
  static const auto& kinds = *[] {
    auto* all = new std::vector<ChordKind>;
    for (const KindRow& row : kKindRows) {
      ChordKind& kind = all->emplace_back();
      kind.texts = SplitAtBlanks(row.texts);
      for (const std::string_view degree : SplitAtBlanks(row.degrees)) {
        kind.degrees.push_back(ChordDegreeOf(degree));
      }
    }
    return all;
  }();
  return kinds;
}

}  // namespace magenta
