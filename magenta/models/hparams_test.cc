#include "magenta/models/hparams.h"

#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

std::string Dump(std::string_view text) {
  const absl::StatusOr<HParams> hparams = ParseHParams(text, {});
  if (!hparams.ok()) return "error: " + ErrorMessage(hparams.status());
  return HParamsText(*hparams);
}

/// Defaults in the order of HParamsText, with `changed` in their place.
std::string With(std::string batch_size, std::string layers, std::string rest) {
  return "batch_size=" + batch_size + ",rnn_layer_sizes=" + layers + "," + rest;
}

constexpr char kRest[] =
    "dropout_keep_prob=0.5,clip_norm=5,learning_rate=0.001,attn_length=0,"
    "residual_connections=False,use_cudnn=False";

TEST(HParamsTest, ReadsBothForms) {
  const struct {
    const char* text;
    std::string dump;
  } kRows[] = {
      {"", With("128", "[128,128]", kRest)},
      {"  ", With("128", "[128,128]", kRest)},
      {"{}", With("128", "[128,128]", kRest)},
      {"batch_size=64", With("64", "[128,128]", kRest)},
      {"batch_size=64,rnn_layer_sizes=[64,64]", With("64", "[64,64]", kRest)},
      {"batch_size=64, rnn_layer_sizes=[64, 64]", With("64", "[64,64]", kRest)},
      {"rnn_layer_sizes=[64 32 16],batch_size=+8", With("8", "[64,32,16]", kRest)},
      {"{'batch_size':64,'rnn_layer_sizes':[64,64]}", With("64", "[64,64]", kRest)},
      {"{\"batch_size\": 64, \"rnn_layer_sizes\": [64, 64],}", With("64", "[64,64]", kRest)},
      {" { 'rnn_layer_sizes' : ( 64 , ) } ", With("128", "[64]", kRest)},
      {"use_cudnn=true,residual_connections=1,learning_rate=1e-2,clip_norm=0,attn_length=8,"
       "dropout_keep_prob=1",
       With("128", "[128,128]",
            "dropout_keep_prob=1,clip_norm=0,learning_rate=0.01,attn_length=8,"
            "residual_connections=True,use_cudnn=True")},
      {"{'skip_first_n_losses':0,'decay_steps':500,'decay_rate':0.95,'initial_learning_rate':.01}",
       With("128", "[128,128]",
            std::string(kRest) + ",initial_learning_rate=0.01,decay_steps=500,decay_rate=0.95")},
      {"weight_decay=0.05", With("128", "[128,128]", std::string(kRest) + ",weight_decay=0.05")},
      {"weight_decay=0", With("128", "[128,128]", std::string(kRest) + ",weight_decay=0")},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Dump(row.text), row.dump) << row.text;
    EXPECT_EQ(Dump(Dump(row.text)), row.dump) << row.text;
  }
}

