#include "magenta/io/score/note_values.h"

#include <algorithm>

namespace magenta {
namespace {

constexpr int kSixtyFourth = kNotationTicks / 16;
constexpr int kBreve = 8 * kNotationTicks;

/// The strongest place within (begin, end): the last multiple of the largest unit that has one.
int StrongestWithin(const WrittenMeasure& measure, int begin, int end) {
  const int beat = measure.BeatTicks();
  const auto last_multiple = [&](int unit) { return (end - 1) / unit * unit; };
  for (int unit = beat * 8; unit >= beat && beat > 0; unit /= 2) {
    if (last_multiple(unit) > begin) return last_multiple(unit);
  }
  for (int unit = 4 * kNotationTicks; unit >= kSixtyFourth; unit /= 2) {
    if (last_multiple(unit) > begin) return last_multiple(unit);
  }
  return begin;
}

}  // namespace

bool IsNoteValue(int ticks) {
  for (int value = kSixtyFourth; value <= kBreve; value *= 2) {
    if (ticks == value || (2 * ticks == 3 * value && value < kBreve)) return true;
  }
  return false;
}

std::vector<std::pair<int, int>> CutIntoValues(const WrittenMeasure& measure, int begin, int end,
                                               int shift) {
  std::vector<std::pair<int, int>> values;
  std::vector<std::pair<int, int>> open = {{begin, end}};
  while (!open.empty()) {
    const auto [from, to] = open.back();
    open.pop_back();
    const int middle =
        IsNoteValue(to - from) ? from : StrongestWithin(measure, from + shift, to + shift) - shift;
    if (middle <= from || middle >= to) {
      values.push_back({from, to});
      continue;
    }
    open.push_back({middle, to});  // the earlier half is done first
    open.push_back({from, middle});
  }
  return values;
}

std::vector<std::pair<int, int>> CutIntoTripletValues(int begin, int end) {
  std::vector<std::pair<int, int>> values;
  while (begin < end) {
    int length = end - begin;
    while (length > 0 && (length % 2 != 0 || !IsNoteValue(length / 2 * 3))) --length;
    if (length <= 0) length = end - begin;
    values.push_back({begin, begin + length});
    begin += length;
  }
  return values;
}

}  // namespace magenta
