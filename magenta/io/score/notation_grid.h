#pragma once
// Where the notes of a part stand in its measures: on sixteenths, thirty-seconds or triplets.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace magenta {

/// The measures of a piece, in ticks of a Notation.
class MeasureLines {
 public:
  /// `lines`: where each measure begins, and where the last one ends; ascending from 0. The beats
  /// of a first measure that is `first_short` count from its end.
  MeasureLines(std::vector<int64_t> lines, bool first_short);

  size_t size() const { return lines_.size() - 1; }
  int64_t start(size_t measure) const { return lines_[measure]; }
  int64_t end(size_t measure) const { return lines_[measure + 1]; }
  /// The measure that `tick` lies in; the last one for what lies behind.
  size_t At(double tick) const;
  /// The quarter (or what is left of one) that `tick` lies in.
  struct Cell {
    int64_t start;
    int64_t length;
  };
  Cell CellAt(double tick) const;

 private:
  std::vector<int64_t> lines_;
  int64_t first_offset_ = 0;
};

/// Ticks that are three in the time of two others.
struct TripletSpan {
  int64_t start;
  int64_t end;
};

/// Whether a span of so many ticks is what a bar line leaves of a triplet.
inline bool IsPartOfTriplet(int64_t ticks) { return ticks % 16 == 0 && ticks % 48 != 0; }

/// The grid of one part.
class NotationGrid {
 public:
  /// `ticks`: where its notes begin and end, in any order.
  NotationGrid(const MeasureLines& lines, std::span<const double> ticks);

  /// The grid's place nearest to `tick`.
  int64_t Nearest(double tick) const;
  /// The first place after `place`, which is one itself.
  int64_t After(int64_t place) const;
  /// The triplet that `place` lies in, its beginning counted; empty (start == end) for none.
  TripletSpan TripletAt(int64_t place) const;

 private:
  /// Ticks between places in the first and second half of a cell: 24, 12 straight; 32, 16 triplets.
  struct Mode {
    int16_t first = 24;
    int16_t second = 24;
    /// The halves are triplets (or not) of their own.
    bool by_halves = false;
  };
  Mode ModeAt(const MeasureLines::Cell& cell) const;
  static Mode Choose(std::span<const double> offsets, int64_t length);

  const MeasureLines& lines_;
  std::unordered_map<int64_t, Mode> modes_;  // by where a cell starts
};

}  // namespace magenta
