#include "magenta/train/batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "magenta/models/model_spec.h"
#include "magenta/train/optimizer.h"
#include "magenta/train/score.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

using testing::ElementsAre;

TEST(PackingTest, Rows) {
  struct Row {
    std::vector<int> lengths, active;
    std::vector<int64_t> offset;
  };
  const Row rows[] = {
      {{}, {}, {0}},
      {{1}, {1}, {0, 1}},
      {{3, 2, 2}, {3, 3, 1}, {0, 3, 6, 7}},
      {{2, 2}, {2, 2}, {0, 2, 4}},
      {{4, 1}, {2, 1, 1, 1}, {0, 2, 3, 4, 5}},
  };
  for (const Row& row : rows) {
    const Packing packing = PackLengths(row.lengths);
    EXPECT_EQ(packing.active, row.active);
    EXPECT_EQ(packing.offset, row.offset);
  }
}

TEST(MakeBatchTest, PacksByFallingLength) {
  const ModelSpec& spec = **FindModel("basic_rnn");
  const std::vector<DatasetExample> examples = {
      {"", 0, EventSequence{{60, 61, 62}, {}}},
      {"", 0, EventSequence{{50, 51}, {}}},
      {"", 0, EventSequence{{70, 71, 72, 73}, {}}},
  };
  const std::vector<int> chosen = {1, 2, 0};
  const std::vector<int> places = {0, 1, 2};
  const Batch batch = MakeBatch(examples, chosen, places, *spec.codec);
  EXPECT_THAT(batch.packing->active, ElementsAre(3, 2, 1));
  EXPECT_EQ(batch.examples(), 3);
  EXPECT_EQ(batch.longest(), 3);
  const int c = 2 - 48;  // pitch to class
  EXPECT_THAT(batch.labels, ElementsAre(71 + c, 61 + c, 51 + c, 72 + c, 62 + c, 73 + c));
  std::vector<int> ones;
  const std::vector<float> inputs = batch.DenseInputs();
  for (size_t row = 0; row < batch.labels.size(); ++row) {
    const auto begin = inputs.begin() + static_cast<std::ptrdiff_t>(row * batch.input_size);
    EXPECT_EQ(std::count(begin, begin + batch.input_size, 0.0f), batch.input_size - 1);
    ones.push_back(static_cast<int>(std::find(begin, begin + batch.input_size, 1.0f) - begin));
  }
  EXPECT_THAT(ones, ElementsAre(70 + c, 60 + c, 50 + c, 71 + c, 61 + c, 72 + c));
  constexpr uint64_t kPlace = uint64_t{1} << 32;
  EXPECT_THAT(batch.row_ids,
              ElementsAre(kPlace, 2 * kPlace, 0, kPlace + 1, 2 * kPlace + 1, kPlace + 2));
}

/// Transposes by the key's last digit, goes on for as many notes, and tells it as control.
class VaryingKind final : public toy::ToyKind {
 public:
  EventSequence Varied(const EventSequence& example, uint64_t key) const override {
    const auto digit = static_cast<Event>(key % 10);
    EventSequence varied = example;
    for (Event& event : varied.events) event += digit;
    varied.events.resize(example.events.size() + static_cast<size_t>(digit), varied.events.back());
    varied.control = {digit};
    return varied;
  }
};

// Another key at each step and place, whatever example stands there; dense ones have none.
TEST(HeardExamplesTest, Varies) {
  const ModelSpec& spec = **FindModel("basic_rnn");
  const VaryingKind kind;
  std::vector<DatasetExample> examples(41, {"", 0, EventSequence{{60, 61}, {}}});
  examples[40].content = EncodeExample(*spec.codec, EventSequence{{60, 61}, {}});
  std::vector<int> all(40);
  std::iota(all.begin(), all.end(), 0);
  const auto digits = [&](const Variation& variation) {
    std::vector<int> digits;
    for (const DatasetExample& heard : HeardExamples(examples, all, variation)) {
      const auto& events = std::get<EventSequence>(heard.content);
      digits.push_back(events.events[0] - 60);
      EXPECT_EQ(heard.steps(), 1 + digits.back());
      EXPECT_THAT(events.control, ElementsAre(digits.back()));
    }
    return digits;
  };
  const std::vector<int> varied = digits({&kind, 1, 2});
  EXPECT_EQ(std::set(varied.begin(), varied.end()).size(), 10u);
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(digits({&kind, 1, 2}), varied);
  EXPECT_NE(digits({&kind, 1, 3}), varied);
  EXPECT_NE(digits({&kind, 2, 2}), varied);
  const std::vector<int> chosen = {3, 40};
  const auto heard = HeardExamples(examples, chosen, {&kind, 1, 2});
  EXPECT_EQ(heard[0].steps(), 1 + varied[0]);
  EXPECT_EQ(std::get<TrainingExample>(heard[1].content),
            std::get<TrainingExample>(examples[40].content));
  for (const DatasetExample& same : HeardExamples(examples, chosen, {nullptr, 1, 2})) {
    EXPECT_EQ(same.steps(), 1);
  }
}

