// The layers of this room against libtorch's own operations, its LSTM, and differences.

#include "magenta/train/rnn/rnn_learner.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "magenta/nn/rnn.h"
#include "magenta/nn/sampler.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/kernels/reference_layers.h"

namespace magenta {
namespace {

struct Case {
  const char* name;
  std::vector<int> layers;
  int attn_length = 0;
  bool residual = false;
  double keep = 1;
  std::vector<int> lengths = {9, 9, 7, 4, 1};
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const Case kCases[] = {
    {"one layer", {8}},
    {"widths that are no multiple of a vector", {13, 7}},
    {"three layers, one sequence", {16, 16, 8}, 0, false, 1, {12}},
    {"window shorter than the sequences", {16, 8}, 3},
    {"window longer than the sequences", {9, 9}, 20},
    {"window of one", {5}, 1},
    {"window within blocks of steps", {9, 8}, 5, false, 1, {30, 29, 17, 16, 8, 3}},
    {"window over blocks of steps", {8, 20}, 19, false, 1, {45, 41, 40, 24, 7}},
    {"residual, width changes", {12, 12, 6}, 0, true},
    {"residual and attention", {8, 8}, 4, true},
    {"dropout", {16, 16}, 0, false, 0.5},
    {"dropout and attention", {8, 16}, 5, false, 0.7},
    {"several panels, chunks and tiles of every size", {70, 35}, 0, false, 1, {9, 9, 9, 9, 9, 9,
                                                                               9, 9, 9, 9, 9, 9,
                                                                               9, 8, 7, 7, 6, 5,
                                                                               5, 4, 3, 2, 1}},
    {"the same with a window", {35, 70}, 4, false, 1, {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7}},
    {"the same, residual", {70, 70}, 0, true, 1, {9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 8, 8, 8}},
};

constexpr int kInputs = 11;
constexpr int kClasses = 6;

RnnLayout LayoutOf(const Case& c) {
  RnnLayout layout{kInputs, kClasses, {}};
  layout.hparams.rnn_layer_sizes = c.layers;
  layout.hparams.attn_length = c.attn_length;
  layout.hparams.residual_connections = c.residual;
  layout.hparams.dropout_keep_prob = c.keep;
  return layout;
}

std::vector<Variable> VariablesOf(const RnnLayout& layout) {
  std::vector<Variable> variables = StartVariables(layout, 3);
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> noise(-0.3f, 0.3f);
  for (Variable& v : variables) {
    for (float& x : v.value) x += noise(engine);  // biases too
  }
  return variables;
}

Batch RandomBatch(const std::vector<int>& lengths) {
  Batch batch;
  batch.packing = std::make_shared<const Packing>(PackLengths(lengths));
  batch.input_size = kInputs;
  std::mt19937 engine(7);
  for (int64_t row = 0; row < batch.packing->rows(); ++row) {
    for (int i = 0; i < kInputs; ++i) {
      const float x = engine() % 3 == 0 ? 1.0f : engine() % 5 == 0 ? -1.0f : 0.0f;
      if (x != 0) batch.inputs.Add(i, x);
    }
    batch.inputs.EndRow();
    batch.labels.push_back(static_cast<int>(engine() % kClasses));
    batch.row_ids.push_back(static_cast<uint64_t>(row) * 77);
  }
  return batch;
}

double LargestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double{a[i]} - b[i]));
  return largest;
}

class LayersTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { UseOneThread(); }
};

// What training begins with has the names and shapes that a network is loaded by.
TEST_P(LayersTest, VariablesAreThoseOfTheNetwork) {
  const RnnLayout layout = LayoutOf(GetParam());
  std::map<std::string, std::vector<int64_t>> trained, loaded;
  for (const Variable& v : StartVariables(layout, 3)) trained[v.name] = v.shape;
  for (const NetworkVariable& v :
       RnnVariables({kInputs, layout.hparams.rnn_layer_sizes, kClasses,
                     layout.hparams.attn_length > 0, layout.hparams.residual_connections})) {
    loaded[v.name] = v.shape;
  }
  EXPECT_EQ(trained, loaded);
}

