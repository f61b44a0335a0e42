// Thirty Adam steps beside Magenta's own for every model of the table that goldens/zoo has rows
// for, from its checkpoint on its batch: losses and metrics of every step, the weights at the end.

#include <gtest/gtest.h>

#include <cmath>

#include "magenta/io/tensor/checkpoint.h"
#include "magenta/nn/nade/rnn_nade.h"
#include "magenta/nn/rnn.h"
#include "magenta/train/learner.h"
#include "magenta/train/optimizer.h"
#include "magenta/train/run_folder.h"
#include "magenta/train/shards.h"
#include "tests/parity/rows_checked.h"
#include "tests/parity/zoo_events.h"

namespace magenta {
namespace {

using nlohmann::json;

/// The batch of zoo/models/CONFIG/step, each example cut to its first `steps` labels.
std::vector<DatasetExample> ZooBatch(const ModelSpec& spec, const std::string& folder) {
  std::vector<DatasetExample> examples;
  for (const json& row : ReadRows(folder + "/batch.jsonl")) {
    const size_t steps = row["steps"].get<size_t>() + 1;
    EventSequence sequence = ZooEvents(spec, row);
    if (IsOfRolls(spec)) {
      std::vector<Keys> roll = RollOfEvents(sequence.events);
      roll.resize(steps);
      examples.push_back({"", 0, EventSequence{RollEvents(roll), {}}});
      continue;
    }
    // What conditions a step is told by all that follows it.
    if (spec.codec->conditioned_inputs().any() && sequence.control.empty()) {
      sequence.control = WriteConditions(ConditionsOf(sequence.events));
    }
    sequence.events.resize(steps);
    examples.push_back({"", 0, std::move(sequence)});
  }
  return examples;
}

/// Figures to seven digits, but for those that are 0.
void ExpectFigure(double found, const json& row, const char* name) {
  const double wanted = row[name];
  EXPECT_NEAR(found, wanted, 1e-4 * std::max(std::abs(wanted), 1e-3))
      << "step " << row["step"] << " " << name;
}

/// Size, sum, norm and first three values of a variable, as the row has them.
void ExpectSums(const std::vector<float>& values, const json& wanted, const std::string& name) {
  ASSERT_EQ(values.size(), wanted[0]) << name;
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += value;
    squares += double{value} * value;
  }
  const double norm = wanted[2];
  EXPECT_NEAR(sum, wanted[1], 1e-3 * norm + 1e-7) << name << ", sum";
  EXPECT_NEAR(std::sqrt(squares), norm, 1e-4 * norm + 1e-9) << name << ", norm";
  for (size_t i = 0; i + 3 < wanted.size() && i < values.size(); ++i) {
    const double value = wanted[3 + i];
    EXPECT_NEAR(values[i], value, 1e-3 * std::abs(value) + 1e-3 * norm / std::sqrt(values.size()))
        << name << " " << i;
  }
}

void Learn(const HParams& hparams, BatchGradients& batch, std::vector<Variable>& variables,
           RunState& state) {
  for (auto& gradient : batch.gradients) ClipByNorm(hparams.clip_norm, gradient);
  AdamStep(hparams.learning_rate, batch.gradients, variables, state.powers);
  ++state.step;
}

/// What the layers, and a NADE behind them, are in the checkpoint.
void TakeSizes(const ModelSpec& spec, const TensorMap& start, HParams& hparams) {
  if (!IsOfRolls(spec)) {
    const auto shape = RnnShapeOf(start);
    ASSERT_TRUE(shape.ok()) << shape.status();
    hparams.rnn_layer_sizes = shape->layer_sizes;
    return;
  }
  const auto shape = NadeShapeOf(start);
  ASSERT_TRUE(shape.ok()) << shape.status();
  hparams.rnn_layer_sizes = shape->layers.layer_sizes;
  hparams.nade_hidden_units = shape->units;
}

/// Of rolls: all that the row has but f1_score, which is the precision there.
void ExpectRollFigures(const Metrics& metrics, const json& row) {
  for (const auto& [name, value] : metrics.Figures()) {
    if (name == "metrics/f1_score") continue;
    const double wanted = row[name];
    // A cell that is as likely as not may be judged otherwise for a rounding.
    const bool is_share = name != "loss" && name != "metrics/perplexity";
    EXPECT_NEAR(value, wanted, is_share ? 4e-3 : 2e-4 * std::abs(wanted))
        << "step " << row["step"] << " " << name;
  }
}

void ExpectThirtySteps(const std::string& config, const std::vector<json>& rows,
                       const json& after) {
  const std::string folder = ZooFolder() + "models/" + config + "/step";
  const ModelSpec& spec = **FindModel(config);
  const auto start = ReadCheckpoint(folder + "/model.ckpt-0");
  ASSERT_TRUE(start.ok()) << start.status();
  // The row leaves the layers to the checkpoint, and dropout to be none.
  auto hparams = ParseHParams(after["hparams"].dump(), spec.hparams);
  ASSERT_TRUE(hparams.ok()) << hparams.status();
  TakeSizes(spec, *start, *hparams);
  hparams->dropout_keep_prob = 1;
  const auto learner = NewLearner(spec, *hparams, {});
  ASSERT_TRUE(learner.ok()) << learner.status();
  std::vector<Variable> variables = (*learner)->StartVariables(0);
  ASSERT_TRUE(TakeValues(*start, variables).ok());
  ASSERT_TRUE(TakeSlots(*start, variables).ok());
  RunState state = ReadRunState(*start, {}).value();
  const std::vector<DatasetExample> examples = ZooBatch(spec, folder);
  for (const json& row : rows) {
    auto batch =
        ComputeGradients(**learner, variables, {examples, spec.codec.get()}, {0, state.step}, 2);
    const Metrics metrics = batch.sums.ToMetrics(StepsOfClasses(spec));
    if (metrics.roll.has_value()) {
      ExpectRollFigures(metrics, row);
      Learn(*hparams, batch, variables, state);
      continue;
    }
    ExpectFigure(metrics.loss, row, "loss");
    ExpectFigure(metrics.perplexity(), row, "metrics/perplexity");
    ExpectFigure(metrics.loss_per_step.value_or(metrics.loss), row, "metrics/loss_per_step");
    for (const auto& [name, value] : metrics.Figures()) {
      // Of a batch without such a step the reference has no number.
      if (!name.ends_with("accuracy") || !row.contains(name) || !row[name].is_number()) continue;
      EXPECT_NEAR(value, row[name].get<double>(), 4e-3) << row["step"] << name;
    }
    Learn(*hparams, batch, variables, state);
  }
  for (const Variable& variable : variables) {
    const json& wanted = after["variables"];
    ASSERT_TRUE(wanted.contains(variable.name)) << variable.name;
    ExpectSums(variable.value, wanted[variable.name], variable.name);
    for (const auto& [slot, values] : {std::pair("/Adam", &variable.first_moment),
                                       std::pair("/Adam_1", &variable.second_moment)}) {
      const std::string name = variable.name + slot;
      if (wanted.contains(name)) ExpectSums(*values, wanted[name], name);
    }
  }
}

TEST(ZooTraining, ThirtySteps) {
  std::map<std::string, std::vector<json>> steps;
  std::map<std::string, json> after;
  for (json& row : RowsOfModels("training.jsonl")) {
    const std::string config = row["config"];
    if (row.contains("after")) {
      after[config] = std::move(row);
    } else {
      steps[config].push_back(std::move(row));
    }
  }
  if (steps.empty()) GTEST_SKIP() << RowsLeftOut(31, "zoo/training.jsonl");
  for (const auto& [config, rows] : steps) {
    SCOPED_TRACE(config);
    ExpectThirtySteps(config, rows, after[config]);
    RowsChecked(rows.size() + 1, "zoo/training.jsonl, " + config);
  }
}

}  // namespace
}  // namespace magenta
