#include "magenta/nn/packed_matrix.h"

#include <algorithm>
#include <bit>

#include "magenta/base/check.h"

namespace magenta {

// Normal numbers are rounded in their bits. Smaller ones are left to the float adder: beside 0.5
// its last bit is 2^-24, which is theirs.
uint16_t ToHalf(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;  // 65536 and more
  if (magnitude < 0x38800000) {                       // below 2^-14: steps of 2^-24
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return sign | static_cast<uint16_t>(std::bit_cast<uint32_t>(shifted) - 0x3f000000);
  }
  // 13 bits go: half of what they can be is added, less one where the bit that stays is even.
  const uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return sign | static_cast<uint16_t>((rounded - 0x38000000) >> 13);
}

float FromHalf(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t magnitude = bits & 0x7fff;
  uint32_t result;
  if (magnitude >= 0x7c00) {
    result = 0x7f800000 | (magnitude & 0x3ff) << 13;
  } else if (magnitude >= 0x400) {
    result = (magnitude << 13) + 0x38000000;
  } else {
    result = std::bit_cast<uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
  }
  return std::bit_cast<float>(result | sign);
}

int PackedColumn(int column, int columns, const PackOptions& options) {
  const int size = columns / options.groups;
  const int group = column / size, unit = column % size;
  return (unit / options.lanes * options.groups + group) * options.lanes + unit % options.lanes;
}

PackedMatrix::PackedMatrix(std::span<const float> values, int rows, int columns,
                           const PackOptions& options)
    : rows_(rows),
      width_(options.groups * PadToLanes(columns / options.groups)),
      panel_width_(kPanelVectors * options.lanes),
      type_(options.type) {
  MAGENTA_CHECK(kLaneBlock % options.lanes == 0 && columns % options.groups == 0);
  MAGENTA_CHECK(values.size() == static_cast<size_t>(rows) * columns);
  const bool half = type_ == WeightType::kFloat16;
  data_.resize(static_cast<size_t>(rows) * width_ * (half ? sizeof(uint16_t) : sizeof(float)));
  // Columns that are neighbours in both layouts go together, a vector of them as a rule.
  const int group = columns / options.groups;
  for (int column = 0, count; column < columns; column += count) {
    count = std::min(options.lanes - column % group % options.lanes, group - column % group);
    const int packed = PackedColumn(column, columns, options);
    const int first = packed / panel_width_ * panel_width_;
    const size_t width = PanelWidth(first);
    size_t to = static_cast<size_t>(first) * rows + packed % panel_width_;
    for (int row = 0; row < rows; ++row, to += width) {
      const float* const from = values.data() + static_cast<size_t>(row) * columns + column;
      if (half) {
        std::transform(from, from + count, reinterpret_cast<uint16_t*>(data_.data()) + to, ToHalf);
      } else {
        std::copy_n(from, count, reinterpret_cast<float*>(data_.data()) + to);
      }
    }
  }
}

float PackedMatrix::At(int row, int column) const {
  const int first = column / panel_width_ * panel_width_;
  if (type_ == WeightType::kFloat32) return Panel<float>(first, row)[column - first];
  return FromHalf(Panel<uint16_t>(first, row)[column - first]);
}

FloatBuffer PackRow(std::span<const float> values, const PackOptions& options) {
  const int columns = static_cast<int>(values.size());
  FloatBuffer packed(static_cast<size_t>(options.groups) * PadToLanes(columns / options.groups));
  for (int i = 0; i < columns; ++i) packed[PackedColumn(i, columns, options)] = values[i];
  return packed;
}

}  // namespace magenta
