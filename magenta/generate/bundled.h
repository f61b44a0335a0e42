#pragma once
// Where the pre-trained weights that come with the program lie: data/bundles/<model id>.mag.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// The folders that are looked into, in order: the environment variable MAGENTA_BUNDLES alone when
/// it is set, else ../../data/bundles and ../share/magenta/bundles beside the running program.
std::vector<std::string> BundledFolders();

/// The path of the pre-trained weights of model `id`. None: exit 2, naming the folders and the
/// flags that give a model of one's own.
absl::StatusOr<std::string> BundledWeights(std::string_view id);

}  // namespace magenta
