#include "magenta/base/random.h"

#include <gtest/gtest.h>

namespace magenta {
namespace {

// numpy.random.seed(0); numpy.random.random_sample(3)
TEST(SeededUniform, DrawsWhatNumpysLegacyGeneratorDraws) {
  SeededUniform source(0);
  EXPECT_DOUBLE_EQ(source.Next(), 0.5488135039273248);
  EXPECT_DOUBLE_EQ(source.Next(), 0.7151893663724195);
  EXPECT_DOUBLE_EQ(source.Next(), 0.6027633760716439);
}

TEST(StableUniform, IsInRangeAndDependsOnTextAndSeed) {
  EXPECT_NE(StableUniform("a.mid", 0), StableUniform("b.mid", 0));
  EXPECT_NE(StableUniform("a.mid", 0), StableUniform("a.mid", 1));
  EXPECT_LT(StableUniform("a.mid", 0), 1.0);
}

}  // namespace
}  // namespace magenta
