#include "magenta/models/model_spec.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "magenta/base/status.h"

namespace magenta {
namespace {

TEST(ModelTableTest, HoldsTheFourModels) {
  std::string dump;
  for (const ModelSpec& spec : BuiltInModels()) {
    dump +=
        fmt::format("{} {} {} {} {}\n", spec.id, spec.codec->input_size(),
                    spec.codec->num_classes(), spec.hparams.attn_length, spec.hparams.clip_norm);
    EXPECT_EQ(*FindModel(spec.id), &spec);
  }
  EXPECT_EQ(dump,
            "basic_rnn 38 38 0 5\n"
            "mono_rnn 130 130 0 5\n"
            "lookback_rnn 121 40 0 5\n"
            "attention_rnn 74 40 40 3\n");
}

TEST(ModelTableTest, UnknownNamesListTheTable) {
  const absl::Status unknown = FindModel("lookback").status();
  EXPECT_EQ(ErrorLine(unknown),
            "there is no model 'lookback'. Did you mean lookback_rnn? The models are basic_rnn, "
            "mono_rnn, lookback_rnn, attention_rnn.");
  EXPECT_EQ(ErrorLine(FindModel("drums_rnn").status()),
            "'drums_rnn' is a model of Magenta that is not here. The models are basic_rnn, "
            "mono_rnn, lookback_rnn, attention_rnn.");
  EXPECT_EQ(ExitStatus(unknown), 2);
}

}  // namespace
}  // namespace magenta
