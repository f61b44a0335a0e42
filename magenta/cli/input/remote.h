#pragma once
// --server: a model elsewhere. This program knows no gRPC; a magenta-serve beside it does the
// talking (`magenta-serve relay`), through pipes.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generator.pb.h"
#include "magenta/service.pb.h"

namespace magenta::cli {

/// --server and --auth_token.
struct RemoteFlags {
  std::string server;
  std::string auth_token;

  void Describe(Flags& flags);
  bool given() const { return !server.empty(); }
  /// Errors (exit 2): --server beside flags of a model here, but for --config, which names the
  /// server's; --auth_token without --server.
  absl::Status CheckBeside(const ModelFlags& model) const;
};

/// Error (exit 2): `token` cannot be said in a header: it holds a blank, a control character or
/// what is not ASCII. "" is none.
absl::Status CheckAuthToken(std::string_view token);

/// A server that answers requests as a SequenceGenerator does. Not thread-safe.
class RemoteGenerator {
 public:
  virtual ~RemoteGenerator() = default;
  /// As SequenceGenerator's, but that outputs have no events and primer_size. Requests go out
  /// together, so that the server steps them together. Errors: the server's; exit 5 where there is
  /// none.
  virtual absl::StatusOr<Generation> GenerateMany(const GenerateSequenceRequest& request,
                                                  int num_outputs) = 0;
  virtual absl::StatusOr<ListGeneratorsResponse> List() = 0;
};

/// What `config` is among the `generators` of the server of `flags`; "": the first of them. Error
/// (exit 2): there is none of that id; lists them.
absl::StatusOr<GeneratorDetails> FindGenerator(const ListGeneratorsResponse& generators,
                                               const RemoteFlags& flags, const std::string& config);

/// Starts the relay. Error (exit 5): magenta-serve is not built.
absl::StatusOr<std::unique_ptr<RemoteGenerator>> ConnectTo(const RemoteFlags& flags);

}  // namespace magenta::cli
