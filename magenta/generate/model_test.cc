#include "magenta/generate/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/weights.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RandomWeights;

/// A folder with a run, a V1 checkpoint and bundles.
class ModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "model_test_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    ASSERT_TRUE(MakeFolder(folder_ + "/run/train").ok());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// A run of `tensors` at step 7, with `hparams` in it unless empty.
  void WriteRun(TensorMap tensors, const std::string& hparams = "") {
    tensors["global_step"] = Tensor::Int64(7);
    if (!hparams.empty()) tensors[kHParamsTensor] = Tensor::Text(hparams);
    ASSERT_TRUE(WriteV2(folder_ + "/run/train/model.ckpt-7", tensors).ok());
    CheckpointState state;
    state.latest = folder_ + "/run/train/model.ckpt-7";
    state.all = {state.latest};
    ASSERT_TRUE(WriteCheckpointState(folder_ + "/run/train", state).ok());
  }
  void WriteMag(const std::string& name, const std::string& id, const TensorMap& tensors,
                const std::string& hparams = "", int steps_per_quarter = 0) {
    GeneratorBundle proto;
    proto.mutable_generator_details()->set_id(id);
    proto.mutable_generator_details()->set_description("told by the bundle");
    proto.mutable_bundle_details()->set_description("ten tunes");
    proto.set_hparams(hparams);
    proto.set_steps_per_quarter(steps_per_quarter);
    ASSERT_TRUE(WriteBundle(folder_ + "/" + name, proto, tensors).ok());
  }
  ModelSource Run(const std::string& config, const std::string& hparams = "") const {
    return {config, folder_ + "/run", "", "", hparams};
  }
  ModelSource Mag(const std::string& name, const std::string& config = "") const {
    return {config, "", "", folder_ + "/" + name, ""};
  }
  std::string folder_;
};

void ExpectError(const ModelSource& source, int exit_status, const std::string& text) {
  const auto model = LoadModel(source);
  ASSERT_FALSE(model.ok()) << text;
  EXPECT_EQ(ExitStatus(model.status()), exit_status) << ErrorLine(model.status());
  EXPECT_THAT(ErrorLine(model.status()), HasSubstr(text));
}

TEST_F(ModelTest, ReadsLayerSizesFromTheCheckpoint) {
  WriteRun(RandomWeights("lookback_rnn", {8, 24}).tensors);
  const auto model = LoadModel(Run(""));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->id, "lookback_rnn");
  EXPECT_EQ((*model)->hparams.rnn_layer_sizes, (std::vector<int>{8, 24}));
  EXPECT_EQ((*model)->hparams.batch_size, 128);
  EXPECT_EQ((*model)->global_step, 7);
  EXPECT_EQ((*model)->file, folder_ + "/run/train/model.ckpt-7");
  EXPECT_EQ((*model)->provenance,
            "lookback_rnn, layers [8,24], from " + folder_ + "/run/train/model.ckpt-7 at step 7");
  EXPECT_THAT((*model)->notes, IsEmpty());
  EXPECT_TRUE(LoadModel(Run("lookback_rnn", "rnn_layer_sizes=[8,24],batch_size=3")).ok());
}

TEST_F(ModelTest, TakesAV1FileAPrefixAndAnIndex) {
  const TensorMap tensors = RandomWeights("basic_rnn").tensors;
  WriteRun(tensors);
  ASSERT_TRUE(WriteFile(folder_ + "/v1.ckpt", *SerializeV1(tensors)).ok());
  for (const std::string file :
       {"/v1.ckpt", "/run/train/model.ckpt-7", "/run/train/model.ckpt-7.index"}) {
    const auto model = LoadModel({"basic_rnn", "", folder_ + file, "", ""});
    EXPECT_TRUE(model.ok()) << file << model.status();
  }
}

TEST_F(ModelTest, DisagreementShowsBoth) {
  WriteRun(RandomWeights("lookback_rnn", {8, 24}).tensors);
  ExpectError(Run("", "rnn_layer_sizes=[64,64]"), 2,
              "says rnn_layer_sizes=[64,64], but the file has rnn_layer_sizes=[8,24]");
  ExpectError(Run("", "attn_length=40"), 2, "says attn_length=40, but the file has attn_length=0");
  ExpectError(Run("", "residual_connections=True"), 2, "but the file has residual_connections=Fal");
  ExpectError(Run("", "layers=3"), 2, "layers");
}