TEST_P(LayersTest, GradientsAreThoseOfLibtorch) {
  const RnnLayout layout = LayoutOf(GetParam());
  const std::vector<Variable> variables = VariablesOf(layout);
  const Batch batch = RandomBatch(GetParam().lengths);
  const int64_t steps = batch.packing->rows();
  std::vector<std::vector<float>> own, reference;
  const ScoreSums own_sums = RnnLearner(layout, 0).Gradients(variables, batch, {1, 2}, steps, own);
  const ScoreSums sums =
      RnnLearner(layout, 0, {"cpu", true}).Gradients(variables, batch, {1, 2}, steps, reference);
  EXPECT_NEAR(own_sums.loss, sums.loss, 1e-5 * sums.loss);
  ASSERT_EQ(own.size(), variables.size());
  for (size_t v = 0; v < variables.size(); ++v) {
    EXPECT_LT(LargestDifference(own[v], reference[v]), 2e-6) << variables[v].name;
  }
}

TEST_P(LayersTest, SeveralHeadsAreSoftmaxesOfTheirOwn) {
  const RnnLayout layout = LayoutOf(GetParam());
  const LabelHeads heads{{2, 4}, {1, 0}};
  ASSERT_EQ(heads.classes(), kClasses);
  const std::vector<Variable> variables = VariablesOf(layout);
  Batch batch = RandomBatch(GetParam().lengths);
  const int64_t steps = batch.packing->rows();
  std::vector<int> first, second;
  for (const int label : std::exchange(batch.labels, {})) {
    first.push_back(label % 2);
    second.push_back(label % 4);
    batch.labels.insert(batch.labels.end(), {first.back(), second.back()});
  }
  const RnnLearner learner(layout, heads), torch(layout, heads, {"cpu", true});
  std::vector<std::vector<float>> own, reference;
  const ScoreSums own_sums = learner.Gradients(variables, batch, {1, 2}, steps, own);
  const ScoreSums sums = torch.Gradients(variables, batch, {1, 2}, steps, reference);
  EXPECT_NEAR(own_sums.loss, sums.loss, 1e-5 * sums.loss);
  for (size_t v = 0; v < variables.size(); ++v) {
    EXPECT_LT(LargestDifference(own[v], reference[v]), 2e-6) << variables[v].name;
  }
  const std::vector<float> logits = learner.Logits(variables, batch);
  std::vector<float> of_first, of_second;
  for (auto row = logits.begin(); row != logits.end(); row += kClasses) {
    of_first.insert(of_first.end(), row, row + 2);
    of_second.insert(of_second.end(), row + 2, row + kClasses);
  }
  const double loss = ScoreLogits(of_first, first, 2, 1, 1, {}).loss +
                      ScoreLogits(of_second, second, 4, 0, 1, {}).loss;
  EXPECT_NEAR(learner.Score(variables, batch).loss, loss, 1e-5 * loss);
}

// What runs on a GPU, run on the CPU.
TEST_P(LayersTest, LibrarysLstmIsTheSame) {
  const RnnLayout layout = LayoutOf(GetParam());
  const std::vector<Variable> variables = VariablesOf(layout);
  const Batch batch = RandomBatch(GetParam().lengths);
  const int64_t steps = batch.packing->rows();
  LearnerOptions options = OptionsForDevice("cuda:0", false, 1);
  options.device = "cpu";
  for (const bool mixed : {false, true}) {
    options.mixed_precision = mixed;
    const RnnLearner learner(layout, 0, options);
    std::vector<std::vector<float>> own, found;
    const ScoreSums own_sums =
        RnnLearner(layout, 0).Gradients(variables, batch, {1, 2}, steps, own);
    const ScoreSums sums = learner.Gradients(variables, batch, {1, 2}, steps, found);
    EXPECT_NEAR(own_sums.loss, sums.loss, (mixed ? 1e-2 : 1e-5) * own_sums.loss) << mixed;
    EXPECT_NEAR(learner.Score(variables, batch).loss,
                RnnLearner(layout, 0).Score(variables, batch).loss,
                (mixed ? 1e-2 : 1e-5) * own_sums.loss);
    for (size_t v = 0; v < variables.size(); ++v) {
      EXPECT_LT(LargestDifference(own[v], found[v]), mixed ? 1e-2 : 2e-6) << variables[v].name;
    }
  }
}

