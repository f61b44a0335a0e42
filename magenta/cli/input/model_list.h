#pragma once
// Several models where one can be named: each model flag takes a list by commas.

#include <string>
#include <vector>

#include "magenta/generate/weights.h"

namespace magenta::cli {

/// A model of a comparison, and what its row is called: what the user typed for it.
struct NamedSource {
  std::string name;
  ModelSource source;
};

/// The models that `flags` name, the lists of config, run_dir, checkpoint_file and bundle_file one
/// after the other. Of several configs each is a model with the weights that come with it; one
/// config alone is that of the files beside it. A path that exists is never taken as a list. At
/// least one: where nothing is named, the default.
std::vector<NamedSource> ListSources(const ModelSource& flags);

}  // namespace magenta::cli
