#include "magenta/codec/lookback.h"

namespace magenta {

std::optional<size_t> RepeatOf(const RecentEvents& events, Event next) {
  constexpr size_t kLongest = kLookbackDistances.size() - 1;
  if (events.count() < kLookbackDistances[kLongest] && next == kNoEvent) return kLongest;
  for (size_t i = kLongest + 1; i-- > 0;) {
    const int distance = kLookbackDistances[i];
    if (events.count() >= distance && events.Back(distance, kNoEvent) == next) return i;
  }
  return std::nullopt;
}

void AddCounter(int64_t number, int bits, int32_t offset, SparseVector& input) {
  for (int bit = 0; bit < bits; ++bit) {
    input.Add(offset + bit, (number >> bit) & 1 ? 1.0f : -1.0f);
  }
}

}  // namespace magenta
