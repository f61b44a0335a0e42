#pragma once
// Asks a running server. gRPC itself stays behind this header.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/service.pb.h"

namespace magenta {

struct ClientOptions {
  /// "host:port", the gRPC one.
  std::string server;
  /// What the server asks for; "" says nothing.
  std::string auth_token;
  /// A call that takes longer fails with kDeadlineExceeded.
  double max_seconds = 120;
};

/// An answer, with what the server says beside it.
struct GeneratorReply {
  GenerateSequenceResponse response;
  uint32_t seed = 0;
  double log_likelihood = 0;
  std::vector<std::string> notes;
};

/// A connection to one server. Thread-safe.
class GeneratorClient {
 public:
  virtual ~GeneratorClient() = default;
  /// Errors: the server's own, with its codes; kUnavailable where there is none.
  virtual absl::StatusOr<ListGeneratorsResponse> List() = 0;
  virtual absl::StatusOr<GeneratorReply> Generate(const GenerateSequenceRequest& request) = 0;
  /// The same; `piece` gets the pieces as they come, and stops the call by returning false
  /// (kCancelled).
  virtual absl::StatusOr<GeneratorReply> GenerateStream(
      const GenerateSequenceRequest& request,
      const std::function<bool(const NoteSequence& piece)>& piece) = 0;
};

/// Nothing is sent yet.
std::unique_ptr<GeneratorClient> MakeGeneratorClient(const ClientOptions& options);

}  // namespace magenta