// Outputs and cells' states have no bounds: queries and keys of the other sign do get as far as
// this in training, and tanh hears their sum alone. One or both are beyond what an exponential
// holds in the later cases.
TEST(AttentionLayerTest, QueriesAndKeysMayBeFarFromZero) {
  UseOneThread();
  const RnnLayout layout = LayoutOf({"", {8}, 6});
  for (const float far : {30.0f, 42.0f, 44.0f, 60.0f, 120.0f}) {
    std::vector<Variable> variables = VariablesOf(layout);
    for (Variable& v : variables) {
      const bool is_key = v.name.ends_with("attn_w"), is_query = v.name.ends_with("attention/bias");
      const bool is_output = v.name.ends_with("attn_output_projection/bias");
      // Outputs about 10, so keys about -far, and queries about far.
      for (float& x : v.value)
        x = is_key ? x / 50 - far / 80 : is_query ? x + far : is_output ? x + 10 : x;
    }
    const Batch batch = RandomBatch({21, 18, 4});
    std::vector<std::vector<float>> own, reference;
    RnnLearner(layout, 0).Gradients(variables, batch, {1, 2}, batch.packing->rows(), own);
    RnnLearner(layout, 0, {"cpu", true})
        .Gradients(variables, batch, {1, 2}, batch.packing->rows(), reference);
    for (size_t v = 0; v < variables.size(); ++v) {
      double largest = 0;
      for (const float x : reference[v]) largest = std::max<double>(largest, std::abs(x));
      EXPECT_LT(LargestDifference(own[v], reference[v]), 1e-4 * largest)
          << far << " " << variables[v].name << " " << largest;
    }
  }
}

