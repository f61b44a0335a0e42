#include "magenta/serve/multipart.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr std::string_view kCrLf = "\r\n";
constexpr size_t kMaxBoundary = 70;
/// Bytes of the lines above a field.
constexpr size_t kMaxPartHead = 4 << 10;

std::string InLowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return lower;
}

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

/// Takes a value, quoted or not, off the front of `text`.
std::string TakeValue(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    value = text.substr(0, text.find_first_of("; \t"));
    text.remove_prefix(value.size());
    return value;
  }
  size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value += text[at];
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  return value;
}

/// The parameter `name` of a header like "form-data; name=\"x\"".
std::optional<std::string> ParameterOf(std::string_view header, std::string_view name) {
  header.remove_prefix(std::min(header.find(';'), header.size()));
  while (!header.empty()) {
    header.remove_prefix(1);
    SkipBlanks(header);
    const size_t end = std::min(header.find_first_of("=;"), header.size());
    const std::string found = InLowerCase(header.substr(0, end));
    header.remove_prefix(end);
    std::string value;
    if (header.starts_with('=')) {
      header.remove_prefix(1);
      value = TakeValue(header);
    }
    if (found == name) return value;
    header.remove_prefix(std::min(header.find(';'), header.size()));
  }
  return std::nullopt;
}

absl::Status Broken(size_t at, std::string_view what) {
  return UsageError(fmt::format("byte {} of the form: {}", at, what),
                    "Send it as `curl -F file=@tune.mid` does");
}

/// The lines above a field; `at` is where they begin.
absl::Status ReadPartHead(std::string_view head, size_t at, FormPart& part) {
  while (!head.empty()) {
    const size_t end = std::min(head.find(kCrLf), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + kCrLf.size(), head.size()));
    const size_t colon = line.find(':');
    if (colon == line.npos) return Broken(at, "a line above a field is no NAME: VALUE");
    std::string_view value = line.substr(colon + 1);
    SkipBlanks(value);
    const std::string name = InLowerCase(line.substr(0, colon));
    if (name == "content-type") part.content_type = value;
    if (name != "content-disposition") continue;
    part.name = ParameterOf(value, "name").value_or("");
    part.is_file =
        ParameterOf(value, "filename").has_value() || ParameterOf(value, "filename*").has_value();
  }
  return part.name.empty() ? Broken(at, "a field has no name") : absl::OkStatus();
}

}  // namespace

bool IsMultipart(std::string_view content_type) {
  std::string_view name = content_type.substr(0, content_type.find(';'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return InLowerCase(name) == "multipart/form-data";
}

absl::StatusOr<std::vector<FormPart>> ReadMultipart(std::string_view content_type,
                                                    std::string_view body) {
  const std::string boundary = ParameterOf(content_type, "boundary").value_or("");
  if (boundary.empty() || boundary.size() > kMaxBoundary) {
    return UsageError("the content type multipart/form-data names no boundary of 1 to 70 bytes",
                      "Let the client make it: `curl -F file=@tune.mid`");
  }
  const std::string first = "--" + boundary, next = "\r\n--" + boundary;
  if (!body.starts_with(first)) return Broken(0, "it does not begin with its boundary");
  std::vector<FormPart> parts;
  size_t at = first.size();
  while (body.substr(at, 2) != "--") {
    const size_t head = body.find(kCrLf, at);
    const size_t blank = body.find("\r\n\r\n", at);
    if (head == body.npos || blank == body.npos || blank - at > kMaxPartHead) {
      return Broken(at, "a field has no empty line above it");
    }
    if (parts.size() == kMaxFormParts) {
      return Broken(at, fmt::format("it has more than {} fields", kMaxFormParts));
    }
    FormPart& part = parts.emplace_back();
    // A field without any line above it has the empty one right behind its boundary.
    const std::string_view lines =
        head == blank ? std::string_view() : body.substr(head + 2, blank - head - 2);
    MAGENTA_RETURN_IF_ERROR(ReadPartHead(lines, at, part));
    const size_t begin = blank + 4;
    const size_t end = body.find(next, begin);
    if (end == body.npos) return Broken(begin, "a field has no end");
    part.bytes = body.substr(begin, end - begin);
    at = end + next.size();
  }
  return parts;
}

}  // namespace magenta
