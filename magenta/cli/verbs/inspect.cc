#include "magenta/cli/inspect/inspect.h"

#include "magenta/base/status.h"
#include "magenta/cli/verb.h"

namespace magenta::cli {
namespace {

class InspectVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[flags] FILE...");
    flags.About(
        "Shows what is in a file, told by its bytes: the notes and melodies of MIDI, ABC, MusicXML "
        "and NoteSequences; the records of a TFRecord; the melodies of a data set; the variables "
        "of a checkpoint or bundle, with shapes and norms; the scalars of an event file. Files "
        "that cannot be read are named, the others shown.");
    flags.Positional("FILE", &files_,
                     "Files, checkpoint prefixes (run/train/model.ckpt-500), or run folders.", 1);
    flags.Group("Output");
    flags.Int("limit", &options_.limit, "Notes, records or texts shown of each; 0: all.")
        .Range(0, 1 << 30);
    flags.AddExample("magenta inspect tune.mid", "Its tempos, instruments, notes and melodies.");
    flags.AddExample("magenta inspect run", "The newest checkpoint of a training run.");
    flags.AddExample("magenta inspect --json data/training_melodies.tfrecord lookback_rnn.mag",
                     "Two files, one JSON line with everything.");
  }

  absl::Status Run(Context& context) override {
    Json list = Json::Array();
    std::vector<absl::Status> failures;
    for (const std::string& file : files_) {
      absl::StatusOr<Inspection> inspection = Inspect(file, options_);
      if (!inspection.ok()) {
        failures.push_back(inspection.status());
      } else if (context.out.json()) {
        list.Add(inspection->json.Set("file", file));
      } else {
        context.out.Raw(Printable(file + ": " + inspection->text));
      }
    }
    if (context.out.json() && failures.size() < files_.size()) {
      context.out.Result(Json::Object().Set("files", list));
    }
    // The last one said is the first, whose exit status the program ends with.
    for (size_t i = failures.size(); i-- > 1;) context.out.Error(failures[i]);
    return failures.empty() ? absl::OkStatus() : failures.front();
  }

 private:
  std::vector<std::string> files_;
  InspectOptions options_;
};

}  // namespace

std::unique_ptr<Verb> NewInspectVerb() { return std::make_unique<InspectVerb>(); }

}  // namespace magenta::cli
