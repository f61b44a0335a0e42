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

TEST(SamplerTest, MembersThatStayHoldWhatAllHeld) {
  const auto probabilities = [](const std::vector<bool>& allowed, std::vector<float> logits) {
    AllowAmong({false, true, true, true}, allowed, logits);
    Softmax(logits, logits);
    return logits;
  };
  const auto log = [](double p) { return static_cast<float>(std::log(p)); };
  const std::vector<float> logits = {log(0.2), log(0.5), log(0.2), log(0.1)};
  using ::testing::FloatNear;
  EXPECT_THAT(
      probabilities({true, false, true, true}, logits),
      ElementsAre(FloatNear(0.2, 1e-6), 0, FloatNear(0.8 * 2 / 3, 1e-6), FloatNear(0.8 / 3, 1e-6)));
  // However improbable they were.
  EXPECT_THAT(probabilities({true, false, false, true}, {0, 80, 80, 0}),
              ElementsAre(FloatNear(0, 1e-6), 0, 0, FloatNear(1, 1e-6)));
  EXPECT_THAT(probabilities({true, true, true, true}, logits),
              ElementsAre(FloatNear(0.2, 1e-6), FloatNear(0.5, 1e-6), FloatNear(0.2, 1e-6),
                          FloatNear(0.1, 1e-6)));
  // None stays.
  EXPECT_THAT(probabilities({true, false, false, false}, logits), ElementsAre(1, 0, 0, 0));
}

TEST(SamplerTest, TopK) {
  EXPECT_THAT(Applied(*MakeTopK(2), {1, 3, 2, 3}), ElementsAre(kNo, 3, kNo, 3));
  EXPECT_THAT(Applied(*MakeTopK(2), {3, 3, 3, 1}), ElementsAre(3, 3, kNo, kNo));
  EXPECT_THAT(Applied(*MakeTopK(9), {3, 1}), ElementsAre(3, 1));
}

/// {probabilities, parameter, expected}: what a filter leaves of a distribution.
struct FilterCase {
  std::vector<float> probabilities;
  double parameter;
  std::vector<float> expected;
};

void ExpectLeft(const FilterCase& c, const LogitFilter& filter,
                const std::vector<bool>& members = {}) {
  std::vector<float> p;
  for (const float x : c.probabilities) p.push_back(std::log(x));
  if (members.empty()) {
    filter.Apply(p);
  } else {
    filter.ApplyTo(p, members);
  }
  Softmax(p, p);
  for (size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(p[i], c.expected[i], 1e-6) << "class " << i << " at " << c.parameter;
    EXPECT_EQ(p[i] == 0, c.expected[i] == 0) << "class " << i << " at " << c.parameter;
  }
}

TEST(SamplerTest, TopKLeaves) {
  for (const FilterCase& c : {
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 1, {0, 0, 0, 1}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 3, {0, 0.2f / 0.9f, 0.3f / 0.9f, 0.4f / 0.9f}},
           FilterCase{{0.4f, 0.3f, 0.2f, 0.1f}, 4, {0.4f, 0.3f, 0.2f, 0.1f}},
           FilterCase{{0.25f, 0.25f, 0.25f, 0.25f}, 2, {0.5f, 0.5f, 0, 0}},
       }) {
    ExpectLeft(c, *MakeTopK(static_cast<int>(c.parameter)));
  }
}

