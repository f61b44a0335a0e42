#include "magenta/music/harmony/scale.h"

#include <algorithm>
#include <initializer_list>

namespace magenta {
namespace {

constexpr Scale ScaleOf(std::string_view name, std::initializer_list<int> semitones) {
  Scale scale = {name};
  for (const int s : semitones) scale.classes = static_cast<uint16_t>(scale.classes | 1 << s);
  return scale;
}

constexpr Scale kScales[] = {
    ScaleOf("major", {0, 2, 4, 5, 7, 9, 11}),
    ScaleOf("minor", {0, 2, 3, 5, 7, 8, 10}),
    ScaleOf("harmonic_minor", {0, 2, 3, 5, 7, 8, 11}),
    ScaleOf("melodic_minor", {0, 2, 3, 5, 7, 9, 11}),
    ScaleOf("dorian", {0, 2, 3, 5, 7, 9, 10}),
    ScaleOf("phrygian", {0, 1, 3, 5, 7, 8, 10}),
    ScaleOf("lydian", {0, 2, 4, 6, 7, 9, 11}),
    ScaleOf("mixolydian", {0, 2, 4, 5, 7, 9, 10}),
    ScaleOf("locrian", {0, 1, 3, 5, 6, 8, 10}),
    ScaleOf("major_pentatonic", {0, 2, 4, 7, 9}),
    ScaleOf("minor_pentatonic", {0, 3, 5, 7, 10}),
    ScaleOf("blues", {0, 3, 5, 6, 7, 10}),
    ScaleOf("whole_tone", {0, 2, 4, 6, 8, 10}),
    ScaleOf("chromatic", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}),
};

}  // namespace

std::string Scale::Text() const {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::span<const Scale> Scales() { return kScales; }

const Scale* FindScale(std::string_view name) {
  const auto* found = std::find_if(std::begin(kScales), std::end(kScales),
                                   [&](const Scale& scale) { return scale.name == name; });
  return found == std::end(kScales) ? nullptr : found;
}

}  // namespace magenta
