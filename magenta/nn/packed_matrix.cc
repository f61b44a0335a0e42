#include "magenta/nn/packed_matrix.h"

#include "magenta/base/check.h"

namespace magenta {

PackedMatrix::PackedMatrix(std::span<const float> values, int rows, int columns, int groups)
    : rows_(rows), width_(groups * PadToLanes(columns / groups)) {
  MAGENTA_CHECK(columns % groups == 0);
  MAGENTA_CHECK(values.size() == static_cast<size_t>(rows) * columns);
  data_.assign(static_cast<size_t>(rows) * width_, 0.0f);
  const int group = columns / groups;
  for (int column = 0; column < columns; ++column) {
    const int padded = column / group * PadToLanes(group) + column % group;
    const int first = padded / kPanelWidth * kPanelWidth;
    float* panel = data_.data() + static_cast<size_t>(first) * rows + padded % kPanelWidth;
    for (int row = 0; row < rows; ++row) {
      panel[static_cast<size_t>(row) * PanelWidth(first)] =
          values[static_cast<size_t>(row) * columns + column];
    }
  }
}

FloatBuffer PadGroups(std::span<const float> values, int groups) {
  const size_t group = values.size() / groups;
  const size_t padded = PadToLanes(static_cast<int>(group));
  FloatBuffer buffer(groups * padded, 0.0f);
  for (size_t i = 0; i < values.size(); ++i) buffer[i / group * padded + i % group] = values[i];
  return buffer;
}

}  // namespace magenta
