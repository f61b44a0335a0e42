// `yardsticks dataset`: a set's pieces as a data set that `yardsticks train` reads.

#include <fmt/core.h>

#include "bench/yardsticks/yardstick_pieces.h"
#include "bench/yardsticks/yardstick_verbs.h"
#include "magenta/base/status.h"
#include "magenta/codec/score/score_codec.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"

namespace magenta::yardsticks {
namespace {

class DatasetVerb final : public cli::Verb {
 public:
  void Describe(cli::Flags& flags) override {
    flags.Usage("--config=SET --output=FILE SOURCE");
    flags.About("Writes the pieces of a yardstick's set as examples to learn from.");
    flags.Text("config", &config_, "The set.").Required();
    flags.Text("output", &output_, "The TFRecord file.").Required().Value("FILE");
    flags.Text("list", &part_.list, "Of JSON: which list of pieces.");
    flags.Int("fold", &part_.fold, "Of melodies: leaves the tunes of this fold of ten out.");
    flags.Positional("SOURCE", &sources_, "The set's file or folder.", 1, 1);
    flags.AddExample(
        "yardsticks dataset --config=sixteenths --list=train --output=train.tfrecord "
        "sixteenths.json",
        "The train part.");
  }

  absl::Status Run(cli::Context& context) override {
    MAGENTA_ASSIGN_OR_RETURN(const Yardstick* yardstick, FindYardstick(config_));
    part_.others = true;
    MAGENTA_ASSIGN_OR_RETURN(const auto pieces, ReadPieces(*yardstick, sources_[0], part_));
    MAGENTA_ASSIGN_OR_RETURN(RecordWriter writer, RecordWriter::Create(output_));
    for (const Piece& piece : pieces) {
      CompactExample example;
      example.config = config_;
      example.source = piece.name;
      example.events = piece.events.events;
      // How long the last moment lasted, at least.
      if (piece.tail > 0 && yardstick->model.codec->Accepts(TimeShift(piece.tail))) {
        example.events.push_back(TimeShift(piece.tail));
      }
      MAGENTA_RETURN_IF_ERROR(writer.Write(SerializeCompact(example)));
    }
    MAGENTA_RETURN_IF_ERROR(writer.Commit());
    context.out.Line(fmt::format("{}: {} pieces", output_, pieces.size()));
    return absl::OkStatus();
  }

 private:
  std::string config_, output_;
  PartOfSet part_;
  std::vector<std::string> sources_;
};

}  // namespace

std::unique_ptr<cli::Verb> NewDatasetVerb() { return std::make_unique<DatasetVerb>(); }

}  // namespace magenta::yardsticks
