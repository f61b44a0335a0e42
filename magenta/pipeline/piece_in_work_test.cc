#include "magenta/pipeline/piece_in_work.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace magenta {
namespace {

/// The most pieces of `bytes` each that `threads` threads have at once.
int MostAtOnce(uint64_t bytes, int threads) {
  std::atomic<int> now = 0, most = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      for (int k = 0; k < 5; ++k) {
        PieceInWork piece(bytes);
        PieceInWork moved = std::move(piece);
        const int count = ++now;
        int seen = most;
        while (count > seen && !most.compare_exchange_weak(seen, count)) {
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        --now;
      }
    });
  }
  for (std::thread& thread : all) thread.join();
  return most;
}

TEST(PieceInWork, LargeOnesWaitForEachOther) {
  EXPECT_EQ(MostAtOnce(kMostBytesInWork, 6), 1);
  EXPECT_EQ(MostAtOnce(100 * kMostBytesInWork, 6), 1);
  EXPECT_LE(MostAtOnce(kMostBytesInWork / 3, 6), 3);
}

TEST(PieceInWork, SmallOnesDoNot) { EXPECT_GT(MostAtOnce(10000, 6), 1); }

}  // namespace
}  // namespace magenta
