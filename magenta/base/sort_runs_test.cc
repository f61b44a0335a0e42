#include "magenta/base/sort_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace magenta {
namespace {

using Pairs = std::vector<std::pair<int, int>>;  // what is sorted by, where it was

// By std::stable_sort, and by ours.
void ExpectSorted(Pairs pairs) {
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i].second = static_cast<int>(i);
  Pairs expected = pairs;
  const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::stable_sort(expected.begin(), expected.end(), less);
  SortRuns(pairs.begin(), pairs.end(), less);
  EXPECT_EQ(pairs, expected);
}

TEST(SortRuns, EqualsAStableSort) {
  std::mt19937 engine(1);
  for (const int size : {0, 1, 2, 7, 100, 1000}) {
    for (const int runs : {1, 2, 3, 5, 32, 33, 200}) {
      for (const int disorder : {0, 1, 3, 20, 1000}) {
        Pairs pairs;
        for (int i = 0; i < size; ++i) {
          const int step = i % std::max(1, size / runs);
          pairs.emplace_back((step + static_cast<int>(engine() % (disorder + 1))) / 3, 0);
        }
        ExpectSorted(pairs);
      }
    }
  }
}

TEST(SortRuns, FallingInputIsSortedToo) {
  Pairs pairs;
  for (int i = 5000; i > 0; --i) pairs.emplace_back(i / 2, 0);
  ExpectSorted(pairs);
}

}  // namespace
}  // namespace magenta
