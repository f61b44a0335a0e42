#include "magenta/music/score/swing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

constexpr double kQuarter = kTicksPerQuarter;
/// In ticks of a quarter: what is a triplet's second, an even eighth and a swung one, and how near
/// to the beat what is on it lies.
constexpr double kTripletFrom = 3.2, kEvenFrom = 5.4, kSwungFrom = 6.6, kSwungTo = 8.8;
constexpr double kOnBeat = 1.2;
constexpr int kLeastQuarters = 4, kTimesAsMany = 3;

/// `x` of [0, kQuarter], where `from` becomes `to` and what lies between in proportion.
double Bent(double x, double from, double to) {
  return x <= from ? x * to / from : to + (x - from) * (kQuarter - to) / (kQuarter - from);
}

/// The same of every quarter.
double BentQuarters(double ticks, double from, double to) {
  const double quarter = std::floor(ticks / kQuarter) * kQuarter;
  return quarter + Bent(ticks - quarter, from, to);
}

}  // namespace

Swing::Swing(double second, int64_t bar_line)
    : second_(second), bar_line_(static_cast<double>(bar_line)) {
  MAGENTA_CHECK(second > 0 && second < 1);
}

double Swing::Straighten(double ticks) const {
  if (is_straight()) return ticks;
  return bar_line_ + BentQuarters(ticks - bar_line_, second_ * kQuarter, kEven * kQuarter);
}

double Swing::Swung(double ticks) const {
  if (is_straight()) return ticks;
  return bar_line_ + BentQuarters(ticks - bar_line_, kEven * kQuarter, second_ * kQuarter);
}

Swing SwingOf(const QuantizedSequence& piece, int64_t bar_line) {
  std::map<int64_t, std::vector<double>> quarters;  // what begins in each, but on its beat
  for (const auto& note : piece.proto().notes()) {
    if (note.is_drum()) continue;
    const double ticks =
        note.start_time() * piece.qpm() / 60 * kQuarter - static_cast<double>(bar_line);
    const double quarter = std::floor(ticks / kQuarter);
    const double place = ticks - quarter * kQuarter;
    if (place <= kOnBeat || place >= kQuarter - kOnBeat) continue;
    quarters[static_cast<int64_t>(quarter)].push_back(place);
  }
  int other = 0;
  std::vector<double> swung;  // the mean of each quarter that is
  for (const auto& [quarter, places] : quarters) {
    const auto [low, high] = std::minmax_element(places.begin(), places.end());
    if (*low > kSwungFrom && *high < kSwungTo) {
      swung.push_back((*low + *high) / 2);
    } else if (std::any_of(places.begin(), places.end(), [](double place) {
                 return place >= kTripletFrom && place <= kSwungFrom &&
                        (place >= kEvenFrom || place <= kEvenFrom - 1);
               })) {
      ++other;
    }
  }
  const int count = static_cast<int>(swung.size());
  if (count < kLeastQuarters || count < kTimesAsMany * other) return {};
  const auto middle = swung.begin() + count / 2;
  std::nth_element(swung.begin(), middle, swung.end());
  return Swing(*middle / kQuarter, bar_line);
}

std::optional<QuantizedSequence> WithoutSwing(const QuantizedSequence& piece, const Swing& swing) {
  NoteSequence straight = piece.proto();
  const double seconds_a_tick = 60 / piece.qpm() / kQuarter;
  for (auto& note : *straight.mutable_notes()) {
    const auto even = [&](double seconds) {
      return std::max(0.0, swing.Straighten(seconds / seconds_a_tick) * seconds_a_tick);
    };
    note.set_start_time(even(note.start_time()));
    note.set_end_time(even(note.end_time()));
  }
  auto quantized = Quantize(std::move(straight), piece.grid());
  if (!quantized.ok()) return std::nullopt;
  return *std::move(quantized);
}

}  // namespace magenta
