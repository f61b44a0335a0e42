#include "magenta/train/fine_tuning.h"

#include "magenta/base/status.h"
#include "magenta/generate/model.h"

namespace magenta {
absl::StatusOr<const ModelSpec*> SpecOf(const ModelSource& source) {
  if (!source.config.empty()) return FindModel(source.config);
  MAGENTA_ASSIGN_OR_RETURN(const auto model, LoadModel(source));
  return model->spec;
}

HParams FineTuningHParams(HParams stored, std::string_view text) {
  for (const char* name : {"initial_learning_rate", "decay_steps", "decay_rate"}) {
    if (NamesHParam(text, name)) return stored;
  }
  if (!NamesHParam(text, "learning_rate")) stored.learning_rate = kFineTuningRate;
  stored.initial_learning_rate.reset();
  stored.decay_steps.reset();
  stored.decay_rate.reset();
  return stored;
}

}  // namespace magenta
