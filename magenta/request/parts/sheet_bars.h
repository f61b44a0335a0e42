#pragma once
// The bars of a sheet, counted as scores count them.

#include <cstdint>
#include <vector>

#include "magenta/music/meter_map.h"
#include "magenta/music/score/sheet.h"

namespace magenta {

/// Where the bars of a sheet lie. The first is 1; a pickup before it is 0.
class SheetBars {
 public:
  explicit SheetBars(const Sheet& sheet);

  int first() const { return first_; }
  int last() const { return first_ + static_cast<int>(lines_.size()) - 1; }
  /// The tick on which `bar`, one of them or the one after the last, begins; `length`, the sheet's,
  /// where that is before.
  int64_t StartOf(int bar, int64_t length) const;
  int BarAt(int64_t tick) const;

 private:
  std::vector<int64_t> lines_;
  int first_ = 1;
};

/// The meters of a sheet that begins `lead` ticks before the music; the first of them begins at or
/// before tick 0.
std::vector<SheetMeter> SheetMetersOf(const MeterMap& map, double lead);

}  // namespace magenta
