#include "magenta/io/score/notation_grid.h"

#include <algorithm>
#include <cmath>

namespace magenta {
namespace {

constexpr int64_t kQuarter = 96;  // kNotationTicks
constexpr double kExact = 1.0;    // ticks that MIDI's rounding of times and tempos may move a note

double DistanceTo(double offset, int step) {
  const double rest = std::fmod(offset, step);
  return std::min(rest, step - rest);
}

}  // namespace

MeasureLines::MeasureLines(std::vector<int64_t> lines, bool first_short)
    : lines_(std::move(lines)) {
  if (first_short) first_offset_ = (kQuarter - (end(0) - start(0)) % kQuarter) % kQuarter;
}

size_t MeasureLines::At(double tick) const {
  const auto after = std::upper_bound(lines_.begin() + 1, lines_.end() - 1, tick,
                                      [](double at, int64_t line) { return at < line; });
  return static_cast<size_t>(after - lines_.begin()) - 1;
}

MeasureLines::Cell MeasureLines::CellAt(double tick) const {
  const size_t measure = At(tick);
  const int64_t offset = measure == 0 ? first_offset_ : 0;
  const auto in_measure = static_cast<int64_t>(std::floor(std::max(tick, 0.0))) - start(measure);
  const int64_t cell = (in_measure + offset) / kQuarter * kQuarter - offset;
  const int64_t from = std::max<int64_t>(cell, 0) + start(measure);
  // What lies behind the last measure goes on in quarters.
  const bool behind = from >= end(measure);
  const int64_t to = cell + kQuarter + start(measure);
  return {from, (behind ? to : std::min(to, end(measure))) - from};
}

NotationGrid::NotationGrid(const MeasureLines& lines, std::span<const double> ticks)
    : lines_(lines) {
  struct Place {
    int64_t cell;
    double offset;
    int64_t length;
  };
  std::vector<Place> places;
  places.reserve(ticks.size());
  for (const double tick : ticks) {
    // What stands a hair before a beat is of that beat.
    const MeasureLines::Cell cell = lines.CellAt(tick + kExact);
    places.push_back(
        {cell.start, std::max(tick - static_cast<double>(cell.start), 0.0), cell.length});
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.cell < b.cell; });
  std::vector<double> offsets;
  for (size_t i = 0; i < places.size();) {
    offsets.clear();
    const size_t first = i;
    for (; i < places.size() && places[i].cell == places[first].cell; ++i) {
      offsets.push_back(places[i].offset);
    }
    const Mode mode = Choose(offsets, places[first].length);
    if (mode.first != 24 || mode.second != 24) modes_.emplace(places[first].cell, mode);
  }
}

NotationGrid::Mode NotationGrid::Choose(std::span<const double> offsets, int64_t length) {
  const auto error = [&](int first, int second) {
    double sum = 0, worst = 0;
    for (const double offset : offsets) {
      const double distance = DistanceTo(offset, 2 * offset < kQuarter ? first : second);
      sum += distance;
      worst = std::max(worst, distance);
    }
    return std::pair(worst, sum / static_cast<double>(offsets.size()));
  };
  struct Candidate {
    Mode mode;
    double penalty;  // ticks that a place must be nearer on the average
  };
  static constexpr Candidate kCandidates[] = {
      {{24, 24, false}, 0}, {{12, 12, false}, 2}, {{32, 32, false}, 2}, {{16, 16, true}, 4},
      {{12, 16, true}, 4},  {{16, 12, true}, 4},  {{16, 16, false}, 4}};
  const Candidate* best = nullptr;
  double least = 0;
  for (const Candidate& each : kCandidates) {
    const bool has_triplet = each.mode.first % 16 == 0 || each.mode.second % 16 == 0;
    const bool half_cell = length == kQuarter / 2;
    const bool is_even = each.mode.first == each.mode.second && !each.mode.by_halves;
    const bool fits = IsPartOfTriplet(length) ? has_triplet && is_even
                                              : !has_triplet || length == kQuarter ||
                                                    (half_cell && each.mode.first == 16);
    if (!fits) continue;
    const auto [worst, mean] = error(each.mode.first, each.mode.second);
    if (worst <= kExact) return each.mode;
    if (best == nullptr || mean + each.penalty < least) {
      best = &each;
      least = mean + each.penalty;
    }
  }
  return best->mode;
}

NotationGrid::Mode NotationGrid::ModeAt(const MeasureLines::Cell& cell) const {
  const auto found = modes_.find(cell.start);
  if (found != modes_.end()) return found->second;
  return IsPartOfTriplet(cell.length) ? Mode{16, 16, false} : Mode{};
}

int64_t NotationGrid::Nearest(double tick) const {
  const MeasureLines::Cell cell = lines_.CellAt(tick + kExact);
  const double offset = std::max(tick - static_cast<double>(cell.start), 0.0);
  const Mode mode = ModeAt(cell);
  const int step = 2 * offset < kQuarter ? mode.first : mode.second;
  const int64_t place = std::llround(offset / step) * step;
  return cell.start + std::min(place, cell.length);
}

int64_t NotationGrid::After(int64_t place) const {
  const MeasureLines::Cell cell = lines_.CellAt(static_cast<double>(place));
  const Mode mode = ModeAt(cell);
  const int64_t offset = place - cell.start;
  const int step = 2 * offset < kQuarter ? mode.first : mode.second;
  return cell.start + std::min((offset / step + 1) * step, cell.length);
}

TripletSpan NotationGrid::TripletAt(int64_t place) const {
  const MeasureLines::Cell cell = lines_.CellAt(static_cast<double>(place));
  const Mode mode = ModeAt(cell);
  const int64_t middle = cell.start + kQuarter / 2;
  if (IsPartOfTriplet(cell.length)) return {cell.start, cell.start + cell.length};
  if (mode.by_halves || cell.length < kQuarter) {
    const bool second = place >= middle;
    if ((second ? mode.second : mode.first) % 16 != 0) return {place, place};
    return second ? TripletSpan{middle, cell.start + cell.length} : TripletSpan{cell.start, middle};
  }
  if (mode.first % 16 != 0) return {place, place};
  return {cell.start, cell.start + cell.length};
}

}  // namespace magenta
