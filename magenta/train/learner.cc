#include "magenta/train/learner.h"

#include <ATen/ATen.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/nn/kernels/kernels.h"
#include "magenta/train/rnn/rnn_learner.h"

namespace magenta {

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

absl::StatusOr<std::unique_ptr<Learner>> NewLearner(const ModelSpec& spec, const HParams& hparams,
                                                    const LearnerOptions& options) {
  const auto heads = spec.codec->head_sizes();
  if (heads.size() != 1) {
    return UsageError(fmt::format("{} has {} heads; training knows one", spec.id, heads.size()));
  }
  const RnnLayout layout{spec.codec->input_size(), heads[0], hparams};
  return std::make_unique<RnnLearner>(layout, spec.codec->default_label(), options);
}

}  // namespace magenta
