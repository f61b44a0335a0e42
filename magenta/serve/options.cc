#include "magenta/serve/options.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "magenta/base/address.h"

namespace magenta {

namespace {

/// A socket bound to `port` (0: to a free one, which `port` becomes) of this machine's loopback;
/// -1.
int BindLoopback(bool v6, int& port) {
  const int family = v6 ? AF_INET6 : AF_INET;
  const int bound = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bound < 0) return -1;
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  four.sin_port = htons(static_cast<uint16_t>(port));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  six.sin6_port = four.sin_port;
  auto* address = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  socklen_t size = v6 ? sizeof(six) : sizeof(four);
  if (::bind(bound, address, size) != 0 || ::getsockname(bound, address, &size) != 0) {
    ::close(bound);
    return -1;
  }
  port = ntohs(v6 ? six.sin6_port : four.sin_port);
  return bound;
}

}  // namespace

std::vector<std::string> ListenAddresses(const std::string& host) {
  if (!IsLocalhost(host)) return {WithoutResolver(host)};
  std::vector<std::string> addresses = {kLoopbackV4};
  int any = 0;
  const int bound = BindLoopback(/*v6=*/true, any);
  if (bound >= 0) {
    ::close(bound);
    addresses.emplace_back(kLoopbackV6);
  }
  return addresses;
}

int FreePort(const std::vector<std::string>& addresses) {
  for (int i = 0; i < kPortTries; ++i) {
    int port = 0;
    std::vector<int> bound;
    bound.reserve(addresses.size());
    for (const std::string& address : addresses) {
      bound.push_back(BindLoopback(address.find(':') != std::string::npos, port));
    }
    const bool all = std::find(bound.begin(), bound.end(), -1) == bound.end();
    for (const int one : bound) {
      if (one >= 0) ::close(one);
    }
    if (all) return port;
  }
  return 0;
}

bool SameToken(const std::string& token, const std::string& given) {
  // Every byte of what was given is looked at, whatever it is.
  unsigned difference = token.size() == given.size() ? 0 : 1;
  for (size_t i = 0; i < given.size(); ++i) {
    const char expected = token.empty() ? '\0' : token[i % token.size()];
    difference |= static_cast<unsigned char>(expected) ^ static_cast<unsigned char>(given[i]);
  }
  return difference == 0;
}

std::string BearerToken(const std::string& authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return "";
  for (size_t i = 0; i < kScheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(authorization[i])) != kScheme[i]) return "";
  }
  return authorization.substr(kScheme.size());
}

std::string HeaderText(const std::string& text) {
  std::string safe = text;
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return safe;
}

}  // namespace magenta
