#include "magenta/music/polyphony/polyphony_events.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace magenta {
namespace {

/// "<", then the notes of each step, of which "_" go on, and "|".
std::string Dump(const std::vector<Event>& events) {
  std::string text;
  for (const Event event : events) {
    if (event == kPolyphonyStart) text += "<";
    if (event == kPolyphonyEnd) text += ">";
    if (event == kStepEnd) text += "|";
    if (const auto pitch = NewPitch(event)) text += fmt::format(" {}", *pitch);
    if (const auto pitch = ContinuedPitch(event)) text += fmt::format(" {}_", *pitch);
  }
  return text;
}

TEST(PolyphonyEvents, AStepNamesWhatSoundsByFallingPitch) {
  const struct {
    std::vector<PolyphonicNote> notes;
    int64_t start, end;
    const char* dump;
  } rows[] = {
      {{}, 0, 2, "<||"},
      {{{0, 2, 60}, {0, 1, 64}}, 0, 3, "< 64 60| 60_||"},
      // One pitch twice: as often as it sounds, what goes on first.
      {{{0, 3, 60}, {1, 2, 60}}, 0, 3, "< 60| 60_ 60| 60_|"},
      {{{0, 2, 60}, {2, 3, 60}}, 0, 3, "< 60| 60_| 60|"},
      // Cut at the end; what begins before the start or lasts no time is not heard.
      {{{1, 9, 60}, {0, 3, 64}, {2, 2, 67}}, 1, 3, "< 60| 60_|"},
      {{{0, 1, 0}, {0, 1, 127}}, 0, 1, "< 127 0|"},
      {{{5, 6, 60}}, 2, 2, "<"},
  };
  for (const auto& row : rows) {
    const std::vector<Event> events = PolyphonyEventsOf(row.notes, row.start, row.end);
    EXPECT_EQ(Dump(events), row.dump);
    EXPECT_EQ(CountPolyphonyEvents(row.notes, row.start, row.end),
              static_cast<int64_t>(events.size()));
  }
}

TEST(PolyphonyEvents, ClassesAreTheReferences) {
  EXPECT_EQ(NewNote(0), 3);
  EXPECT_EQ(ContinuedNote(127), kPolyphonyEvents - 1);
  EXPECT_FALSE(NewPitch(kStepEnd).has_value());
  EXPECT_FALSE(NewPitch(ContinuedNote(0)).has_value());
  EXPECT_FALSE(ContinuedPitch(NewNote(127)).has_value());
}

TEST(PolyphonyEvents, StepsThatAreWhole) {
  const std::vector<Event> events = {kPolyphonyStart, NewNote(60), kStepEnd, kStepEnd,
                                     ContinuedNote(60)};
  EXPECT_EQ(PolyphonySteps(events), (std::vector<std::vector<Event>>{{NewNote(60)}, {}}));
}

}  // namespace
}  // namespace magenta
