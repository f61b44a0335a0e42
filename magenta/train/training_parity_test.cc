// Thirty steps beside Magenta's own, from its checkpoint on its batch: losses and metrics of every
// step, and the weights and slots at the end.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "magenta/base/files.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/models/model_spec.h"
#include "magenta/train/optimizer.h"
#include "magenta/train/rnn/rnn_learner.h"
#include "magenta/train/run_folder.h"
#include "magenta/train/shards.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using Json = nlohmann::json;

std::string SharedGoldens() {
  const char* shared = std::getenv("MAGENTA_SHARED");
  return std::string(shared != nullptr ? shared : "../shared") + "/goldens";
}

/// The shared figures, or those of them in the tree.
std::string GoldensFolder() {
  return std::filesystem::exists(SharedGoldens()) ? SharedGoldens() : "tests/golden";
}

std::vector<Json> ReadLines(const std::string& path) {
  std::ifstream file(path);
  std::vector<Json> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(Json::parse(line));
  return rows;
}

std::vector<DatasetExample> BatchExamples(const std::string& path) {
  std::vector<DatasetExample> examples;
  for (const Json& row : ReadLines(path)) {
    examples.push_back({"", 0, EventSequence{row.get<std::vector<Event>>(), {}}});
  }
  return examples;
}

// Relative, but for figures that are 0.
void ExpectClose(double found, const Json& row, const std::string& name, double tolerance) {
  if (row[name].is_null()) return;
  const double expected = row[name];
  EXPECT_NEAR(found, expected, tolerance * std::max(std::abs(expected), 1e-3))
      << row["config"] << " step " << row["step"] << " " << name;
}

// On this batch attention_rnn is chaotic in float32: start weights moved by half a unit in the last
// place change the loss by 1e-7 until step 14, by 1e-5 at step 15 and by up to 3e-3 after it;
// the same network in float64 comes as far as 6.5e-3 from what TensorFlow recorded, TensorFlow
// itself on one thread 1.4e-2 (docs/parity.md).
double LossTolerance(const Json& row) {
  const bool chaotic = row["config"] == "attention_rnn" && row["step"] > 16;
  return chaotic ? 7e-3 : 1e-4;
}

class TrainingParityTest : public testing::TestWithParam<const char*> {};

TEST_P(TrainingParityTest, ThirtySteps) {
  const std::string config = GetParam();
  const std::string folder = GoldensFolder() + "/models/" + config + "/step";
  std::vector<Json> rows;
  for (Json& row : ReadLines(GoldensFolder() + "/training.jsonl")) {
    if (row["config"] == config) rows.push_back(std::move(row));
  }
  ASSERT_EQ(rows.size(), 30u);

  const auto spec = FindModel(config);
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto hparams = ParseHParams(rows[0]["hparams"].get<std::string>(), (*spec)->hparams);
  ASSERT_TRUE(hparams.ok()) << hparams.status();
  const RnnLayout layout{(*spec)->codec->input_size(), (*spec)->codec->num_classes(), *hparams};
  std::vector<Variable> variables = StartVariables(layout, 0);
  const auto start = ReadCheckpoint(folder + "/model.ckpt-0");
  ASSERT_TRUE(start.ok()) << start.status();
  ASSERT_TRUE(TakeValues(*start, variables).ok());
  ASSERT_TRUE(TakeSlots(*start, variables).value());
  RunState state = ReadRunState(*start, {}).value();

  const auto examples = BatchExamples(folder + "/batch.jsonl");
  const RnnLearner learner(layout, (*spec)->codec->default_label());
  for (const Json& row : rows) {
    auto batch =
        ComputeGradients(learner, variables, {examples, (*spec)->codec.get()}, {0, state.step}, 2);
    const Metrics metrics = batch.sums.ToMetrics();
    const double tolerance = LossTolerance(row);
    ExpectClose(metrics.loss, row, "loss", tolerance);
    ExpectClose(metrics.perplexity(), row, "metrics/perplexity", 3 * tolerance);
    // Two classes that are nearly equal may change places: one step in 3000.
    for (const auto& [name, value] : metrics.Figures()) {
      if (name.ends_with("accuracy") && row.contains(name)) {
        EXPECT_NEAR(value, row[name].get<double>(), std::max(2e-3, 4 * tolerance))
            << config << row["step"] << name;
      }
    }
    for (auto& gradient : batch.gradients) ClipByNorm(hparams->clip_norm, gradient);
    AdamStep(hparams->learning_rate, batch.gradients, variables, state.powers);
    ++state.step;
  }

  RowsChecked(rows.size(), "training.jsonl, " + config);
  if (!std::filesystem::exists(folder + "/model.ckpt-30.index")) {
    std::puts(RowsLeftOut(1, config + "'s checkpoint after the steps").c_str());
    return;
  }
  const auto end = ReadCheckpoint(folder + "/model.ckpt-30");
  ASSERT_TRUE(end.ok()) << end.status();
  const TensorMap found = RunTensors(variables, state, config, "");
  double largest = 0, apart = 0, moved = 0;
  for (const auto& [name, tensor] : *end) {
    ASSERT_TRUE(found.contains(name)) << name;
    ASSERT_EQ(found.at(name).shape, tensor.shape) << name;
    if (tensor.dtype != DType::kFloat32) {
      EXPECT_EQ(found.at(name), tensor) << name;
      continue;
    }
    const auto a = found.at(name).floats();
    const auto b = tensor.floats(), before = start->at(name).floats();
    for (size_t i = 0; i < a.size(); ++i) {
      const double difference = double{a[i]} - double{b[i]}, way = double{b[i]} - double{before[i]};
      largest = std::max(largest, std::abs(difference));
      apart += difference * difference;
      moved += way * way;
    }
  }
  // What chaos takes two runs apart is small beside the way that both went.
  if (config == "attention_rnn") {
    EXPECT_LT(std::sqrt(apart / moved), 0.1);
  } else {
    EXPECT_LT(largest, 2e-6);
  }
  RecordProperty("largest_difference", std::to_string(largest));
  RowsChecked(1, config + "'s checkpoint after the steps");
  std::printf("%s: weights and slots within %.2g of model.ckpt-30, %.2g of the way\n",
              config.c_str(), largest, std::sqrt(apart / moved));
}

