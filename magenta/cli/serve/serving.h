#pragma once
// What `serve` and `studio` do alike: models, a server at its ports, its end.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/verb.h"
#include "magenta/cli/verbs/serve_flags.h"
#include "magenta/generate/model.h"
#include "magenta/serve/options.h"
#include "magenta/studio/studio_options.h"

namespace magenta::cli {

using ServedModels = std::vector<std::shared_ptr<const Model>>;

/// Those that `flags` name, else all weights that come with the program.
absl::StatusOr<ServedModels> LoadServedModels(Context& context, const ServedModelFlags& flags);

/// Where a server listens.
struct Listening {
  int http_port = 0;
  int grpc_port = 0;
  std::vector<std::string> generators;
};

struct Serving {
  ServeOptions options;
  StudioOptions studio;
  bool with_grpc = true;
  /// Called once it listens; its error ends the server.
  std::function<absl::Status(const Listening&)> listening;
};

/// Serves until SIGTERM or SIGINT; then requests in progress end. A second signal ends the program.
absl::Status ServeUntilStopped(Context& context, ServedModels models, const Serving& serving);

}  // namespace magenta::cli
