#pragma once
// Names and addresses of machines. "localhost" is this machine without asking anybody (RFC 6761,
// section 6.3), since a bare machine has neither a hosts file nor a name server that would say so.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace magenta {

inline constexpr char kLoopbackV4[] = "127.0.0.1";
inline constexpr char kLoopbackV6[] = "::1";

/// Whether `name` is "localhost" or ends in ".localhost", in any case, with or without a last dot.
bool IsLocalhost(std::string_view name);

/// Whether `host` is this machine alone: localhost, 127.x.x.x, ::1 or [::1].
bool IsLoopback(std::string_view host);

/// The address that `host` stands for where that needs no resolver: 127.0.0.1 for localhost, ::1
/// for [::1]; anything else as it is.
std::string WithoutResolver(std::string_view host);

struct HostAndPort {
  std::string host;  // without brackets
  int port = 0;
};

/// Reads "HOST:PORT" with HOST a name, an IPv4 address, or an IPv6 address in brackets. Errors
/// (exit 2): one is missing, PORT is not from 1 to 65535, IPv6 without brackets.
absl::StatusOr<HostAndPort> ParseHostAndPort(std::string_view text);

/// "HOST:PORT", an IPv6 address in brackets.
std::string HostAndPortText(std::string_view host, int port);

/// The first address of `host` as text. Errors (exit 5): no such name.
absl::StatusOr<std::string> ResolveHost(const std::string& host);

/// Where a client finds `port` of `host`: localhost is the one of its two addresses at which
/// something listens now (127.0.0.1 first), other hosts are as WithoutResolver has them.
std::string ClientAddress(const std::string& host, int port);

/// The address of this machine's own interface on the route to `address`, loopback for loopback.
/// Sends nothing. Errors (exit 5): no route.
absl::StatusOr<std::string> OwnAddressTowards(const std::string& address);

/// Whether something listens there now; waits for the answer at most a second.
bool Listens(const std::string& address, int port);

}  // namespace magenta
