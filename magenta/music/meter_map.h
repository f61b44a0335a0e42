#pragma once
// Where the bars of a piece lie, as a musician counts them: a pickup, a short last bar and a bar
// that a repeat sign cuts in two are written as meters of their own (1/4, then 4/4, then 3/4) and
// are no change of meter.

#include <cstdint>
#include <optional>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/grid.h"

namespace magenta {

/// A meter from some place on. Positions are quarter notes from the beginning (TempoMap).
struct Meter {
  int numerator = 4;
  int denominator = 4;
  /// From where it counts.
  double start = 0;
  /// One of its bar lines; the others lie whole bars away, before and after. After a pickup it is
  /// the one that ends the pickup.
  double bar_line = 0;

  /// Quarter notes in a bar, more than 0.
  double bar() const { return 4.0 * numerator / denominator; }
  bool IsSameAs(const Meter& other) const {
    return numerator == other.numerator && denominator == other.denominator;
  }
};

/// The meters of a sequence; 4/4 where it names none. Short bars are folded into the meter beside
/// them: a first stretch of at most one bar of the meter that follows (a pickup); later, one of
/// meters with shorter bars that lasts at most one bar of the meter before it (a last bar, or one
/// that a repeat cuts). Meters that can't be played, or at a time that is no number, don't count.
class MeterMap {
 public:
  explicit MeterMap(const NoteSequence& sequence);

  /// In order, the first from 0 on. Two neighbours of the same meter have other bar lines: a short
  /// bar lies before the second.
  const std::vector<Meter>& meters() const { return meters_; }
  /// Whether the meter really changes.
  bool HasChanges() const;
  /// The meter at `quarters`, one that begins there counted.
  const Meter& At(double quarters) const;
  /// The first bar line at or after `quarters`, and the one `bars` bars after that.
  double BarLineFrom(double quarters, int bars = 0) const;
  /// Where the meters of a folded short bar at the end begin; nullopt where there is none.
  std::optional<double> short_end() const { return short_end_; }

 private:
  std::vector<Meter> meters_;
  std::optional<double> short_end_;
};

/// The last bar line of `meter` at or before `quarters`, in steps from there: 0 or below, so that
/// bars of a pickup begin before the music. 0 where a bar is no whole number of steps.
int64_t BarLineStep(const Meter& meter, double quarters, Grid grid);

/// By how many steps, below 1, music must begin later for the bar lines of `meter` to stand on
/// steps: after a pickup of triplets they lie between. 0 where that is rounding, and where a bar is
/// no whole number of steps.
double LeadToBarLines(const Meter& meter, Grid grid);

/// Whether a denominator is a power of 2 and a numerator 1 or more (at most 1e6).
bool IsPlayable(const NoteSequence::TimeSignature& meter);

/// `sequence` with the meters of its MeterMap as its time signatures, each once: so it is split at
/// real changes alone.
NoteSequence WithRealMeters(NoteSequence sequence);

/// `sequence` with meters of their own for bars that are shorter than their meter says: pickups and
/// cut bars, as notation programs write them into MIDI and MusicXML. `bar_lines` are where its bars
/// end, in quarters, rising. A bar that no meter of 64ths fits (of a triplet) has the next longer
/// one, which the bar after it cuts short. A sequence without meters stays as it is.
NoteSequence WithShortBars(NoteSequence sequence, const std::vector<double>& bar_lines);

}  // namespace magenta
