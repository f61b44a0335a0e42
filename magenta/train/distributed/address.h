#pragma once
// How this machine reaches the one where rank 0 listens.

#include <string>

#include "absl/status/statusor.h"

namespace magenta {

/// The first address of `host` as text. Errors (exit 5): no such name.
absl::StatusOr<std::string> ResolveHost(const std::string& host);

/// The address of this machine's own interface on the route to `address`, loopback for loopback.
/// Sends nothing. Errors (exit 5): no route.
absl::StatusOr<std::string> OwnAddressTowards(const std::string& address);

/// Whether something listens there now.
bool Listens(const std::string& address, int port);

bool IsLoopback(const std::string& address);

}  // namespace magenta
