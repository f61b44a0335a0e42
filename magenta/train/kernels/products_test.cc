// Products of sparse rows, against sums one by one.

#include "magenta/train/kernels/products.h"

#include <gtest/gtest.h>

#include <vector>

namespace magenta {
namespace {

/// 4 rows of 5 numbers; none in row 1 and in column 2.
SparseMatrix FewNumbers() {
  SparseMatrix m;
  m.AddRow({{0, 4}, {1.0f, 2.0f}});
  m.EndRow();
  m.AddRow({{1, 3, 4}, {3.0f, -4.0f, 5.0f}});
  m.AddRow({{4}, {6.0f}});
  return m;
}

TEST(SparseColumnsTest, RowsRiseInEveryColumn) {
  const SparseMatrix m = FewNumbers();
  SparseColumns columns;
  columns.Assign(4, 5, SparseRowsOf(m));
  EXPECT_EQ(columns.starts, (std::vector<int>{0, 1, 2, 2, 3, 6}));
  EXPECT_EQ(columns.row, (std::vector<int>{0, 2, 2, 0, 2, 3}));
  EXPECT_EQ(columns.value, (std::vector<float>{1, 3, -4, 2, 5, 6}));
  // Rows from the middle, into the same memory: they count from the first of them.
  columns.Assign(2, 5, SparseRowsOf(m).FromRow(1));
  EXPECT_EQ(columns.starts, (std::vector<int>{0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(columns.row, (std::vector<int>{1, 1, 1}));
  columns.Assign(0, 5, SparseRowsOf(m).FromRow(4));
  EXPECT_EQ(columns.starts, (std::vector<int>{0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(columns.row.empty());
}

TEST(AddSparseGradientTest, AddsToWhatStands) {
  const SparseMatrix m = FewNumbers();
  const std::vector<float> dense = {1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, -4, 5, 0, 0, 0, 0, 6};
  SparseColumns columns;
  columns.Assign(4, 5, SparseRowsOf(m));
  const int width = PanelWidth();
  for (const int units : {1, width / 4 + 1, width, 2 * width + 3}) {
    const PanelAxis axis = PanelAxis::Parts({units});
    std::vector<float> right(size_t{4} * axis.columns()), sums(size_t{5} * axis.columns(), 1.0f);
    for (size_t k = 0; k < right.size(); ++k) right[k] = static_cast<float>(k % 7) - 3;
    AddSparseGradient(columns, {right.data(), int64_t{4} * width}, axis, sums.data());
    for (int o = 0; o < axis.columns(); ++o) {
      if (axis.index[o] < 0) continue;
      const int panel = o / width, k = o % width;
      for (int i = 0; i < 5; ++i) {
        float expected = 1;
        for (int r = 0; r < 4; ++r) {
          expected += dense[r * 5 + i] * right[(panel * 4 + r) * width + k];
        }
        EXPECT_EQ(sums[(panel * 5 + i) * width + k], expected) << units << " " << o << " " << i;
      }
    }
  }
}

}  // namespace
}  // namespace magenta
