// The network against differences, libtorch's GRU and what nn runs; and whole runs of a toy.

#include "magenta/train/relative/relative_learner.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <random>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/nn/relative_gru.h"
#include "magenta/train/kernels/one_thread.h"
#include "magenta/train/relative/gru.h"
#include "magenta/train/relative/toy_relative_test.h"
#include "magenta/train/shards.h"

namespace magenta {
namespace {

using testing::Each;
using testing::HasSubstr;

struct Case {
  const char* name;
  RelativeSizes sizes;
  std::vector<int> widths;  // e, H, z
  double keep = 1;
  std::vector<int> lengths = {9, 9, 7, 4, 1};
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const RelativeSizes kSmall = {6, 5, 3, 2, 2, 3, 12}, kFar = {3, 4, 2, 3, 1, 1, 70};

const Case kCases[] = {
    {"every block", kSmall, {5, 7, 6}},
    {"classes out of a shift's reach", kFar, {17, 8, 33}},
    {"no relations but a value", {4, 3, 1, 0, 0, 1, 5}, {4, 4, 4}},
    {"dropout", kSmall, {16, 18, 20}, 0.6},
    {"several chunks", kSmall, {5, 6, 7}, 1, {300, 290, 120, 3}},
};

RelativeShape ShapeOf(const Case& c) { return {c.sizes, c.widths[0], c.widths[1], c.widths[2]}; }

RelativeLearner LearnerOf(const Case& c, LearnerOptions options = {}) {
  return {c.sizes, RelativeVariables(ShapeOf(c)), c.keep, 0, std::move(options)};
}

// Every variable but the constant one is somewhere.
std::vector<Variable> RandomVariables(const RelativeLearner& learner) {
  std::vector<Variable> variables = learner.StartVariables(3);
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> noise(-0.3f, 0.3f);
  for (Variable& v : variables) {
    for (float& x : v.value) x += v.name == relative::kRelationsCounts ? 0 : noise(engine);
  }
  return variables;
}

// Writes a step's entries in order; which blocks have any, chance says.
class RandomRow {
 public:
  RandomRow(const RelativeSizes& sizes, std::mt19937& engine, Batch& batch)
      : sizes_(sizes), engine_(engine), batch_(batch) {}

  void Write(int label) {
    if (Chance(3)) Some(0, sizes_.head_begin(), 2);
    Some(sizes_.head_begin(), sizes_.shift_begin(), 2);
    Some(sizes_.shift_begin(), sizes_.range_begin(), 4);
    if (Chance(2)) batch_.inputs.Add(sizes_.RangeAt(label / 2), static_cast<float>(label + 2));
    for (int c = 0; c < sizes_.classes; ++c) {
      if (c != label && Chance(6)) batch_.inputs.Add(sizes_.BanAt(c), 1);
    }
    batch_.inputs.EndRow();
    batch_.labels.push_back(label);
  }

 private:
  bool Chance(int of) { return engine_() % of == 0; }
  void Some(int begin, int end, int of) {
    for (int i = begin; i < end; ++i) {
      if (Chance(of)) batch_.inputs.Add(i, static_cast<float>(engine_() % 200) / 100 - 0.8f);
    }
  }

  const RelativeSizes& sizes_;
  std::mt19937& engine_;
  Batch& batch_;
};

Batch RandomBatch(const Case& c) {
  Batch batch;
  batch.packing = std::make_shared<const Packing>(PackLengths(c.lengths));
  batch.input_size = c.sizes.input_size();
  std::mt19937 engine(7);
  for (int64_t row = 0; row < batch.packing->rows(); ++row) {
    RandomRow(c.sizes, engine, batch).Write(static_cast<int>(engine() % c.sizes.classes));
    batch.row_ids.push_back(static_cast<uint64_t>(row) * 77);
  }
  return batch;
}

// One of a batch's sequences on its own.
Batch SequenceOf(const Batch& all, int sequence) {
  Batch one;
  int length = 0;
  while (length < all.packing->steps() && all.packing->active[length] > sequence) ++length;
  one.packing = std::make_shared<const Packing>(PackLengths(std::vector<int>{length}));
  one.input_size = all.input_size;
  for (int t = 0; t < length; ++t) {
    const auto row = static_cast<size_t>(all.packing->offset[t]) + sequence;
    one.inputs.AddRow(all.inputs.Row(row));
    one.labels.push_back(all.labels[row]);
    one.row_ids.push_back(all.row_ids[row]);
  }
  return one;
}

double LargestDifference(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double{a[i]} - b[i]));
  return largest;
}

// A direction of length 1.
std::vector<float> RandomDirection(size_t size, std::mt19937& engine) {
  std::vector<float> direction(size);
  double squares = 0;
  for (float& d : direction) {
    d = std::normal_distribution<float>()(engine);
    squares += d * d;
  }
  for (float& d : direction) d /= static_cast<float>(std::sqrt(squares));
  return direction;
}

class RelativeTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { UseOneThread(); }
};

