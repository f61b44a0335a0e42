#pragma once
// What is seen of more notes than a picture has room for: rows of cells, each of the topmost note
// that covers it.

#include <cstdint>
#include <vector>

namespace magenta {

/// Cells [begin, end) of a row, all of one paint.
struct RasterRun {
  int row;
  int begin;
  int end;
  uint8_t paint;
};

/// Rows of keys by columns of time. Time and memory are those of the cells and the calls, however
/// much the notes overlap.
class NoteRaster {
 public:
  NoteRaster(int rows, int columns);

  /// Gives [begin, end) of `row`, as far as it is empty, `paint` (0 to 254): the topmost note comes
  /// first. Columns outside are left out.
  void FillEmpty(int row, int begin, int end, uint8_t paint);
  /// What is filled, by rows, from the left.
  std::vector<RasterRun> Runs() const;

 private:
  int FirstEmpty(int cell);
  int rows_;
  int columns_;
  std::vector<uint8_t> paints_;  // 255: empty
  /// For each cell an empty one at or behind it is at or behind its jump; a row has one cell more,
  /// which stays empty.
  std::vector<int> jumps_;
};

}  // namespace magenta
