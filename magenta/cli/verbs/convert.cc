#include "magenta/pipeline/convert.h"

#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

class ConvertVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("--input_dir=DIR --output_file=FILE [flags]");
    flags.About(
        "Reads every .mid .midi .kar .rmi .abc .xml .musicxml .mxl .drums file of a folder, in the "
        "order of their names, and writes one TFRecord of NoteSequences, as Magenta does. A file "
        "that can't be read is left out and counted with its reason; --report names each one.");
    flags.Group("Input and output");
    flags.Text("input_dir", &options_.input_dir, "The folder.").Required().Value("DIR");
    flags
        .Text("output_file", &options_.output_file,
              "The TFRecord to write; it appears only when it is whole.")
        .Required()
        .Value("FILE");
    flags.Bool("recursive", &options_.recursive, "Look into subfolders too.");
    flags
        .Text("report", &options_.report_file,
              "JSON of every file: kept or not, why, and the flag that would have kept it.")
        .Value("FILE");
    flags
        .Text("shard", &shard_,
              "Convert part I of N (I from 0): the parts of N runs together are the whole.")
        .Value("I/N");
    flags.AddExample("magenta convert --input_dir=my_midi --output_file=notes.tfrecord --recursive",
                     "A folder and its subfolders.");
    flags.AddExample(
        "magenta convert --input_dir=tunes --output_file=notes.tfrecord "
        "--report=report.json",
        "The same, with what became of every file.");
  }

  absl::Status Run(Context& context) override {
    if (!shard_.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(options_.shard, ParseShard(shard_));
    }
    CatchSignals();
    options_.num_threads = context.globals.Threads();
    options_.stop = &StopRequested();
    ProgressBar bar(context.out, "converting");
    options_.progress = [&](const PipelineProgress& progress) {
      bar.Update(static_cast<double>(progress.done), static_cast<double>(progress.total),
                 fmt::format("{} sequences", progress.outputs));
    };
    MAGENTA_ASSIGN_OR_RETURN(const ConvertSummary summary, ConvertFolder(options_));
    Report(summary, context.out);
    return absl::OkStatus();
  }

 private:
  void Report(const ConvertSummary& summary, Output& out) const {
    if (summary.kept < summary.files) {
      out.Info(fmt::format("{} of {} files left out; what became of all:\n{}",
                           summary.files - summary.kept, summary.files, summary.table));
    }
    if (summary.warnings > 0) {
      out.Info(fmt::format("{} oddities were mended while reading{}", summary.warnings,
                           options_.report_file.empty() ? "; --report=FILE lists them" : ""));
    }
    if (out.json()) {
      Json counts = Json::Object();
      for (const auto& [reason, count] : summary.reasons) counts.Set(reason, count.count);
      out.Result(Json::Object()
                     .Set("files", summary.files)
                     .Set("kept", summary.kept)
                     .Set("sequences", summary.sequences)
                     .Set("warnings", summary.warnings)
                     .Set("counts", counts)
                     .Set("output_file", options_.output_file));
    }
    out.Info(fmt::format("{} of {} files gave {} NoteSequence{}, written to {}", summary.kept,
                         summary.files, summary.sequences, summary.sequences == 1 ? "" : "s",
                         options_.output_file));
  }

  ConvertOptions options_;
  std::string shard_;
};

}  // namespace

std::unique_ptr<Verb> NewConvertVerb() { return std::make_unique<ConvertVerb>(); }

}  // namespace magenta::cli
