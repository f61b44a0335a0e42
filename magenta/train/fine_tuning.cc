#include "magenta/train/fine_tuning.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/io/tensor/magentajs.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> BundledModels() {
  std::vector<std::string> ids;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (BundledWeights(spec.id).ok()) ids.push_back(spec.id);
  }
  return ids;
}

bool StartsWithBundle(const std::string& path) {
  ModelSource source;
  source.bundle_file = path;
  return ReadWeights(source).ok();
}

}  // namespace

absl::StatusOr<ModelSource> FineTuningSource(const std::string& from) {
  ModelSource source;
  std::error_code ignored;
  if (fs::is_directory(from, ignored)) {
    (IsMagentaJsFolder(from) ? source.bundle_file : source.run_dir) = from;
    return source;
  }
  if (fs::exists(from, ignored) || fs::exists(from + ".index", ignored)) {
    const bool bundle = from.ends_with(".mag") || StartsWithBundle(from);
    (bundle ? source.bundle_file : source.checkpoint_file) = from;
    return source;
  }
  const std::string id = from.ends_with(".mag") ? from.substr(0, from.size() - 4) : from;
  if (const auto bundled = BundledWeights(id); bundled.ok() && FindModel(id).ok()) {
    source.bundle_file = *bundled;
    return source;
  }
  return MissingInputError(
      from, "there is no such file, and no model of this name comes with the program",
      fmt::format("Name a bundle, a checkpoint, a run's folder, or one of {}",
                  fmt::join(BundledModels(), ", ")));
}

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
