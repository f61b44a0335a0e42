#include "magenta/codec/lookback.h"

namespace magenta {

std::optional<size_t> RepeatOf(const RecentEvents& events, Event next,
                               std::span<const int> distances, Event nothing) {
  if (distances.empty()) return std::nullopt;
  if (events.count() < distances.back() && next == nothing) return distances.size() - 1;
  for (size_t i = distances.size(); i-- > 0;) {
    const int distance = distances[i];
    if (events.count() >= distance && events.Back(distance, nothing) == next) return i;
  }
  return std::nullopt;
}

void AddCounter(int64_t number, int bits, int32_t offset, SparseVector& input) {
  for (int bit = 0; bit < bits; ++bit) {
    input.Add(offset + bit, (number >> bit) & 1 ? 1.0f : -1.0f);
  }
}

}  // namespace magenta
