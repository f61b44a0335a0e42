#include "magenta/cli/train/blas_kernels.h"

#include <gtest/gtest.h>

namespace magenta::cli {
namespace {

TEST(BlasKernelsTest, AProcessorThatIsTakenForAnOldOneGetsItsVectors) {
  EXPECT_EQ(BetterCoreType("Prescott", {.avx2 = true, .avx512 = true}), "SkylakeX");
  EXPECT_EQ(BetterCoreType("Prescott", {.avx2 = true}), "Haswell");
  EXPECT_EQ(BetterCoreType("Prescott", {}), "");
  EXPECT_EQ(BetterCoreType("Zen", {.avx2 = true, .avx512 = true}), "SkylakeX");
  EXPECT_EQ(BetterCoreType("Zen", {.avx2 = true}), "");
  EXPECT_EQ(BetterCoreType("Cooperlake", {.avx2 = true, .avx512 = true}), "");
}

}  // namespace
}  // namespace magenta::cli
