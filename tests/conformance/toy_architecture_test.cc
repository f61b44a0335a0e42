// A network that is no LSTM through loading and everything that makes music.
#include "tests/conformance/toy_architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/magentajs_weights.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/io/tensor/checkpoint.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ToyArchitecture : public ::testing::Test {
 protected:
  ToyArchitecture()
      : folder_(::testing::TempDir() + "/toy_architecture_" + std::to_string(::getpid())) {
    static const ModelSpec& spec = *new ModelSpec(toy::ToyMatrixModel());
    AddModels({&spec, 1});
    std::filesystem::create_directories(folder_);
  }
  ~ToyArchitecture() override { std::filesystem::remove_all(folder_); }

  /// A source of `tensors` as a checkpoint.
  ModelSource Checkpoint(const TensorMap& tensors) const {
    EXPECT_TRUE(WriteV2(folder_ + "/model.ckpt-3", tensors).ok());
    ModelSource source;
    source.checkpoint_file = folder_ + "/model.ckpt-3";
    source.config = "toy_matrix";
    return source;
  }

  const std::string folder_;
};

TEST_F(ToyArchitecture, LoadsWithHyperParametersAndWordsOfItsOwn) {
  LoadedWeights weights = testing::RandomWeights("toy_matrix");
  ASSERT_EQ(weights.tensors.size(), 1u);
  weights.tensors["global_step"] = Tensor::Int64(3);
  ModelSource source = Checkpoint(weights.tensors);
  const auto model = LoadModel(source);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->hparams.attn_length, 2);
  EXPECT_THAT((*model)->notes, ElementsAre("the toy's divisor is its default"));
  EXPECT_EQ((*model)->provenance,
            "toy_matrix, a matrix over 2, from " + source.checkpoint_file + " at step 3");
  source.hparams_text = "attn_length=5";
  EXPECT_EQ((*LoadModel(source))->hparams.attn_length, 5);
  source.hparams_text = "attn_length=0";
  const absl::Status refused = LoadModel(source).status();
  EXPECT_EQ(ExitStatus(refused), 2);
  EXPECT_THAT(ErrorLine(refused), HasSubstr("model.ckpt-3: a toy divides by attn_length"));
}

TEST_F(ToyArchitecture, RefusesWeightsOfAnother) {
  const auto other = LoadModel(Checkpoint(testing::RandomWeights("basic_rnn").tensors));
  EXPECT_EQ(ExitStatus(other.status()), 3);
  EXPECT_THAT(ErrorLine(other.status()),
              HasSubstr("model.ckpt-3: the weights are of another network than that of toy_matrix. "
                        "They fit --config=basic_rnn"));
  const std::vector<float> six(6);
  const auto none = LoadModel(Checkpoint({{"other/matrix", Tensor::Floats({2, 3}, six)}}));
  EXPECT_THAT(ErrorLine(none.status()), HasSubstr("model.ckpt-3: holds no toy/matrix"));
  const auto small = LoadModel(Checkpoint({{toy::kToyMatrix, Tensor::Floats({2, 3}, six)}}));
  EXPECT_THAT(ErrorLine(small.status()),
              HasSubstr("the weights take 2 inputs and give 3 classes, those of toy_matrix 19 and "
                        "16"));
  ModelSource rnn = Checkpoint(testing::RandomWeights("toy_matrix").tensors);
  rnn.config = "basic_rnn";
  EXPECT_THAT(ErrorLine(LoadModel(rnn).status()), HasSubstr("is missing among toy/matrix"));
  const LoadedWeights weights = testing::RandomWeights("toy_matrix");
  EXPECT_THAT(ErrorLine(ForMagentaJs(*testing::RandomModel("toy_matrix"), weights).status()),
              HasSubstr("Magenta.js cannot run toy_matrix"));
}

TEST_F(ToyArchitecture, MakesMusicFromABundle) {
  GeneratorBundle bundle;
  bundle.mutable_generator_details()->set_id("toy_matrix");
  bundle.set_hparams("attn_length=3");
  ModelSource source;
  source.bundle_file = folder_ + "/toy.mag";
  ASSERT_TRUE(
      WriteBundle(source.bundle_file, bundle, testing::RandomWeights("toy_matrix").tensors).ok());
  const auto model = LoadModel(source);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->hparams.attn_length, 3);
  EXPECT_THAT((*model)->notes, ElementsAre());
  GenerateSequenceRequest request;
  for (int i = 0; i < 4; ++i) {
    auto* note = request.mutable_input_sequence()->add_notes();
    note->set_pitch(60 + i);
    note->set_velocity(80);
    note->set_start_time(i * 0.5);
    note->set_end_time(i * 0.5 + 0.5);
  }
  request.mutable_input_sequence()->set_total_time(2);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(2);
  section->set_end_time(6);
  for (const int beam : {1, 3}) {
    auto& args = *request.mutable_generator_options()->mutable_args();
    args["seed"].set_int_value(3);
    args["beam_size"].set_int_value(beam);
    const auto music = SequenceGenerator(*model).GenerateMany(request, 3);
    ASSERT_TRUE(music.ok()) << music.status();
    for (const GeneratedOutput& output : music->outputs) {
      EXPECT_GT(output.sequence.notes_size(), 4);
      EXPECT_TRUE(LogLikelihood(*model, output.events).ok());
    }
  }
}

}  // namespace
}  // namespace magenta
