#pragma once
// Ranks over TCP: libtorch's c10d with Gloo. The only file behind this header knows them.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/train/distributed/launch.h"
#include "magenta/train/distributed/ranks.h"

namespace magenta {

struct JoinOptions {
  Place place;
  /// Seconds until all ranks must have come.
  double patience_s = 300;
  /// A rank that gives no sign of life for this many seconds is lost, whether its connections stand
  /// or not. (A rank whose process ends is noticed at once.)
  double lost_after_s = 15;
  /// Lines for the user; may be empty.
  std::function<void(const std::string&)> on_note;
  /// Becomes true, by a signal, to give up waiting for others; may be null.
  const std::atomic<bool>* stop = nullptr;
};

/// Waits until all ranks have come and are connected with each other. The interface is loopback
/// where rank 0's host is; else the one that GLOO_SOCKET_IFNAME names; else that of the route to
/// rank 0. From then on the process ignores SIGPIPE: a rank that ended while this one was writing
/// to it is lost, an error, and not the end of this one. Errors (exit 5): port taken, host unknown
/// or not reached, ranks that did not come (named); exit 130: *stop.
absl::StatusOr<std::unique_ptr<Ranks>> JoinRanks(const JoinOptions& options);

}  // namespace magenta
