#include "magenta/base/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <memory>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int kConnectMs = 1000;
constexpr int kAnyPort = 9;  // of a datagram socket that sends nothing

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses FindAddresses(const std::string& host, int port, int kind) {
  addrinfo wish{};
  wish.ai_family = AF_UNSPEC;
  wish.ai_socktype = kind;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wish, &found) != 0) return nullptr;
  return Addresses(found);
}

std::string TextOf(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST] = "";
  ::getnameinfo(address, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return host;
}

class OpenSocket {
 public:
  explicit OpenSocket(const addrinfo& to, int flags = 0)
      : fd_(::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC | flags, to.ai_protocol)) {}
  ~OpenSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenSocket(const OpenSocket&) = delete;
  OpenSocket& operator=(const OpenSocket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string_view WithoutBrackets(std::string_view host) {
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return brackets ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

bool IsLocalhost(std::string_view name) {
  constexpr std::string_view kName = "localhost";
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() < kName.size()) return false;
  const std::string_view end = name.substr(name.size() - kName.size());
  const bool same = std::equal(end.begin(), end.end(), kName.begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  return same && (name.size() == kName.size() || name[name.size() - kName.size() - 1] == '.');
}

bool IsLoopback(std::string_view host) {
  const std::string address(WithoutBrackets(host));
  in_addr v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, address.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return IsLocalhost(host);
}

std::string WithoutResolver(std::string_view host) {
  return IsLocalhost(host) ? kLoopbackV4 : std::string(WithoutBrackets(host));
}

absl::StatusOr<HostAndPort> ParseHostAndPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  const std::string_view host = colon == text.npos ? text : text.substr(0, colon);
  const std::string_view digits = colon == text.npos ? "" : text.substr(colon + 1);
  HostAndPort found{std::string(WithoutBrackets(host)), 0};
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, found.port);
  const bool number = error == std::errc() && rest == end && found.port > 0 && found.port <= 65535;
  const bool v6 = found.host.find_first_of(":[]") != found.host.npos;
  if (found.host.empty() || !number || v6 != (found.host.size() != host.size())) {
    return UsageError(fmt::format("{} is no HOST:PORT", text),
                      "Write it as localhost:50051, 192.0.2.1:50051 or [::1]:50051");
  }
  return found;
}

std::string HostAndPortText(std::string_view host, int port) {
  const std::string_view bare = WithoutBrackets(host);
  const bool v6 = bare.find(':') != bare.npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", bare, v6 ? "]" : "", port);
}

absl::StatusOr<std::string> ResolveHost(const std::string& host) {
  const Addresses found = FindAddresses(WithoutResolver(host), kAnyPort, SOCK_STREAM);
  if (found == nullptr) {
    return OutsideError(host, "this machine knows no host of that name");
  }
  return TextOf(found->ai_addr, found->ai_addrlen);
}

std::string ClientAddress(const std::string& host, int port) {
  const bool only_v6 =
      IsLocalhost(host) && !Listens(kLoopbackV4, port) && Listens(kLoopbackV6, port);
  return only_v6 ? kLoopbackV6 : WithoutResolver(host);
}

absl::StatusOr<std::string> OwnAddressTowards(const std::string& address) {
  const Addresses to = FindAddresses(WithoutResolver(address), kAnyPort, SOCK_DGRAM);
  if (to != nullptr) {
    const OpenSocket socket(*to);
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (::connect(socket.fd(), to->ai_addr, to->ai_addrlen) == 0 &&
        ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&own), &size) == 0) {
      return TextOf(reinterpret_cast<sockaddr*>(&own), size);
    }
  }
  return OutsideError(address, "no route leads there");
}

bool Listens(const std::string& address, int port) {
  const Addresses to = FindAddresses(WithoutResolver(address), port, SOCK_STREAM);
  if (to == nullptr) return false;
  const OpenSocket socket(*to, SOCK_NONBLOCK);
  if (::connect(socket.fd(), to->ai_addr, to->ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd waiting{socket.fd(), POLLOUT, 0};
  if (::poll(&waiting, 1, kConnectMs) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace magenta
