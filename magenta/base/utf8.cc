#include "magenta/base/utf8.h"

namespace magenta {
namespace {

/// Length of the UTF-8 sequence at the beginning of `text`, 0 when there is none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
  if (lead == 0xED && byte(1) >= 0xA0) return 0;  // surrogates
  if (lead == 0xF0 && byte(1) < 0x90) return 0;   // overlong
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;  // past U+10FFFF
  return length;
}

constexpr char32_t kReplacement = 0xFFFD;

void AppendUtf8(char32_t code, std::string& out) {
  const auto add = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

/// The units of `bytes`, two bytes each, the more significant one at `high` of them.
std::string Utf16ToUtf8(std::string_view bytes, size_t high) {
  const auto unit = [&](size_t i) -> char32_t {
    return static_cast<unsigned char>(bytes[i + high]) << 8 |
           static_cast<unsigned char>(bytes[i + 1 - high]);
  };
  std::string text;
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    char32_t code = unit(i);
    const bool is_first = code >= 0xD800 && code < 0xDC00;
    const bool is_second = code >= 0xDC00 && code < 0xE000;
    const char32_t second = is_first && i + 3 < bytes.size() ? unit(i + 2) : 0;
    if (second >= 0xDC00 && second < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
      i += 2;
    } else if (is_first || is_second) {
      code = kReplacement;
    }
    AppendUtf8(code, text);
  }
  if (i < bytes.size()) AppendUtf8(kReplacement, text);  // half a unit
  return text;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ToUtf8(std::string_view bytes) {
  if (IsUtf8(bytes)) return std::string(bytes);
  if (bytes.starts_with("\xFF\xFE")) return Utf16ToUtf8(bytes.substr(2), 1);
  if (bytes.starts_with("\xFE\xFF")) return Utf16ToUtf8(bytes.substr(2), 0);
  std::string text;
  for (const char byte : bytes) AppendUtf8(static_cast<unsigned char>(byte), text);
  return text;
}

std::optional<std::string> Utf16AsUtf8(std::string_view text) {
  if (text.starts_with("\xFF\xFE")) return Utf16ToUtf8(text.substr(2), 1);
  if (text.starts_with("\xFE\xFF")) return Utf16ToUtf8(text.substr(2), 0);
  const std::string_view head = text.substr(0, 256);
  size_t zeros[2] = {};
  for (size_t i = 0; i < head.size(); ++i) zeros[i % 2] += head[i] == '\0';
  if (4 * zeros[1] > head.size() && zeros[0] == 0) return Utf16ToUtf8(text, 1);
  if (4 * zeros[0] > head.size() && zeros[1] == 0) return Utf16ToUtf8(text, 0);
  return std::nullopt;
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    valid += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string ShownText(std::string_view text) {
  constexpr size_t kLongest = 40;
  return text.size() > kLongest ? "its text" : "'" + ValidUtf8(text) + "'";
}

std::string Counted(int64_t count, std::string_view one, std::string_view many) {
  std::string text = std::to_string(count) + " ";
  if (count != 1 && !many.empty()) return text.append(many);
  return text.append(one).append(count == 1 ? "" : "s");
}

}  // namespace magenta
