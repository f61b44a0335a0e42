// The head of an HTTP request: scanned as it comes, in any pieces, it ends at the same byte; what
// is said of it is printable; what is taken has one Host, and one way to tell how long its body is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "magenta/base/check.h"
#include "magenta/serve/http_head.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMost = 4096;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const magenta::HeadScan whole = magenta::ScanHead(bytes, kMost);
  magenta::HeadScan grown;
  for (size_t n = 0; n <= size && grown.size == 0 && !grown.fault.has_value(); ++n) {
    grown = magenta::ScanHead(bytes.substr(0, n), kMost);
  }
  MAGENTA_CHECK(whole.size == grown.size);
  MAGENTA_CHECK(whole.fault.has_value() == grown.fault.has_value());
  if (whole.size == 0) return 0;
  const std::string_view head = bytes.substr(0, whole.size);
  const auto fault = magenta::CheckHttpHead(head);
  if (fault.has_value()) {
    for (const char c : fault->message) MAGENTA_CHECK(c >= 0x20 && c < 0x7f);
    MAGENTA_CHECK(fault->http_status >= 400 && fault->http_status <= 505);
  } else {
    MAGENTA_CHECK(head.find('\0') == head.npos && head.find("\r\n ") == head.npos);
  }
  return 0;
}
