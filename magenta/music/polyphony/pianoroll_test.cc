#include "magenta/music/polyphony/pianoroll.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace magenta {
namespace {

/// MIDI pitches by step: "60 64|60|".
std::string Dump(const std::vector<Keys>& roll) {
  std::string text;
  for (const Keys& keys : roll) {
    for (int key = 0; key < kPianorollKeys; ++key) {
      if (!keys[key]) continue;
      text += fmt::format("{}{}", text.empty() || text.back() == '|' ? "" : " ", key + kLowestKey);
    }
    text += "|";
  }
  return text;
}

TEST(Pianoroll, HoldsWhatSounds) {
  const struct {
    std::vector<PolyphonicNote> notes;
    int64_t steps;
    const char* dump;
    const char* reference;  // "": the same
  } rows[] = {
      {{}, 2, "||", ""},
      {{{0, 2, 60}, {1, 3, 64}}, 3, "60|60 64|64|", ""},
      // A repeat shows a gap; the step before it is cut also out of another note.
      {{{0, 2, 60}, {2, 4, 60}}, 4, "60||60|60|", ""},
      {{{0, 4, 60}, {2, 3, 60}}, 4, "60||60|60|", ""},
      {{{2, 3, 60}, {0, 4, 60}}, 4, "60|60|60|60|", "60|60|60|60|"},
      // On the first step the reference clears the last.
      {{{0, 4, 60}, {0, 1, 60}}, 4, "60|60|60|60|", "60|60|60||"},
      // What lies outside is left out.
      {{{0, 1, 20}, {0, 1, 21}, {0, 1, 108}, {0, 1, 109}, {-1, 2, 50}, {3, 4, 50}, {1, 9, 40}},
       2,
       "21 108|40|",
       ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Dump(RollOf(row.notes, row.steps, RollRule::kGaps)), row.dump);
    EXPECT_EQ(Dump(RollOf(row.notes, row.steps, RollRule::kReference)),
              *row.reference == '\0' ? row.dump : row.reference);
  }
}

TEST(Pianoroll, AsEventsAndBack) {
  const std::vector<Keys> roll =
      RollOf(std::vector<PolyphonicNote>{{0, 2, 60}, {1, 3, 64}, {4, 5, 21}}, 5, RollRule::kGaps);
  const std::vector<Event> events = RollEvents(roll);
  EXPECT_EQ(events, (std::vector<Event>{kRollStart, 39, kRollStepEnd, 39, 43, kRollStepEnd, 43,
                                        kRollStepEnd, kRollStepEnd, 0, kRollStepEnd}));
  EXPECT_EQ(RollOfEvents(events), roll);
  // A step that has not ended is none.
  EXPECT_EQ(RollOfEvents(std::vector<Event>{kRollStart, 39}).size(), 0u);
}

TEST(Pianoroll, KeysOfAPiano) {
  EXPECT_EQ(KeyPitch(0), 21);
  EXPECT_EQ(KeyPitch(87), 108);
  EXPECT_FALSE(KeyPitch(kRollStepEnd).has_value());
  EXPECT_FALSE(KeyPitch(kRollStart).has_value());
  EXPECT_FALSE(KeyPitch(-1).has_value());
}

}  // namespace
}  // namespace magenta