// The slope of the loss along a random direction in each variable.
TEST_P(RelativeTest, GradientsAreDifferencesOfTheLoss) {
  const RelativeLearner learner = LearnerOf(GetParam());
  std::vector<Variable> variables = RandomVariables(learner);
  const Batch batch = RandomBatch(GetParam());
  const int64_t steps = batch.packing->rows();
  std::vector<std::vector<float>> gradients, unused;
  learner.Gradients(variables, batch, {1, 2}, steps, gradients);
  ASSERT_EQ(gradients.size(), variables.size());
  std::mt19937 engine(9);
  for (size_t v = 0; v < variables.size(); ++v) {
    if (variables[v].name == relative::kRelationsCounts) {
      EXPECT_THAT(gradients[v], Each(0.0f));
      continue;
    }
    constexpr float kStep = 3e-3f;
    const std::vector<float> direction = RandomDirection(gradients[v].size(), engine);
    const double slope =
        std::inner_product(direction.begin(), direction.end(), gradients[v].begin(), 0.0);
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
    EXPECT_NEAR((losses[0] - losses[1]) / (2 * kStep), slope, 1e-3 + 1e-2 * std::abs(slope))
        << variables[v].name;
  }
}

// A sequence's logits must not depend on who else is in its batch.
TEST_P(RelativeTest, PackingIsExact) {
  const RelativeLearner learner = LearnerOf(GetParam());
  const std::vector<Variable> variables = RandomVariables(learner);
  const Batch all = RandomBatch(GetParam());
  const std::vector<float> together = learner.Logits(variables, all);
  const int classes = GetParam().sizes.classes;
  for (int s = 0; s < all.examples(); ++s) {
    const std::vector<float> alone = learner.Logits(variables, SequenceOf(all, s));
    for (size_t t = 0; t * classes < alone.size(); ++t) {
      const size_t row = static_cast<size_t>(all.packing->offset[t]) + s;
      EXPECT_LT(LargestDifference(std::span(alone).subspan(t * classes, classes),
                                  std::span(together).subspan(row * classes, classes)),
                1e-5);
    }
  }
}

