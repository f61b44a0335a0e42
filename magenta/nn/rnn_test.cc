#include "magenta/nn/rnn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>

#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/network_test_support.h"
#include "magenta/nn/rnn_test_support.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using testing::PlainRnn;
using testing::RandomInputs;
using testing::RandomRnn;
using testing::RandomRnnOptions;

struct ShapeCase {
  const char* name;
  RandomRnnOptions options;
  int attn_length = 0;
};

const ShapeCase kShapes[] = {
    {"one layer", {5, {7}, 6}},
    {"two layers of different size", {38, {20, 33}, 38}},
    {"wide", {121, {64, 64}, 40}},
    {"attention", {9, {12, 7}, 5, true}, 4},
    {"attention of one row", {9, {12}, 5, true}, 1},
    {"residual", {9, {12, 12, 5}, 5, false, true}},
    {"residual attention", {9, {12, 12}, 5, true, true}, 6},
};

std::unique_ptr<Network> Make(const ShapeCase& shape, const Kernels& kernels = ScalarKernels(),
                              WeightType type = WeightType::kFloat32) {
  auto network = MakeRnn(RandomRnn(shape.options), RnnOptions{shape.attn_length, &kernels, type});
  EXPECT_TRUE(network.ok()) << network.status();
  return *std::move(network);
}

/// The logits of every step of one sequence.
std::vector<float> Logits(const Network& network, const std::vector<SparseVector>& inputs) {
  auto state = network.NewState(1);
  const size_t n = network.num_logits();
  std::vector<float> logits(inputs.size() * n);
  for (size_t i = 0; i < inputs.size(); ++i) {
    network.Step(*state, {&inputs[i], 1}, {logits.data() + i * n, n});
  }
  return logits;
}

TEST(RnnTest, StepsAsTheFormulasSay) {
  for (const ShapeCase& shape : kShapes) {
    const TensorMap tensors = RandomRnn(shape.options);
    const auto inputs = RandomInputs(25, shape.options.input_size, 3);
    PlainRnn plain(tensors, shape.options, shape.attn_length);
    const std::vector<float> logits = Logits(*Make(shape), inputs);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto want = plain.Step(inputs[i]);
      for (size_t j = 0; j < want.size(); ++j) {
        ASSERT_NEAR(logits[i * want.size() + j], want[j], 1e-5) << shape.name << " step " << i;
      }
    }
  }
}

/// The weights of a row, oldest first as PlainRnn has them.
std::vector<float> WeightsOf(const Network& network, const NetworkState& state, int row) {
  const auto weights = network.AttentionWeights(state, row);
  return {weights.rbegin(), weights.rend()};
}

void ExpectWeights(const std::vector<float>& got, const PlainRnn& plain, const char* what) {
  const auto& want = plain.attention_weights();
  ASSERT_EQ(got.size(), want.size()) << what;
  float sum = 0;
  for (size_t t = 0; t < want.size(); ++t) {
    EXPECT_GE(got[t], 0) << what;
    EXPECT_NEAR(got[t], want[t], 1e-6) << what << " row " << t;
    sum += got[t];
  }
  EXPECT_NEAR(sum, 1, 1e-6) << what;
}

// Through several turns of the ring, in selected rows, and in states that are stepped together.
TEST(RnnTest, TellsItsAttentionWeights) {
  for (const ShapeCase& shape : kShapes) {
    const auto network = Make(shape);
    auto state = network->NewState(2);
    const size_t length = shape.attn_length;
    EXPECT_EQ(WeightsOf(*network, *state, 1), std::vector<float>(length, 0.0f)) << shape.name;
    if (length == 0) continue;
    const TensorMap tensors = RandomRnn(shape.options);
    const auto inputs = RandomInputs(25, shape.options.input_size, 3);
    const auto others = RandomInputs(25, shape.options.input_size, 4);
    PlainRnn plain(tensors, shape.options, shape.attn_length);
    PlainRnn other(tensors, shape.options, shape.attn_length);
    std::vector<float> logits(2 * network->num_logits());
    for (size_t i = 0; i < 15; ++i) {
      other.Step(others[i]);
      plain.Step(inputs[i]);
      network->Step(*state, std::vector<SparseVector>{others[i], inputs[i]}, logits);
      ExpectWeights(WeightsOf(*network, *state, 0), other, shape.name);
      ExpectWeights(WeightsOf(*network, *state, 1), plain, shape.name);
    }
    const auto first = state->Select(std::vector<int>{1}),
               second = state->Select(std::vector<int>{0});
    ExpectWeights(WeightsOf(*network, *first, 0), plain, shape.name);
    std::unique_ptr<NetworkState> scratch;
    for (size_t i = 15; i < 25; ++i) {
      plain.Step(inputs[i]);
      other.Step(others[i]);
      NetworkState* const states[] = {first.get(), second.get()};
      network->StepAll(states, std::vector<SparseVector>{inputs[i], others[i]}, logits, scratch);
      ExpectWeights(WeightsOf(*network, *first, 0), plain, shape.name);
      ExpectWeights(WeightsOf(*network, *second, 0), other, shape.name);
    }
  }
}

