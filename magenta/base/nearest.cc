#include "magenta/base/nearest.h"

#include <algorithm>
#include <vector>

namespace magenta {

int EditDistance(std::string_view a, std::string_view b) {
  // Damerau-Levenshtein distance (optimal string alignment): three rows of the table are enough.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string NearestName(std::string_view typed, std::span<const std::string> names) {
  std::string nearest;
  int least = 1 << 20;
  for (const std::string& name : names) {
    const bool begins = typed.size() >= 3 && name.starts_with(typed);
    const int distance = begins ? 1 : EditDistance(typed.substr(0, 100), name);
    const int most = static_cast<int>(std::min(name.size() / 3 + 2, typed.size() / 2));
    if (distance < least && distance <= most) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace magenta
