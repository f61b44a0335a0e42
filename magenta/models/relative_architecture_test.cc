#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/codec/relative_codec.h"
#include "magenta/models/architecture.h"
#include "magenta/nn/relative_gru.h"
#include "magenta/nn/rnn_test_support.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Sizes, and no music.
class SizesAlone final : public RelativeCodec {
 public:
  const RelativeSizes& sizes() const override { return sizes_; }
  std::string_view name() const override { return "sizes"; }
  int input_size() const override { return sizes_.input_size(); }
  std::span<const int> head_sizes() const override { return {&sizes_.classes, 1}; }
  int default_label() const override { return 0; }
  Event default_event() const override { return 0; }
  bool Accepts(Event) const override { return false; }
  std::unique_ptr<EventEncoder> NewEncoder(std::shared_ptr<const Control>) const override {
    return nullptr;
  }

 private:
  RelativeSizes sizes_ = {5, 4, 2, 2, 1, 3, 6};
};

TensorMap Weights(const std::vector<int>& layers) {
  HParams hparams;
  hparams.rnn_layer_sizes = layers;
  return testing::RandomTensors(kRelativeArchitecture.variables(SizesAlone(), hparams), 1);
}

/// What the layers are settled to when `said` is the user's text, or the error.
absl::StatusOr<std::vector<int>> Settled(const TensorMap& tensors, const std::string& said) {
  const HParams stored = *ParseHParams("rnn_layer_sizes=[1,2,3]", {});
  const HParams parsed = *ParseHParams(said, stored);
  std::vector<std::string> notes;
  const auto hparams = kRelativeArchitecture.settle(
      tensors, {"model", "rnn_layer_sizes=[1,2,3]", stored, said, parsed}, notes);
  EXPECT_TRUE(notes.empty());
  if (!hparams.ok()) return hparams.status();
  return hparams->rnn_layer_sizes;
}

TEST(RelativeArchitectureTest, ItsVariablesMakeANetworkOfTheCodecsSizes) {
  const SizesAlone codec;
  const TensorMap tensors = Weights({4, 7, 5});
  const auto sizes = kRelativeArchitecture.sizes(tensors);
  ASSERT_TRUE(sizes.ok()) << sizes.status();
  EXPECT_EQ(sizes->inputs, codec.input_size());
  EXPECT_EQ(sizes->labels, 6);
  for (const WeightType type : {WeightType::kFloat32, WeightType::kFloat16}) {
    const auto network = kRelativeArchitecture.make_runtime(tensors, {}, {type});
    ASSERT_TRUE(network.ok()) << network.status();
    EXPECT_EQ((*network)->input_size(), codec.input_size());
    EXPECT_EQ((*network)->num_logits(), 6);
  }
}

TEST(RelativeArchitectureTest, LayersAreTheTensors) {
  EXPECT_THAT(*Settled(Weights({4, 7, 5}), ""), ElementsAre(4, 7, 5));
  EXPECT_THAT(*Settled(Weights({8}), ""), ElementsAre(8, 8, 8));
  EXPECT_THAT(*Settled(Weights({4, 7, 5}), "rnn_layer_sizes=[4,7,5]"), ElementsAre(4, 7, 5));
  HParams hparams;
  hparams.rnn_layer_sizes = {4, 7, 5};
  EXPECT_EQ(kRelativeArchitecture.describe(hparams), "layers [4,7,5]");
}

TEST(RelativeArchitectureTest, WhatItHasNotMayNotBeSaid) {
  struct {
    const char* said;
    const char* message;
  } const cases[] = {
      {"rnn_layer_sizes=[4,7]",
       "says rnn_layer_sizes=[4,7], but the file has "
       "rnn_layer_sizes=[4,7,5]"},
      {"attn_length=40", "relative_gru has no attention"},
      {"residual_connections=True", "no residual connections"},
  };
  for (const auto& c : cases) {
    const absl::Status status = Settled(Weights({4, 7, 5}), c.said).status();
    EXPECT_EQ(ExitStatus(status), 2) << c.said;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(RelativeArchitectureTest, TensorsOfAnotherKindAreNone) {
  EXPECT_EQ(ExitStatus(kRelativeArchitecture.sizes({}).status()), 3);
  EXPECT_EQ(ExitStatus(kRelativeArchitecture.make_runtime({}, {}, {}).status()), 3);
  EXPECT_EQ(ExitStatus(Settled({}, "").status()), 3);
}

}  // namespace
}  // namespace magenta
