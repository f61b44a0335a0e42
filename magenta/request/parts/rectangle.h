#pragma once
// Bars of parts, as they are said: "5-8:alto,9:2".

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

struct Rectangle {
  /// As a score counts them: from 1, a pickup is 0. last >= first.
  int first_bar = 1;
  int last_bar = 1;
  /// Names or numbers (FindPart's); none: all parts.
  std::vector<std::string> parts;

  bool operator==(const Rectangle&) const = default;
};

/// `text`: BARS or BARS:PARTS, several by commas; BARS is "5" or "5-8", PARTS several by "+". At
/// least one. Error (exit 2): names `name`, which says it, and the piece that is none.
absl::StatusOr<std::vector<Rectangle>> ParseRectangles(std::string_view name,
                                                       std::string_view text);

/// "bar 5", "bars 5 to 8".
std::string BarsText(int first, int last);

}  // namespace magenta
