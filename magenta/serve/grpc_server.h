#pragma once
// magenta.SequenceGeneratorService over gRPC, with reflection and the health service. gRPC itself
// stays behind this header: a file that sees it takes long to compile.

#include <memory>

#include "absl/status/statusor.h"
#include "magenta/serve/generator_service.h"

namespace magenta {

/// A listening server. The destructor stops it at once.
class GrpcServer {
 public:
  virtual ~GrpcServer() = default;
  /// The port that it listens on.
  virtual int port() const = 0;
  /// Takes no new calls, says NOT_SERVING, and waits for running ones until `deadline`.
  virtual void Drain(Clock::time_point deadline) = 0;
};

/// Listens at options().host and grpc_port. The service must outlive the server. Error (exit 5):
/// the port is taken.
absl::StatusOr<std::unique_ptr<GrpcServer>> StartGrpcServer(GeneratorService& service);

}  // namespace magenta