// The slope of the loss along a random direction in all variables at once.
TEST_P(LayersTest, GradientsAreDifferencesOfTheLoss) {
  Case c = GetParam();
  const RnnLayout layout = LayoutOf(c);
  std::vector<Variable> variables = VariablesOf(layout);
  const Batch batch = RandomBatch(c.lengths);
  const int64_t steps = batch.packing->rows();
  const RnnLearner learner(layout, 0);
  std::vector<std::vector<float>> gradients, unused;
  learner.Gradients(variables, batch, {1, 2}, steps, gradients);
  std::mt19937 engine(9);
  for (size_t v = 0; v < variables.size(); ++v) {
    constexpr float kStep = 1e-2f;
    std::vector<float> direction(gradients[v].size());
    double squares = 0, slope = 0;
    for (float& d : direction) {
      d = std::normal_distribution<float>()(engine);
      squares += d * d;
    }
    for (size_t k = 0; k < direction.size(); ++k) {
      direction[k] /= static_cast<float>(std::sqrt(squares));
      slope += direction[k] * gradients[v][k];
    }
    double losses[2];
    const std::vector<float> start = variables[v].value;
    for (const int sign : {0, 1}) {
      for (size_t k = 0; k < direction.size(); ++k) {
        variables[v].value[k] = start[k] + (sign == 0 ? kStep : -kStep) * direction[k];
      }
      losses[sign] =
          learner.Gradients(variables, batch, {1, 2}, steps, unused).loss / double(steps);
    }
    variables[v].value = start;
    EXPECT_NEAR((losses[0] - losses[1]) / (2 * kStep), slope, 1e-4) << variables[v].name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, LayersTest, testing::ValuesIn(kCases));

// The reference layer, which the own ones are tested against.
TEST(ReferenceLstmTest, IsLibtorchsLstm) {
  UseOneThread();
  at::manual_seed(1);
  constexpr int kRows = 3, kSteps = 6, kIn = 5, kUnits = 8;
  const at::Tensor x = at::randn({kSteps, kRows, kIn});
  const at::Tensor kernel = at::randn({kIn + kUnits, 4 * kUnits}) * 0.3;
  const at::Tensor bias = at::randn({4 * kUnits}) * 0.3;
  // libtorch's gates are i, f, g, o, its matrices transposed, and its forget bias has no 1.
  const auto reordered = [](const at::Tensor& m) {
    const auto g = m.chunk(4, -1);
    return at::cat({g[0], g[2], g[1], g[3]}, -1);
  };
  at::Tensor torch_bias = reordered(bias).clone();
  torch_bias.narrow(0, kUnits, kUnits) += 1;
  const at::Tensor both = reordered(kernel).t().contiguous();
  const auto out =
      at::lstm(x, {at::zeros({1, kRows, kUnits}), at::zeros({1, kRows, kUnits})},
               {both.narrow(1, 0, kIn).contiguous(), both.narrow(1, kIn, kUnits).contiguous(),
                torch_bias, at::zeros({4 * kUnits})},
               true, 1, 0.0, false, false, false);
  const at::Tensor pre = at::addmm(bias, x.view({kSteps * kRows, kIn}), kernel.narrow(0, 0, kIn));
  const std::vector<int> lengths(kRows, kSteps);
  const at::Tensor own = ReferenceLstm(pre, kernel.narrow(0, kIn, kUnits), PackLengths(lengths));
  EXPECT_LT((own.view({kSteps, kRows, kUnits}) - std::get<0>(out)).abs().max().item<float>(), 1e-6);
}

// A sequence's logits must not depend on who else is in its batch.
TEST(RnnLearnerTest, PackingIsExact) {
  UseOneThread();
  const RnnLayout layout = LayoutOf({"", {16, 8}, 4});
  const std::vector<Variable> variables = VariablesOf(layout);
  const Batch all = RandomBatch({5, 3, 3});
  const RnnLearner learner(layout, 0);
  const std::vector<float> together = learner.Logits(variables, all);
  for (int r = 0; r < 3; ++r) {
    const int length = r == 0 ? 5 : 3;
    Batch one;
    one.packing = std::make_shared<const Packing>(PackLengths(std::vector<int>{length}));
    one.input_size = kInputs;
    std::vector<float> expected;
    for (int t = 0; t < length; ++t) {
      const auto row = static_cast<size_t>(all.packing->offset[t]) + r;
      all.inputs.ForEach(row, [&](int32_t i, float x) { one.inputs.Add(i, x); });
      one.inputs.EndRow();
      one.labels.push_back(0);
      expected.insert(expected.end(), &together[row * kClasses],
                      &together[row * kClasses] + kClasses);
    }
    EXPECT_LT(LargestDifference(learner.Logits(variables, one), expected), 1e-6);
  }
}

class RuntimeTest : public testing::TestWithParam<Case> {};

// What is trained here must be what nn runs.
TEST_P(RuntimeTest, SoftmaxIsTheSame) {
  UseOneThread();
  const RnnLayout layout = LayoutOf(GetParam());
  const std::vector<Variable> variables = VariablesOf(layout);
  const Batch batch = RandomBatch({30});
  const std::vector<float> logits = RnnLearner(layout, 0).Logits(variables, batch);
  const auto network = MakeRnn(ToTensors(variables, true), layout.hparams.attn_length);
  ASSERT_TRUE(network.ok()) << network.status();
  const auto state = (*network)->NewState(1);
  std::vector<float> step(kClasses), expected(kClasses), found(kClasses);
  for (int t = 0; t < 30; ++t) {
    const std::vector<SparseVector> inputs = {batch.inputs.Row(t)};
    (*network)->Step(*state, inputs, step);
    Softmax(step, found);
    Softmax({&logits[t * kClasses], kClasses}, expected);
    EXPECT_LT(LargestDifference(found, expected), 1e-5) << "step " << t;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RuntimeTest, testing::ValuesIn(kCases));

TEST(DropoutTest, MaskIsAPureFunctionOfItsKey) {
  RnnLayout layout = LayoutOf({"", {32, 32}});
  layout.hparams.dropout_keep_prob = 0.5;
  const std::vector<Variable> variables = VariablesOf(layout);
  const Batch batch = RandomBatch({20, 20});
  const RnnLearner learner(layout, 0);
  std::vector<std::vector<float>> g;
  const auto loss = [&](DropoutKey key) {
    return learner.Gradients(variables, batch, key, 40, g).loss;
  };
  EXPECT_EQ(loss({1, 2}), loss({1, 2}));
  EXPECT_NE(loss({1, 2}), loss({1, 3}));
  EXPECT_NE(loss({1, 2}), loss({2, 2}));
}

TEST(DeviceTest, Words) {
  EXPECT_EQ(DeviceOf("cpu").value(), "cpu");
  EXPECT_FALSE(OptionsForDevice("cpu", false, 2).reference);
  EXPECT_EQ(OptionsForDevice("cpu", false, 2).shards, 0);
  EXPECT_EQ(OptionsForDevice("cuda:1", true, 2).shards, 2);
  EXPECT_THAT(std::string(DeviceOf("gpu").status().message()), testing::HasSubstr("gpu"));
  if (!at::hasCUDA()) {
    EXPECT_EQ(DeviceOf("auto").value(), "cpu");
    EXPECT_THAT(std::string(DeviceOf("cuda").status().message()), testing::HasSubstr("CUDA"));
  }
}

}  // namespace
}  // namespace magenta
