// A book is cut into tunes at the lines that begin with X:, each read on its own, so that one that
// makes no sense loses no other.

#include "magenta/io/abc/abc.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "magenta/base/status.h"
#include "magenta/io/abc/abc_fields.h"
#include "magenta/io/abc/abc_tune.h"

namespace magenta {
namespace {

constexpr size_t kMaxTunes = 100000;

/// Length of the UTF-8 sequence at `at`; 0 when it is none (overlong forms and surrogates too).
size_t Utf8Length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xC2 && byte(0) < 0xE0 && follows(1)) return 2;
  if ((byte(0) & 0xF0) == 0xE0 && follows(1) && follows(2)) {
    const unsigned code = (byte(0) & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    return code >= 0x800 && (code < 0xD800 || code > 0xDFFF) ? 3 : 0;
  }
  if (byte(0) >= 0xF0 && byte(0) < 0xF5 && follows(1) && follows(2) && follows(3)) {
    const unsigned code = (byte(0) & 7) << 18 | (byte(1) & 0x3F) << 12;
    return code >= 0x10000 && code < 0x110000 ? 4 : 0;
  }
  return 0;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string Latin1ToUtf8(std::string_view text) {
  std::string utf8;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

std::vector<AbcLine> SplitLines(std::string_view text) {
  std::vector<AbcLine> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back({text.substr(0, end), static_cast<int>(lines.size()) + 1});
    const size_t line_end = text.substr(end, 2) == "\r\n" ? 2 : 1;
    text.remove_prefix(std::min(end + line_end, text.size()));
  }
  return lines;
}

bool StartsTune(const AbcLine& line) { return StripBlanks(line.text).substr(0, 2) == "X:"; }
bool HoldsKey(const AbcLine& line) { return StripBlanks(line.text).substr(0, 2) == "K:"; }

/// Of the lines before the first tune, the last M:, L: and Q:.
std::vector<AbcLine> BookDefaults(const std::vector<AbcLine>& header) {
  std::vector<AbcLine> defaults;
  for (const std::string_view name : {"M:", "L:", "Q:"}) {
    const auto last = std::find_if(header.rbegin(), header.rend(), [&](const AbcLine& line) {
      return StripBlanks(line.text).substr(0, 2) == name;
    });
    if (last != header.rend()) defaults.push_back(*last);
  }
  return defaults;
}

}  // namespace

absl::StatusOr<std::vector<AbcTune>> ReadAbc(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string converted;
  if (!IsUtf8(text)) text = converted = Latin1ToUtf8(text);
  const std::vector<AbcLine> lines = SplitLines(text);
  const auto first = std::find_if(lines.begin(), lines.end(), StartsTune);
  std::vector<AbcTune> tunes;
  if (first == lines.end()) {
    if (std::none_of(lines.begin(), lines.end(), HoldsKey)) {
      return InputError("", "no tune: no line begins with X: or K:", "Is it an ABC file?");
    }
    tunes.push_back(ReadAbcTune({}, lines));
    return tunes;
  }
  const std::vector<AbcLine> header = BookDefaults({lines.begin(), first});
  for (auto begin = first; begin != lines.end();) {
    if (tunes.size() >= kMaxTunes) {
      return InputError("", fmt::format("more than {} tunes", kMaxTunes), "Split the book.");
    }
    const auto end = std::find_if(begin + 1, lines.end(), StartsTune);
    tunes.push_back(ReadAbcTune(header, {begin, end}));
    begin = end;
  }
  return tunes;
}

}  // namespace magenta