// Where keys and queries are beyond what e^2x holds, their sums are still small now and then.
TEST(RnnTest, AttentionOfLargeKeysAndQueries) {
  for (const float scale : {60.0f, 300.0f, 2000.0f}) {
    ShapeCase shape = {"large", {9, {12, 7}, 5, true}, 6};
    shape.options.attention_scale = scale;
    const TensorMap tensors = RandomRnn(shape.options);
    const auto inputs = RandomInputs(40, shape.options.input_size, 3);
    PlainRnn plain(tensors, shape.options, shape.attn_length);
    const std::vector<float> logits = Logits(*Make(shape), inputs);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto want = plain.Step(inputs[i]);
      for (size_t j = 0; j < want.size(); ++j) {
        ASSERT_NEAR(logits[i * want.size() + j], want[j], 1e-6 * scale) << scale << " step " << i;
      }
    }
    for (const Kernels* kernels : AllKernels()) {
      EXPECT_EQ(Logits(*Make(shape, *kernels), inputs), logits) << kernels->name;
    }
  }
}

TEST(RnnTest, AllKernelsGiveTheSameBits) {
  for (const ShapeCase& shape : kShapes) {
    const auto inputs = RandomInputs(60, shape.options.input_size, 4);
    const std::vector<float> want = Logits(*Make(shape), inputs);
    for (const Kernels* kernels : AllKernels()) {
      EXPECT_EQ(Logits(*Make(shape, *kernels), inputs), want) << shape.name << ' ' << kernels->name;
    }
  }
}

TEST(RnnTest, HalvesAreNearAndHaveTheSameBits) {
  for (const ShapeCase& shape : kShapes) {
    const auto inputs = RandomInputs(30, shape.options.input_size, 4);
    const std::vector<float> full = Logits(*Make(shape), inputs);
    const std::vector<float> want =
        Logits(*Make(shape, ScalarKernels(), WeightType::kFloat16), inputs);
    for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(want[i], full[i], 0.01) << shape.name;
    EXPECT_NE(want, full) << shape.name;
    for (const Kernels* kernels : AllKernels()) {
      EXPECT_EQ(Logits(*Make(shape, *kernels, WeightType::kFloat16), inputs), want)
          << shape.name << ' ' << kernels->name;
    }
  }
}

TEST(RnnTest, RefusesWhatNoHalfHolds) {
  TensorMap tensors = RandomRnn(kShapes[0].options);
  tensors["fully_connected/biases"] = Tensor::Floats({6}, std::vector<float>{1, 2, 3, 70000, 5, 6});
  RnnOptions options;
  EXPECT_TRUE(MakeRnn(tensors, options).ok());
  options.weights = WeightType::kFloat16;
  const absl::Status status = MakeRnn(tensors, options).status();
  EXPECT_EQ(ExitStatus(status), 3);
  EXPECT_THAT(ErrorLine(status), HasSubstr("fully_connected/biases holds 70000 as its element 3"));
  EXPECT_THAT(ErrorLine(status), HasSubstr("--weights=float32"));
}

TEST(RnnTest, TheBitsAreTheseOnEveryMachine) {
  // A golden: should it ever change, seeds would mean other notes.
  const ShapeCase shape = {"attention", {38, {24, 16}, 40, true}, 8};
  for (const Kernels* kernels : AllKernels()) {
    uint32_t hash = 2166136261u;
    for (float v : Logits(*Make(shape, *kernels), RandomInputs(50, 38, 9))) {
      hash = (hash ^ std::bit_cast<uint32_t>(v)) * 16777619u;
    }
    EXPECT_EQ(hash, 2608917719u) << kernels->name;
  }
}

TEST(RnnTest, TheEnvironmentChoosesTheKernels) {
  const TensorMap tensors = RandomRnn(kShapes[0].options);
  setenv("MAGENTA_KERNEL", "scalar", 1);
  EXPECT_TRUE(MakeRnn(tensors, 0).ok());
  setenv("MAGENTA_KERNEL", "abacus", 1);
  EXPECT_EQ(ExitStatus(MakeRnn(tensors, 0).status()), 2);
  unsetenv("MAGENTA_KERNEL");
}