TEST(HParamsTest, RefusesWhatItDoesNotKnow) {
  const struct {
    const char* text;
    const char* dump;
  } kRows[] = {
      {"batch=64", "error: there is no hyper-parameter 'batch'"},
      {"{'batch':64}", "error: there is no hyper-parameter 'batch'"},
      {"batch_size=1,batch_size=2", "error: hyper-parameter 'batch_size' is given twice"},
      {"batch_size=[64]",
       "error: hyper-parameter 'batch_size' takes one value, not a list, not [64]"},
      {"rnn_layer_sizes=64",
       "error: hyper-parameter 'rnn_layer_sizes' takes a list, such as [64,64], not 64"},
      {"rnn_layer_sizes=[]",
       "error: hyper-parameter 'rnn_layer_sizes' takes a list of 1 to 64 layers, each an integer "
       "from 1 to 65536, not []"},
      {"rnn_layer_sizes=[1000000000]",
       "error: hyper-parameter 'rnn_layer_sizes' takes a list of 1 to 64 layers, each an integer "
       "from 1 to 65536, not [1000000000]"},
      {"clip_norm=2.5",
       "error: hyper-parameter 'clip_norm' takes an integer from 0 to 1048576, not 2.5"},
      {"batch_size=0",
       "error: hyper-parameter 'batch_size' takes an integer from 1 to 1048576, not 0"},
      {"batch_size=99999999999",
       "error: hyper-parameter 'batch_size' takes an integer from 1 to 1048576, not 99999999999"},
      {"learning_rate=nan",
       "error: hyper-parameter 'learning_rate' takes a number above 0, not nan"},
      {"learning_rate=0", "error: hyper-parameter 'learning_rate' takes a number above 0, not 0"},
      {"weight_decay=-1",
       "error: hyper-parameter 'weight_decay' takes a number not below 0, not -1"},
      {"dropout_keep_prob=1.5",
       "error: hyper-parameter 'dropout_keep_prob' takes a number above 0 and at most 1, not 1.5"},
      {"use_cudnn=yes",
       "error: hyper-parameter 'use_cudnn' takes true, false or an integer, not yes"},
      {"skip_first_n_losses=3",
       "error: hyper-parameter 'skip_first_n_losses' takes 0 alone: every step counts in the loss, "
       "not 3"},
      {"batch_size", "error: hparams, column 11: '=' expected after 'batch_size'"},
      {"batch_size=", "error: hparams, column 12: 'batch_size' has no value"},
      {"batch_size=64,", "error: hparams, column 15: a name must follow the comma"},
      {"=64", "error: hparams, column 1: a name expected"},
      {"rnn_layer_sizes=[64", "error: hparams, column 20: a number or ']' expected"},
      {"rnn_layer_sizes=[[64]]", "error: hparams, column 18: a number or ']' expected"},
      {"rnn_layer_sizes=[64]]", "error: hparams, column 21: a comma or the end expected"},
      {"{'batch_size':64", "error: hparams, column 17: '}' or a comma expected"},
      {"{'batch_size':64} x", "error: hparams, column 19: a comma or the end expected"},
      {"{'batch_size:64}", "error: hparams, column 3: the quote is never closed"},
      {"{batch_size:64}", "error: hparams, column 2: a name in quotes expected"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Dump(row.text), row.dump) << row.text;
    EXPECT_EQ(ExitStatus(ParseHParams(row.text, {}).status()), 2) << row.text;
  }
  EXPECT_NE(ErrorRemedy(ParseHParams("x=1", {}).status()).find("rnn_layer_sizes"),
            std::string::npos);
}

TEST(HParamsTest, KeepsDefaultsThatAreNotNamed) {
  HParams defaults;
  defaults.attn_length = 40;
  defaults.clip_norm = 3;
  const absl::StatusOr<HParams> hparams = ParseHParams("batch_size=2", defaults);
  ASSERT_TRUE(hparams.ok());
  EXPECT_EQ(hparams->attn_length, 40);
  EXPECT_EQ(hparams->clip_norm, 3);
  EXPECT_TRUE(NamesHParam("{'batch_size':2}", "batch_size"));
  EXPECT_FALSE(NamesHParam("batch_size=2", "clip_norm"));
  EXPECT_FALSE(NamesHParam("batch_size=2,", "batch_size"));
}

TEST(HParamsTest, LearningRateDecaysByWholeSteps) {
  HParams hparams;
  EXPECT_EQ(LearningRateAt(hparams, 5000), 0.001);
  hparams.initial_learning_rate = 0.5;
  EXPECT_EQ(LearningRateAt(hparams, 5000), 0.5);
  hparams.decay_rate = 0.5;
  hparams.decay_steps = 10;
  EXPECT_EQ(LearningRateAt(hparams, 0), 0.5);
  EXPECT_EQ(LearningRateAt(hparams, 9), 0.5);
  EXPECT_EQ(LearningRateAt(hparams, 10), 0.25);
  EXPECT_EQ(LearningRateAt(hparams, 29), 0.125);
}

}  // namespace
}  // namespace magenta
