#pragma once
// The head of an HTTP request, looked at byte by byte before a parser sees it: what two readers
// could take for two different requests (RFC 9112, sections 3.2, 5.2, 6.1 to 6.3, 11.2) is refused,
// and the connection closed.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace magenta {

/// Why a head is refused.
struct HeadFault {
  /// 400, 417 (an expectation that is none), 431 (too large), 501 (a coding that is not known), 505
  /// (a version that is none).
  int http_status = 400;
  /// One sentence, printable.
  std::string message;
};

/// What has come so far.
struct HeadScan {
  /// Bytes of the head, its empty line counted; 0: it is not whole.
  size_t size = 0;
  std::optional<HeadFault> fault;
};

/// Looks for the end of the head that `bytes` begin with; of an incomplete one the lines so far are
/// checked for what ends them: CR LF alone. `most` bytes are allowed. Empty lines before the
/// request line have been dropped.
HeadScan ScanHead(std::string_view bytes, size_t most);

/// What is wrong with a whole `head`; nullopt: nothing. Refused are: a request line that is not
/// "METHOD SP TARGET SP HTTP/1.0|1.1"; a target without a path, or a whole address whose host is
/// not that of Host; lines that go on in the next one, white space before a colon, control
/// characters; Host missing (HTTP/1.1), empty, twice, or no host; Content-Length that is not one
/// number, or comes twice; Transfer-Encoding beside it, twice, in HTTP/1.0, or other than
/// "chunked"; a second Authorization, Content-Type, Origin or Expect.
std::optional<HeadFault> CheckHttpHead(std::string_view head);

/// The path and query of a target: what stands behind "http://HOST".
std::string_view PathOfTarget(std::string_view target);

}  // namespace magenta
