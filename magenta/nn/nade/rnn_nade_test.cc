#include "magenta/nn/nade/rnn_nade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/nn/nade/nade_test_support.h"
#include "magenta/nn/nade/turns.h"
#include "magenta/nn/network_test_support.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

constexpr int kPitches = 10, kUnits = 6;
const RandomNadeOptions kOptions = {kPitches, kUnits, {7, 9}};

std::unique_ptr<Network> NadeWith(const Kernels* kernels, bool attention = false) {
  RandomNadeOptions options = kOptions;
  options.attention = attention;
  RnnOptions how;
  how.kernels = kernels;
  how.attn_length = attention ? 4 : 0;
  auto network = MakeRnnNade(RandomNade(options), how);
  EXPECT_TRUE(network.ok()) << network.status();
  return *std::move(network);
}

TEST(RnnNade, SaysWhatTheFormulasSay) {
  const TensorMap tensors = RandomNade(kOptions);
  const auto network = NadeWith(nullptr);
  EXPECT_EQ(network->input_size(), NadeInputs(kPitches));
  EXPECT_EQ(network->num_logits(), kPitches + 1);
  PlainNade plain(tensors, kOptions);
  const auto state = network->NewState(1);
  std::vector<float> logits(kPitches + 1);
  for (const std::vector<int>& step :
       std::vector<std::vector<int>>{{}, {2, 5}, {}, {0, 1, 9}, {9}, {3, 4, 5, 6, 7, 8}}) {
    const SparseVector heard = StepOf(step);
    network->Step(*state, {&heard, 1}, logits);
    plain.Hear(heard);
    // Low to high, each of another step's pitches known to the next.
    int next = 0;
    for (const int drawn : {1, 4, 5, kPitches}) {
      for (int i = 0; i < next; ++i) EXPECT_EQ(logits[i], kPassed);
      for (int i = next; i < kPitches; ++i) EXPECT_NEAR(logits[i], plain.Turn(i), 2e-5) << i;
      if (drawn == kPitches) break;
      const SparseVector pitch = DrawnPitch(kPitches, drawn);
      network->Step(*state, {&pitch, 1}, logits);
      plain.Sound(drawn);
      next = drawn + 1;
    }
  }
}

TEST(RnnNade, TheSameBitsWithEveryKernelAndInCompany) {
  for (const bool attention : {false, true}) {
    const auto reference = NadeWith(&ScalarKernels(), attention);
    for (const Kernels* kernels : AllKernels()) {
      const auto network = NadeWith(kernels, attention);
      const auto inputs = RandomNadeInputs(kPitches, 40, 3);
      const auto state = network->NewState(1), other = reference->NewState(1);
      std::vector<float> logits(kPitches + 1), wanted(kPitches + 1);
      for (const SparseVector& input : inputs) {
        network->Step(*state, {&input, 1}, logits);
        reference->Step(*other, {&input, 1}, wanted);
        EXPECT_EQ(logits, wanted) << kernels->name;
      }
      ExpectTogetherAsAlone(*network, [](int rows, int seed) {
        return RandomNadeInputs(kPitches, rows, static_cast<uint32_t>(seed));
      });
    }
  }
}

TEST(RnnNade, AStateThatIsSelectedGoesItsOwnWay) {
  const auto network = NadeWith(nullptr);
  const auto state = network->NewState(2);
  std::vector<float> two(2 * (kPitches + 1)), first(two), second(two);
  network->Step(*state, RandomNadeInputs(kPitches, 2, 1), two);
  const int rows[] = {1, 1};
  const auto selected = state->Select(rows);
  const auto inputs = RandomNadeInputs(kPitches, 2, 2);
  network->Step(*selected, std::vector<SparseVector>{inputs[0], inputs[0]}, first);
  EXPECT_TRUE(
      std::equal(first.begin(), first.begin() + kPitches + 1, first.begin() + kPitches + 1));
  network->Step(*state, std::vector<SparseVector>{inputs[1], inputs[0]}, second);
  EXPECT_TRUE(
      std::equal(first.begin(), first.begin() + kPitches + 1, second.begin() + kPitches + 1));
}

