#include <fmt/core.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/generator_details.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/studio/jobs/job_work.h"

namespace magenta {
namespace {

constexpr int kTuneBars = 8;
constexpr int kTuneSeed = 1;  // one for all, so that what differs was learned
constexpr char kTuneChords[] = "C G Am F";
constexpr uint64_t kMostTune = uint64_t{4} << 20;

GenerateSequenceRequest TuneRequest(const GeneratorDetails& details) {
  GenerateSequenceRequest request;
  auto& args = *request.mutable_generator_options()->mutable_args();
  args["bars"].set_int_value(kTuneBars);
  args["seed"].set_int_value(kTuneSeed);
  if (ReadsChords(details)) {
    args["backing_chords"].set_string_value(kTuneChords);
    args["render_chords"].set_int_value(1);
  }
  return request;
}

}  // namespace

absl::StatusOr<std::string> TuneOfCheckpoint(const std::string& folder, const StudioJob& job,
                                             int64_t step) {
  const std::vector<int64_t> steps = CheckpointsOf(folder);
  if (!std::binary_search(steps.begin(), steps.end(), step)) {
    return MissingInputError("", fmt::format("there is no checkpoint of step {}", step),
                             "The job's checkpoints name those that there are");
  }
  const std::string made = fmt::format("{}/tunes/{}.json", folder, step);
  if (auto kept = ReadFile(made, kMostTune); kept.ok()) return kept;
  ModelSource source;
  source.config = job.config;
  source.checkpoint_file = fmt::format("{}/run/train/model.ckpt-{}", folder, step);
  MAGENTA_ASSIGN_OR_RETURN(const auto model, LoadModel(source));
  const SequenceGenerator generator(model);
  MAGENTA_ASSIGN_OR_RETURN(const GenerateSequenceResponse response,
                           generator.Generate(TuneRequest(generator.details())));
  std::string text;
  const auto status =
      google::protobuf::util::MessageToJsonString(response.generated_sequence(), &text);
  if (!status.ok()) return OutsideError("", "the tune can't be told as JSON");
  // Where it can't be kept it is made again.
  (void)WriteFile(made, text);
  return text;
}

}  // namespace magenta
