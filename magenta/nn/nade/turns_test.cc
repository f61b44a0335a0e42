#include "magenta/nn/nade/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "magenta/nn/sampling.h"

namespace magenta {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Gives numbers of a list in turn, and counts.
class ListedUniform final : public UniformSource {
 public:
  explicit ListedUniform(std::vector<double> draws) : draws_(std::move(draws)) {}
  double Next() override { return draws_.at(used_++); }
  size_t used() const { return used_; }

 private:
  std::vector<double> draws_;
  size_t used_ = 0;
};

float LogitOf(double p) { return static_cast<float>(std::log(p / (1 - p))); }

TEST(Turns, EachClassThatIsAskedTakesOneNumber) {
  const struct {
    std::vector<float> turns;
    std::vector<double> draws;
    int drawn;
  } rows[] = {
      {{0, 0, 0, 0}, {0.49}, 0},
      {{0, 0, 0, 0}, {0.5, 0.49}, 1},
      {{0, 0, 0, 0}, {0.5, 0.5, 0.5}, 3},
      {{kPassed, kPassed, 0, 0}, {0.2}, 2},
      {{kPassed, kPassed, kPassed, 0}, {}, 3},
      {{LogitOf(0.9), 0}, {0.899}, 0},
      {{LogitOf(0.9), 0}, {0.901}, 1},
      {{-kInfinity, kInfinity, 0}, {0.0, 0.999}, 1},
      {{-100, 100, 0}, {1e-9, 0.999}, 1},
  };
  for (const auto& row : rows) {
    ListedUniform source(row.draws);
    EXPECT_EQ(DrawInTurn(row.turns, source), row.drawn);
    EXPECT_EQ(source.used(), row.draws.size());
  }
}

TEST(Turns, AsLogitsSumToOne) {
  std::vector<float> turns = {LogitOf(0.25), kPassed, LogitOf(0.5), LogitOf(1e-4), 0};
  TurnsToLogits(turns);
  EXPECT_EQ(turns[1], kPassed);
  const double wanted[] = {0.25, 0, 0.375, 0.375e-4, 0.375 * (1 - 1e-4)};
  for (size_t i = 0; i < turns.size(); ++i) EXPECT_NEAR(std::exp(turns[i]), wanted[i], 1e-7);
  // Far from 1/2 both sides stay finite, and what can't be is no number less than all others.
  std::vector<float> far = {80, -80, kInfinity, 0};
  TurnsToLogits(far);
  EXPECT_FLOAT_EQ(far[0], 0);
  EXPECT_FLOAT_EQ(far[1], -160);
  EXPECT_FLOAT_EQ(far[2], -80);
  EXPECT_EQ(far[3], -kInfinity);
}

TEST(Turns, FiltersSeeOneChoiceAtATime) {
  const std::vector<float> turns = {1.5f, kPassed, -0.5f, 0.0f, 0.0f};
  const auto filtered = [&](const Sampling& sampling, const std::vector<bool>* allowed = nullptr) {
    std::vector<float> values = turns;
    FilterTurns(DrawFilters(sampling), allowed, values);
    return values;
  };
  EXPECT_THAT(filtered({}), ::testing::ElementsAreArray(turns));
  EXPECT_THAT(filtered({.temperature = 0.5}), ::testing::ElementsAre(3, kPassed, -1, 0, 0));
  // A half or more is drawn.
  EXPECT_THAT(filtered({.temperature = 0}),
              ::testing::ElementsAre(kInfinity, kPassed, -kInfinity, kInfinity, 0));
  EXPECT_THAT(filtered({.top_k = 1}),
              ::testing::ElementsAre(kInfinity, kPassed, -kInfinity, kInfinity, 0));
  const std::vector<bool> allowed = {false, true, true, true, true};
  EXPECT_THAT(filtered({}, &allowed), ::testing::ElementsAre(-kInfinity, kPassed, -0.5f, 0, 0));
}

}  // namespace
}  // namespace magenta
