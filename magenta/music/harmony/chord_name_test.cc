#include "magenta/music/harmony/chord_name.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

TEST(ChordName, NamesChords) {
  struct Row {
    std::vector<int> pitches;
    const char* exact;
    const char* reference;
  };
  const Row rows[] = {
      {{}, "N.C.", "N.C."},
      {{60, 64, 67}, "C", "C"},
      {{52, 60, 67}, "C/E", "C/E"},
      {{57, 60, 64, 67}, "Am7", "Am7"},
      {{59, 62, 65, 69}, "Bm7b5", "Bm7b5"},
      // The reference's faults.
      {{55, 65}, "Gped(b7)", "Gped(addb7)"},
      {{55, 66}, "Gped(add#7)", "Gped(add7)"},
      {{62, 64}, "Dped(add2)", "Dped"},
      {{-12, -8, -5}, "C", "C"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(*NameChord(row.pitches), row.exact);
    EXPECT_EQ(*NameChord(row.pitches, ChordNaming::kReference), row.reference);
  }
  std::vector<int> all(12);
  std::iota(all.begin(), all.end(), 60);
  EXPECT_FALSE(NameChord(all).ok());
}

// Every set of pitch classes over every bass.
TEST(ChordName, IsReadBackAsTheSamePitches) {
  int named = 0;
  for (int mask = 1; mask < 4096; ++mask) {
    std::vector<int> pitches;
    for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
      if ((mask >> pitch_class & 1) != 0) pitches.push_back(60 + pitch_class);
    }
    const size_t bass = static_cast<size_t>(mask) % pitches.size();
    pitches[bass] -= 24;
    const auto name = NameChord(pitches);
    if (!name.ok()) continue;
    ++named;
    const auto symbol = ParseChordSymbol(*name, ChordSpelling::kReference);
    ASSERT_TRUE(symbol.ok()) << symbol.status();
    const auto classes = symbol->PitchClasses();
    ASSERT_TRUE(classes.ok()) << classes.status();
    std::set<int> sounding(classes->begin(), classes->end());
    sounding.insert(symbol->bass().PitchClass());
    std::set<int> expected;
    for (const int pitch : pitches) expected.insert(pitch % 12);
    EXPECT_EQ(sounding, expected) << *name;
    EXPECT_EQ(symbol->bass().PitchClass(), pitches[bass] % 12) << *name;
  }
  EXPECT_GT(named, 2500);
}

}  // namespace
}  // namespace magenta
