#include "magenta/pipeline/dataset.h"

#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/cli/input/example_flags.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/model.h"

namespace magenta::cli {
namespace {

class DatasetVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags_ = &flags;
    flags.Usage("--input=FILE --output_dir=DIR [flags]");
    flags.About(
        "Finds in NoteSequences what a model learns from, melodies for the default one, and writes "
        "it as examples: training_melodies.tfrecord and eval_melodies.tfrecord. What is too short, "
        "too poor or polyphonic is left out; the table at the end says how much and which flag "
        "would keep it.");
    DescribeFiles(flags);
    DescribeFilters(flags);
    flags.AddExample(
        "magenta dataset --config=lookback_rnn --input=notes.tfrecord --output_dir=data",
        "Nine melodies in ten to learn from, one to be tested on.");
    flags.AddExample(
        "magenta dataset --input=my_midi --output_dir=data --min_bars=3 --transpose=-2,0,3",
        "Straight from a folder of MIDI files, shorter melodies too, in three keys.");
  }

  absl::Status Run(Context& context) override {
    MAGENTA_RETURN_IF_ERROR(Check());
    CatchSignals();
    options_.num_threads = context.globals.Threads();
    options_.seed = context.globals.seed.value_or(0);
    options_.stop = &StopRequested();
    const std::string many(options_.spec->kind->names().many);
    ProgressBar bar(context.out, "looking for " + many);
    options_.progress = [&](const PipelineProgress& progress) {
      bar.Update(static_cast<double>(progress.done), static_cast<double>(progress.total),
                 fmt::format("{} {}", progress.outputs, many));
    };
    MAGENTA_ASSIGN_OR_RETURN(const DatasetSummary summary, BuildDataset(options_));
    Report(summary, context.out);
    return absl::OkStatus();
  }

 private:
  void DescribeFiles(Flags& flags) {
    flags.Group("Input and output");
    flags.Text("config", &config_, "The model that will learn from it.")
        .Choices(ConfigNames(), true)
        .Value("NAME");
    flags
        .Text("input", &options_.input,
              "TFRecords of NoteSequences (a pattern, several by commas), or folders of music.")
        .Required()
        .Value("FILE");
    flags.Text("output_dir", &options_.output_dir, "Where both files go.").Value("DIR");
    flags
        .Double("eval_ratio", &options_.eval_ratio,
                "Share of the sequences that is held out. By seed and file name, so that another "
                "file moves none.")
        .Range(0, 1);
    flags
        .Text("format", &format_,
              "compact: the events; dense: what the network sees, as Magenta's trainer reads it.")
        .Choices({"compact", "dense"})
        .Value("FORM");
    flags
        .Text("report", &options_.report_file,
              "JSON of every file and track: kept or not, why, and the flag that would keep it.")
        .Value("FILE");
    flags.Text("shard", &shard_, "Do part I of N (I from 0).").Value("I/N");
    flags.Text("train_output", &options_.training_file, "As in 2016.").Hidden();
    flags.Text("eval_output", &options_.eval_file, "As in 2016.").Hidden();
    flags.Text("hparams", &hparams_, "Accepted and checked; no data set depends on them.").Hidden();
  }

  void DescribeFilters(Flags& flags) {
    flags.Group("What counts as an example");
    example_flags_.Describe(flags);
    flags
        .IntList("transpose", &options_.transpositions,
                 "Semitones; a copy of every example for each.")
        .Range(-127, 127)
        .Default("0; of polyphonic and pianoroll tracks -4 to 4, of performances -3 to 3");
    flags.Bool("stretch", &options_.stretch,
               "Learn from music at five speeds, 0.95 to 1.05 times as long (performances).");
    flags.Bool(
        "unroll", &options_.unroll_sections,
        "Play out the repeats of scores; patterns of drum grids are always strung with their "
        "variations and fills for models of drums.");
  }

  absl::Status Check() {
    if (config_.empty()) config_ = kDefaultConfig;
    MAGENTA_ASSIGN_OR_RETURN(options_.spec, FindModel(config_));
    if (!flags_->Given("transpose")) {
      options_.transpositions = options_.spec->kind->transpositions();
    }
    MAGENTA_RETURN_IF_ERROR(ParseHParams(hparams_, options_.spec->hparams).status());
    MAGENTA_RETURN_IF_ERROR(example_flags_.Take(*options_.spec->kind, config_, options_.examples));
    // What a groove is varied and filled with is in its grid.
    options_.unroll_sections |= options_.spec->kind->plays_drums();
    if (flags_->Given("stretch") && !options_.spec->kind->HearsSeconds()) {
      return UsageError(fmt::format("--stretch is for performances, {} learns {}", config_,
                                    options_.spec->kind->names().many),
                        "Leave it out");
    }
    options_.format = format_ == "dense" ? DatasetFormat::kDense : DatasetFormat::kCompact;
    if (!shard_.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(options_.shard, ParseShard(shard_));
    }
    if (options_.output_dir.empty() && options_.training_file.empty() &&
        options_.eval_file.empty()) {
      return UsageError("dataset needs --output_dir", "`magenta dataset --help` shows examples");
    }
    return absl::OkStatus();
  }

  void Report(const DatasetSummary& summary, Output& out) const {
    const std::string_view many = options_.spec->kind->names().many;
    if (!summary.table.empty()) {
      out.Info(fmt::format("What became of the {}:\n{}", many, summary.table));
    }
    for (const auto& [name, count] : summary.counters) {
      out.Debug(fmt::format("{} {}", name, count));
    }
    for (const std::string& note : summary.notes) out.Info(note);
    if (out.json()) PrintJson(summary, out);
    out.Info(fmt::format("{} sequences gave {} {} for training ({}) and {} for evaluation ({})",
                         summary.sequences, summary.training_examples, many, summary.training_file,
                         summary.eval_examples, summary.eval_file));
  }

  static void PrintJson(const DatasetSummary& summary, Output& out) {
    Json counts = Json::Object(), counters = Json::Object();
    for (const auto& [reason, count] : summary.reasons) counts.Set(reason, count.count);
    for (const auto& [name, count] : summary.counters) counters.Set(name, count);
    out.Result(Json::Object()
                   .Set("sequences", summary.sequences)
                   .Set("training_examples", summary.training_examples)
                   .Set("eval_examples", summary.eval_examples)
                   .Set("training_file", summary.training_file)
                   .Set("eval_file", summary.eval_file)
                   .Set("counts", counts)
                   .Set("counters", counters));
  }

  const Flags* flags_ = nullptr;
  DatasetOptions options_;
  ExampleFlags example_flags_;
  std::string config_;
  std::string hparams_;
  std::string format_ = "compact";
  std::string shard_;
};

}  // namespace

std::unique_ptr<Verb> NewDatasetVerb() { return std::make_unique<DatasetVerb>(); }

}  // namespace magenta::cli
