#include "magenta/request/parts/rectangle.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/request/words.h"

namespace magenta {
namespace {

/// More bars than any piece has.
constexpr int kMostBars = 1 << 20;

std::optional<int> BarIn(std::string_view text) {
  int bar = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), bar);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return bar < 0 || bar > kMostBars ? std::nullopt : std::optional(bar);
}

absl::Status NoRectangle(std::string_view name, std::string_view text) {
  return UsageError(fmt::format("{}: {} is no bars of parts", name, ShownText(text)),
                    "Give BARS or BARS:PARTS, several by commas: 5-8:alto, 9:1+3, 12");
}

absl::StatusOr<Rectangle> ParseRectangle(std::string_view name, std::string_view text) {
  Rectangle rectangle;
  const size_t colon = text.find(':');
  const std::vector<std::string_view> bars = WordsOf(text.substr(0, colon), '-');
  const auto first = BarIn(bars.front()), last = BarIn(bars.back());
  if (bars.size() > 2 || !first.has_value() || !last.has_value() || *last < *first) {
    return NoRectangle(name, text);
  }
  rectangle.first_bar = *first;
  rectangle.last_bar = *last;
  if (colon == text.npos) return rectangle;
  for (const std::string_view part : WordsOf(text.substr(colon + 1), '+')) {
    if (part.empty()) return NoRectangle(name, text);
    rectangle.parts.emplace_back(part);
  }
  return rectangle;
}

}  // namespace

absl::StatusOr<std::vector<Rectangle>> ParseRectangles(std::string_view name,
                                                       std::string_view text) {
  std::vector<Rectangle> rectangles;
  for (const std::string_view piece : WordsOf(text, ',')) {
    MAGENTA_ASSIGN_OR_RETURN(rectangles.emplace_back(), ParseRectangle(name, piece));
  }
  return rectangles;
}

std::string BarsText(int first, int last) {
  return first == last ? fmt::format("bar {}", first) : fmt::format("bars {} to {}", first, last);
}

}  // namespace magenta
