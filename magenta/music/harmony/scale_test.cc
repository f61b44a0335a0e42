#include "magenta/music/harmony/scale.h"

#include <gtest/gtest.h>

#include "magenta/music/key.h"

namespace magenta {
namespace {

std::string Tones(const Scale& scale) {
  std::string tones;
  for (int s = 0; s < 12; ++s) tones += scale.Has(s) ? 'x' : '.';
  return tones;
}

TEST(ScaleTest, AreWhatTheirNamesSay) {
  const std::pair<const char*, const char*> rows[] = {
      {"major", "x.x.xx.x.x.x"},
      {"minor", "x.xx.x.xx.x."},
      {"harmonic_minor", "x.xx.x.xx..x"},
      {"melodic_minor", "x.xx.x.x.x.x"},
      {"dorian", "x.xx.x.x.xx."},
      {"phrygian", "xx.x.x.xx.x."},
      {"lydian", "x.x.x.xx.x.x"},
      {"mixolydian", "x.x.xx.x.xx."},
      {"locrian", "xx.x.xx.x.x."},
      {"major_pentatonic", "x.x.x..x.x.."},
      {"minor_pentatonic", "x..x.x.x..x."},
      {"blues", "x..x.xxx..x."},
      {"whole_tone", "x.x.x.x.x.x."},
      {"chromatic", "xxxxxxxxxxxx"},
  };
  EXPECT_EQ(std::size(rows), Scales().size());
  for (const auto& [name, tones] : rows) {
    const Scale* scale = FindScale(name);
    ASSERT_NE(scale, nullptr) << name;
    EXPECT_EQ(Tones(*scale), tones) << name;
  }
  EXPECT_EQ(FindScale("ionian"), nullptr);
  EXPECT_EQ(FindScale("harmonic_minor")->Text(), "harmonic minor");
  for (int s = 0; s < 12; ++s) EXPECT_EQ(FindScale("major")->Has(s), InMajorKey(s, 0));
}

TEST(ScaleTest, ThoseWithAMinorThirdAreMinor) {
  for (const char* name : {"minor", "dorian", "locrian", "blues", "minor_pentatonic"}) {
    EXPECT_TRUE(FindScale(name)->IsMinor()) << name;
  }
  for (const char* name : {"major", "lydian", "whole_tone", "chromatic", "major_pentatonic"}) {
    EXPECT_FALSE(FindScale(name)->IsMinor()) << name;
  }
}

}  // namespace
}  // namespace magenta
