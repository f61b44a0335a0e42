#include "magenta/music/edits/sustain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/dump.h"

namespace magenta {
namespace {

std::string NotesOf(const std::string& music) {
  auto made = WithSustain(ParseMusic(music));
  if (!made.ok()) return std::string(made.status().message());
  made->clear_control_changes();
  return DumpMusic(*made);
}

TEST(WithSustain, HoldsNotesWhileThePedalIsDown) {
  const std::pair<const char*, const char*> rows[] = {
      {"60@0+1", "60@0+1"},
      // Until it goes up; from 64 on it is down.
      {"C64=64@0.5 C64=63@3 60@0+1", "60@0+3"},
      {"C64=63@0.5 C64=0@3 60@0+1", "60@0+1"},
      // A note that ends before or with it, or sounds on, is not held.
      {"C64=127@1.5 C64=0@3 60@0+1", "60@0+1"},
      {"C64=127@0 C64=0@1 60@0+1", "60@0+1"},
      {"C64=127@0 C64=0@1 60@0+2", "60@0+2"},
      // Until the pitch starts again.
      {"C64=127@0 C64=0@5 60@0+1 62@1+1 60@2+1", "60@0+2 62@1+4 60@2+3"},
      // Never up: until the last event.
      {"C64=127@0 60@0+1 62@2+1", "60@0+3 62@2+1"},
      // Of two that start together one stays.
      {"C64=127@0 C64=0@4 60@1+1 60@1+2", "60@1+3"},
      // Each instrument has its own; drums have none.
      {"C64=127@0 C64=0@4 60@1+1/i1 36@1+1/d", "60@1+1/i1 36@1+1/d"},
  };
  for (const auto& [music, notes] : rows) EXPECT_EQ(NotesOf(music), notes) << music;
}

TEST(WithSustain, SetsTheEndOfTheSequence) {
  EXPECT_EQ(WithSustain(ParseMusic("C64=127@0 C64=0@4 60@1+1"))->total_time(), 4);
  EXPECT_EQ(WithSustain(ParseMusic("C66=127@0 C66=0@4 60@1+1"), 66)->total_time(), 4);
}

TEST(WithSustain, RefusesStepsAndTakesNoNumbers) {
  NoteSequence music = ParseMusic("C64=127@0 60@0+1");
  music.mutable_notes(0)->set_end_time(NAN);
  EXPECT_TRUE(WithSustain(music).ok());
  music.mutable_quantization_info()->set_steps_per_quarter(4);
  EXPECT_EQ(WithSustain(music).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace magenta
