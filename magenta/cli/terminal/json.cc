#include "magenta/cli/terminal/json.h"

#include <fmt/core.h>

#include <cmath>

namespace magenta::cli {
namespace {

/// Length of the UTF-8 sequence at `text`, 0 when it is none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0x80                     ? 1
                        : first >= 0xc2 && first < 0xe0  ? 2
                        : first >= 0xe0 && first < 0xf0  ? 3
                        : first >= 0xf0 && first <= 0xf4 ? 4
                                                         : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (length > 2) {  // overlong forms, surrogates, and what lies past U+10FFFF
    const unsigned second = byte(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
      return 0;
    }
  }
  return length;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (size_t i = 0; i < text.size();) {
    const size_t length = Utf8Length(text.substr(i));
    const char c = text[i];
    if (length == 0) {
      quoted += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      quoted += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return quoted + '"';
}

}  // namespace

Json::Json(int64_t value) : text_(fmt::format("{}", value)) {}
Json::Json(uint64_t value) : text_(fmt::format("{}", value)) {}
Json::Json(double value) : text_(std::isfinite(value) ? fmt::format("{}", value) : "null") {}
Json::Json(std::string_view value) : text_(Quoted(value)) {}

Json Json::Raw(std::string text) {
  Json json;
  json.text_ = std::move(text);
  return json;
}

Json& Json::Set(std::string_view name, const Json& value) {
  if (!text_.empty()) text_ += ", ";
  text_ += Quoted(name) + ": " + value.Text();
  return *this;
}

Json& Json::Add(const Json& value) {
  if (!text_.empty()) text_ += ", ";
  text_ += value.Text();
  return *this;
}

std::string Json::Text() const {
  switch (kind_) {
    case Kind::kObject: return "{" + text_ + "}";
    case Kind::kArray: return "[" + text_ + "]";
    case Kind::kScalar: break;
  }
  return text_;
}

}  // namespace magenta::cli