TEST_F(ModelTest, AttentionLengthIsSaidStoredOrTheDefault) {
  const TensorMap tensors = RandomWeights("attention_rnn").tensors;
  WriteRun(tensors);
  auto model = LoadModel(Run("attention_rnn"));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->hparams.attn_length, 40);
  ASSERT_EQ((*model)->notes.size(), 1u);
  EXPECT_EQ((*model)->notes[0], "attn_length is not in the file: 40, the default of attention_rnn");

  model = LoadModel(Run("attention_rnn", "attn_length=12"));
  EXPECT_EQ((*model)->hparams.attn_length, 12);
  EXPECT_THAT((*model)->notes, IsEmpty());

  WriteRun(tensors, "attn_length=8,batch_size=9");
  model = LoadModel(Run("attention_rnn"));
  EXPECT_EQ((*model)->hparams.attn_length, 8);
  EXPECT_EQ((*model)->hparams.batch_size, 9);
  EXPECT_THAT((*model)->notes, IsEmpty());
  ExpectError(Run("attention_rnn", "attn_length=12"), 2,
              "says attn_length=12, but the file has attn_length=8");

  WriteMag("a.mag", "attention_rnn", tensors, "attn_length=5", 8);
  model = LoadModel(Mag("a.mag"));
  EXPECT_EQ((*model)->hparams.attn_length, 5);
  EXPECT_EQ((*model)->grid.steps(), 8);
  EXPECT_EQ((*model)->description, "told by the bundle");
  EXPECT_EQ((*model)->bundle_description, "ten tunes");
}

TEST_F(ModelTest, NamesWhatIsWrong) {
  const TensorMap tensors = RandomWeights("lookback_rnn").tensors;
  WriteRun(tensors);
  WriteMag("good.mag", "lookback_rnn", tensors);
  WriteMag("drums.mag", "drum_kit", tensors);
  WriteMag("vae.mag", "music_vae", tensors);
  WriteMag("nade.mag", "rnn-nade", tensors);
  WriteMag("odd.mag", "lookback_rnn", tensors, "attn_lenght=3");
  WriteMag("grid.mag", "lookback_rnn", tensors, "", 1 << 30);
  TensorMap holed = tensors;
  holed.erase("fully_connected/biases");
  WriteMag("holed.mag", "lookback_rnn", holed);
  ASSERT_TRUE(WriteFile(folder_ + "/noise.mag", "certainly no bundle").ok());

  ExpectError(Run("basic_rnn"), 3, "take 121 inputs and give 40 classes, those of basic_rnn 38");
  ExpectError(Run("basic_rnn"), 3, "They fit --config=lookback_rnn");
  ExpectError(Mag("good.mag", "basic_rnn"), 3, "the bundle is of lookback_rnn, not of basic_rnn");
  ExpectError(Mag("vae.mag"), 3, "'music_vae' is a model of Magenta that is not here");
  // --config beside a bundle can't say another one than the bundle's.
  constexpr char kAnew[] =
      "They fit --config=lookback_rnn: bundle the checkpoint they come from with it";
  ExpectError(Mag("nade.mag"), 3, "the weights are of another network than that of rnn-nade");
  ExpectError(Mag("nade.mag"), 3, kAnew);
  ExpectError(Mag("drums.mag"), 3, "those of drum_kit 518 and 512");
  ExpectError(Mag("drums.mag"), 3, kAnew);
  ExpectError(Mag("odd.mag"), 3, "its stored hyper-parameters: there is no hyper-parameter");
  ExpectError(Mag("grid.mag"), 3, "1073741824 steps per quarter");
  ExpectError(Mag("holed.mag"), 3, "fully_connected/biases is missing");
  ExpectError(Mag("noise.mag"), 3, folder_ + "/noise.mag");
  ExpectError(Mag("missing.mag"), 3, folder_ + "/missing.mag");
  ExpectError({"", folder_ + "/nowhere", "", "", ""}, 3, "there is no such folder");
  ExpectError({"music_vae", folder_ + "/run", "", "", ""}, 2, "that is not here");
  ExpectError({"pianoroll_rnn_nade", folder_ + "/run", "", "", ""}, 2,
              "Choose one of rnn-nade and rnn-nade_attn");
  ExpectError({"drums_rnn", folder_ + "/run", "", "", ""}, 2,
              "Choose one of one_drum and drum_kit");
  ExpectError({"lookbak_rnn", folder_ + "/run", "", "", ""}, 2, "there is no model 'lookbak_rnn'");
  ExpectError({"", folder_ + "/run", "", folder_ + "/good.mag", ""}, 2, "several models are named");
}

TEST_F(ModelTest, ACheckpointNamesItsConfig) {
  TensorMap tensors = RandomWeights("basic_rnn").tensors;
  tensors[kConfigNameTensor] = Tensor::Text("basic_rnn");
  WriteRun(tensors);
  const auto model = LoadModel(Run(""));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->id, "basic_rnn");
  ASSERT_EQ((*model)->notes.size(), 1u);
  EXPECT_EQ((*model)->notes[0], "the checkpoint says that it is of basic_rnn");
  EXPECT_TRUE(LoadModel(Run("basic_rnn"))->get()->notes.empty());
  ExpectError(Run("lookback_rnn"), 3, "They fit --config=basic_rnn");
  tensors[kConfigNameTensor] = Tensor::Text("drums_rnn");
  WriteRun(tensors);
  ExpectError(Run(""), 3, "the checkpoint is of a model that is not here: 'drums_rnn'");
}

