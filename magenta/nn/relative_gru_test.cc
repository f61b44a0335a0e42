#include "magenta/nn/relative_gru.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <limits>
#include <string>

#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/network_test_support.h"
#include "magenta/nn/relative_gru_test_support.h"

namespace magenta {
namespace {

using testing::Doubles;
using ::testing::HasSubstr;
using testing::PlainRelativeGru;
using testing::RandomRelativeGru;
using testing::RandomRelativeInputs;

struct ShapeCase {
  const char* name;
  RelativeShape shape;
};

// {G, B, K, S, M, V, C}, e, H, z
const ShapeCase kShapes[] = {
    {"small", {{5, 4, 2, 2, 1, 3, 6}, 3, 7, 5}},
    {"classes beyond a shift's reach", {{20, 30, 5, 3, 2, 4, 70}, 17, 33, 20}},
    {"as wide as vectors", {{64, 64, 4, 6, 2, 9, 48}, 64, 64, 32}},
    {"shifts alone", {{9, 9, 1, 4, 0, 0, 48}, 16, 16, 16}},
    {"marks alone", {{9, 9, 1, 0, 2, 0, 20}, 16, 16, 16}},
    {"values alone", {{9, 9, 1, 0, 0, 2, 20}, 16, 16, 16}},
    {"one of each", {{1, 1, 1, 1, 1, 1, 1}, 1, 1, 1}},
};

std::unique_ptr<Network> Make(const ShapeCase& c, const Kernels& kernels = ScalarKernels(),
                              WeightType type = WeightType::kFloat32) {
  auto network = MakeRelativeGru(RandomRelativeGru(c.shape), {&kernels, type});
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

TEST(RelativeSizesTest, BlocksLieOneAfterAnother) {
  const RelativeSizes sizes = {5, 4, 2, 2, 1, 3, 6};
  EXPECT_EQ(sizes.relations(), 49 * 2 + 11 + 3);
  EXPECT_EQ(sizes.HeadAt(0), 5);
  EXPECT_EQ(sizes.BiasAt(0), 9);
  EXPECT_EQ(sizes.ShiftAt(0, 0), 11);
  EXPECT_EQ(sizes.ShiftAt(1, 5), 22);
  EXPECT_EQ(sizes.MarkAt(0, 0, 0), 23);
  EXPECT_EQ(sizes.MarkAt(0, 1, 2), 36);
  EXPECT_EQ(sizes.ValueAt(0, 0), 89);
  EXPECT_EQ(sizes.ValueAt(2, 5), 106);
  EXPECT_EQ(sizes.RangeAt(0), 107);
  EXPECT_EQ(sizes.BanAt(0), 113);
  EXPECT_EQ(sizes.input_size(), 119);
}

TEST(RelativeGruTest, StepsAsTheFormulasSay) {
  for (const ShapeCase& c : kShapes) {
    const TensorMap tensors = RandomRelativeGru(c.shape);
    const auto inputs = RandomRelativeInputs(40, c.shape.sizes, 3);
    for (const Kernels* kernels : AllKernels()) {
      PlainRelativeGru plain(tensors, c.shape);
      const std::vector<float> logits = Logits(*Make(c, *kernels), inputs);
      for (size_t i = 0; i < inputs.size(); ++i) {
        const Doubles want = plain.Step(inputs[i]);
        for (size_t j = 0; j < want.size(); ++j) {
          ASSERT_NEAR(logits[i * want.size() + j], want[j], 2e-5) << c.name << " step " << i;
        }
      }
    }
  }
}

/// A network of 6 classes that says the biases of its output, and T = its relations' biases.
TensorMap BiasesAlone(const RelativeSizes& sizes) {
  TensorMap tensors = RandomRelativeGru({sizes, 1, 1, 1});
  for (auto& [name, tensor] : tensors) {
    if (name == relative::kRelationsCounts || tensor.shape.size() == 1) continue;
    tensor = Tensor::Floats(tensor.shape, std::vector<float>(tensor.size()));
  }
  const auto numbers = [&](const char* name, float factor) {
    std::vector<float> values(tensors[name].size());
    for (size_t i = 0; i < values.size(); ++i) values[i] = factor * static_cast<float>(i);
    tensors[name] = Tensor::Floats(tensors[name].shape, values);
  };
  numbers(relative::kOutputBias, 1000);
  numbers(relative::kRelationsBias, 1);
  numbers(relative::kOutputKinds, 1);
  return tensors;
}

TEST(RelativeGruTest, EachBlockAddsWhatItSays) {
  const RelativeSizes s = {1, 1, 2, 2, 2, 2, 6};
  constexpr float kNo = kBannedLogit;
  struct {
    const char* what;
    SparseVector input;
    std::vector<float> added;
  } const cases[] = {
      {"nothing", {}, {0, 0, 0, 0, 0, 0}},
      {"a bias row", {{s.BiasAt(1)}, {0.5f}}, {3, 3.5, 4, 4.5, 5, 5.5}},
      {"a shift passes over two", {{s.ShiftAt(0, 3)}, {1}}, {0, 0, 23, 24, 25, 26}},
      {"the second shift, twice", {{s.ShiftAt(1, 0)}, {2}}, {0, 0, 150, 152, 154, 156}},
      {"marks",
       {{s.MarkAt(0, 0, 10), s.MarkAt(1, 5, 0)}, {1, -1}},
       {98 + 10, 0, 0, 0, 0, -98 - 11}},
      {"values", {{s.ValueAt(0, 1), s.ValueAt(1, 1)}, {1, 0.5f}}, {0, 120 + 60.5, 0, 0, 0, 0}},
      {"a range", {{s.RangeAt(2)}, {4}}, {kNo, kNo, 0, 0, kNo, kNo}},
      {"a range of all", {{s.RangeAt(0)}, {6}}, {0, 0, 0, 0, 0, 0}},
      {"bans", {{s.BanAt(0), s.BanAt(5)}, {1, 1}}, {kNo, 0, 0, 0, 0, kNo}},
      {"what is banned stays so",
       {{s.ShiftAt(0, 3), s.ValueAt(0, 4), s.RangeAt(0), s.BanAt(3)}, {1, 1, 5, 1}},
       {0, 0, 23, kNo, 25 + 120, kNo}},
  };
  const auto network = MakeRelativeGru(BiasesAlone(s), {});
  ASSERT_TRUE(network.ok()) << network.status();
  for (const auto& c : cases) {
    std::vector<float> want = c.added;
    for (int i = 0; i < 6; ++i) {
      if (want[i] != kNo) want[i] += 1000.0f * static_cast<float>(i);
    }
    EXPECT_EQ(Logits(**network, {c.input}), want) << c.what;
  }
}

TEST(RelativeGruTest, ShiftsBeyondTheirReachCountAsItsEnd) {
  const RelativeSizes s = {1, 1, 1, 1, 0, 0, 80};
  const auto network = MakeRelativeGru(BiasesAlone(s), {});
  ASSERT_TRUE(network.ok()) << network.status();
  const std::vector<float> logits = Logits(**network, {{{s.ShiftAt(0, 40)}, {1}}});
  EXPECT_EQ(logits[15] - 15000, 0);
  EXPECT_EQ(logits[16] - 16000, 0);
  EXPECT_EQ(logits[17] - 17000, 1);
  EXPECT_EQ(logits[63] - 63000, 47);
  EXPECT_EQ(logits[64] - 64000, 48);
  EXPECT_EQ(logits[79] - 79000, 48);
}

TEST(RelativeGruTest, WithoutStateRowsTheMemoryStays) {
  const ShapeCase& c = kShapes[2];
  const auto network = Make(c);
  std::vector<SparseVector> inputs = RandomRelativeInputs(30, c.shape.sizes, 3), advancing;
  const SparseVector probe = {{c.shape.sizes.HeadAt(3)}, {1}};
  for (const SparseVector& input : inputs) {
    if (!input.index.empty() && input.index[0] < c.shape.sizes.head_begin()) {
      advancing.push_back(input);
    }
  }
  ASSERT_GT(advancing.size(), 4u);
  ASSERT_LT(advancing.size(), 20u);
  inputs.push_back(probe);
  advancing.push_back(probe);
  const size_t n = network->num_logits();
  const auto all = Logits(*network, inputs), some = Logits(*network, advancing);
  EXPECT_TRUE(std::equal(all.end() - n, all.end(), some.end() - n, some.end()));
  EXPECT_NE(std::vector<float>(some.end() - n, some.end()), Logits(*network, {probe}));
}

TEST(RelativeGruTest, AllKernelsGiveTheSameBits) {
  for (const ShapeCase& c : kShapes) {
    const auto inputs = RandomRelativeInputs(60, c.shape.sizes, 4);
    for (const WeightType type : {WeightType::kFloat32, WeightType::kFloat16}) {
      const std::vector<float> want = Logits(*Make(c, ScalarKernels(), type), inputs);
      for (const Kernels* kernels : AllKernels()) {
        EXPECT_EQ(Logits(*Make(c, *kernels, type), inputs), want) << c.name << kernels->name;
      }
    }
  }
}

// Sums so large that gates and candidates are at their ends, and some no number any more.
TEST(RelativeGruTest, AllKernelsGiveTheSameBitsAtTheEnds) {
  const ShapeCase& c = kShapes[1];
  for (const float scale : {30.0f, 1e4f, 3e38f}) {
    const TensorMap tensors = testing::RandomTensors(
        RelativeVariables(c.shape), 1,
        [&](const std::string& name) { return name.starts_with("relative/gru/") ? scale : 1.0f; });
    const auto inputs = RandomRelativeInputs(60, c.shape.sizes, 4);
    const auto want = Logits(**MakeRelativeGru(tensors, {&ScalarKernels()}), inputs);
    for (float v : want) ASSERT_TRUE(std::isfinite(v)) << scale;
    for (const Kernels* kernels : AllKernels()) {
      EXPECT_EQ(Logits(**MakeRelativeGru(tensors, {kernels}), inputs), want) << kernels->name;
    }
    if (scale > 30) continue;
    PlainRelativeGru plain(tensors, c.shape);
    for (size_t i = 0; i < 20; ++i) {
      const Doubles exact = plain.Step(inputs[i]);
      for (size_t j = 0; j < exact.size(); ++j) {
        ASSERT_NEAR(want[i * exact.size() + j], exact[j], 1e-3) << scale << " step " << i;
      }
    }
  }
}

TEST(RelativeGruTest, HalvesAreNear) {
  for (const ShapeCase& c : kShapes) {
    const auto inputs = RandomRelativeInputs(30, c.shape.sizes, 4);
    const auto full = Logits(*Make(c), inputs);
    const auto halves = Logits(*Make(c, ScalarKernels(), WeightType::kFloat16), inputs);
    for (size_t i = 0; i < full.size(); ++i) ASSERT_NEAR(halves[i], full[i], 0.02) << c.name;
    EXPECT_NE(halves, full) << c.name;
  }
}

TEST(RelativeGruTest, TheBitsAreTheseOnEveryMachine) {
  // A golden: should it ever change, seeds would mean other notes.
  for (const Kernels* kernels : AllKernels()) {
    uint32_t hash = 2166136261u;
    for (float v :
         Logits(*Make(kShapes[2], *kernels), RandomRelativeInputs(50, kShapes[2].shape.sizes, 9))) {
      hash = (hash ^ std::bit_cast<uint32_t>(v)) * 16777619u;
    }
    EXPECT_EQ(hash, 379622584u) << kernels->name;
  }
}

TEST(RelativeGruTest, TheNumberOfRowsChangesNoBit) {
  constexpr int kRows = 7, kSteps = 12;
  for (const ShapeCase& c : kShapes) {
    for (const Kernels* kernels : AllKernels()) {
      const auto network = Make(c, *kernels);
      const size_t n = network->num_logits();
      std::vector<std::vector<SparseVector>> sequences;
      for (int r = 0; r < kRows; ++r) {
        sequences.push_back(RandomRelativeInputs(kSteps, c.shape.sizes, 10 + r));
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
        EXPECT_EQ(got[r], Logits(*network, sequences[r])) << c.name << ' ' << kernels->name;
      }
    }
  }
}

TEST(RelativeGruTest, SelectedRowsGoOnAsTheyWere) {
  for (const ShapeCase& c : kShapes) {
    const auto network = Make(c);
    const size_t n = network->num_logits();
    const auto inputs = RandomRelativeInputs(20, c.shape.sizes, 5);
    const std::vector<float> want = Logits(*network, inputs);
    auto state = network->NewState(3);
    std::vector<float> logits(3 * n);
    for (int i = 0; i < 10; ++i) {
      // Row 1 hears the sequence, the others hear nothing.
      network->Step(*state, std::vector<SparseVector>{{}, inputs[i], {}}, logits);
    }
    state = state->Select(std::vector<int>{1, 0, 1, 1});
    ASSERT_EQ(state->rows(), 4);
    logits.resize(4 * n);
    for (int i = 10; i < 20; ++i) {
      network->Step(*state, std::vector<SparseVector>(4, inputs[i]), logits);
      for (int row : {0, 2, 3}) {
        for (size_t j = 0; j < n; ++j) ASSERT_EQ(logits[row * n + j], want[i * n + j]) << c.name;
      }
    }
  }
}

TEST(RelativeGruTest, StatesSteppedTogetherGoOnAsIfAlone) {
  for (const ShapeCase& c : kShapes) {
    SCOPED_TRACE(c.name);
    ExpectTogetherAsAlone(*Make(c), [&](int rows, int seed) {
      return RandomRelativeInputs(rows, c.shape.sizes, seed);
    });
  }
}

TEST(RelativeGruTest, TellsTheShape) {
  for (const ShapeCase& c : kShapes) {
    TensorMap tensors = RandomRelativeGru(c.shape);
    for (const auto& [name, tensor] : TensorMap(tensors)) tensors[name + "/Adam"] = tensor;
    tensors["global_step"] = Tensor::Int64(7);
    const auto got = RelativeShapeOf(tensors);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(*got, c.shape) << c.name;
    EXPECT_EQ(Make(c)->input_size(), c.shape.sizes.input_size());
    EXPECT_EQ(Make(c)->num_logits(), c.shape.sizes.classes);
  }
}

/// Errors of `tensors`, which must be the file's fault.
std::string ErrorOf(const TensorMap& tensors) {
  const absl::Status status = MakeRelativeGru(tensors, {}).status();
  EXPECT_EQ(ExitStatus(status), 3);
  return std::string(status.message());
}

Tensor Zeros(const std::vector<int64_t>& shape) {
  int64_t size = 1;
  for (int64_t dim : shape) size *= dim;
  return Tensor::Floats(shape, std::vector<float>(size));
}

TEST(RelativeGruTest, AnyVariableThatIsMissingOrOfAnotherKindIsNoticed) {
  const TensorMap tensors = RandomRelativeGru(kShapes[0].shape);
  for (const auto& [name, tensor] : tensors) {
    TensorMap changed = tensors;
    changed.erase(name);
    EXPECT_THAT(ErrorOf(changed), HasSubstr("variable " + name + " is missing"));
    changed[name] = Tensor::Int64(3);
    EXPECT_THAT(ErrorOf(changed), HasSubstr(name + " is of type int64, not float32"));
    changed[name] = Tensor::Float(3);
    EXPECT_THAT(ErrorOf(changed), HasSubstr(name + " has shape []"));
    changed[name] = Zeros({0});
    EXPECT_THAT(ErrorOf(changed), HasSubstr(name + " has shape [0]"));
    std::vector<float> values(tensor.floats().begin(), tensor.floats().end());
    values.back() = std::numeric_limits<float>::quiet_NaN();
    changed[name] = Tensor::Floats(tensor.shape, values);
    EXPECT_THAT(ErrorOf(changed), HasSubstr(name + " holds nan as its element"));
  }
}

TEST(RelativeGruTest, AnyOneShapeThatChangesIsNoticed) {
  const TensorMap tensors = RandomRelativeGru(kShapes[0].shape);
  for (const auto& [name, tensor] : tensors) {
    for (size_t dim = 0; dim < tensor.shape.size(); ++dim) {
      for (int64_t delta : {-1, 1, 4}) {
        std::vector<int64_t> shape = tensor.shape;
        shape[dim] += delta;
        TensorMap changed = tensors;
        changed[name] = Zeros(shape);
        // Rows of embeddings have no neighbours: as many as there are, inputs may name.
        const bool free = dim == 0 && shape[0] > 0 &&
                          (name.ends_with("/embedding") || name == relative::kOutputKinds);
        EXPECT_EQ(MakeRelativeGru(changed, {}).ok(), free) << name << ' ' << dim << ' ' << delta;
      }
    }
  }
}

TEST(RelativeGruTest, CountsMustBeCounts) {
  struct {
    std::vector<float> counts;
    const char* message;
  } const cases[] = {
      {{2, 1.5f, 3}, "relative/relations/counts holds 1.5 as its element 1, no count"},
      {{-1, 1, 3}, "holds -1 as its element 0, no count"},
      {{2, 1, std::numeric_limits<float>::infinity()}, "holds inf as its element 2, no count"},
      {{2, 1, 1e9f}, "element 2, no count"},
      {{2, 1, 4}, "relations/kernel has shape [5, 112] where its neighbours ask for [5, 113]"},
      {{0, 0, 0}, "relations/kernel has shape [5, 112] where its neighbours ask for [5, 0]"},
  };
  for (const auto& c : cases) {
    TensorMap tensors = RandomRelativeGru(kShapes[0].shape);
    tensors[relative::kRelationsCounts] = Tensor::Floats({3}, c.counts);
    EXPECT_THAT(ErrorOf(tensors), HasSubstr(c.message));
  }
}

TEST(RelativeGruTest, InputsOfMoreThanAnIntCountsAreRefused) {
  TensorMap tensors = RandomRelativeGru({{1, 1, 1, 0, 0, 1, 1}, 1, 1, 1});
  tensors[relative::kOutputKinds] = Zeros({1, 3000});
  tensors[relative::kRelationsCounts] = Tensor::Floats({3}, std::vector<float>{0, 0, 1 << 20});
  EXPECT_THAT(ErrorOf(tensors), HasSubstr("asks for inputs of 3145734003 numbers"));
}

TEST(RelativeGruTest, RefusesWhatNoHalfHolds) {
  TensorMap tensors = RandomRelativeGru(kShapes[0].shape);
  tensors[relative::kOutputBias] = Tensor::Floats({6}, std::vector<float>{1, 2, 3, 70000, 5, 6});
  EXPECT_TRUE(MakeRelativeGru(tensors, {}).ok());
  const absl::Status status = MakeRelativeGru(tensors, {.weights = WeightType::kFloat16}).status();
  EXPECT_EQ(ExitStatus(status), 3);
  EXPECT_THAT(ErrorLine(status), HasSubstr("relative/output/bias holds 70000 as its element 3"));
}

}  // namespace
}  // namespace magenta
