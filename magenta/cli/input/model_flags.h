#pragma once
// --config, --run_dir, --checkpoint_file, --bundle_file, --hparams, --weights: which model is
// meant.

#include <memory>

#include "absl/status/statusor.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/model.h"

namespace magenta::cli {

/// What a verb embeds to take the model flags.
struct ModelFlags {
  ModelSource source;
  /// "float32" or "float16"; "" is float32.
  std::string weights;

  /// Adds the flags, under a heading of their own.
  void Describe(Flags& flags);
  /// --run_dir and --checkpoint_file alone.
  void DescribeCheckpoints(Flags& flags);
  /// The model, with what was assumed said on stderr. Errors as LoadModel's.
  absl::StatusOr<std::shared_ptr<const Model>> Load(Context& context) const;
};

/// The ids of models.def, for completion.
std::vector<std::string> ConfigNames();

}  // namespace magenta::cli