// A folder of Magenta's own trainer, and its own data set, as they are.
TEST_P(TrainingParityTest, GoesOnFromMagentas) {
  const std::string config = GetParam();
  const std::string source = SharedGoldens() + "/models/" + config;
  if (!std::filesystem::exists(source)) {
    GTEST_SKIP() << RowsLeftOut(1, config + "'s run, gone on with");
  }
  const std::string run =
      testing::TempDir() + "/magentas_" + std::to_string(::getpid()) + "_" + config;
  std::filesystem::remove_all(run);
  std::filesystem::create_directories(run + "/train");
  for (const auto& file : std::filesystem::directory_iterator(source + "/train")) {
    WriteFile(run + "/train/" + file.path().filename().string(),
              ReadFile(file.path().string()).value())
        .IgnoreError();
  }
  const TensorMap before = ReadCheckpoint(LatestCheckpoint(run).value()).value();
  TrainOptions options;
  options.model = FindModel(config).value();
  options.run_dir = run;
  options.sequence_example_file = source + "/examples.tfrecord";
  options.more_steps = 2;
  const auto result = Train(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(result->training.loss, 2.0);  // it had learned
  const TensorMap after = ReadCheckpoint(result->checkpoint).value();
  EXPECT_EQ(after.at("global_step").int64s()[0], before.at("global_step").int64s()[0] + 2);
  EXPECT_FLOAT_EQ(after.at("beta2_power").floats()[0],
                  before.at("beta2_power").floats()[0] * 0.999f * 0.999f);
  for (const auto& [name, tensor] : before) {
    ASSERT_TRUE(after.contains(name)) << name;
    EXPECT_EQ(after.at(name).shape, tensor.shape) << name;
  }
  EXPECT_EQ(ReadCheckpointState(run + "/train")->all.size(), 2u);
  std::filesystem::remove_all(run);
}

// Metrics of all three forms of Magenta's weights are the same.
TEST_P(TrainingParityTest, MeasuresMagentas) {
  const std::string source = SharedGoldens() + "/models/" + GetParam();
  if (!std::filesystem::exists(source)) {
    GTEST_SKIP() << RowsLeftOut(3, std::string(GetParam()) + "'s weights, measured");
  }
  EvalOptions options;
  options.model = FindModel(GetParam()).value();
  options.sequence_example_file = source + "/examples.tfrecord";
  options.bundle_file = source + "/" + GetParam() + ".mag";
  const auto bundle = Evaluate(options);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->metrics.examples, 2);
  options.bundle_file.clear();
  options.checkpoint_file = source + "/v1.ckpt";
  EXPECT_EQ(Evaluate(options).value().metrics.loss, bundle->metrics.loss);
  options.checkpoint_file = LatestCheckpoint(source).value();
  EXPECT_EQ(Evaluate(options).value().metrics.loss, bundle->metrics.loss);
}

INSTANTIATE_TEST_SUITE_P(Goldens, TrainingParityTest,
                         testing::Values("basic_rnn", "lookback_rnn", "attention_rnn"));

}  // namespace
}  // namespace magenta
