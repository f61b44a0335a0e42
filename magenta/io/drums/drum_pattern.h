#pragma once
// A drum pattern as it is written: a groove, its variations and its fills, in cells of a grid.

#include <cstdint>
#include <string>
#include <vector>

#include "magenta/music.pb.h"

namespace magenta {

/// A stroke on a cell, counted from the beginning of its part.
struct DrumStroke {
  int64_t cell = 0;
  int pitch = 0;     // MIDI, 0..127
  int velocity = 0;  // 1..127
};

/// The main part, a variation or a fill.
struct DrumPart {
  enum class Kind { kMain, kVariation, kFill };
  Kind kind = Kind::kMain;
  int64_t bars = 0;
  std::vector<DrumStroke> strokes;
};

/// All parts of a pattern share one tempo, one meter and one grid.
struct DrumPattern {
  std::string title;
  std::string style;
  std::string by;
  int numerator = 4;
  int denominator = 4;
  double qpm = 120;  // quarters a minute
  int grid = 16;     // cells in a whole note
  /// The main part first.
  std::vector<DrumPart> parts;

  /// Whether a bar is a whole number of cells, as all else here takes for granted.
  bool HasWholeBars() const { return numerator * grid % denominator == 0; }
  int64_t cells_per_bar() const { return int64_t{numerator} * grid / denominator; }
  double seconds_per_cell() const { return 240.0 / (qpm * grid); }
};

/// Most bars of a part, so that its notes cost what its text costs.
inline constexpr int64_t kMaxDrumBars = 256;
/// Quarters a minute are from 1 to this.
inline constexpr double kMaxDrumQpm = 2000;
/// The numbers of a meter are from 1 to this, the lower one a power of 2.
inline constexpr int kMaxDrumMeter = 64;

/// Whether these may be a pattern's.
bool IsDrumMeter(int numerator, int denominator);
bool IsDrumTempo(double qpm);

/// The bars of a pattern strung together, by their numbers in the order in which the parts stand:
/// in phrases of four bars (the least multiple of the groove's length that is 4 or more), each
/// a groove whose last bars are a fill's; grooves and fills go round until all were played and
/// there are 8 bars or more. One phrase after another.
std::vector<std::vector<int64_t>> DrumPhrases(const DrumPattern& pattern);

/// How many bars those phrases have, without making them.
int64_t PhraseBars(const DrumPattern& pattern);

/// All parts, one after another, as notes a cell long on instrument 9, is_drum. Each bar is a
/// section, and section_groups string them together (UnrollSections).
NoteSequence ToSequence(const DrumPattern& pattern);

}  // namespace magenta
