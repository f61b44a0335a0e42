#include "magenta/nn/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace magenta {
namespace {

using ::testing::ElementsAre;

constexpr float kNo = -std::numeric_limits<float>::infinity();

std::vector<float> Applied(const LogitFilter& filter, std::vector<float> logits) {
  filter.Apply(logits);
  return logits;
}

TEST(SamplerTest, Temperature) {
  EXPECT_THAT(Applied(*MakeTemperature(1), {1, -2, 3}), ElementsAre(1, -2, 3));
  EXPECT_THAT(Applied(*MakeTemperature(2), {1, -2, 3}), ElementsAre(0.5, -1, 1.5));
  EXPECT_THAT(Applied(*MakeTemperature(0), {1, 3, -2, 3}), ElementsAre(kNo, 3, kNo, kNo));
}

TEST(SamplerTest, Mask) {
  EXPECT_THAT(Applied(*MakeMask({true, false, true}), {1, 2, 3}), ElementsAre(1, kNo, 3));
  EXPECT_THAT(Applied(*MakeMask({false, false, false}), {1, 2, 3}), ElementsAre(1, 2, 3));
  EXPECT_THAT(Applied(*MakeMask({true, false, false}), {kNo, 2, 3}), ElementsAre(kNo, 2, 3));
  EXPECT_THAT(Applied(*MakeMask({false}), {1, 2}), ElementsAre(kNo, 2));
}

TEST(SamplerTest, TopK) {
  EXPECT_THAT(Applied(*MakeTopK(2), {1, 3, 2, 3}), ElementsAre(kNo, 3, kNo, 3));
  EXPECT_THAT(Applied(*MakeTopK(2), {3, 3, 3, 1}), ElementsAre(3, 3, kNo, kNo));
  EXPECT_THAT(Applied(*MakeTopK(9), {3, 1}), ElementsAre(3, 1));
}

TEST(SamplerTest, SoftmaxSumsToOneAndForbidsWhatIsForbidden) {
  std::vector<float> p(4);
  Softmax(std::vector<float>{1, 2, kNo, 4}, p);
  const double sum = std::exp(1) + std::exp(2) + std::exp(4);
  EXPECT_NEAR(p[0], std::exp(1) / sum, 1e-7);
  EXPECT_NEAR(p[1], std::exp(2) / sum, 1e-7);
  EXPECT_EQ(p[2], 0.0f);
  EXPECT_NEAR(p[3], std::exp(4) / sum, 1e-7);
  Softmax(std::vector<float>{1e30f, -1e30f, 0, 0}, p);
  EXPECT_THAT(p, ElementsAre(1, 0, 0, 0));
}

TEST(SamplerTest, LogSoftmaxStaysFinite) {
  const std::vector<float> logits = {0, 200, 3};
  EXPECT_NEAR(LogSoftmaxAt(logits, 0), -200, 1e-4);
  EXPECT_NEAR(LogSoftmaxAt(logits, 1), 0, 1e-6);
}

struct DrawCase {
  std::vector<float> probabilities;
  double draw;
  int expected;
};

TEST(SamplerTest, DrawsTheFirstClassWhoseSumExceedsTheDraw) {
  for (const DrawCase& c : {
           DrawCase{{0.25f, 0.25f, 0.5f}, 0.0, 0}, DrawCase{{0.25f, 0.25f, 0.5f}, 0.2499, 0},
           DrawCase{{0.25f, 0.25f, 0.5f}, 0.25, 1},  // exceeds, not reaches
           DrawCase{{0.25f, 0.25f, 0.5f}, 0.9999, 2}, DrawCase{{0.0f, 1.0f, 0.0f}, 0.0, 1},
           DrawCase{{0.0f, 1.0f, 0.0f}, 0.999999999, 1},
           DrawCase{{1.0f, 1.0f}, 0.5, 1},                             // divided by the total
           DrawCase{{0.1f}, 0.99, 0}, DrawCase{{0.0f, 0.0f}, 0.5, 1},  // never out of range
       }) {
    EXPECT_EQ(DrawClass(c.probabilities, c.draw), c.expected) << c.draw;
  }
}

TEST(SamplerTest, PortableLog) {
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    const double want = std::log(x);
    EXPECT_NEAR(PortableLog(x), want, std::abs(want) * 1e-14) << x;
  }
  EXPECT_EQ(PortableLog(1), 0);
}

}  // namespace
}  // namespace magenta
