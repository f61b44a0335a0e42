#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/verbs/heavy_verbs.h"

namespace magenta::cli {

absl::Status HandedOverVerb::Run(Context&) {
  MAGENTA_CHECK(false);
  return absl::OkStatus();
}

void TrainFlags::Describe(Flags& flags) {
  flags.Usage("--run_dir=DIR --sequence_example_file=FILE [flags]");
  flags.About(
      "Trains a model on a data set. Checkpoints and event files for TensorBoard go to "
      "RUN/train, the best by held-out loss to RUN/best, which is what the other verbs take of a "
      "run. Where the run has checkpoints - ours or Magenta's - it goes on from the newest; killed "
      "at any moment and started again it ends in the same weights. Ctrl-C saves a checkpoint "
      "first (exit 130).");
  flags.About(
      "With --from it begins from trained weights (fine-tuning): at a lower learning rate, 0.0001, "
      "unless --hparams names one, and for fewer steps. The weights it begins from are measured, "
      "too, so that the best is never worse than they are.");
  flags.Group("What to learn from");
  flags.Text("config", &config, "The model.")
      .Choices(ConfigNames(), true)
      .Value("NAME")
      .Default("what --from is of, else lookback_rnn");
  flags.Text("run_dir", &run_dir, "The run's folder.").Required().Value("DIR");
  flags
      .Text("sequence_example_file", &sequence_example_file,
            "Training examples: a TFRecord, a pattern, or several by commas.")
      .Required()
      .Value("FILE");
  flags
      .Text("hparams", &hparams,
            "Hyper-parameters, as name=value,... or {'name':value,...}; `magenta models` shows the "
            "defaults.")
      .Value("LIST");
  flags
      .Text("from", &from,
            "Fine-tuning: what to start from. A model's name (its bundle that comes with the "
            "program), a bundle, a checkpoint or a run's folder.")
      .Value("FILE");
  flags.Group("How to learn; a run that goes on does so as it began");
  flags
      .Text("learning_rate_schedule", &learning_rate_schedule,
            "How the learning rate goes on: it stays, or it comes to 0 at the last step, in a line "
            "or in half a wave of the cosine.")
      .Choices({"constant", "linear", "cosine"})
      .Value("NAME")
      .Default("constant");
  flags.Int64("warmup_steps", &warmup_steps, "Steps over which the learning rate rises at first.")
      .Range(0)
      .Default("0");
  flags
      .OptionalDouble("average_weights", &average_weights,
                      "Decay of an exponential moving average of the weights (such as 0.99), which "
                      "is measured, kept as the best and used instead of those of the last step; "
                      "0: none.")
      .Range(0)
      .Default("0");
  flags.Group("How long");
  flags
      .Int64("num_training_steps", &num_training_steps,
             "Steps in all, those of a resumed run counted; 0: until stopped.")
      .Range(0)
      .Default("20000, with --from 2000; of a run with a schedule its own");
  flags
      .Int64("more_steps", &more_steps,
             "When resuming: so many more, whatever the total; not with a schedule.")
      .Range(0);
  flags
      .Text("eval_file", &eval_file,
            "Held-out examples, measured as training goes on; none: learn from all, measure "
            "nothing.")
      .Value("FILE")
      .Default("the eval_... file beside training_..., else a tenth of the files");
  flags.Int64("eval_every_steps", &eval_every_steps, "Steps between two measurements.")
      .Range(1)
      .Default("100, with --from 20");
  flags.Int("patience", &patience, "Stop after so many measurements without a gain; 0: never.")
      .Range(0)
      .Default("10 where no end is named, with --from 5");
  flags.Group("Checkpoints");
  flags.Int64("save_every_steps", &save_every_steps, "Steps between two checkpoints.").Range(1);
  flags.Int("keep", &keep, "Checkpoints kept; 0: all.").Range(0);
  flags.Int64("summary_frequency", &summary_frequency, "Steps between two points in TensorBoard.")
      .Range(1);
  flags.Group("Machine");
  flags.Text("device", &device, "Where to compute.")
      .Choices({"auto", "cpu", "cuda"})
      .Value("DEVICE");
  flags.Bool("mixed_precision", &mixed_precision, "On a GPU: products in bfloat16.");
  flags.Bool(
      "progress", &progress,
      "With --json: a line of JSON for steps, ten a second at most, and for each measurement, "
      "as they come; the result is the last line.");
  flags.AddExample(
      "magenta train --config=lookback_rnn --run_dir=run "
      "--sequence_example_file=data/training_melodies.tfrecord "
      "--eval_file=data/eval_melodies.tfrecord --num_training_steps=2000",
      "Two thousand steps, measured on held-out melodies every hundred.");
  flags.AddExample(
      "magenta train --from=attention_rnn --run_dir=mine "
      "--sequence_example_file=data/training_melodies.tfrecord",
      "Fine-tunes the weights that come with the program on your own music, until it brings no "
      "gain.");
}

void EvalFlags::Describe(Flags& flags) {
  flags.Usage("--sequence_example_file=FILE [model flags]");
  flags.About(
      "Measures a model on a data set: loss, perplexity and accuracies over every step of every "
      "example, without dropout. With --run_dir the figures also go to RUN/eval for TensorBoard.");
  flags.About(
      "Several models, by commas in these flags, make a table. Each is measured on the same "
      "examples, where it takes the events of the data set's model, or on a file of its own, where "
      "the name has {config} in it.");
  flags.Group("Model: files, or the weights that come with --config; several by commas");
  flags.Text("config", &config, "The model.")
      .Choices(ConfigNames(), true)
      .Value("NAME")
      .Default("the file's, else lookback_rnn");
  flags
      .Text("run_dir", &run_dir,
            "A training run: its best checkpoint where held-out music was measured, else its "
            "newest.")
      .Value("DIR");
  flags.Bool("newest", &newest, "With --run_dir: the newest checkpoint, best or not.");
  flags.Text("checkpoint_file", &checkpoint_file, "A V1 file, a V2 prefix or its .index.")
      .Value("FILE");
  flags.Text("bundle_file", &bundle_file, "A bundle (.mag).").Value("FILE");
  flags.Text("hparams", &hparams, "What no weight tells.").Value("LIST");
  flags.Group("Data");
  flags
      .Text("sequence_example_file", &sequence_example_file,
            "Examples: a TFRecord, a pattern, or several by commas.")
      .Required()
      .Value("FILE");
  flags.Int64("num_examples", &num_examples, "Only the first ones; 0: all.").Range(0);
  flags.Bool("follow", &follow,
             "With --run_dir: measure each new checkpoint too, until five minutes bring none.");
  flags.Group("Machine");
  flags.Text("device", &device, "Where to compute.")
      .Choices({"auto", "cpu", "cuda"})
      .Value("DEVICE");
  flags.AddExample(
      "magenta eval --config=lookback_rnn --run_dir=run "
      "--sequence_example_file=data/eval_melodies.tfrecord",
      "How good the run is on music that it did not learn from.");
  flags.AddExample(
      "magenta eval --config=basic_rnn,lookback_rnn --run_dir=mine "
      "--sequence_example_file=data/eval_melodies.tfrecord",
      "Two bundled models and a run of yours in one table.");
}

std::unique_ptr<Verb> NewTrainVerb() { return std::make_unique<TrainFlags>(); }
std::unique_ptr<Verb> NewEvalVerb() { return std::make_unique<EvalFlags>(); }

}  // namespace magenta::cli
