#include "magenta/serve/http_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace magenta {
namespace {

using ::testing::HasSubstr;

TEST(HttpHeadTest, TheEndOfAHead) {
  const struct {
    const char* bytes;
    size_t size;
    int http_status;  // 0: no fault
  } rows[] = {{"", 0, 0},
              {"GET / HTTP/1.1\r\nHost: a\r\n", 0, 0},
              {"GET / HTTP/1.1\r\nHost: a\r\n\r", 0, 0},
              {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, 0},
              {"GET / HTTP/1.1\r\nHost: a\r\n\r\nbody\n", 27, 0},
              {"GET / HTTP/1.1\nHost: a\r\n\r\n", 0, 400},
              {"GET / HTTP/1.1\n", 0, 400},
              {"\n", 0, 400},
              {"GET / HTTP/1.1\r\nHost: a\r\n\n", 0, 400},
              {"GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HT", 0, 431}};
  for (const auto& row : rows) {
    const HeadScan scan = ScanHead(row.bytes, 64);
    EXPECT_EQ(scan.size, row.size) << row.bytes;
    EXPECT_EQ(scan.fault.has_value() ? scan.fault->http_status : 0, row.http_status) << row.bytes;
  }
}

/// A request line, and fields below "Host: localhost".
struct HeadCase {
  const char* line;
  const char* fields;
  int http_status;  // 0: it is taken
  const char* message = "";
};

TEST(HttpHeadTest, HeadsThatAreTaken) {
  for (const char* head : {
           "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
           "GET / HTTP/1.1\r\nhost:[::1]:8080\r\n\r\n",
           "GET / HTTP/1.0\r\n\r\n",
           "POST /v1/x:y?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 12\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tChunked \r\n\r\n",
           "GET http://LOCALHOST:80/x HTTP/1.1\r\nHost: localhost:80\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nX: \xc3\xa4, b\tc\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nAccept: a\r\nAccept: b\r\n\r\n",
       }) {
    const auto fault = CheckHttpHead(head);
    EXPECT_FALSE(fault.has_value()) << head << fault->message;
  }
}

TEST(HttpHeadTest, HeadsThatAreRefused) {
  const HeadCase rows[] = {
      {"GET /", "", 400, "first line"},
      {"GET  / HTTP/1.1", "", 400, "first line"},
      {"GET / HTTP/1.1 ", "", 400, "first line"},
      {" GET / HTTP/1.1", "", 400, "first line"},
      {"G\tT / HTTP/1.1", "", 400, "first line"},
      {"GET / HTTP/2.0", "", 505, "HTTP/1.1"},
      {"GET / HTTP/1.10", "", 505, "HTTP/1.1"},
      {"GET / http/1.1", "", 400, "no version"},
      {"GET * HTTP/1.1", "", 400, "no path"},
      {"CONNECT localhost:80 HTTP/1.1", "", 400, "no path"},
      {"GET /\x01 HTTP/1.1", "", 400, "no address"},
      {"GET /\xff HTTP/1.1", "", 400, "no address"},
      {"GET /#there HTTP/1.1", "", 400, "no address"},
      {"GET http://evil.example/ HTTP/1.1", "", 400, "not Host's"},
      {"GET http://localhost:81/ HTTP/1.1", "", 400, "not Host's"},
      {"GET http://me@localhost/ HTTP/1.1", "", 400, "not Host's"},
      {"GET http:///x HTTP/1.1", "", 400, "not Host's"},
      {"GET http://localhost HTTP/1.1", "", 400, "no path"},
      {"GET / HTTP/1.1", "Host: localhost\r\n", 400, "Host comes twice"},
      {"GET / HTTP/1.1", "host: evil.example\r\n", 400, "Host comes twice"},
      {"GET / HTTP/1.1", "X: a\r\n b\r\n", 400, "second line"},
      {"GET / HTTP/1.1", "X: a\r\n\tTransfer-Encoding: chunked\r\n", 400, "second line"},
      {"GET / HTTP/1.1", "X : a\r\n", 400, "NAME: VALUE"},
      {"GET / HTTP/1.1", "Content-Length : 3\r\n", 400, "NAME: VALUE"},
      {"GET / HTTP/1.1", "X\r\n", 400, "NAME: VALUE"},
      {"GET / HTTP/1.1", ": a\r\n", 400, "NAME: VALUE"},
      {"GET / HTTP/1.1", "X: a\rY: b\r\n", 400, "control"},
      {"GET / HTTP/1.1", "X: \x02\r\n", 400, "control"},
      {"POST / HTTP/1.1", "Content-Length: 1\r\nContent-Length: 1\r\n", 400, "comes twice"},
      {"POST / HTTP/1.1", "Content-Length: 1, 1\r\n", 400, "no number"},
      {"POST / HTTP/1.1", "Content-Length: +1\r\n", 400, "no number"},
      {"POST / HTTP/1.1", "Content-Length: -1\r\n", 400, "no number"},
      {"POST / HTTP/1.1", "Content-Length: 0x10\r\n", 400, "no number"},
      {"POST / HTTP/1.1", "Content-Length: 9999999999999999999\r\n", 400, "no number"},
      {"POST / HTTP/1.1", "Content-Length:\r\n", 400, "no number"},
      {"POST / HTTP/1.1", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400, "together"},
      {"POST / HTTP/1.1", "Transfer-Encoding: identity\r\n", 400, "end in chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: chunked, gzip\r\n", 400, "end in chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: xchunked\r\n", 400, "end in chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: chunked;x=1\r\n", 400, "end in chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: \"chunked\"\r\n", 400, "end in chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding:\r\n", 400, "end in chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n", 501, "only chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: chunked, chunked\r\n", 501, "only chunked"},
      {"POST / HTTP/1.1", "Transfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n", 400, "twice"},
      {"POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n", 400, "HTTP/1.0"},
      {"POST / HTTP/1.1", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n", 400, "twice"},
      {"POST / HTTP/1.1", "Content-Type: a/b\r\nContent-Type: c/d\r\n", 400, "twice"},
      {"POST / HTTP/1.1", "Expect: miracles\r\n", 417, "100-continue"},
  };
  for (const HeadCase& row : rows) {
    const std::string head =
        std::string(row.line) + "\r\nHost: localhost\r\n" + row.fields + "\r\n";
    const auto fault = CheckHttpHead(head);
    ASSERT_TRUE(fault.has_value()) << head;
    EXPECT_EQ(fault->http_status, row.http_status) << head;
    EXPECT_THAT(fault->message, HasSubstr(row.message)) << head;
  }
}

TEST(HttpHeadTest, HostsThatAreNone) {
  for (const char* host : {"", " ", "a b", "a,b", "a/b", "me@a", "a:b", "a:123456", ":80", "[::1",
                           "[]", "[evil.example]", "[::1]x", "a\"", "\xff"}) {
    EXPECT_TRUE(
        CheckHttpHead(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n").has_value())
        << host;
  }
  EXPECT_TRUE(CheckHttpHead("GET / HTTP/1.1\r\n\r\n").has_value());
  EXPECT_TRUE(CheckHttpHead("GET / HTTP/1.0\r\nHost:\r\n\r\n").has_value());
}

TEST(HttpHeadTest, PathsOfTargets) {
  EXPECT_EQ(PathOfTarget("/x?y"), "/x?y");
  EXPECT_EQ(PathOfTarget("http://a/x?y"), "/x?y");
  EXPECT_EQ(PathOfTarget("HTTPS://a:1/"), "/");
  EXPECT_EQ(PathOfTarget("http://a"), "");
  EXPECT_EQ(PathOfTarget("*"), "*");
}

}  // namespace
}  // namespace magenta
