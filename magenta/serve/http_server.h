#pragma once
// HTTP/1.1 for an HttpApi. Boost stays behind this header: the file that sees it takes long to
// compile.

#include <memory>

#include "absl/status/statusor.h"
#include "magenta/serve/http_api.h"

namespace magenta {

/// A listening server. The destructor drops its connections; no request may run by then (Drain()
/// and GeneratorService::Stop()).
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// The port that it listens on.
  virtual int port() const = 0;
  /// Takes no new connections, and waits for requests in progress until `deadline`.
  virtual void Drain(Clock::time_point deadline) = 0;
};

/// Listens at options().host and http_port of `service`, which must outlive the server, as must
/// `more`, the HttpApi's. Errors:
/// the host is no address (exit 2); the port is taken (exit 5).
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpServer(GeneratorService& service,
                                                            HttpRoutes* more = nullptr);

}  // namespace magenta