// What is trained here must be what nn runs.
TEST_P(RelativeTest, RuntimeIsTheSame) {
  const RelativeLearner learner = LearnerOf(GetParam());
  const std::vector<Variable> variables = RandomVariables(learner);
  const Batch all = RandomBatch(GetParam());
  const auto network = MakeRelativeGru(ToTensors(variables, true), {});
  ASSERT_TRUE(network.ok()) << network.status();
  const size_t classes = static_cast<size_t>(GetParam().sizes.classes);
  for (int s = 0; s < all.examples(); ++s) {
    const Batch one = SequenceOf(all, s);
    const std::vector<float> expected = learner.Logits(variables, one);
    const auto state = (*network)->NewState(1);
    std::vector<float> found(classes);
    for (size_t t = 0; t < one.labels.size(); ++t) {
      const std::vector<SparseVector> inputs = {one.inputs.Row(t)};
      (*network)->Step(*state, inputs, found);
      EXPECT_LT(LargestDifference(found, std::span(expected).subspan(t * classes, classes)), 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, RelativeTest, testing::ValuesIn(kCases));

// Against the definition, since a difference says nothing of what is computed.
TEST(GruTest, IsLibtorchs) {
  UseOneThread();
  at::manual_seed(1);
  constexpr int kInputs = 5, kUnits = 8;
  const Packing packing = PackLengths(std::vector<int>{6, 4, 4, 1});
  const at::Tensor x = at::randn({packing.rows(), kInputs});
  const GruTensors weights = {at::randn({kInputs, 3 * kUnits}) * 0.3, at::randn({3 * kUnits}),
                              at::randn({kUnits, 3 * kUnits}) * 0.3, at::randn({3 * kUnits})};
  const Gru own(packing, weights, x);
  const std::vector<int64_t> active(packing.active.begin(), packing.active.end());
  const auto torchs =
      at::gru(x, at::tensor(active, at::kLong), at::zeros({1, packing.sequences(), kUnits}),
              {weights.input_kernel.t().contiguous(), weights.state_kernel.t().contiguous(),
               weights.input_bias, weights.state_bias},
              /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0.0, /*train=*/false,
              /*bidirectional=*/false);
  EXPECT_LT((own.outputs() - std::get<0>(torchs)).abs().max().item<float>(), 1e-6);
}

double DeviationOf(const std::vector<float>& values) {
  double squares = 0;
  for (const float x : values) squares += double{x} * x;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

TEST(RelativeLearnerTest, StartValues) {
  const Case c = {"", {400, 300, 3, 2, 1, 4, 30}, {20, 30, 40}};
  const RelativeLearner learner = LearnerOf(c);
  std::map<std::string, Variable> found;
  std::vector<std::string> names;
  for (const Variable& v : learner.StartVariables(3)) {
    names.push_back(v.name);
    found[v.name] = v;
  }
  for (const NetworkVariable& v : RelativeVariables(ShapeOf(c))) {
    ASSERT_EQ(found.at(v.name).shape, v.shape) << v.name;
    if (v.shape.size() == 1 && v.constant.empty()) {
      EXPECT_THAT(found.at(v.name).value, Each(0.0f)) << v.name;
    }
  }
  const auto values = [&](const char* name) { return found.at(name).value; };
  EXPECT_NEAR(DeviationOf(values(relative::kStateEmbedding)), 0.15, 0.005);
  EXPECT_NEAR(DeviationOf(values(relative::kHeadEmbedding)), 0.1, 0.005);
  const double limit = std::sqrt(6.0 / (20 + 90));
  EXPECT_NEAR(DeviationOf(values(relative::kInputKernel)), limit / std::sqrt(3), 0.01);
  EXPECT_THAT(values(relative::kInputKernel), Each(testing::Le(limit)));
  EXPECT_THAT(values(relative::kRelationsKernel), Each(0.0f));
  EXPECT_THAT(values(relative::kOutputKinds), Each(0.0f));
  EXPECT_THAT(values(relative::kRelationsCounts), testing::ElementsAre(2, 1, 4));
  EXPECT_EQ(LearnerOf(c).StartVariables(3)[0].value, values(names[0].c_str()));
  EXPECT_NE(LearnerOf(c).StartVariables(4)[0].value, values(names[0].c_str()));
}

TEST(RelativeLearnerTest, DropoutIsAPureFunctionOfItsKey) {
  UseOneThread();
  const RelativeLearner learner = LearnerOf(kCases[3]);
  const std::vector<Variable> variables = RandomVariables(learner);
  const Batch batch = RandomBatch(kCases[3]);
  std::vector<std::vector<float>> g;
  const auto loss = [&](DropoutKey key) {
    return learner.Gradients(variables, batch, key, 40, g).loss;
  };
  EXPECT_EQ(loss({1, 2}), loss({1, 2}));
  EXPECT_NE(loss({1, 2}), loss({1, 3}));
  EXPECT_NE(loss({1, 2}), loss({2, 2}));
  EXPECT_NE(loss({1, 2}), learner.Score(variables, batch).loss);
}

std::vector<DatasetExample> ToyExamples(int count) {
  std::vector<DatasetExample> examples;
  for (int i = 0; i < count; ++i) {
    examples.push_back({"", 0, toy::ToyTune(11 + 2 * (i % 7), i)});
  }
  return examples;
}

// Threads do not matter at all, and the cut only by what float32 rounds.
TEST(RelativeLearnerTest, ShardsOfABatch) {
  const toy::ToyRelativeCodec codec;
  const std::vector<DatasetExample> examples = ToyExamples(40);
  const BatchSource source = {examples, &codec};
  const Case c = {"", codec.sizes(), {8, 9, 10}, 0.5};
  const RelativeLearner learner = LearnerOf(c);
  const std::vector<Variable> variables = RandomVariables(learner);
  ASSERT_EQ(ShardsOf(learner, examples.size()), 4);
  const BatchGradients one = ComputeGradients(learner, variables, source, {0, 0}, 1);
  EXPECT_EQ(ComputeGradients(learner, variables, source, {0, 0}, 3).gradients, one.gradients);
  LearnerOptions options;
  options.shards = 1;
  const auto whole = ComputeGradients(LearnerOf(c, options), variables, source, {0, 0}, 1);
  EXPECT_NEAR(whole.sums.loss, one.sums.loss, 1e-4 * one.sums.loss);
  for (size_t v = 0; v < variables.size(); ++v) {
    EXPECT_LT(LargestDifference(one.gradients[v], whole.gradients[v]), 2e-6) << variables[v].name;
  }
}

class RelativeRun : public testing::Test {
 protected:
  RelativeRun()
      : folder_(testing::TempDir() + "/relative_run_" + std::to_string(::getpid())),
        toy_(toy::ToyRelativeModel()) {
    std::filesystem::create_directories(folder_);
    AddModels({&toy_, 1});
    auto writer = RecordWriter::Create(folder_ + "/data.tfrecord");
    for (const DatasetExample& example : ToyExamples(20)) {
      const auto& events = std::get<EventSequence>(example.content).events;
      EXPECT_TRUE(writer->Write(SerializeCompact({toy_.id, "toy", 0, events, {}})).ok());
    }
    EXPECT_TRUE(writer->Commit().ok());
  }
  ~RelativeRun() override {
    AddModels({});
    std::filesystem::remove_all(folder_);
  }

  TrainOptions Options(const std::string& run, int steps) const {
    TrainOptions options;
    options.model = &toy_;
    options.run_dir = folder_ + "/" + run;
    options.sequence_example_file = folder_ + "/data.tfrecord";
    options.hparams = "batch_size=18,learning_rate=0.02,dropout_keep_prob=0.8,weight_decay=0.1";
    options.num_training_steps = steps;
    return options;
  }

  const std::string folder_;
  const ModelSpec toy_;
};

TEST_F(RelativeRun, GoesOnToTheSameBytes) {
  const auto whole = Train(Options("whole", 9));
  ASSERT_TRUE(whole.ok()) << whole.status();
  ASSERT_TRUE(Train(Options("broken", 4)).ok());
  TrainOptions options = Options("broken", 9);
  options.num_threads = 2;
  const auto broken = Train(options);
  ASSERT_TRUE(broken.ok()) << broken.status();
  const auto bytes = [](const std::string& prefix) {
    return ReadFile(prefix + ".data-00000-of-00001").value();
  };
  EXPECT_EQ(bytes(whole->checkpoint), bytes(broken->checkpoint));
}

TEST_F(RelativeRun, Learns) {
  TrainOptions options = Options("run", 60);
  double first = 0;
  options.on_progress = [&](const TrainProgress& p) { first = p.step == 1 ? p.loss : first; };
  const auto trained = Train(options);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_LT(trained->training.loss, first / 3);
}

TEST_F(RelativeRun, Refuses) {
  const auto refused = [&](const ModelSpec& spec, const HParams& hparams, const char* device) {
    LearnerOptions options;
    options.device = device;
    const absl::Status status = NewLearner(spec, hparams, options).status();
    EXPECT_EQ(ExitStatus(status), 2) << status;
    return ErrorLine(status);
  };
  EXPECT_EQ(DeviceFor(toy_, "auto").value(), "cpu");
  HParams hparams = toy_.hparams;
  EXPECT_THAT(refused(toy_, hparams, "cuda:0"), HasSubstr("on the CPU alone"));
  hparams.rnn_layer_sizes = {4, 4, 4, 4};
  EXPECT_THAT(refused(toy_, hparams, "cpu"), HasSubstr("rnn_layer_sizes names 4"));
  ModelSpec other = toy_;
  other.codec = toy::ToyModel().codec;
  EXPECT_THAT(refused(other, toy_.hparams, "cpu"), HasSubstr("writes no relations"));
}

}  // namespace
}  // namespace magenta
