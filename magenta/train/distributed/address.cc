#include "magenta/train/distributed/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

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

Addresses Find(const std::string& host, int port, int kind) {
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

class Socket {
 public:
  explicit Socket(const addrinfo& to, int flags = 0)
      : fd_(::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC | flags, to.ai_protocol)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

absl::StatusOr<std::string> ResolveHost(const std::string& host) {
  const Addresses found = Find(host, kAnyPort, SOCK_STREAM);
  if (found == nullptr) {
    return OutsideError(host, "this machine knows no host of that name",
                        "Set MASTER_ADDR to the name or address of rank 0's machine");
  }
  return TextOf(found->ai_addr, found->ai_addrlen);
}

absl::StatusOr<std::string> OwnAddressTowards(const std::string& address) {
  const Addresses to = Find(address, kAnyPort, SOCK_DGRAM);
  if (to != nullptr) {
    const Socket socket(*to);
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (::connect(socket.fd(), to->ai_addr, to->ai_addrlen) == 0 &&
        ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&own), &size) == 0) {
      return TextOf(reinterpret_cast<sockaddr*>(&own), size);
    }
  }
  return OutsideError(address, "no route leads there",
                      "Name this machine's interface by GLOO_SOCKET_IFNAME");
}

bool Listens(const std::string& address, int port) {
  const Addresses to = Find(address, port, SOCK_STREAM);
  if (to == nullptr) return false;
  const Socket socket(*to, SOCK_NONBLOCK);
  if (::connect(socket.fd(), to->ai_addr, to->ai_addrlen) == 0) return true;
  pollfd waiting{socket.fd(), POLLOUT, 0};
  if (::poll(&waiting, 1, kConnectMs) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool IsLoopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace magenta
