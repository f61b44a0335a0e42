#include "magenta/music/played/places.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

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

std::vector<std::vector<int>> NotesOfInstruments(const NoteSequence& music) {
  std::map<int, std::vector<int>> parts;
  for (int i = 0; i < music.notes_size(); ++i) {
    if (!music.notes(i).is_drum()) parts[music.notes(i).instrument()].push_back(i);
  }
  std::vector<std::vector<int>> in_order;
  for (auto& [instrument, part] : parts) {
    std::stable_sort(part.begin(), part.end(), [&music](int a, int b) {
      return music.notes(a).start_time() < music.notes(b).start_time();
    });
    in_order.push_back(std::move(part));
  }
  return in_order;
}

}  // namespace magenta
