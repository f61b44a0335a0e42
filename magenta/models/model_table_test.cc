#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "magenta/base/status.h"
#include "magenta/models/model_spec.h"

namespace magenta {
namespace {

const std::string kPerformances =
    "performance, performance_with_dynamics, performance_with_dynamics_compact, "
    "performance_with_dynamics_and_modulo_encoding, performance_with_dynamics_and_note_encoding, "
    "density_conditioned_performance_with_dynamics, "
    "pitch_conditioned_performance_with_dynamics, multiconditioned_performance_with_dynamics, "
    "optional_multiconditioned_performance_with_dynamics";

TEST(ModelTableTest, HoldsTheModels) {
  std::string dump;
  for (const ModelSpec& spec : BuiltInModels()) {
    dump += fmt::format("{} {} {} {} {}\n", spec.id, spec.codec->input_size(),
                        spec.codec->num_labels(), spec.hparams.attn_length, spec.hparams.clip_norm);
    EXPECT_EQ(*FindModel(spec.id), &spec);
  }
  EXPECT_EQ(dump,
            "basic_rnn 38 38 0 5\n"
            "mono_rnn 130 130 0 5\n"
            "lookback_rnn 121 40 0 5\n"
            "attention_rnn 74 40 40 3\n"
            "basic_improv 87 38 0 5\n"
            "attention_improv 123 40 40 3\n"
            "chord_pitches_improv 75 38 0 3\n"
            "one_drum 2 2 0 5\n"
            "drum_kit 518 512 32 3\n"
            "polyphony 259 259 0 5\n"
            "score 46889 134 0 0\n"
            "performance 356 356 0 3\n"
            "performance_with_dynamics 388 388 0 3\n"
            "performance_with_dynamics_compact 388 388 0 3\n"
            "performance_with_dynamics_and_modulo_encoding 16 388 0 3\n"
            "performance_with_dynamics_and_note_encoding 315 315 0 3\n"
            "density_conditioned_performance_with_dynamics 396 388 0 3\n"
            "pitch_conditioned_performance_with_dynamics 400 388 0 3\n"
            "multiconditioned_performance_with_dynamics 408 388 0 3\n"
            "optional_multiconditioned_performance_with_dynamics 409 388 0 3\n"
            "rnn-nade 177 89 0 5\n"
            "rnn-nade_attn 177 89 32 5\n");
}

TEST(ModelTableTest, UnknownNamesListTheTable) {
  const absl::Status unknown = FindModel("lookback").status();
  EXPECT_EQ(ErrorLine(unknown),
            "there is no model 'lookback'. Did you mean lookback_rnn? The models are basic_rnn, "
            "mono_rnn, lookback_rnn, attention_rnn, basic_improv, attention_improv, "
            "chord_pitches_improv, one_drum, drum_kit, polyphony, score, " +
                kPerformances + ", rnn-nade, rnn-nade_attn.");
  EXPECT_EQ(ErrorLine(FindModel("music_vae").status()),
            "'music_vae' is a model of Magenta that is not here. The models are basic_rnn, "
            "mono_rnn, lookback_rnn, attention_rnn, basic_improv, attention_improv, "
            "chord_pitches_improv, one_drum, drum_kit, polyphony, score, " +
                kPerformances + ", rnn-nade, rnn-nade_attn.");
  EXPECT_EQ(ErrorLine(FindModel("polyphony_rnn").status()),
            "'polyphony_rnn' is a family of models. Choose one of polyphony.");
  EXPECT_EQ(ErrorLine(FindModel("performance_rnn").status()),
            "'performance_rnn' is a family of models. Choose one of performance, "
            "performance_with_dynamics, multiconditioned_performance_with_dynamics and the like.");
  EXPECT_EQ(ErrorLine(FindModel("pianoroll_rnn_nade").status()),
            "'pianoroll_rnn_nade' is a family of models. Choose one of rnn-nade and "
            "rnn-nade_attn.");
  EXPECT_EQ(ErrorLine(FindModel("drums_rnn").status()),
            "'drums_rnn' is a family of models. Choose one of one_drum and drum_kit.");
  EXPECT_EQ(ErrorLine(FindModel("improv_rnn").status()),
            "'improv_rnn' is a family of models. Choose one of basic_improv, attention_improv and "
            "chord_pitches_improv.");
  EXPECT_EQ(ExitStatus(unknown), 2);
}

}  // namespace
}  // namespace magenta
