#include "magenta/music/set_order.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

namespace magenta {
namespace {

using Numbers = std::vector<int32_t>;

// What CPython 3.11 prints for a set that the left numbers were added to one by one.
TEST(CPythonSetOrder, IsWhatCPythonPrints) {
  const std::pair<Numbers, Numbers> rows[] = {
      {{}, {}},
      {{3, 1, 2, 1, 3}, {1, 2, 3}},
      {{0, 8, 16, 1}, {0, 8, 16, 1}},
      {{7, 15, 23, 31}, {31, 15, 23, 7}},
      {{9, 8, 1, 0, 17}, {0, 1, 8, 9, 17}},
      {{40, 3, 35, 8, 67}, {35, 67, 3, 40, 8}},
      {{-1, -2, 0, 5}, {0, 5, -1, -2}},
      {{100, 36, 4, 68, 132, 164, 196, 228}, {132, 100, 4, 36, 68, 164, 196, 228}},
      {{64, 32, 0, 96, 128, 160}, {64, 0, 32, 96, 128, 160}},
  };
  for (const auto& [values, order] : rows) EXPECT_EQ(CPythonSetOrder(values), order);
}

TEST(CPythonSetOrder, AscendsForInstrumentsCountedFromZero) {
  Numbers descending(300);
  std::iota(descending.rbegin(), descending.rend(), 0);
  const Numbers ascending(descending.rbegin(), descending.rend());
  EXPECT_EQ(CPythonSetOrder(descending), ascending);
}

// Numbers that begin in the same slot must not cost the square of their count.
TEST(CPythonSetOrder, EndsForManyCollisions) {
  Numbers same_slot;
  for (int32_t i = 0; i < 20000; ++i) same_slot.push_back(i * 65536);
  EXPECT_EQ(CPythonSetOrder(same_slot).size(), same_slot.size());
}

}  // namespace
}  // namespace magenta
