#include "magenta/base/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Listens at a free port of loopback, by IPv4 or IPv6, as long as it lives.
class Listener {
 public:
  explicit Listener(int family) : fd_(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(family);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in*>(any)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
      reinterpret_cast<sockaddr_in6*>(any)->sin6_addr = in6addr_loopback;
    }
    if (::bind(fd_, any, size) != 0 || ::listen(fd_, 8) != 0) return;
    ::getsockname(fd_, any, &size);
    port_ = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(any)->sin_port
                                    : reinterpret_cast<sockaddr_in6*>(any)->sin6_port);
  }
  ~Listener() { ::close(fd_); }
  int port() const { return port_; }  // 0: this machine has no such family

 private:
  int fd_;
  int port_ = 0;
};

TEST(Address, LocalhostNeedsNoResolver) {
  for (const char* name :
       {"localhost", "LocalHost", "localhost.", "web.localhost", "a.b.localhost."}) {
    EXPECT_TRUE(IsLocalhost(name)) << name;
    EXPECT_TRUE(IsLoopback(name)) << name;
    EXPECT_EQ(WithoutResolver(name), "127.0.0.1") << name;
    EXPECT_EQ(ResolveHost(name).value(), "127.0.0.1") << name;
    EXPECT_EQ(OwnAddressTowards(name).value(), "127.0.0.1") << name;
  }
  for (const char* name :
       {"", ".", "localhost.example", "mylocalhost", "localhost..", "127.0.0.1"}) {
    EXPECT_FALSE(IsLocalhost(name)) << name;
  }
}

TEST(Address, Loopback) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "0:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
    EXPECT_FALSE(IsLocalhost(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "", "128.0.0.1", "10.0.0.1", "127.evil.example",
                           "127.1", "localhost.example", "[localhost]"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

struct Row {
  const char* text;
  const char* host;
  int port;
};

TEST(Address, HostAndPort) {
  for (const Row& row : {Row{"localhost:50051", "localhost", 50051}, Row{"[::1]:1", "::1", 1},
                         Row{"192.0.2.1:65535", "192.0.2.1", 65535}}) {
    const auto found = ParseHostAndPort(row.text);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->host, row.host);
    EXPECT_EQ(found->port, row.port);
    EXPECT_EQ(HostAndPortText(found->host, found->port), row.text);
  }
  for (const char* text :
       {"", ":", "localhost", "localhost:", ":80", "localhost:http", "[::1]", "::1:80", "[]:1",
        "[localhost]:80", "localhost:0", "localhost:65536", "localhost:-1", "a:1 "}) {
    EXPECT_EQ(ExitStatus(ParseHostAndPort(text).status()), 2) << text;
  }
}

TEST(Address, WhatListensIsFound) {
  const Listener v4(AF_INET);
  ASSERT_NE(v4.port(), 0);
  EXPECT_TRUE(Listens("127.0.0.1", v4.port()));
  EXPECT_TRUE(Listens("localhost", v4.port()));
  EXPECT_EQ(ClientAddress("localhost", v4.port()), "127.0.0.1");
  EXPECT_EQ(ClientAddress("[::1]", v4.port()), "::1");
  EXPECT_EQ(ClientAddress("far.example", 1), "far.example");
}

TEST(Address, AClientOfLocalhostFindsWhatListensAtIPv6Alone) {
  const Listener v6(AF_INET6);
  if (v6.port() == 0) GTEST_SKIP() << "no IPv6";
  EXPECT_EQ(ClientAddress("localhost", v6.port()), "::1");
}

}  // namespace
}  // namespace magenta