std::vector<int> Lengths(int count) {
  std::vector<int> lengths;
  for (int i = 0; i < count; ++i) lengths.push_back(100 + (i * 7919) % 400);
  return lengths;
}

constexpr BatchRule kRules[] = {BatchRule::kLikeLengths, BatchRule::kChance};

TEST(BatchOrderTest, EveryExampleOnceAnEpoch) {
  struct Row {
    int examples, batch_size, batches, smallest;
  };
  const Row rows[] = {{1, 128, 1, 1}, {128, 128, 1, 128}, {129, 128, 2, 64},
                      {10, 3, 4, 2},  {7, 1, 7, 1},       {1000, 64, 16, 62}};
  for (const Row& row : rows) {
    std::vector<int> all(row.examples);
    std::iota(all.begin(), all.end(), 0);
    for (const BatchRule rule : kRules) {
      BatchOrder order(Lengths(row.examples), row.batch_size, 0, rule);
      ASSERT_EQ(order.batches_per_epoch(), row.batches);
      for (const int64_t epoch : {0, 5}) {
        std::vector<int> seen;
        for (int64_t b = 0; b < row.batches; ++b) {
          const auto batch = order.At({epoch, b});
          EXPECT_LE(batch.size(), static_cast<size_t>(row.batch_size));
          EXPECT_GE(batch.size(), static_cast<size_t>(row.smallest));
          seen.insert(seen.end(), batch.begin(), batch.end());
        }
        std::sort(seen.begin(), seen.end());
        EXPECT_EQ(seen, all);
      }
    }
  }
}

TEST(BatchOrderTest, IsAFunctionOfSeedAndPosition) {
  for (const BatchRule rule : kRules) {
    const auto at = [&](uint32_t seed, DataPosition position) {
      BatchOrder order(Lengths(300), 32, seed, rule);
      const auto batch = order.At(position);
      return std::vector<int>(batch.begin(), batch.end());
    };
    BatchOrder walked(Lengths(300), 32, 1, rule);
    DataPosition position;
    for (int i = 0; i < 25; ++i) {
      const auto batch = walked.At(position);
      EXPECT_EQ(at(1, position), std::vector<int>(batch.begin(), batch.end()));
      position = walked.Next(position);
    }
    EXPECT_EQ(position, (DataPosition{2, 5}));
    EXPECT_NE(at(1, {0, 0}), at(2, {0, 0}));
    EXPECT_NE(at(1, {0, 0}), at(1, {1, 0}));
  }
}

// A run of today goes on tomorrow: the orders stay what they are, to the last place.
TEST(BatchOrderTest, StaysWhatItIs) {
  const auto order = [](BatchRule rule) {
    BatchOrder walked(Lengths(9), 3, 5, rule);
    std::vector<int> examples;
    for (int64_t b = 0; b < 3; ++b) {
      const auto batch = walked.At({1, b});
      examples.insert(examples.end(), batch.begin(), batch.end());
    }
    return examples;
  };
  EXPECT_THAT(order(BatchRule::kLikeLengths), ElementsAre(0, 4, 8, 3, 7, 2, 6, 1, 5));
  EXPECT_THAT(order(BatchRule::kChance), ElementsAre(2, 6, 3, 8, 1, 7, 5, 0, 4));
}

