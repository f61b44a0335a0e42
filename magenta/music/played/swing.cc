#include "magenta/music/played/swing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/music/played/places.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

/// In parts of a beat: how near to the beat what is on it lies (or so many seconds), where a late
/// second half may begin, and how much of a beat a chord may take to begin.
constexpr double kOnBeat = 0.1, kLateFrom = 0.55, kLateTo = 0.87;
constexpr double kOnBeatSeconds = 0.03, kChord = 0.15;
/// In the middle of them all, the late second halves: those of dotted notes come at 3/4.
constexpr double kMostSwung = 0.71;
constexpr int kLeastQuarters = 4, kTimesAsMany = 3;

/// `x` of [0, length], where `from` becomes `to` and what lies between in proportion.
double Bent(double x, double length, double from, double to) {
  return x <= from ? x * to / from : to + (x - from) * (length - to) / (length - from);
}

/// What begins in a beat but on it, as parts of the beat.
struct InBeat {
  double first = 1, last = 0;

  void Add(double place) {
    first = std::min(first, place);
    last = std::max(last, place);
  }
  bool is_once() const { return last - first <= kChord; }
  double middle() const { return (first + last) / 2; }
  bool is_late() const { return is_once() && first > kLateFrom && last < kLateTo; }
};

/// The median; 0 of none.
double MiddleOf(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The beat's first tick.
double BeatStart(double ticks, int64_t length, int64_t bar_line) {
  const auto beat = static_cast<double>(length), line = static_cast<double>(bar_line);
  return line + std::floor((ticks - line) / beat) * beat;
}

Swing SwingOfBeats(const QuantizedSequence& piece, std::span<const int64_t> bar_lines,
                   int64_t length) {
  const double ticks_a_second = piece.qpm() / 60 * kTicksPerQuarter;
  const double on_beat =
      std::max(kOnBeat, kOnBeatSeconds * ticks_a_second / static_cast<double>(length));
  std::map<int64_t, InBeat> beats;  // by their first ticks
  std::vector<double> on_beats;     // how late is what is on the beat
  for (const auto& note : piece.proto().notes()) {
    if (note.is_drum()) continue;
    const double ticks = note.start_time() * ticks_a_second;
    const double start = BeatStart(ticks, length, LineBefore(bar_lines, ticks));
    const double place = (ticks - start) / static_cast<double>(length);
    if (place <= on_beat || place >= 1 - on_beat) {
      on_beats.push_back(place <= on_beat ? place : place - 1);
      continue;
    }
    beats[std::llround(start)].Add(place);
  }
  Swing::Beats swinging = {length, {bar_lines.begin(), bar_lines.end()}, {}};
  int divided = 0;           // of several onsets
  std::vector<double> late;  // where it begins
  for (const auto& [start, beat] : beats) {
    if (beat.is_late()) {
      late.push_back(beat.middle());
      continue;
    }
    divided += beat.is_once() ? 0 : 1;
    swinging.straight.push_back(start);
  }
  const int count = static_cast<int>(late.size());
  const int once = static_cast<int>(swinging.straight.size()) - divided;
  if (count * length < kLeastQuarters * kTicksPerQuarter || count < kTimesAsMany * once ||
      count < divided) {
    return {};
  }
  const double second = MiddleOf(late);
  // Who plays late throughout does not swing.
  if (second > kMostSwung || second - MiddleOf(on_beats) <= kLateFrom) return {};
  return Swing(second, std::move(swinging));
}

}  // namespace

Swing::Swing(double second, Beats beats) : second_(second), beats_(std::move(beats)) {
  MAGENTA_CHECK(second > 0 && second < 1 && beats_.length > 0 && !beats_.bar_lines.empty());
}

Swing::Beat Swing::BeatAt(double ticks) const {
  const std::vector<int64_t>& lines = beats_.bar_lines;
  const double start = BeatStart(ticks, beats_.length, LineBefore(lines, ticks));
  const int64_t first = std::llround(start);
  const auto next_line = std::upper_bound(lines.begin(), lines.end(), first);
  const bool is_cut =
      next_line != lines.end() && next_line != lines.begin() && first + beats_.length > *next_line;
  return {start,
          !is_cut && !std::binary_search(beats_.straight.begin(), beats_.straight.end(), first)};
}

double Swing::Bend(double ticks, double from, double to) const {
  if (is_straight()) return ticks;
  const Beat beat = BeatAt(ticks);
  if (!beat.swings) return ticks;
  const auto length = static_cast<double>(beats_.length);
  return beat.start + Bent(ticks - beat.start, length, from * length, to * length);
}

double Swing::StraightOnset(double ticks) const {
  if (is_straight()) return ticks;
  const Beat beat = BeatAt(ticks);
  if (!beat.swings) return ticks;
  const auto length = static_cast<double>(beats_.length);
  const double place = (ticks - beat.start) / length;
  if (place < second_ / 2) return beat.start;
  return beat.start + (place < (second_ + 1) / 2 ? kEven * length : length);
}

Swing Swing::BesideTriplets(std::span<const int64_t> onsets) const {
  Swing beside = *this;
  if (is_straight()) return beside;
  const int64_t third = beats_.length / 3;
  std::vector<int64_t>& straight = beside.beats_.straight;
  for (const int64_t tick : onsets) {
    const auto start = std::llround(BeatAt(static_cast<double>(tick)).start);
    if (tick - start == third || tick - start == 2 * third) straight.push_back(start);
  }
  std::sort(straight.begin(), straight.end());
  return beside;
}

Swing SwingOf(const QuantizedSequence& piece, std::span<const int64_t> bar_lines) {
  const Swing eighths = SwingOfBeats(piece, bar_lines, kTicksPerQuarter);
  return eighths.is_straight() ? SwingOfBeats(piece, bar_lines, kTicksPerQuarter / 2) : eighths;
}

std::optional<QuantizedSequence> WithoutSwing(const QuantizedSequence& piece, const Swing& swing) {
  NoteSequence straight = piece.proto();
  const double seconds_a_tick = 60 / piece.qpm() / kTicksPerQuarter;
  for (auto& note : *straight.mutable_notes()) {
    if (note.is_drum()) continue;
    const double length = std::max(0.0, note.end_time() - note.start_time());
    const double start = swing.StraightOnset(note.start_time() / seconds_a_tick);
    const double end = swing.Straighten(note.end_time() / seconds_a_tick);
    note.set_start_time(std::max(0.0, start * seconds_a_tick));
    note.set_end_time(
        std::max(end * seconds_a_tick, note.start_time() + std::min(length, seconds_a_tick)));
  }
  auto quantized = Quantize(std::move(straight), piece.grid());
  if (!quantized.ok()) return std::nullopt;
  return *std::move(quantized);
}

}  // namespace magenta
