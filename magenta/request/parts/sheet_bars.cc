#include "magenta/request/parts/sheet_bars.h"

#include <algorithm>
#include <cmath>

#include "magenta/request/section.h"

namespace magenta {
namespace {

SheetMeter SheetMeterOf(const Meter& meter, double lead) {
  const double tick = kTicksPerQuarter;
  SheetMeter on_sheet = SheetMeterFor(meter.numerator, meter.denominator);
  const auto tick_of = [&](double quarters) {
    return std::llround(std::min(quarters * tick, 1e12) + lead);
  };
  on_sheet.bar_line = tick_of(meter.bar_line);
  // Bar lines before it count as well: the first from where the meter does.
  const int64_t start = meter.start > 0 ? tick_of(meter.start) : 0;
  const int64_t since = on_sheet.bar_line - start;
  on_sheet.bar_line -=
      (since >= 0 ? since / on_sheet.bar : -((-since + on_sheet.bar - 1) / on_sheet.bar)) *
      on_sheet.bar;
  return on_sheet;
}

}  // namespace

SheetBars::SheetBars(const Sheet& sheet) {
  for (size_t i = 0; i < sheet.meters.size(); ++i) {
    const bool is_last = i + 1 == sheet.meters.size();
    const int64_t end =
        is_last ? sheet.length : std::min(sheet.length, sheet.meters[i + 1].bar_line);
    for (int64_t line = sheet.meters[i].bar_line; line < end; line += sheet.meters[i].bar) {
      lines_.push_back(line);
    }
  }
  if (lines_.empty()) lines_.push_back(0);
  first_ = lines_.front() < 0 ? 0 : 1;
}

int64_t SheetBars::StartOf(int bar, int64_t length) const {
  return bar > last() ? length : std::clamp<int64_t>(lines_[bar - first_], 0, length);
}

int SheetBars::BarAt(int64_t tick) const {
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), tick);
  return first_ + std::max<int>(0, static_cast<int>(after - lines_.begin()) - 1);
}

std::vector<SheetMeter> SheetMetersOf(const MeterMap& map, double lead) {
  std::vector<SheetMeter> meters;
  for (const Meter& meter : map.meters()) {
    SheetMeter on_sheet = SheetMeterOf(meter, lead);
    if (meters.empty() && on_sheet.bar_line > 0) on_sheet.bar_line -= on_sheet.bar;
    // Nothing is written so late.
    if (on_sheet.bar_line > kMaxSectionStep) break;
    while (!meters.empty() && on_sheet.bar_line <= meters.back().bar_line) meters.pop_back();
    if (meters.empty() && on_sheet.bar_line > 0) on_sheet.bar_line = 0;
    meters.push_back(on_sheet);
  }
  return meters;
}

}  // namespace magenta
