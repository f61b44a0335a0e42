#include "magenta/live/backends/midi_messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace magenta {
namespace {

TEST(MidiMessages, Kinds) {
  struct Row {
    std::vector<uint8_t> bytes;
    MidiMessageKind kind;
  };
  const auto good = MidiMessageKind::kGood;
  const auto broken = MidiMessageKind::kBroken;
  const auto other = MidiMessageKind::kNotCarried;
  const Row rows[] = {
      {{0x90, 60, 100}, good},
      {{0x80, 60, 0}, good},
      {{0xA0, 1, 2}, good},
      {{0xBF, 127, 127}, good},
      {{0xC0, 5}, good},
      {{0xD3, 5}, good},
      {{0xE0, 0, 64}, good},
      {{0xF1, 1}, good},
      {{0xF2, 1, 2}, good},
      {{0xF3, 1}, good},
      {{0xF6}, good},
      {{0xF8}, good},
      {{0xFA}, good},
      {{0xFE}, good},
      {{0xFF}, good},
      {{}, broken},
      {{60, 100}, broken},
      {{0x90}, broken},
      {{0x90, 60}, broken},
      {{0x90, 60, 128}, broken},
      {{0x90, 60, 1, 1}, broken},
      {{0xC0, 5, 5}, broken},
      {{0xF4}, broken},
      {{0xF5}, broken},
      {{0xF9}, broken},
      {{0xFD}, broken},
      {{0xF8, 0xF8}, broken},
      {{0xF0, 1, 2, 0xF7}, other},
      {{0xF0}, other},
      {{0xF7}, other},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(int(CheckMidiMessage(row.bytes)), int(row.kind)) << &row - rows;
  }
}

TEST(MidiMessages, SortKeepsTheOrderOfAFrame) {
  std::mt19937 random(1);
  for (const int size : {0, 1, 2, 17, 500}) {
    std::vector<MidiEvent> events(size);
    for (int i = 0; i < size; ++i) {
      events[i].frame = random() % 8;
      events[i].bytes = {0x90, static_cast<uint8_t>(i & 127), static_cast<uint8_t>(i >> 7)};
    }
    std::vector<MidiEvent> expected = events;
    std::stable_sort(expected.begin(), expected.end(),
                     [](const MidiEvent& a, const MidiEvent& b) { return a.frame < b.frame; });
    SortByFrame(events);
    for (int i = 0; i < size; ++i) {
      EXPECT_EQ(events[i].frame, expected[i].frame);
      EXPECT_EQ(events[i].bytes, expected[i].bytes);
    }
  }
}

}  // namespace
}  // namespace magenta
