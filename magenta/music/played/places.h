#pragma once
// Places of a piece, in ticks (kTicksPerQuarter) from its bar lines, and which of them are written.
// Seconds of notes are those of straight time, in which the piece keeps its first tempo.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/score/sheet.h"
#include "magenta/music/tempo_map.h"

namespace magenta {

inline constexpr int64_t kSixteenth = kTicksPerQuarter / 4, kTriplet = kTicksPerQuarter / 3;
inline constexpr int64_t kEighth = kTicksPerQuarter / 2;

/// Parts of a quarter that are written: notes begin on twelfths, eighths (of it: 32nds), fifths and
/// sevenths, and end on twelfths and eighths, or where others begin.
inline constexpr std::array kBegins = {12, 8, 5, 7};
inline constexpr std::array kEnds = {12, 8};
/// From so many ticks beside them on nobody wrote it there.
inline constexpr double kWrittenTicks = 1.0 / 20;

/// Who strikes a note early does so by no more than this: 30 ms, which MIDI files round.
inline constexpr double kEarlySeconds = 0.032;

/// Whether `ticks`, counted from a quarter, is one of these parts of quarters.
bool IsWritten(double ticks, std::span<const int> parts);

/// The multiple of `unit` next to `ticks`.
double Nearest(double ticks, int64_t unit);

/// The last of `bar_lines` (ascending, not empty) that isn't after `ticks`, else the first.
int64_t LineBefore(std::span<const int64_t> bar_lines, double ticks);

/// Indices of the notes but drums, of each instrument, as they begin.
std::vector<std::vector<int>> NotesOfInstruments(const NoteSequence& music);

/// Seconds to ticks of a piece, and those to what one counts from the last bar line.
class BarCount {
 public:
  /// `bar_lines`, ascending and not empty, and `time`, if straight time was made, outlive it.
  BarCount(double qpm, std::span<const int64_t> bar_lines, const StraightTime* time = nullptr)
      : qpm_(qpm), bar_lines_(bar_lines), time_(time) {}

  double At(double seconds) const { return seconds * qpm_ / 60 * kTicksPerQuarter; }
  int64_t LineBefore(double ticks) const { return magenta::LineBefore(bar_lines_, ticks); }
  /// From the last bar line.
  double Place(double ticks) const { return ticks - static_cast<double>(LineBefore(ticks)); }
  /// How long it sounds from `begin` to `end`.
  double Sounds(double begin, double end) const {
    return time_ == nullptr ? end - begin : time_->Restore(end) - time_->Restore(begin);
  }

 private:
  double qpm_;
  std::span<const int64_t> bar_lines_;
  const StraightTime* time_;
};

}  // namespace magenta