/// Sizes come before attn_length, which a config without attention has no default for.
TEST_F(ModelTest, WeightsWithAttentionSayWhichConfigTheyFit) {
  WriteRun(RandomWeights("attention_rnn").tensors);
  for (const char* config : {"", "basic_rnn", "lookback_rnn"}) {
    ExpectError(Run(config), 3, "They fit --config=attention_rnn");
  }
}

TEST_F(ModelTest, WeightsOfAnotherNetworkSayWhichConfigTheyFit) {
  for (const char* config : {"rnn-nade", "rnn-nade_attn", "score"}) {
    WriteRun(RandomWeights(config).tensors);
    for (const char* other : {"", "basic_rnn", "polyphony"}) {
      ExpectError(Run(other), 3, "the weights are of another network than that of ");
      ExpectError(Run(other), 3, std::string("They fit --config=") + config + ".");
    }
  }
}

TEST_F(ModelTest, APathUnderTheWrongFlag) {
  const TensorMap tensors = RandomWeights("lookback_rnn").tensors;
  WriteRun(tensors);
  WriteMag("good.mag", "lookback_rnn", tensors);
  ASSERT_TRUE(WriteFile(folder_ + "/v1.ckpt", *SerializeV1(tensors)).ok());
  ASSERT_TRUE(WriteFile(folder_ + "/data/training_melodies.tfrecord", "").ok());
  ASSERT_TRUE(WriteFile(folder_ + "/data/eval_melodies.tfrecord", "").ok());
  ASSERT_TRUE(MakeFolder(folder_ + "/bare").ok());
  const std::string mag = folder_ + "/good.mag", v1 = folder_ + "/v1.ckpt", run = folder_ + "/run";
  const struct {
    ModelSource source;
    std::string text;
  } rows[] = {
      {{"", mag, "", "", ""}, "is a file, not the folder of a run. Give it as --bundle_file="},
      {{"", v1, "", "", ""}, "is a file, not the folder of a run. Give it as --checkpoint_file="},
      {{"", folder_ + "/data", "", "", ""}, "holds data (training_melodies.tfrecord), not a run"},
      {{"", folder_ + "/bare", "", "", ""}, "there is no whole checkpoint"},
      {{"", "", mag, "", ""}, "Give it as --bundle_file="},
      {{"", "", run, "", ""}, "Give it as --run_dir="},
      {{"", "", run + "/train/checkpoint", "", ""}, "Give it as --run_dir="},
      {{"", "", "", v1, ""}, "Give it as --checkpoint_file="},
      {{"", "", "", run, ""}, "Give it as --run_dir="},
  };
  for (const auto& row : rows) ExpectError(row.source, 3, row.text);
}

TEST_F(ModelTest, ACorruptCheckpointIsNamed) {
  WriteRun(RandomWeights("lookback_rnn").tensors);
  const std::string data = folder_ + "/run/train/model.ckpt-7.data-00000-of-00001";
  std::string bytes = *ReadFile(data);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(WriteFile(data, bytes).ok());
  ExpectError({"", "", folder_ + "/run/train/model.ckpt-7", "", ""}, 3, "model.ckpt-7");
}

TEST_F(ModelTest, BundledWeightsAreFoundByTheEnvironment) {
  WriteMag("lookback_rnn.mag", "lookback_rnn", RandomWeights("lookback_rnn").tensors);
  setenv("MAGENTA_BUNDLES", folder_.c_str(), 1);
  const auto model = LoadModel({});
  const auto mono = LoadModel({"mono_rnn", "", "", "", ""});
  setenv("MAGENTA_BUNDLES", (folder_ + "/none").c_str(), 1);
  const auto none = LoadModel({"mono_rnn", "", "", "", ""});
  unsetenv("MAGENTA_BUNDLES");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->id, "lookback_rnn");
  EXPECT_EQ((*model)->file, folder_ + "/lookback_rnn.mag");
  EXPECT_EQ(ExitStatus(mono.status()), 2);
  EXPECT_THAT(ErrorLine(mono.status()), HasSubstr("no pre-trained weights of mono_rnn"));
  EXPECT_THAT(ErrorRemedy(mono.status()), HasSubstr("--bundle_file"));
  EXPECT_THAT(ErrorRemedy(none.status()), HasSubstr("Install the package magenta"));
  const std::vector<std::string> folders = BundledFolders();
  EXPECT_THAT(folders[0], ::testing::EndsWith("/data/bundles"));
  EXPECT_THAT(folders[1], ::testing::EndsWith("/share/magenta/bundles"));
  EXPECT_EQ(std::set<std::string>(folders.begin(), folders.end()).size(), folders.size());
}

}  // namespace
}  // namespace magenta
