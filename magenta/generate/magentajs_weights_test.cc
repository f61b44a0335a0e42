#include "magenta/generate/magentajs_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "magenta/base/status.h"
#include "magenta/generate/random_model.h"

namespace magenta {
namespace {

TEST(MagentaJsWeights, PitchesOfOneHotModels) {
  const struct {
    const char* model;
    std::optional<PitchRange> pitches;
  } rows[] = {{"basic_rnn", PitchRange{48, 83}},
              {"mono_rnn", PitchRange{0, 127}},
              {"lookback_rnn", {}},
              {"attention_rnn", {}}};
  for (const auto& row : rows) {
    EXPECT_EQ(OneHotPitches(*(*FindModel(row.model))->codec), row.pitches) << row.model;
  }
}

TEST(MagentaJsWeights, ThereAndBack) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / "magentajs_weights_test").string();
  for (const char* id : {"basic_rnn", "mono_rnn"}) {
    LoadedWeights weights = testing::RandomWeights(id);
    const TensorMap tensors = weights.tensors;
    const auto model = MakeModel(weights, id, "");
    ASSERT_TRUE(model.ok()) << model.status();
    weights.tensors["global_step"] = Tensor::Int64(7);
    weights.tensors["fully_connected/biases/Adam"] = Tensor::Float(1);
    const auto page = ForMagentaJs(**model, weights);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_TRUE(WriteMagentaJs(folder, *page).ok());
    ASSERT_TRUE(IsMagentaJsFolder(folder));
    const auto read = WeightsOfMagentaJs(folder);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->bundle_id, id);
    EXPECT_EQ(read->tensors, tensors);
    std::filesystem::remove_all(folder);
  }
}

}  // namespace
}  // namespace magenta
