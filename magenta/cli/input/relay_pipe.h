#pragma once
// The pipe to a `magenta-serve relay`, which asks a server for programs that know no gRPC.

#include <sys/types.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/input/remote.h"
#include "magenta/service.pb.h"

namespace magenta::cli {

class RelayPipe {
 public:
  /// Starts the relay; the server is not asked yet. Errors: --server is no HOST:PORT (exit 2),
  /// magenta-serve is not built (exit 5).
  static absl::StatusOr<std::unique_ptr<RelayPipe>> Start(const RemoteFlags& flags);
  /// Ends the relay, and waits for that.
  ~RelayPipe();

  /// One thread at a time. Error (exit 5): the relay ended, or took nothing for ten seconds.
  absl::Status Send(const RelayRequest& message) const;
  /// The next reply, whatever it tells; waits. One thread at a time. Error (exit 5): the relay
  /// ended.
  absl::StatusOr<RelayReply> Receive() const;
  /// Receive, waiting or not, fails from now on. From any thread.
  void Close() const;

 private:
  RelayPipe() = default;

  int socket_ = -1;
  pid_t child_ = 0;
};

/// The error that `reply` tells, or OK.
absl::Status StatusOf(const RelayReply& reply);

}  // namespace magenta::cli
