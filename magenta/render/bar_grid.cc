#include "magenta/render/bar_grid.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/status.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

struct GridMeter {
  double quarter;
  double bar;   // quarters in a bar
  double beat;  // quarters in a beat
};

absl::Status CheckTimes(const NoteSequence& sequence) {
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const auto& note = sequence.notes(i);
    for (const double seconds : {note.start_time(), note.end_time()}) {
      if (seconds >= 0 && std::isfinite(seconds)) continue;
      return InputError("", fmt::format("notes[{}] stands at {} s", i, seconds));
    }
  }
  return absl::OkStatus();
}

double LastEnd(const NoteSequence& sequence) {
  double end = 0;
  for (const auto& note : sequence.notes()) end = std::max(end, note.end_time());
  return end;
}

std::vector<GridMeter> MetersOf(const NoteSequence& sequence, const BarGrid& grid) {
  std::vector<GridMeter> meters;
  for (const auto& meter : sequence.time_signatures()) {
    if (meter.numerator() <= 0 || meter.denominator() <= 0 || !(meter.time() >= 0)) continue;
    const double beat = 4.0 / meter.denominator();
    meters.push_back({grid.QuarterAt(meter.time()), beat * meter.numerator(), beat});
  }
  std::stable_sort(meters.begin(), meters.end(),
                   [](const GridMeter& a, const GridMeter& b) { return a.quarter < b.quarter; });
  if (meters.empty() || meters.front().quarter > 1e-6) meters.insert(meters.begin(), {0, 4, 1});
  return meters;
}

}  // namespace

absl::StatusOr<BarGrid> BarGrid::Make(const NoteSequence& sequence) {
  MAGENTA_RETURN_IF_ERROR(CheckTimes(sequence));
  BarGrid grid(sequence);
  const double end = grid.QuarterAt(LastEnd(sequence)) - 1e-6;
  const std::vector<GridMeter> meters = MetersOf(sequence, grid);
  size_t at = 0;
  double start = 0;
  do {
    while (at + 1 < meters.size() && meters[at + 1].quarter <= start + 1e-6) ++at;
    double stop = start + meters[at].bar;
    if (at + 1 < meters.size()) stop = std::min(stop, meters[at + 1].quarter);
    // Where bars are shorter than numbers tell apart, there is no end of them.
    const bool is_endless = !(stop > start);
    MAGENTA_RETURN_IF_ERROR(
        CheckDrawnBars(is_endless ? kPieceLimits.drawn_bars + 1 : grid.bars_.size() + 1));
    grid.bars_.push_back({start, stop, meters[at].beat});
    start = stop;
  } while (start < end);
  grid.Number(sequence);
  return grid;
}

void BarGrid::Number(const NoteSequence& sequence) {
  constexpr double kSamePlace = 0.02;  // quarters, as in meter_map.cc
  const MeterMap meters(sequence);
  size_t begin = 0;  // the first part of the bar that is counted
  for (size_t i = 1; i < bars_.size(); ++i) {
    const double bar = meters.At(bars_[i].start).bar();
    const bool whole = bars_[i].end - bars_[begin].start <= bar + kSamePlace;
    bars_[i].number = bars_[i - 1].number + (whole ? 0 : 1);
    if (!whole) begin = i;
  }
  const auto second =
      std::find_if(bars_.begin(), bars_.end(), [](const Bar& bar) { return bar.number > 1; });
  if (second == bars_.end() || second->start > meters.At(0).bar() - kSamePlace) return;
  for (Bar& bar : bars_) --bar.number;
}

}  // namespace magenta
