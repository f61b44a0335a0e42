#include "magenta/cli/aliases.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "magenta/cli/verb.h"
#include "magenta/models/model_spec.h"

namespace magenta::cli {
namespace {

std::string Expanded(const char* name, const std::vector<std::string>& args) {
  const Alias* alias = FindAlias(name);
  if (alias == nullptr) return "none";
  const auto command = ExpandAlias(*alias, args);
  if (!command.ok()) return ErrorLine(command.status());
  return fmt::format("{} {}", command->verb, fmt::join(command->args, " "));
}

TEST(Aliases, Expand) {
  const struct {
    const char* name;
    std::vector<std::string> args;
    const char* expanded;
  } rows[] = {
      {"convert_midi_dir_to_note_sequences",
       {"--midi_dir=a", "--output_file", "b", "--recursive"},
       "convert --input_dir=a --output_file b --recursive"},
      {"convert_dir_to_note_sequences", {"--log=DEBUG"}, "convert --log_level=DEBUG"},
      {"lookback_rnn_create_dataset",
       {"--input", "a", "--eval_ratio=0.2"},
       "dataset --config=lookback_rnn --format=dense --eval_ratio=0.1 --input a --eval_ratio=0.2"},
      {"melody_rnn_create_dataset",
       {"--melody_encoder_decoder", "key"},
       "dataset --format=dense --eval_ratio=0.1 --config=attention_rnn "
       "--hparams=batch_size=64,dropout_keep_prob=1.0,clip_norm=3,attn_length=0"},
      {"basic_rnn_train",
       {"--num_checkpoints=3", "--num_eval_examples=5", "--noeval"},
       "train --config=basic_rnn --run_dir=/tmp/melody_rnn/logdir/run1 --keep=10 "
       "--num_training_steps=0 --eval_file=none --keep=3"},
      {"basic_rnn_train",
       {"--eval", "--num_training_steps=3", "--num_eval_examples", "5", "--run_dir=r"},
       "eval --config=basic_rnn --run_dir=/tmp/melody_rnn/logdir/run1 --follow --run_dir=r "
       "--num_examples=5"},
      {"performance_rnn_train",
       {"--warm_start_bundle_file=x.mag"},
       "train --config=performance --run_dir=/tmp/performance_rnn/logdir/run1 --keep=10 "
       "--num_training_steps=0 --eval_file=none --from=x.mag"},
      {"performance_rnn_train",
       {"--eval", "--warm_start_bundle_file", "x.mag"},
       "eval --config=performance --run_dir=/tmp/performance_rnn/logdir/run1 --follow"},
      {"attention_rnn_generate",
       {"--bpm", "90", "--steps_per_beat=4", "--run_dir=r", "--checkpoint_file=c"},
       "generate --config=attention_rnn --output_dir=/tmp/melody_rnn/generated --num_outputs=10 "
       "--num_steps=128 --accompaniment=drop --qpm 90 --steps_per_quarter=4 --run_dir=r "
       "--newest"},
      {"improv_rnn_generate",
       {"--config=basic_improv", "--backing_chords=C F"},
       "generate --output_dir=/tmp/improv_rnn/generated --num_outputs=10 --accompaniment=drop "
       "--backing_chords=C G Am F C G F C --steps_per_chord=16 --chords_from=start "
       "--config=basic_improv --backing_chords=C F"},
      {"improv_rnn_generate",
       {"--config=basic_improv", "--save_generator_bundle", "--bundle_file=b", "--run_dir=r",
        "--render_chords"},
       "bundle --config=basic_improv --bundle_file=b --run_dir=r --newest"},
      {"improv_rnn_train",
       {"--run_dir=r"},
       "improv_rnn_train needs --config. Choose basic_improv, attention_improv or "
       "chord_pitches_improv."},
      {"improv_rnn_create_dataset", {"--help"}, "dataset --format=dense --eval_ratio=0.1 --help"},
      {"improv_rnn_create_dataset",
       {"--config=attention_improv", "--input=n"},
       "dataset --format=dense --eval_ratio=0.1 --config=attention_improv --input=n"},
      {"basic_rnn_generate",
       {"--save_generator_bundle", "--run_dir=r", "--bundle_file=b", "--num_outputs", "3",
        "--generator_description=words"},
       "bundle --config=basic_rnn --run_dir=r --bundle_file=b --bundle_description=words "
       "--newest"},
      {"melody_rnn_generate",
       {"--bundle_file=b", "--run_dir=r"},
       "--bundle_file is given beside --run_dir or --checkpoint_file. Give one of them, or add "
       "--save_generator_bundle."},
      {"midi",
       {"--list", "--bpm=100", "--generator_name=basic_rnn", "--train_dir=runs/1/train/",
        "--start_capture_control_value", "127"},
       "live --qpm=90 --num_bars_to_generate=5 --memory=phrase --nowait --list --qpm=100 "
       "--config=basic_rnn --start_capture_control_value 127 --run_dir=runs/1 --newest"},
      {"magenta_midi",
       {"--input_ports=a,b", "--output_ports=magenta_out", "--nopassthrough",
        "--playback_channel=0", "--enable_metronome=false", "--metronome_channel=9",
        "--bundle_files=x.mag", "--playback_offset=-0.05", "--panic_control_number=3"},
       "live --input_port=virtual --output_port=virtual --mode=free --silence=4 --answer_on=bar "
       "--num_bars_to_generate=0 --metronome_channel=2 --memory=phrase --nowait --input_ports=a,b "
       "--output_ports=virtual --nothru --bundle_files=x.mag --panic_control_number=3 "
       "--output_channel=1 "
       "--metronome_channel=10 --metronome=off"},
      {"magenta_midi",
       {"--start_capture_control_number", "1", "--num_bars_to_generate=3"},
       "live --input_port=virtual --output_port=virtual --metronome_channel=2 --memory=phrase "
       "--nowait --start_capture_control_number 1 --num_bars_to_generate=3"},
      {"magenta_midi",
       {"--playback_channel=16"},
       "--playback_channel=16 is no channel. Channels are 0 to 15."},
      {"melody_rnn_generate",
       {"--config=basic_rnn", "--melody_encoder_decoder=onehot"},
       "both --config and --melody_encoder_decoder are given. Give one of them."},
      {"melody_rnn_generate",
       {"--melody_encoder_decoder=twohot"},
       "--melody_encoder_decoder=twohot is not one of onehot, lookback, key."},
      {"performance_rnn_generate",
       {"--config=performance", "--bars=8"},
       "generate --output_dir=/tmp/performance_rnn/generated --num_outputs=10 "
       "--accompaniment=drop --config=performance --bars=8"},
      {"performance_rnn_generate",
       {"--config=performance", "--save_generator_bundle", "--run_dir=r", "--bundle_file=b",
        "--notes_per_second=5"},
       "bundle --config=performance --run_dir=r --bundle_file=b --newest"},
      {"drums_rnn_generate",
       {"--primer_drums=[(36,)]"},
       "generate --config=drum_kit --output_dir=/tmp/drums_rnn/generated --num_outputs=10 "
       "--num_steps=128 --accompaniment=drop --primer_drums=[(36,)]"},
      // A bundle's id picks the config.
      {"drums_rnn_generate",
       {"--bundle_file=one_drum.mag"},
       "generate --output_dir=/tmp/drums_rnn/generated --num_outputs=10 --num_steps=128 "
       "--accompaniment=drop --bundle_file=one_drum.mag"},
      {"drums_rnn_generate",
       {"--save_generator_bundle", "--bundle_file=x.mag", "--run_dir=r"},
       "bundle --config=drum_kit --bundle_file=x.mag --run_dir=r --newest"},
      {"drums_rnn_train",
       {"--config=one_drum", "--sequence_example_file=x"},
       "train --run_dir=/tmp/drums_rnn/logdir/run1 --keep=10 --num_training_steps=0 "
       "--eval_file=none --config=one_drum --sequence_example_file=x"},
      {"drums_rnn_create_dataset",
       {"--input=x", "--output_dir=y"},
       "dataset --config=drum_kit --format=dense --eval_ratio=0.1 --input=x --output_dir=y"},
      {"polyphony_rnn_generate",
       {"--primer_pitches=[60, 64]"},
       "generate --config=polyphony --output_dir=/tmp/polyphony_rnn/generated --num_outputs=10 "
       "--num_steps=128 --accompaniment=drop --nocondition_on_primer --primer_pitches=[60, 64]"},
      // An empty primer is none.
      {"polyphony_rnn_generate",
       {"--primer_pitches", "", "--primer_melody=", "--primer_midi=h/x=", "--primer_part", "a"},
       "generate --config=polyphony --output_dir=/tmp/polyphony_rnn/generated --num_outputs=10 "
       "--num_steps=128 --accompaniment=drop --nocondition_on_primer --primer_midi=h/x= "
       "--primer_part a"},
      {"polyphony_rnn_generate",
       {"--save_generator_bundle", "--bundle_file=x.mag", "--run_dir=r", "--condition_on_primer",
        "--inject_primer_during_generation=false", "--primer_pitches=[60]"},
       "bundle --config=polyphony --bundle_file=x.mag --run_dir=r --newest"},
      {"polyphony_rnn_create_dataset",
       {"--input=x", "--output_dir=y"},
       "dataset --config=polyphony --format=dense --eval_ratio=0.1 --input=x --output_dir=y"},
      {"performance_rnn_generate",
       {"--notes_per_second=5"},
       "generate --config=performance --output_dir=/tmp/performance_rnn/generated "
       "--num_outputs=10 --num_steps=3000 --accompaniment=drop --notes_per_second=5"},
      {"performance_rnn_train",
       {"--config=performance_with_dynamics", "--sequence_example_file=x"},
       "train --run_dir=/tmp/performance_rnn/logdir/run1 --keep=10 --num_training_steps=0 "
       "--eval_file=none --config=performance_with_dynamics --sequence_example_file=x"},
      {"performance_rnn_create_dataset",
       {"--input=x", "--output_dir=y"},
       "dataset --config=performance --format=dense --eval_ratio=0.1 --input=x --output_dir=y"},
      {"pianoroll_rnn_nade_generate",
       {"--primer_pianoroll=[(60,)]"},
       "generate --config=rnn-nade --output_dir=/tmp/pianoroll_rnn_nade/generated --num_outputs=10 "
       "--num_steps=128 --accompaniment=drop --temperature=0 --qpm=60 "
       "--primer_pianoroll=[(60,)]"},
      {"pianoroll_rnn_nade_generate",
       {"--bundle_file=x.mag", "--primer_midi=a.mid"},
       "generate --output_dir=/tmp/pianoroll_rnn_nade/generated --num_outputs=10 "
       "--num_steps=128 --accompaniment=drop --temperature=0 --bundle_file=x.mag "
       "--primer_midi=a.mid"},
      {"pianoroll_rnn_nade_generate",
       {"--save_generator_bundle", "--bundle_file=x.mag", "--run_dir=r",
        "--primer_pianoroll=[(60,)]"},
       "bundle --config=rnn-nade --bundle_file=x.mag --run_dir=r --newest"},
      {"pianoroll_rnn_nade_train",
       {"--config=rnn-nade_attn", "--sequence_example_file=x"},
       "train --run_dir=/tmp/rnn_nade/logdir/run1 --keep=10 --num_training_steps=0 "
       "--eval_file=none --config=rnn-nade_attn --sequence_example_file=x"},
      {"music_vae_generate", {}, "none"},
  };
  for (const auto& row : rows) EXPECT_EQ(Expanded(row.name, row.args), row.expanded);
}

TEST(Aliases, GenerateSavesABundleInstead) {
  const struct {
    Command command;
    const char* after;
  } rows[] = {
      {{"generate",
        {"--save_generator_bundle", "--bundle_file=x", "--run_dir", "r", "--format=mid,wav",
         "--output_dir", "o", "--reference_windows"}},
       "bundle --bundle_file=x --run_dir r"},
      {{"generate", {"--save_generator_bundle=false", "--num_steps=3"}}, "generate --num_steps=3"},
      {{"generate", {"--nosave_generator_bundle"}}, "generate "},
      {{"score", {"--save_generator_bundle"}}, "score --save_generator_bundle"},
  };
  for (const auto& row : rows) {
    Command command = row.command;
    SaveBundleInstead(command);
    EXPECT_EQ(fmt::format("{} {}", command.verb, fmt::join(command.args, " ")), row.after);
  }
}

TEST(Aliases, UnknownNamesSayWhatMayBeMeant) {
  const struct {
    const char* name;
    const char* error;
  } rows[] = {
      {"generat", "unknown verb generat. Did you mean generate?"},
      {"lookback_rnn_generat",
       "unknown verb lookback_rnn_generat. Did you mean lookback_rnn_generate?"},
      {"xyzzy", "unknown verb xyzzy. `magenta --help` lists the verbs."},
      {"drums_rnn_generat", "unknown verb drums_rnn_generat. Did you mean drums_rnn_generate?"},
      {"music_vae_generate",
       "'music_vae' is a model of Magenta that is not here. The models are basic_rnn, "
       "mono_rnn, lookback_rnn, attention_rnn, basic_improv, attention_improv, "
       "chord_pitches_improv, one_drum, drum_kit, polyphony, score, performance, "
       "performance_with_dynamics, performance_with_dynamics_compact, "
       "performance_with_dynamics_and_modulo_encoding, "
       "performance_with_dynamics_and_note_encoding, "
       "density_conditioned_performance_with_dynamics, "
       "pitch_conditioned_performance_with_dynamics, multiconditioned_performance_with_dynamics, "
       "optional_multiconditioned_performance_with_dynamics, rnn-nade, rnn-nade_attn."},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ErrorLine(UnknownVerb(row.name)), row.error);
    EXPECT_EQ(ExitStatus(UnknownVerb(row.name)), 2);
  }
  EXPECT_EQ(UnknownVerb("music_vae_generate"), FindModel("music_vae").status());
}

TEST(Aliases, StandForVerbs) {
  EXPECT_GE(AllAliases().size(), 14u);
  for (const Alias& alias : AllAliases()) {
    EXPECT_NE(FindVerb(AllVerbs(), alias.verb), nullptr) << alias.name;
  }
}

}  // namespace
}  // namespace magenta::cli
