#include "magenta/train/distributed/ranks.h"

#include "magenta/base/check.h"

namespace magenta {

int PartsOfRank(int parts, int rank, int ranks) {
  return rank < parts ? (parts - rank + ranks - 1) / ranks : 0;
}

std::vector<int> Ranks::PartsOfMine(int parts) const {
  std::vector<int> mine;
  for (int part = rank(); part < parts; part += size()) mine.push_back(part);
  return mine;
}

SliceRange SliceOf(int64_t length, int index, int slices) {
  return {length * index / slices, length * (index + 1) / slices};
}

std::vector<float> AddInOrder(std::span<const float> received, int parts, int ranks,
                              int64_t slice) {
  MAGENTA_CHECK(received.size() == static_cast<size_t>(parts * slice));
  std::vector<int64_t> start(static_cast<size_t>(ranks));
  for (int r = 1; r < ranks; ++r) {
    start[r] = start[r - 1] + PartsOfRank(parts, r - 1, ranks) * slice;
  }
  std::vector<float> sum(static_cast<size_t>(slice));
  for (int part = 0; part < parts; ++part) {
    const auto from = received.subspan(
        static_cast<size_t>(start[part % ranks] + part / ranks * slice), sum.size());
    for (size_t k = 0; k < sum.size(); ++k) sum[k] = part == 0 ? from[k] : sum[k] + from[k];
  }
  return sum;
}

}  // namespace magenta
