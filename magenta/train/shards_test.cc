#include "magenta/train/shards.h"

#include <gtest/gtest.h>

#include <cmath>

#include "magenta/models/model_spec.h"
#include "magenta/train/rnn/rnn_learner.h"

namespace magenta {
namespace {

RnnLearner LearnerOf(const char* config, LearnerOptions options = {}) {
  const ModelSpec& spec = **FindModel(config);
  RnnLayout layout{spec.codec->input_size(), spec.codec->num_classes(), spec.hparams};
  layout.hparams.rnn_layer_sizes = {8, 8};
  return {layout, spec.codec->default_label(), std::move(options)};
}

// Even, of at most 32 examples, 12 with attention.
TEST(ShardsTest, Number) {
  const struct {
    size_t examples;
    int without, with_attention;
  } rows[] = {{1, 1, 1},  {15, 1, 1}, {16, 2, 2},   {24, 2, 2},  {25, 2, 4},
              {64, 2, 6}, {65, 4, 6}, {128, 4, 12}, {200, 8, 18}};
  const RnnLearner lookback = LearnerOf("lookback_rnn"), attention = LearnerOf("attention_rnn");
  ASSERT_GT(attention.layout().hparams.attn_length, 0);
  for (const auto& row : rows) {
    EXPECT_EQ(ShardsOf(lookback, row.examples), row.without) << row.examples;
    EXPECT_EQ(ShardsOf(attention, row.examples), row.with_attention) << row.examples;
  }
}

// Threads do not matter at all, and the cut only by what float32 rounds.
TEST(ShardsTest, GradientsOfABatch) {
  for (const char* config : {"lookback_rnn", "attention_rnn"}) {
    const ModelSpec& spec = **FindModel(config);
    std::vector<DatasetExample> melodies;
    for (int i = 0; i < 26; ++i) {
      EventSequence events;
      for (int t = 0; t < 5 + 2 * i; ++t) events.events.push_back(50 + (i * 7 + t * t) % 20);
      melodies.push_back({"", 0, events});
    }
    const BatchSource source = {melodies, spec.codec.get()};
    const RnnLearner learner = LearnerOf(config);
    const std::vector<Variable> variables = StartVariables(learner.layout(), 1);
    const BatchGradients one = ComputeGradients(learner, variables, source, {0, 0}, 1);
    for (const int threads : {2, 3}) {
      EXPECT_EQ(ComputeGradients(learner, variables, source, {0, 0}, threads).gradients,
                one.gradients);
    }
    LearnerOptions options;
    options.shards = 1;
    const auto whole = ComputeGradients(LearnerOf(config, options), variables, source, {0, 0}, 1);
    for (size_t v = 0; v < variables.size(); ++v) {
      for (size_t i = 0; i < whole.gradients[v].size(); ++i) {
        EXPECT_NEAR(one.gradients[v][i], whole.gradients[v][i], 1e-6) << variables[v].name;
      }
    }
  }
}

}  // namespace
}  // namespace magenta
