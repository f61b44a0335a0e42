#include "magenta/train/nade/nade_learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "magenta/nn/nade/nade_test_support.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/optimizer.h"

namespace magenta {
namespace {

constexpr int kTestPitches = 7, kTestUnits = 5;

HParams SmallNade(int attn_length = 0) {
  HParams hparams;
  hparams.rnn_layer_sizes = {6, 5};
  hparams.nade_hidden_units = kTestUnits;
  hparams.dropout_keep_prob = 1;
  hparams.attn_length = attn_length;
  return hparams;
}

/// Steps of which some are silent and some full.
Batch RandomSteps(const std::vector<int>& lengths, uint32_t seed = 4) {
  std::mt19937 engine(seed);
  Batch batch;
  batch.packing = std::make_shared<const Packing>(PackLengths(lengths));
  batch.input_size = kTestPitches;
  for (int64_t row = 0; row < batch.packing->rows(); ++row) {
    const uint32_t odds = 1 + engine() % 4;
    for (int pitch = 0; pitch < kTestPitches; ++pitch) {
      if (odds == 4 || engine() % 4 < odds - 1) batch.inputs.Add(pitch, 1);
    }
    batch.inputs.EndRow();
    batch.row_ids.push_back(static_cast<uint64_t>(row));
  }
  return batch;
}

TEST(NadeLearner, VariablesAreThoseOfTheNetwork) {
  for (const int attention : {0, 3}) {
    const NadeLearner learner(kTestPitches, SmallNade(attention));
    std::map<std::string, std::vector<int64_t>> trained, loaded;
    for (const Variable& v : learner.StartVariables(3)) trained[v.name] = v.shape;
    NadeShape shape;
    shape.layers = {kTestPitches, {6, 5}, 0, attention > 0, false};
    shape.pitches = kTestPitches;
    shape.units = kTestUnits;
    for (const NetworkVariable& v : NadeVariables(shape)) loaded[v.name] = v.shape;
    EXPECT_EQ(trained, loaded);
  }
  for (const Variable& v : NadeLearner(kTestPitches, SmallNade()).StartVariables(3)) {
    if (!v.name.starts_with("nade/")) continue;
    for (const float x : v.value) EXPECT_LE(std::abs(x), 2 / std::sqrt(float{kTestPitches}));
  }
}

// In double, step by step, with what the runtime's test computes.
TEST(NadeLearner, TheLossIsWhatTheFormulasSay) {
  const NadeLearner learner(kTestPitches, SmallNade());
  const std::vector<Variable> variables = learner.StartVariables(3);
  const TensorMap tensors = ToTensors(variables, false);
  const std::vector<int> lengths = {6, 4};
  const Batch batch = RandomSteps(lengths);
  double loss = 0, probability = 0;
  for (int sequence = 0; sequence < 2; ++sequence) {
    PlainNade plain(tensors, {kTestPitches, kTestUnits, {6, 5}});
    plain.Hear({});
    for (int t = 0; t < lengths[sequence]; ++t) {
      const SparseVector step = batch.inputs.Row(batch.packing->offset[t] + sequence);
      double log_prob = 0;
      for (int pitch = 0; pitch < kTestPitches; ++pitch) {
        const double p = 1 / (1 + std::exp(-plain.Turn(pitch)));
        const bool sounds = std::ranges::count(step.index, pitch) > 0;
        log_prob += std::log(1e-6 + (sounds ? p : 1 - p));
        if (sounds) plain.Sound(pitch);
      }
      loss -= log_prob;
      probability += std::exp(log_prob);
      plain.Hear(step);
    }
  }
  const ScoreSums sums = learner.Score(variables, batch);
  EXPECT_EQ(sums.steps, 10);
  EXPECT_EQ(sums.cells, 10 * kTestPitches);
  EXPECT_EQ(sums.events, static_cast<int64_t>(batch.inputs.index.size()));
  EXPECT_NEAR(sums.loss, loss, 1e-5 * loss);
  EXPECT_NEAR(sums.probability, probability, 1e-5);
  const Metrics metrics = sums.ToMetrics();
  ASSERT_TRUE(metrics.roll.has_value());
  EXPECT_NEAR(metrics.loss, loss / 10, 1e-5);
}

TEST(NadeLearner, GradientsAreThoseOfTheLoss) {
  UseOneThread();
  for (const int attention : {0, 3}) {
    const NadeLearner learner(kTestPitches, SmallNade(attention));
    std::vector<Variable> variables = learner.StartVariables(5);
    const Batch batch = RandomSteps({9, 7, 7, 2});
    const int64_t steps = batch.packing->rows();
    std::vector<std::vector<float>> gradients;
    const ScoreSums sums = learner.Gradients(variables, batch, {}, steps, gradients);
    EXPECT_NEAR(sums.loss, learner.Score(variables, batch).loss, 1e-5);
    ASSERT_EQ(gradients.size(), variables.size());
    constexpr float kStep = 2e-2f;
    for (size_t v = 0; v < variables.size(); ++v) {
      ASSERT_EQ(gradients[v].size(), variables[v].value.size());
      for (size_t k = 0; k < variables[v].value.size(); k += 1 + variables[v].value.size() / 13) {
        const float before = variables[v].value[k];
        const auto loss_at = [&](float x) {
          variables[v].value[k] = x;
          return learner.Score(variables, batch).loss / static_cast<double>(steps);
        };
        const double slope = (loss_at(before + kStep) - loss_at(before - kStep)) / (2.0 * kStep);
        variables[v].value[k] = before;
        EXPECT_NEAR(gradients[v][k], slope, 2e-3 * std::abs(slope) + 2e-4)
            << variables[v].name << " " << k;
      }
    }
  }
}

TEST(NadeLearner, LearnsOfDropoutAndForgetsNothingOfItsOwn) {
  HParams hparams = SmallNade();
  hparams.dropout_keep_prob = 0.5;
  const NadeLearner learner(kTestPitches, hparams);
  const std::vector<Variable> variables = learner.StartVariables(5);
  const Batch batch = RandomSteps({9, 7});
  std::vector<std::vector<float>> one, again, other;
  learner.Gradients(variables, batch, {1, 1}, 16, one);
  learner.Gradients(variables, batch, {1, 1}, 16, again);
  learner.Gradients(variables, batch, {1, 2}, 16, other);
  EXPECT_EQ(one, again);
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace magenta
