#pragma once
// A stable sort for what is nearly in order: the notes of a file, track after track.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

namespace magenta {

/// Sorts [begin, end), what is equal in the order it had. Linear where the elements are at most 32
/// runs after one another, and in each run no element is more than 8 places from where it belongs;
/// else as std::stable_sort.
template <typename It, typename Less>
void SortRuns(It begin, It end, Less less) {
  using Distance = typename std::iterator_traits<It>::difference_type;
  constexpr Distance kNear = 8;
  constexpr size_t kMostRuns = 32;
  std::vector<It> starts = {begin};
  for (It it = begin; it != end; ++it) {
    if (it == starts.back() || !less(*it, *(it - 1))) continue;
    It place = it - 1;
    while (place != starts.back() && it - place <= kNear && less(*it, *(place - 1))) --place;
    if (it - place <= kNear) {
      std::rotate(place, it, it + 1);
    } else if (starts.size() < kMostRuns) {
      starts.push_back(it);
    } else {
      return std::stable_sort(begin, end, less);
    }
  }
  // Neighbours are merged until one run is left.
  while (starts.size() > 1) {
    size_t kept = 0;
    for (size_t i = 0; i < starts.size(); i += 2) {
      if (i + 1 < starts.size()) {
        const It after = i + 2 < starts.size() ? starts[i + 2] : end;
        std::inplace_merge(starts[i], starts[i + 1], after, less);
      }
      starts[kept++] = starts[i];
    }
    starts.resize(kept);
  }
}

}  // namespace magenta
