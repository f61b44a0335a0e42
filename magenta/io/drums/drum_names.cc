#include "magenta/io/drums/drum_names.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

namespace magenta {
namespace {

struct DrumName {
  const char* name;
  int pitch;
};

/// Of those that share a pitch the first is written. In the order in which lines are written.
constexpr DrumName kDrumNames[] = {
    {"CR", 49}, {"CC", 49}, {"CN", 52}, {"SP", 55}, {"RD", 51}, {"RC", 51},  {"RB", 53},
    {"OH", 46}, {"CH", 42}, {"HH", 42}, {"PH", 44}, {"CP", 39}, {"RS", 37},  {"SD", 38},
    {"SN", 38}, {"HT", 50}, {"MT", 48}, {"LT", 45}, {"FT", 43}, {"BD", 36},  {"KD", 36},
    {"BS", 36}, {"CB", 56}, {"CL", 75}, {"HW", 76}, {"LW", 77}, {"TR", 81},  {"TB", 54},
    {"CA", 69}, {"MA", 70}, {"GU", 73}, {"HA", 67}, {"LA", 68}, {"HTI", 65}, {"LTI", 66},
    {"HB", 60}, {"LB", 61}, {"MC", 62}, {"HC", 63}, {"LC", 64}, {"OS", 87},  {"MS", 86},
};

const DrumName* NameOf(int pitch) {
  return std::find_if(std::begin(kDrumNames), std::end(kDrumNames),
                      [&](const DrumName& row) { return row.pitch == pitch; });
}

bool EqualInAnyCase(std::string_view text, std::string_view upper) {
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(), [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
  });
}

}  // namespace

std::optional<int> DrumPitchOf(std::string_view name) {
  for (const DrumName& row : kDrumNames) {
    if (EqualInAnyCase(name, row.name)) return row.pitch;
  }
  int pitch = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pitch);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return pitch >= 0 && pitch <= 127 ? std::optional<int>(pitch) : std::nullopt;
}

std::string DrumNameOf(int pitch) {
  const DrumName* const row = NameOf(pitch);
  return row == std::end(kDrumNames) ? std::to_string(pitch) : row->name;
}

int DrumLineOrder(int pitch) {
  const DrumName* const row = NameOf(pitch);
  const auto place = static_cast<int>(row - std::begin(kDrumNames));
  return row == std::end(kDrumNames) ? place + pitch : place;
}

std::string DrumNames() {
  std::string all;
  for (const DrumName& row : kDrumNames) {
    if (!all.empty()) all += ", ";
    all += row.name;
  }
  return all;
}

}  // namespace magenta