/// What the network says after one more step.
std::vector<float> After(const Network& network, NetworkState& state, const SparseVector& input) {
  std::vector<float> logits(network.num_logits());
  network.Step(state, {&input, 1}, logits);
  return logits;
}

TEST(RnnNade, OfTheReferenceWhatIsSaidComesLater) {
  const auto network = NadeWith(nullptr);
  const auto at_once = network->NewState(1), later = network->NewState(1);
  const std::vector<std::vector<int>> steps = {{1}, {2}, {3, 4}, {5}, {6}};
  std::vector<std::vector<float>> said, delayed;
  SparseVector unheard;
  unheard.Add(NadeOrderPlace(kPitches), static_cast<float>(NadeOrder::kUnheard));
  const std::vector<float> of_nothing = After(*network, *later, unheard);
  for (size_t i = 0; i < steps.size(); ++i) {
    said.push_back(After(*network, *at_once, StepOf(steps[i])));
    const NadeOrder order[] = {NadeOrder::kRemember, NadeOrder::kLastOfPrimer,
                               NadeOrder::kFirstDrawn, NadeOrder::kLater, NadeOrder::kLater};
    SparseVector input = StepOf(steps[i]);
    input.Add(NadeOrderPlace(kPitches), static_cast<float>(order[i]));
    delayed.push_back(After(*network, *later, input));
  }
  EXPECT_EQ(delayed[0], said[0]);
  EXPECT_EQ(delayed[2], said[0]);  // row 0: of the primer's step 0
  EXPECT_EQ(delayed[3], said[2]);
  EXPECT_EQ(delayed[4], said[3]);
  // The end of the primer is followed by what biases of 0 say, as a start that isn't heard.
  EXPECT_EQ(delayed[1], of_nothing);
  const auto selected = later->Select(std::vector<int>{0});
  EXPECT_EQ(After(*network, *selected, DrawnPitch(kPitches, 2)),
            After(*network, *later, DrawnPitch(kPitches, 2)));
}

TEST(RnnNade, TensorsOfOtherShapesAreNamed) {
  const auto error = [](const std::function<void(TensorMap&)>& damage) {
    TensorMap tensors = RandomNade(kOptions);
    damage(tensors);
    const auto network = MakeRnnNade(tensors, {});
    EXPECT_EQ(ExitStatus(network.status()), 3);
    return ErrorLine(network.status());
  };
  EXPECT_THAT(error([](TensorMap& t) { t.erase(nade::kEncoder); }), HasSubstr("nade/w_enc"));
  EXPECT_THAT(error([](TensorMap& t) { t.erase("decoder/dense/bias"); }),
              HasSubstr("decoder/dense/bias"));
  EXPECT_THAT(error([](TensorMap& t) {
                t[nade::kDecoder] = Tensor::Floats({kPitches, kUnits + 1, 1},
                                                   std::vector<float>(kPitches * (kUnits + 1)));
              }),
              HasSubstr("nade/w_dec_t"));
  EXPECT_THAT(error([](TensorMap& t) {
                for (const char* name : {nade::kEncoder, nade::kDecoder}) {
                  const bool enc = name == std::string(nade::kEncoder);
                  t[name] = Tensor::Floats({4, enc ? 1 : kUnits, enc ? kUnits : 1},
                                           std::vector<float>(4 * kUnits));
                }
              }),
              HasSubstr("nade/w_enc is of 4 pitches"));
  EXPECT_THAT(error([](TensorMap& t) {
                t[nade::kEncoder] = Tensor::Floats({kPitches, 1, kUnits},
                                                   std::vector<float>(kPitches * kUnits, NAN));
              }),
              HasSubstr("nade/w_enc holds nan"));
}

}  // namespace
}  // namespace magenta