// The share of a batch that would be padding, were it padded to its longest example.
double PaddingOf(BatchRule rule) {
  const std::vector<int> lengths = Lengths(2000);
  BatchOrder order(lengths, 64, 3, rule);
  int64_t real = 0, padded = 0;
  for (int64_t b = 0; b < order.batches_per_epoch(); ++b) {
    int64_t longest = 0, count = 0;
    for (const int i : order.At({0, b})) {
      longest = std::max<int64_t>(longest, lengths[i]);
      real += lengths[i];
      ++count;
    }
    padded += longest * count;
  }
  return 1 - double(real) / double(padded);
}

// Lengths are even between 100 and 500: their mean is 0.6 of the longest.
TEST(BatchOrderTest, ChanceLooksAtNoLength) {
  EXPECT_LT(PaddingOf(BatchRule::kLikeLengths), 0.05);
  EXPECT_NEAR(PaddingOf(BatchRule::kChance), 0.4, 0.03);
}

TEST(ClipTest, EachTensorByItsOwnNorm) {
  struct Row {
    double clip;
    std::vector<float> in, out;
  };
  const Row rows[] = {
      {5, {3, 4}, {3, 4}},          // of that norm already
      {1, {3, 4}, {0.6f, 0.8f}},    //
      {0, {300, 400}, {300, 400}},  // off
      {1, {0, 0}, {0, 0}},
  };
  for (const Row& row : rows) {
    std::vector<float> gradient = row.in;
    ClipByNorm(row.clip, gradient);
    for (size_t i = 0; i < gradient.size(); ++i) EXPECT_FLOAT_EQ(gradient[i], row.out[i]);
  }
}

// Epsilon outside the correction: at the first step lr_t m / (sqrt(v) + eps) with
// lr_t = lr sqrt(.001) / .1, so a gradient of 1e-7 moves a weight by 0.24 lr, where PyTorch's Adam
// would move it by 0.91 lr.
TEST(AdamTest, FirstStep) {
  std::vector<Variable> variables = {{"w", {2}, {1, 1}, {0, 0}, {0, 0}, {}}};
  AdamPowers powers;
  AdamStep(0.01, {{2.0f, 1e-7f}}, variables, powers);
  EXPECT_NEAR(variables[0].value[0], 1 - 0.01, 1e-6);
  const double m = 1e-8, v = 1e-17, rate = 0.01 * std::sqrt(0.001) / 0.1;
  EXPECT_NEAR(1 - variables[0].value[1], rate * m / (std::sqrt(v) + 1e-8), 1e-7);
  EXPECT_FLOAT_EQ(variables[0].first_moment[0], 0.2f);
  EXPECT_NEAR(variables[0].second_moment[0], 0.004, 1e-7);  // 1 - .999 is float32's
  EXPECT_FLOAT_EQ(powers.beta1, 0.81f);
  EXPECT_FLOAT_EQ(powers.beta2, 0.998001f);
}

TEST(WeightDecayTest, MatricesAlone) {
  std::vector<Variable> variables = {{"m", {1, 2}, {8, -4}, {1, 1}, {1, 1}, {}},
                                     {"b", {2}, {8, -4}, {1, 1}, {1, 1}, {}}};
  DecayWeights(0.25, variables);
  EXPECT_THAT(variables[0].value, ElementsAre(6, -3));
  EXPECT_THAT(variables[1].value, ElementsAre(8, -4));
  EXPECT_THAT(variables[0].first_moment, ElementsAre(1, 1));
}

TEST(RateScheduleTest, Factors) {
  struct Row {
    RateSchedule schedule;
    int64_t step;
    double factor;
  };
  const RateSchedule constant, rising = {RateShape::kConstant, 4, 0};
  const RateSchedule linear = {RateShape::kLinear, 0, 10}, cosine = {RateShape::kCosine, 0, 12};
  const RateSchedule both = {RateShape::kLinear, 4, 14};
  const Row rows[] = {
      {constant, 0, 1},  {constant, 1000, 1}, {rising, 0, 0.2}, {rising, 3, 0.8}, {rising, 4, 1},
      {rising, 99, 1},   {linear, 0, 1},      {linear, 5, 0.5}, {linear, 9, 0.1}, {cosine, 0, 1},
      {cosine, 4, 0.75}, {cosine, 6, 0.5},    {cosine, 8, .25}, {both, 0, 0.2},   {both, 3, 0.8},
      {both, 4, 1},      {both, 9, 0.5},      {both, 13, 0.1},
  };
  for (const Row& row : rows) {
    EXPECT_NEAR(row.schedule.FactorAt(row.step), row.factor, 1e-12)
        << RateShapeName(row.schedule.shape) << " " << row.step;
  }
}

