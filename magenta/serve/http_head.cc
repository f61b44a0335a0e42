#include "magenta/serve/http_head.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace magenta {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

using Fault = std::optional<HeadFault>;

Fault Bad(std::string message, int http_status = 400) {
  return HeadFault{http_status, std::move(message)};
}

/// RFC 9110, 5.6.2.
bool IsTokenByte(unsigned char c) {
  return std::isalnum(c) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenByte);
}

bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "NAME", "NAME:PORT", "[ADDRESS]:PORT".
bool IsHost(std::string_view text) {
  size_t end = 0;
  if (text.starts_with('[')) {
    end = std::min(text.find(']'), text.size());
    if (end < 3 || end == text.size()) return false;
    const bool numbers =
        std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(end),
                    [](unsigned char c) { return std::isxdigit(c) != 0 || c == ':' || c == '.'; });
    if (!numbers) return false;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    const std::string_view name = text.substr(0, end);
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '~';
    });
    if (name.empty() || !plain) return false;
  }
  const std::string_view port = text.substr(end);
  return port.size() <= 1 ? port.empty() || port == ":"
                          : port[0] == ':' && port.size() <= 6 && IsDigits(port.substr(1));
}

/// A head's lines, without their ends; the empty one that ends it is none.
struct Lines {
  std::string_view rest;
  std::string_view Next() {
    const size_t end = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + kLineEnd.size(), rest.size()));
    return line;
  }
};

struct RequestLine {
  std::string_view target;
  bool is_1_1 = false;
};

Fault ReadRequestLine(std::string_view line, RequestLine& read) {
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', std::min(first + 1, line.size()));
  if (first == line.npos || second == line.npos || line.find(' ', second + 1) != line.npos ||
      !IsToken(line.substr(0, first))) {
    return Bad("this is no HTTP request: its first line is not METHOD TARGET HTTP/1.1");
  }
  const std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return version.starts_with("HTTP/") ? Bad("HTTP/1.1 and HTTP/1.0 are spoken here", 505)
                                        : Bad("this is no HTTP request: it names no version");
  }
  read.is_1_1 = version == "HTTP/1.1";
  read.target = line.substr(first + 1, second - first - 1);
  const bool printable = std::all_of(read.target.begin(), read.target.end(),
                                     [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!printable || read.target.find('#') != line.npos) {
    return Bad("the target holds what no address holds");
  }
  if (!PathOfTarget(read.target).starts_with('/')) return Bad("the target has no path");
  return std::nullopt;
}

/// Fields that may come once.
enum Once { kHost, kLength, kCoding, kAuthorization, kContentType, kOrigin, kExpect, kOnce };
constexpr std::array<std::string_view, kOnce> kOnceNames = {
    "Host",   "Content-Length", "Transfer-Encoding", "Authorization", "Content-Type",
    "Origin", "Expect"};

struct Fields {
  std::array<std::optional<std::string_view>, kOnce> once;
};

Fault ReadField(std::string_view line, Fields& fields) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Bad("a header goes on in a second line, which is long obsolete");
  }
  const size_t colon = line.find(':');
  if (colon == line.npos || !IsToken(line.substr(0, colon))) {
    return Bad("a line of the head is no NAME: VALUE");
  }
  const std::string_view value = Trimmed(line.substr(colon + 1));
  const bool plain = std::none_of(value.begin(), value.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t') || c == 0x7f;
  });
  if (!plain) return Bad("a header holds control characters");
  for (int i = 0; i < kOnce; ++i) {
    if (!SameWord(line.substr(0, colon), kOnceNames[i])) continue;
    if (fields.once[i].has_value()) return Bad(std::string(kOnceNames[i]) + " comes twice");
    fields.once[i] = value;
  }
  return std::nullopt;
}

Fault CheckHost(const RequestLine& line, const Fields& fields) {
  const auto& host = fields.once[kHost];
  if (!host.has_value()) {
    return line.is_1_1 ? Bad("there is no Host, which HTTP/1.1 asks for") : std::nullopt;
  }
  if (!IsHost(*host)) return Bad(host->empty() ? "Host is empty" : "Host names no host");
  const std::string_view path = PathOfTarget(line.target);
  if (path.size() == line.target.size()) return std::nullopt;
  std::string_view authority = line.target.substr(0, line.target.size() - path.size());
  authority.remove_prefix(authority.find("//") + 2);
  return SameWord(authority, *host) ? std::nullopt : Bad("the target's host is not Host's");
}

Fault CheckBodyLength(const RequestLine& line, const Fields& fields) {
  const auto& length = fields.once[kLength];
  const auto& coding = fields.once[kCoding];
  constexpr size_t kMostDigits = 18;
  if (length.has_value() && (!IsDigits(*length) || length->size() > kMostDigits)) {
    return Bad("Content-Length is no number");
  }
  if (!coding.has_value()) return std::nullopt;
  if (length.has_value()) return Bad("Content-Length and Transfer-Encoding come together");
  if (!line.is_1_1) return Bad("HTTP/1.0 has no Transfer-Encoding");
  if (SameWord(*coding, "chunked")) return std::nullopt;
  const std::string_view last = Trimmed(coding->substr(coding->find_last_of(',') + 1));
  return SameWord(last, "chunked") ? Bad("of transfer codings only chunked is known", 501)
                                   : Bad("Transfer-Encoding does not end in chunked");
}

}  // namespace

HeadScan ScanHead(std::string_view bytes, size_t most) {
  HeadScan scan;
  const std::string_view looked_at = bytes.substr(0, most);
  for (size_t at = looked_at.find('\n'); at != looked_at.npos; at = looked_at.find('\n', at + 1)) {
    if (at == 0 || looked_at[at - 1] != '\r') {
      scan.fault = Bad("a line of the head does not end in CR LF");
      return scan;
    }
    if (at >= 3 && looked_at.substr(at - 3, 4) == "\r\n\r\n") {
      scan.size = at + 1;
      return scan;
    }
  }
  if (bytes.size() >= most) scan.fault = Bad("the head is too large", 431);
  return scan;
}

std::optional<HeadFault> CheckHttpHead(std::string_view head) {
  Lines lines{head};
  RequestLine line;
  if (Fault fault = ReadRequestLine(lines.Next(), line)) return fault;
  Fields fields;
  for (std::string_view field = lines.Next(); !field.empty(); field = lines.Next()) {
    if (Fault fault = ReadField(field, fields)) return fault;
  }
  if (Fault fault = CheckHost(line, fields)) return fault;
  if (Fault fault = CheckBodyLength(line, fields)) return fault;
  const auto& expected = fields.once[kExpect];
  if (expected.has_value() && !SameWord(*expected, "100-continue")) {
    return Bad("only 100-continue can be expected", 417);
  }
  return std::nullopt;
}

std::string_view PathOfTarget(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!SameWord(target.substr(0, scheme.size()), scheme)) continue;
    const size_t path = target.find('/', scheme.size());
    return target.substr(std::min(path, target.size()));
  }
  return target;
}

}  // namespace magenta
