#pragma once
// How pieces end: on which beats of their last bar, and with which chord.

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "magenta/music/key.h"
#include "magenta/music/score/sheet.h"

namespace magenta {

/// The bar in which music ends, in steps of its grid (of a sheet: ticks).
struct LastBar {
  int64_t start = 0;
  /// Where the music ends: the bar line, or before it.
  int64_t end = 0;
  /// That of SheetMeterFor: a quarter in 3/4, a dotted quarter in 6/8, a half in 2/2; 1 or more.
  int64_t beat = 1;
  /// A dotted quarter: from there on a last note is long (that of a folk tune has this length on
  /// average, docs/music.md).
  int64_t long_note = 1;
};

/// Of a piece that ends on tick `end` (> 0) of `sheet`.
LastBar LastBarOf(const Sheet& sheet, int64_t end);

/// Where a last note may begin: beats of `bar` from which a long note is left, or else its first
/// beat; of those from `first_new` on. In order; perhaps none.
std::vector<int64_t> LastOnsets(const LastBar& bar, int64_t first_new);

/// The chord on the tonic of `key` that ends music whose voices lie about `middles` (MIDI, from
/// high to low), of pitches that are `allowed`: the tonic in the highest and the lowest, tones of
/// the triad between, one the third (if none of the key's mode is allowed, the other), as near as
/// may be to each one's middle and below the voice before, if that can be. Nothing where none is.
std::vector<std::optional<int>> LastChord(std::span<const double> middles, const NamedKey& key,
                                          const std::bitset<128>& allowed);

}  // namespace magenta