// Shares of 8/9 or so at first, however slow the decay; 1 - decay later on.
TEST(AverageTest, ByHand) {
  std::vector<Variable> variables = {{"w", {1}, {1}, {0}, {0}, {1}}};
  const auto after = [&](double decay, int64_t step, float value) {
    variables[0].value[0] = value;
    AverageStep(decay, step, variables);
    return variables[0].average[0];
  };
  EXPECT_FLOAT_EQ(after(0.5, 1, 12), 1 + 9.0f / 11 * 11);   // d = 2/11
  EXPECT_FLOAT_EQ(after(0.5, 2, 22), 10 + 9.0f / 12 * 12);  // d = 3/12
  EXPECT_FLOAT_EQ(after(0.5, 8, 1), 19 - 9);                // d = 9/18
  EXPECT_FLOAT_EQ(after(0.5, 1000, 20), 15);                // d = 0.5
  EXPECT_EQ(variables[0].value[0], 20);
  const std::vector<Variable> used = Averaged(variables);
  EXPECT_EQ(used[0].value[0], 15);
  EXPECT_TRUE(used[0].average.empty());
}

TEST(ScoreTest, SumsAndGradient) {
  // Rows: right event, wrong event, right default, wrong default.
  const std::vector<float> logits = {0, 2, 0, 0, 2, 0, 3, 0, 0, 0, 0, 1};
  const std::vector<int> labels = {1, 2, 0, 0};
  std::vector<float> gradient(logits.size());
  const ScoreSums sums = ScoreLogits(logits, labels, 3, 0, 0.25, gradient);
  const Metrics metrics = sums.ToMetrics();
  const double e = std::exp(1), e2 = std::exp(2), e3 = std::exp(3);
  const double loss = -std::log(e2 / (e2 + 2)) - std::log(1 / (e2 + 2)) - std::log(e3 / (e3 + 2)) -
                      std::log(1 / (e + 2));
  EXPECT_NEAR(metrics.loss, loss / 4, 1e-6);
  EXPECT_EQ(metrics.accuracy, 0.5);
  EXPECT_EQ(metrics.event_accuracy, 0.5);
  EXPECT_EQ(metrics.no_event_accuracy, 0.5);
  EXPECT_NEAR(metrics.per_class_accuracy, (0.5 + 1 + 0) / 3, 1e-12);
  EXPECT_NEAR(gradient[1], 0.25 * (e2 / (e2 + 2) - 1), 1e-7);
  EXPECT_NEAR(gradient[0], 0.25 / (e2 + 2), 1e-7);
  EXPECT_EQ(metrics.steps, 4);
}

TEST(ScoreTest, ShareOfNothingIsNoNumber) {
  const Metrics metrics =
      ScoreLogits(std::vector<float>{0, 1}, std::vector<int>{1}, 2, 0, 1, {}).ToMetrics();
  EXPECT_TRUE(std::isnan(metrics.no_event_accuracy));
  EXPECT_EQ(metrics.event_accuracy, 1);
}

TEST(ScoreTest, PoolsByAdding) {
  const std::vector<float> logits = {0, 2, 1, 0, 5, 0};
  const std::vector<int> labels = {1, 1, 0};
  const ScoreSums whole = ScoreLogits(logits, labels, 2, 0, 1, {});
  ScoreSums sums = ScoreLogits(std::span(logits).first(2), std::span(labels).first(1), 2, 0, 1, {});
  sums.Add(ScoreLogits(std::span(logits).subspan(2), std::span(labels).subspan(1), 2, 0, 1, {}));
  EXPECT_NEAR(sums.loss, whole.loss, 1e-12);
  EXPECT_EQ(sums.class_correct, whole.class_correct);
  EXPECT_EQ(sums.ToMetrics().accuracy, whole.ToMetrics().accuracy);
}

}  // namespace
}  // namespace magenta
