#include "magenta/music/score/loose_timing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

/// A note lies off the grid from this many ticks on; from these, nobody wrote it there.
constexpr double kOffGridTicks = 1.0 / 3, kWrittenTicks = 1.0 / 8;
/// One in so many may be.
constexpr int64_t kSlips = 10;
constexpr int64_t kSixteenth = kTicksPerQuarter / 4, kTriplet = kTicksPerQuarter / 3;

double TicksAt(double seconds, double qpm) { return seconds * qpm / 60 * kTicksPerQuarter; }

double TicksOff(const NoteSequence::Note& note, double qpm) {
  return std::abs(TicksAt(note.start_time(), qpm) -
                  static_cast<double>(note.quantized_start_step()));
}

double Nearest(double ticks, int64_t unit) {
  return std::round(ticks / static_cast<double>(unit)) * static_cast<double>(unit);
}

/// What begins in a quarter.
struct QuarterOnsets {
  double sixteenths = 0, triplets = 0;  // squares of how far it lies from these
  bool second = false, third = false;   // triplets that begin something

  void Add(double place) {
    const double triplet = Nearest(place, kTriplet);
    sixteenths += std::pow(place - Nearest(place, kSixteenth), 2);
    triplets += std::pow(place - triplet, 2);
    second = second || triplet == kTriplet;
    third = third || triplet == 2 * kTriplet;
  }
  bool is_triplet() const { return second && third && triplets < sixteenths; }
};

class LooseTiming {
 public:
  LooseTiming(const QuantizedSequence& piece, int64_t bar_line)
      : qpm_(piece.qpm()), bar_line_(static_cast<double>(bar_line)) {
    for (const auto& note : piece.proto().notes()) {
      if (note.is_drum()) continue;
      const double ticks = TicksAt(note.start_time(), qpm_) - bar_line_;
      const int64_t quarter = QuarterOf(ticks);
      quarters_[quarter].Add(ticks - static_cast<double>(quarter * kTicksPerQuarter));
    }
  }

  int64_t TickAt(double seconds) const {
    const double ticks = TicksAt(seconds, qpm_) - bar_line_;
    const auto quarter = quarters_.find(QuarterOf(ticks));
    const bool is_triplet = quarter != quarters_.end() && quarter->second.is_triplet();
    return std::llround(Nearest(ticks, is_triplet ? kTriplet : kSixteenth) + bar_line_);
  }

 private:
  static int64_t QuarterOf(double ticks) {
    return static_cast<int64_t>(std::floor(ticks / kTicksPerQuarter));
  }

  const double qpm_, bar_line_;
  std::map<int64_t, QuarterOnsets> quarters_;
};

}  // namespace

bool LiesOffGrid(const NoteSequence::Note& note, double qpm) {
  return TicksOff(note, qpm) > kOffGridTicks;
}

int64_t PlayersTicks::Next(double place) {
  constexpr double kNew = 0.25;  // what a note counts in a mean
  constexpr double kLoose = 0.25;
  const auto hear = [this](double& mean, double value) {
    mean = begun_ ? mean + kNew * (value - mean) : value;
  };
  hear(loose_, std::abs(place - std::round(place)) > kWrittenTicks ? 1 : 0);
  hear(sixteenths_, std::pow(place - Nearest(place, kSixteenth), 2));
  hear(triplets_, std::pow(place - Nearest(place, kTriplet), 2));
  begun_ = true;
  if (loose_ < kLoose) return std::llround(place);
  return std::llround(Nearest(place, triplets_ < sixteenths_ ? kTriplet : kSixteenth));
}

std::optional<QuantizedSequence> WrittenDown(const QuantizedSequence& piece, int64_t bar_line) {
  int64_t notes = 0, off = 0, between = 0;
  for (const auto& note : piece.proto().notes()) {
    if (note.is_drum()) continue;
    ++notes;
    off += TicksOff(note, piece.qpm()) > kWrittenTicks ? 1 : 0;
    const int64_t tick = note.quantized_start_step() - bar_line;
    between += tick % kSixteenth != 0 && tick % kTriplet != 0 ? 1 : 0;
  }
  if (off * kSlips <= notes || between * kSlips <= notes) return std::nullopt;
  const LooseTiming timing(piece, bar_line);
  NoteSequence written = piece.proto();
  for (auto& note : *written.mutable_notes()) {
    if (note.is_drum()) continue;
    const int64_t start = std::max<int64_t>(timing.TickAt(note.start_time()), 0);
    const int64_t end = std::max(timing.TickAt(note.end_time()), start + kSixteenth);
    note.set_quantized_start_step(start);
    note.set_quantized_end_step(end);
  }
  auto taken = TakeQuantized(std::move(written));
  if (!taken.ok()) return std::nullopt;  // it would be a little too long
  return *std::move(taken);
}

}  // namespace magenta
