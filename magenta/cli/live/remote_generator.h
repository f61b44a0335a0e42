#pragma once
// --server of `live`: a server's generators, streaming their answers.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/cli/input/remote.h"
#include "magenta/generator.pb.h"
#include "magenta/live/note_stream.h"

namespace magenta::cli {

/// What a session plays with.
struct LiveServer {
  std::shared_ptr<StreamingGenerator> generator;
  /// The model that is asked for, and the server's others that play in one session with it: on
  /// its grid, and drums if it plays them.
  std::vector<GeneratorDetails> models;
};

/// Asks the server of `flags` for its generators. `config`: the first to play with; "": the
/// server's own. Errors: no such server (exit 5); no such generator (exit 2), listing them.
absl::StatusOr<LiveServer> ConnectForLive(const RemoteFlags& flags, const std::string& config);

}  // namespace magenta::cli
