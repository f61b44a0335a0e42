#include "magenta/train/learner.h"

#include <ATen/ATen.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/core.h>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/train/nade/nade_learner.h"
#include "magenta/train/relative/relative_learner.h"
#include "magenta/train/rnn/rnn_learner.h"

namespace magenta {
namespace {

/// The table: one line an architecture.
constexpr LearnerEntry kLearners[] = {
    {"rnn", &NewRnnLearner},
    {"relative_gru", &NewRelativeLearner, /*cpu_only=*/true},
    {"rnn_nade", &NewNadeLearner, /*cpu_only=*/true},
};

std::span<const LearnerEntry> added_learners;

absl::StatusOr<LearnerEntry> FindLearner(const ModelSpec& spec) {
  std::string names;
  for (const auto& table : {std::span<const LearnerEntry>(kLearners), added_learners}) {
    for (const LearnerEntry& entry : table) {
      if (entry.architecture == spec.architecture->name) return entry;
      names += fmt::format("{}{}", names.empty() ? "" : ", ", entry.architecture);
    }
  }
  return UsageError(fmt::format("{} is of the architecture '{}', for which there is no learner",
                                spec.id, spec.architecture->name),
                    fmt::format("What learns here is {}. Choose a model of it, or add a learner "
                                "(docs/add-a-model.md)",
                                names));
}

}  // namespace

LearnerOptions OptionsForDevice(const std::string& device, bool mixed_precision, int ranks) {
  LearnerOptions options;
  options.device = device;
  if (device == "cpu") return options;
  options.reference = options.library_lstm = true;
  options.mixed_precision = mixed_precision;
  options.shards = ranks;  // a GPU takes a batch at once
  return options;
}

absl::StatusOr<std::string> DeviceOf(const std::string& wish, int local_rank) {
  if (wish != "auto" && wish != "cpu" && wish != "cuda") {
    return UsageError(fmt::format("unknown device \"{}\"", wish), "Use auto, cpu or cuda.");
  }
  MAGENTA_RETURN_IF_ERROR(ChosenKernels().status());
  if (wish == "cpu") return std::string("cpu");
  if (at::hasCUDA()) {
    const int gpus = at::detail::getCUDAHooks().getNumGPUs();
    if (gpus > 0) return fmt::format("cuda:{}", local_rank % gpus);
  }
  if (wish == "auto") return std::string("cpu");
  return UsageError("--device=cuda: this libtorch has no CUDA, or the machine no such device",
                    "Use --device=cpu or auto.");
}

uint64_t LayerKey(const DropoutKey& key, int layer) {
  return StableHash(fmt::format("dropout/{}/{}", key.step, layer), key.seed);
}

void AddLearners(std::span<const LearnerEntry> learners) { added_learners = learners; }

absl::Status CheckTrainable(const ModelSpec& spec) { return FindLearner(spec).status(); }

absl::StatusOr<std::string> DeviceFor(const ModelSpec& spec, const std::string& wish,
                                      int local_rank) {
  MAGENTA_ASSIGN_OR_RETURN(const LearnerEntry entry, FindLearner(spec));
  return DeviceOf(entry.cpu_only && wish == "auto" ? "cpu" : wish, local_rank);
}

absl::StatusOr<std::unique_ptr<Learner>> NewLearner(const ModelSpec& spec, const HParams& hparams,
                                                    const LearnerOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(const LearnerEntry entry, FindLearner(spec));
  if (entry.cpu_only && options.device != "cpu") {
    return UsageError(fmt::format("{} learns on the CPU alone", spec.id), "Give --device=cpu.");
  }
  return entry.make(spec, hparams, options);
}

}  // namespace magenta