TEST(SamplerTest, TopPLeavesTheFewestThatSumToIt) {
  for (const FilterCase& c : {
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 1e-9, {0, 0, 0, 1}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.39, {0, 0, 0, 1}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.41, {0, 0, 0.3f / 0.7f, 0.4f / 0.7f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.69, {0, 0, 0.3f / 0.7f, 0.4f / 0.7f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.8, {0, 0.2f / 0.9f, 0.3f / 0.9f, 0.4f / 0.9f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 1, {0.1f, 0.2f, 0.3f, 0.4f}},
           FilterCase{{0.25f, 0.25f, 0.25f, 0.25f}, 0.3, {0.5f, 0.5f, 0, 0}},  // ties in order
           FilterCase{{0.5f, 0, 0.5f}, 0.7, {0.5f, 0, 0.5f}},                  // forbidden stays so
       }) {
    ExpectLeft(c, *MakeTopP(c.parameter));
  }
}

TEST(SamplerTest, MinPLeavesWhatIsNearTheLargest) {
  for (const FilterCase& c : {
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0, {0.1f, 0.2f, 0.3f, 0.4f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.24, {0.1f, 0.2f, 0.3f, 0.4f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.26, {0, 0.2f / 0.9f, 0.3f / 0.9f, 0.4f / 0.9f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 0.74, {0, 0, 0.3f / 0.7f, 0.4f / 0.7f}},
           FilterCase{{0.1f, 0.2f, 0.3f, 0.4f}, 1, {0, 0, 0, 1}},
           FilterCase{{0.4f, 0.4f, 0.2f}, 1, {0.5f, 0.5f, 0}},
       }) {
    ExpectLeft(c, *MakeMinP(c.parameter));
  }
}

TEST(SamplerTest, MemberTemperatureKeepsWhatMembersHoldTogether) {
  const std::vector<bool> last_two = {false, false, true, true};
  // At temperature 1 the members hold 0.5; among them 0.1 to 0.4 becomes 0.01 to 0.16.
  const std::vector<float> p = {0.3f, 0.2f, 0.1f, 0.4f};
  ExpectLeft({p, 1, {0.3f, 0.2f, 0.1f, 0.4f}}, *MakeMemberTemperature(1, 1), last_two);
  ExpectLeft({p, 0.5, {0.3f, 0.2f, 0.5f / 17, 8.0f / 17}}, *MakeMemberTemperature(1, 0.5),
             last_two);
  ExpectLeft({p, 0, {0.3f, 0.2f, 0, 0.5f}}, *MakeMemberTemperature(1, 0), last_two);
  ExpectLeft({p, 1e6, {0.3f, 0.2f, 0.25f, 0.25f}}, *MakeMemberTemperature(1, 1e6), last_two);
  // Temperature 0.5: 9, 4 and together 1 + 16 of 30; among them as they were, 1 to 4.
  ExpectLeft({p, 1, {9 / 30.0f, 4 / 30.0f, 17 / 150.0f, 68 / 150.0f}},
             *MakeMemberTemperature(0.5, 1), last_two);
  // Temperature 0: the largest is a member, and which one is drawn; or it is none.
  ExpectLeft({p, 1, {0, 0, 0.2f, 0.8f}}, *MakeMemberTemperature(0, 1), last_two);
  ExpectLeft({p, 0, {0, 0, 0, 1}}, *MakeMemberTemperature(0, 0), last_two);
  ExpectLeft({{0.6f, 0.1f, 0.1f, 0.2f}, 1, {1, 0, 0, 0}}, *MakeMemberTemperature(0, 1), last_two);
  // Nobody to tell apart, or nobody who may be drawn.
  ExpectLeft({p, 0.5, {0.3f, 0.2f, 0.1f, 0.4f}}, *MakeMemberTemperature(1, 0.5),
             {false, false, false, false});
  ExpectLeft({p, 0.5, {0.3f, 0.2f, 0.1f, 0.4f}}, *MakeMemberTemperature(1, 0.5));
  ExpectLeft({{0.5f, 0.5f, 0, 0}, 0.5, {0.5f, 0.5f, 0, 0}}, *MakeMemberTemperature(1, 0.5),
             last_two);
}

TEST(SamplerTest, MemberMinPLeavesWhatIsNearTheLargestMember) {
  const std::vector<bool> last_three = {false, true, true, true};
  const std::vector<float> p = {0.9f, 0.01f, 0.03f, 0.06f};
  ExpectLeft({p, 0.1, p}, *MakeMemberMinP(0.1), last_three);
  ExpectLeft({p, 0.2, {0.9f, 0, 0.1f / 3, 0.2f / 3}}, *MakeMemberMinP(0.2), last_three);
  ExpectLeft({p, 1, {0.9f, 0, 0, 0.1f}}, *MakeMemberMinP(1), last_three);
  ExpectLeft({p, 1, p}, *MakeMemberMinP(1));
  ExpectLeft({{1, 0, 0, 0}, 1, {1, 0, 0, 0}}, *MakeMemberMinP(1), last_three);
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

TEST(SamplerTest, AddToSoftmaxMixes) {
  std::vector<float> logits = {1, 2, kNo, 4, -200}, before(5), after(5);
  Softmax(logits, before);
  const std::vector<int> labels = {3, 4};
  const std::vector<double> weights = {0.5, 1.5};
  AddToSoftmax(labels, weights, logits);
  Softmax(logits, after);
  for (size_t i = 0; i < 5; ++i) {
    const double added = i == 3 ? 0.5 : i == 4 ? 1.5 : 0;
    EXPECT_NEAR(after[i], (before[i] + added) / 3, 1e-7) << i;
  }
  EXPECT_EQ(logits[1], 2);
  EXPECT_EQ(logits[2], kNo);
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
