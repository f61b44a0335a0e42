#include "magenta/music/played/places.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/check.h"

namespace magenta {

bool IsWritten(double ticks, std::span<const int> parts) {
  return std::any_of(parts.begin(), parts.end(), [ticks](int part) {
    const double steps = ticks * part / kTicksPerQuarter;
    return std::abs(steps - std::round(steps)) * kTicksPerQuarter / part <= kWrittenTicks;
  });
}

double Nearest(double ticks, int64_t unit) {
  return std::round(ticks / static_cast<double>(unit)) * static_cast<double>(unit);
}

int64_t LineBefore(std::span<const int64_t> bar_lines, double ticks) {
  MAGENTA_CHECK(!bar_lines.empty());
  const auto after =
      std::upper_bound(bar_lines.begin(), bar_lines.end(), ticks,
                       [](double a, int64_t b) { return a < static_cast<double>(b); });
  return after == bar_lines.begin() ? bar_lines.front() : *(after - 1);
}

}  // namespace magenta
