#include "magenta/music/drums/drum_types.h"

#include <algorithm>

#include "magenta/base/check.h"

namespace magenta {

DrumTypes::DrumTypes(std::initializer_list<Row> rows) {
  constexpr size_t kMostTypes = 30;  // an event has so many bits
  MAGENTA_CHECK(rows.size() <= kMostTypes);
  type_of_.fill(-1);
  for (const Row& row : rows) {
    const auto t = static_cast<int8_t>(types_.size());
    type_of_[row.type.pitch] = t;
    for (const int pitch : row.members) type_of_[pitch] = t;
    types_.push_back(row.type);
  }
}

DrumTypes::DrumTypes(DrumType only) : types_({only}) { type_of_.fill(0); }

const DrumType& DrumTypes::operator[](int t) const {
  MAGENTA_CHECK(t >= 0 && t < size());
  return types_[t];
}

int DrumTypes::TypeOf(int pitch) const {
  return pitch >= kMinPitch && pitch <= kMaxPitch ? type_of_[pitch] : -1;
}

Event DrumTypes::MaskOf(std::span<const int> pitches) const {
  Event mask = 0;
  for (const int pitch : pitches) {
    if (const int t = TypeOf(pitch); t >= 0) mask |= Event{1} << t;
  }
  return mask;
}

std::vector<int> DrumTypes::PitchesOf(Event mask) const {
  MAGENTA_CHECK(mask >= 0 && mask < mask_end());
  std::vector<int> pitches;
  for (int t = 0; t < size(); ++t) {
    if ((mask >> t & 1) != 0) pitches.push_back(types_[t].pitch);
  }
  return pitches;
}

const DrumTypes& DrumKitTypes() {
  static const auto& types = *new DrumTypes({
      {{"bass drum", 36}, {35}},
      {{"snare", 38}, {27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85}},
      {{"closed hi-hat", 42}, {44, 54, 68, 69, 70, 71, 73, 78, 80, 22}},
      {{"open hi-hat", 46}, {67, 72, 74, 79, 81, 26}},
      {{"low tom", 45}, {29, 41, 43, 61, 64, 84}},
      {{"mid tom", 48}, {47, 60, 63, 77, 86, 87}},
      {{"high tom", 50}, {30, 62, 76, 83}},
      {{"crash cymbal", 49}, {52, 55, 57, 58}},
      {{"ride cymbal", 51}, {53, 59, 82}},
  });
  return types;
}

const DrumTypes& OneDrumType() {
  static const auto& types = *new DrumTypes(DrumType{"any drum", 39});
  return types;
}

}  // namespace magenta
