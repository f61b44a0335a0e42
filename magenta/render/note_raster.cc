// Filled cells point on to the next empty one, and every look shortens the way (disjoint sets), so
// a cell is written once and passed over at once.
#include "magenta/render/note_raster.h"

#include <algorithm>
#include <numeric>

namespace magenta {
namespace {

constexpr uint8_t kEmptyCell = 255;

}  // namespace

NoteRaster::NoteRaster(int rows, int columns)
    : rows_(rows),
      columns_(columns),
      paints_(static_cast<size_t>(rows) * (columns + 1), kEmptyCell),
      jumps_(paints_.size()) {
  std::iota(jumps_.begin(), jumps_.end(), 0);
}

int NoteRaster::FirstEmpty(int cell) {
  while (jumps_[cell] != cell) {
    jumps_[cell] = jumps_[jumps_[cell]];
    cell = jumps_[cell];
  }
  return cell;
}

void NoteRaster::FillEmpty(int row, int begin, int end, uint8_t paint) {
  if (row < 0 || row >= rows_) return;
  const int line = row * (columns_ + 1);
  const int stop = line + std::min(end, columns_);
  for (int cell = FirstEmpty(line + std::clamp(begin, 0, columns_)); cell < stop;
       cell = FirstEmpty(cell)) {
    paints_[cell] = paint;
    jumps_[cell] = cell + 1;
  }
}

std::vector<RasterRun> NoteRaster::Runs() const {
  std::vector<RasterRun> runs;
  for (int row = 0; row < rows_; ++row) {
    const uint8_t* line = &paints_[static_cast<size_t>(row) * (columns_ + 1)];
    for (int begin = 0; begin < columns_;) {
      int end = begin + 1;
      while (end < columns_ && line[end] == line[begin]) ++end;
      if (line[begin] != kEmptyCell) runs.push_back({row, begin, end, line[begin]});
      begin = end;
    }
  }
  return runs;
}

}  // namespace magenta