TEST(RnnTest, TheNumberOfRowsChangesNoBit) {
  for (const ShapeCase& shape : kShapes) {
    for (const Kernels* kernels : AllKernels()) {
      const auto network = Make(shape, *kernels);
      const size_t n = network->num_logits();
      constexpr int kRows = 7, kSteps = 12;
      std::vector<std::vector<SparseVector>> sequences;
      for (int r = 0; r < kRows; ++r) {
        sequences.push_back(RandomInputs(kSteps, shape.options.input_size, 10 + r));
      }
      auto state = network->NewState(kRows);
      std::vector<std::vector<float>> got(kRows);
      for (int i = 0; i < kSteps; ++i) {
        std::vector<SparseVector> inputs;
        for (const auto& sequence : sequences) inputs.push_back(sequence[i]);
        std::vector<float> logits(kRows * n);
        network->Step(*state, inputs, logits);
        for (int r = 0; r < kRows; ++r) {
          got[r].insert(got[r].end(), logits.begin() + r * n, logits.begin() + (r + 1) * n);
        }
      }
      for (int r = 0; r < kRows; ++r) {
        EXPECT_EQ(got[r], Logits(*network, sequences[r])) << shape.name << ' ' << kernels->name;
      }
    }
  }
}

TEST(RnnTest, SelectedRowsGoOnAsTheyWere) {
  for (const ShapeCase& shape : kShapes) {
    const auto network = Make(shape);
    const size_t n = network->num_logits();
    const auto inputs = RandomInputs(20, shape.options.input_size, 5);
    auto state = network->NewState(3);
    std::vector<float> logits(3 * n);
    for (int i = 0; i < 10; ++i) {
      // Row 1 hears the sequence, the others hear nothing.
      const std::vector<SparseVector> rows = {{}, inputs[i], {}};
      network->Step(*state, rows, logits);
    }
    const int chosen[] = {1, 0, 1, 1};
    state = state->Select(chosen);
    ASSERT_EQ(state->rows(), 4);
    logits.resize(4 * n);
    const std::vector<float> want = Logits(*network, inputs);
    for (int i = 10; i < 20; ++i) {
      network->Step(*state, std::vector<SparseVector>(4, inputs[i]), logits);
      for (int row : {0, 2, 3}) {
        for (size_t j = 0; j < n; ++j) ASSERT_EQ(logits[row * n + j], want[i * n + j]);
      }
    }
  }
}

TEST(RnnTest, StatesSteppedTogetherGoOnAsIfAlone) {
  for (const ShapeCase& shape : kShapes) {
    SCOPED_TRACE(shape.name);
    ExpectTogetherAsAlone(*Make(shape), [&](int rows, int seed) {
      return RandomInputs(rows, shape.options.input_size, seed);
    });
  }
}

TEST(RnnTest, TellsTheShape) {
  for (const ShapeCase& shape : kShapes) {
    const auto got = RnnShapeOf(RandomRnn(shape.options));
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->input_size, shape.options.input_size) << shape.name;
    EXPECT_EQ(got->layer_sizes, shape.options.layer_sizes) << shape.name;
    EXPECT_EQ(got->num_classes, shape.options.num_classes) << shape.name;
    EXPECT_EQ(got->has_attention, shape.options.attention) << shape.name;
    EXPECT_EQ(got->residual, shape.options.residual) << shape.name;
  }
}

TEST(RnnTest, IgnoresTheTrainersTensors) {
  TensorMap tensors = RandomRnn(kShapes[0].options);
  for (const auto& [name, tensor] : TensorMap(tensors)) tensors[name + "/Adam"] = tensor;
  tensors["global_step"] = Tensor::Int64(7);
  tensors["beta1_power"] = Tensor::Float(0.9f);
  EXPECT_TRUE(MakeRnn(tensors, 0).ok());
}

TEST(RnnTest, NamesWhatIsNearOrThere) {
  const std::string kKernel = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel";
  TensorMap tensors = RandomRnn({9, {7}, 5, false});
  auto node = tensors.extract(kKernel);
  node.key() = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernal";
  tensors.insert(std::move(node));
  EXPECT_THAT(std::string(MakeRnn(tensors, 0).status().message()),
              HasSubstr("kernel is missing; the nearest that is there is "
                        "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernal"));
  const TensorMap others = {{"a", Tensor::Float(1)}, {"b", Tensor::Float(1)}};
  EXPECT_THAT(std::string(MakeRnn(others, 0).status().message()),
              HasSubstr("basic_lstm_cell/bias is missing among a, b"));
}

struct BadCase {
  const char* variable;  // its last part; all of that name are changed
  const char* change;    // "erase", "int64", "nan", or a shape
  const char* message;
};

