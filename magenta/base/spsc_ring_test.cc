#include "magenta/base/spsc_ring.h"

#include <gtest/gtest.h>

#include <thread>

namespace magenta {
namespace {

TEST(SpscRing, IsAQueueOfItsCapacity) {
  SpscRing<int> ring(3);  // rounded up to 4
  int value = -1;
  EXPECT_FALSE(ring.Pop(value));
  EXPECT_EQ(value, -1);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(ring.Free(), size_t(4 - i));
    EXPECT_TRUE(ring.Push(i));
  }
  EXPECT_FALSE(ring.Push(9));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_TRUE(ring.Pop(value));
      EXPECT_EQ(value, i);
      EXPECT_TRUE(ring.Push(i));
    }
  }
}

TEST(SpscRing, CarriesEverythingInOrderBetweenTwoThreads) {
  constexpr int kValues = 20000;
  SpscRing<int> ring(64);
  std::thread producer([&] {
    for (int i = 0; i < kValues;) {
      if (ring.Push(i)) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  int expected = 0;
  for (int value = 0; expected < kValues;) {
    if (!ring.Pop(value)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(value, expected);
    ++expected;
  }
  producer.join();
}

}  // namespace
}  // namespace magenta