TEST(RnnTest, SaysWhichVariableIsWrong) {
  const std::string kCell = "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/";
  const BadCase cases[] = {
      {"cell_0/attention_cell_wrapper/basic_lstm_cell/bias", "erase",
       "cell_wrapper/basic_lstm_cell/bias is missing"},
      {"cell_1/basic_lstm_cell/kernel", "erase", "cell_1/basic_lstm_cell/kernel is missing"},
      {"fully_connected/weights", "erase", "fully_connected/weights is missing"},
      {"fully_connected/biases", "[9]",
       "fully_connected/biases has shape [9] where its neighbours ask for [5]"},
      {"fully_connected/weights", "[8, 5]",
       "fully_connected/weights has shape [8, 5] where its neighbours ask for [7, 5]"},
      {"cell_1/basic_lstm_cell/bias", "[27]", "has shape [27], no four gates"},
      {"cell_1/basic_lstm_cell/kernel", "[3, 28]",
       "has shape [3, 28] where its neighbours ask for [19, 28]"},
      {"cell_0/attention_cell_wrapper/basic_lstm_cell/kernel", "[12, 48]", "too few rows for 12"},
      {"cell_1/basic_lstm_cell/bias", "[]", "has shape [], not one of 1 dimensions"},
      {"cell_1/basic_lstm_cell/bias", "[0]", "has shape [0], not one of 1 dimensions"},
      {"attention/attn_v", "int64", "attn_v is of type int64, not float32"},
      {"attention/attn_w", "[1, 1, 12, 11]", "attn_w has shape [1, 1, 12, 11]"},
      {"attn_output_projection/bias", "nan", "attn_output_projection/bias holds nan as its elem"},
  };
  for (const BadCase& bad : cases) {
    TensorMap tensors = RandomRnn({9, {12, 7}, 5, true});
    std::string name;
    for (const auto& entry : tensors) {
      if (entry.first.ends_with(bad.variable)) name = entry.first;
    }
    ASSERT_FALSE(name.empty()) << bad.variable;
    const std::string change = bad.change;
    std::vector<float> values(tensors[name].size(), 0.0f);
    if (change == "erase") {
      tensors.erase(name);
    } else if (change == "int64") {
      tensors[name] = Tensor::Int64(3);
    } else if (change == "nan") {
      values[1] = std::numeric_limits<float>::quiet_NaN();
      tensors[name] = Tensor::Floats(tensors[name].shape, values);
    } else {
      std::vector<int64_t> shape;
      for (size_t at = 1; at + 1 < change.size(); at = change.find_first_of(",]", at) + 1) {
        shape.push_back(std::stoll(change.substr(at)));
      }
      int64_t size = 1;
      for (int64_t dim : shape) size *= dim;
      tensors[name] = Tensor::Floats(shape, std::vector<float>(size));
    }
    const auto network = MakeRnn(tensors, 4);
    ASSERT_FALSE(network.ok()) << bad.variable << ' ' << bad.change;
    EXPECT_THAT(std::string(network.status().message()), HasSubstr(bad.message));
    EXPECT_EQ(ExitStatus(network.status()), 3);
  }
}

TEST(RnnTest, AnyOneShapeThatChangesIsNoticed) {
  const TensorMap tensors = RandomRnn({9, {12, 7, 7}, 5, true, true});
  for (const auto& [name, tensor] : tensors) {
    for (size_t dim = 0; dim < tensor.shape.size(); ++dim) {
      for (int64_t delta : {-1, 1, 4}) {
        TensorMap changed = tensors;
        std::vector<int64_t> shape = tensor.shape;
        shape[dim] += delta;
        int64_t size = 1;
        for (int64_t d : shape) size *= d;
        changed[name] = Tensor::Floats(shape, std::vector<float>(size));
        // Nothing stands before the input, so its size is what this variable says.
        const bool free = name.ends_with("cell_0/input_projection_wrapper/kernel") && dim == 0;
        EXPECT_EQ(MakeRnn(changed, 4).ok(), free) << name << ' ' << dim << ' ' << delta;
      }
    }
  }
}

TEST(RnnTest, AttentionLengthMustFit) {
  EXPECT_EQ(ExitStatus(MakeRnn(RandomRnn({9, {12}, 5, true}), 0).status()), 2);
  EXPECT_EQ(ExitStatus(MakeRnn(RandomRnn({9, {12}, 5, false}), 40).status()), 2);
  EXPECT_EQ(ExitStatus(MakeRnn(RandomRnn({9, {12}, 5, true}), 1 << 30).status()), 2);
}

TEST(RnnTest, RefusesAttentionOnALaterLayer) {
  TensorMap tensors = RandomRnn({9, {12, 12}, 5, true});
  for (const auto& [name, tensor] : TensorMap(tensors)) {
    const size_t at = name.find("cell_0/attention");
    if (at != std::string::npos) tensors[std::string(name).replace(at, 6, "cell_1")] = tensor;
  }
  EXPECT_THAT(std::string(RnnShapeOf(tensors).status().message()),
              HasSubstr("attention on every layer"));
}

}  // namespace
}  // namespace magenta
