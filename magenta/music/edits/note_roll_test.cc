#include "magenta/music/edits/note_roll.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/dump.h"

namespace magenta {
namespace {

/// A character a frame of a column: "." for 0, "#" for 1, else the first digit behind the point.
std::string Column(const NoteRoll& roll, const std::vector<float>& plane, int column) {
  std::string text;
  for (int64_t frame = 0; frame < roll.frames; ++frame) {
    const float cell = plane[frame * roll.pitches + column];
    text += cell == 0   ? '.'
            : cell == 1 ? '#'
                        : static_cast<char>('0' + static_cast<int>(cell * 10) % 10);
  }
  return text;
}

NoteRollOptions Options() {
  NoteRollOptions options;
  options.frames_per_second = 2;
  options.min_pitch = 60;
  options.max_pitch = 61;
  options.onset_window = 0;
  return options;
}

TEST(ToNoteRoll, MarksWhereNotesSoundBeginAndEnd) {
  NoteSequence music = ParseMusic("C64=100@1 60@0.5+1.5/v127 61@2+1/v127 70@0+4");
  music.mutable_notes(1)->set_velocity(50);
  const auto roll = ToNoteRoll(music, Options());
  ASSERT_TRUE(roll.ok()) << roll.status();
  EXPECT_EQ(roll->frames, 9);
  EXPECT_EQ(roll->pitches, 2);
  EXPECT_EQ(Column(*roll, roll->active, 0), ".###.....");
  EXPECT_EQ(Column(*roll, roll->onsets, 0), ".#.......");
  EXPECT_EQ(Column(*roll, roll->offsets, 0), "....#....");
  EXPECT_EQ(Column(*roll, roll->active, 1), "....##...");
  EXPECT_EQ(Column(*roll, roll->active_velocities, 1), "....33...");
  EXPECT_EQ(Column(*roll, roll->onset_velocities, 1), "....3....");
  EXPECT_EQ(roll->weights[1 * 2], 5);
  EXPECT_EQ(roll->weights[2 * 2], 5);
  EXPECT_EQ(roll->weights[3 * 2], 2.5);
  EXPECT_EQ(roll->control_changes[2 * 128 + 64], 101);
}

TEST(ToNoteRoll, StaysInsideTheMatrix) {
  NoteRollOptions options = Options();
  options.onset_delay_ms = -5000;
  options.offset_length_ms = 60000;
  options.onset_mode = OnsetMode::kLength;
  options.blank_frame_before_onset = true;
  NoteSequence music = ParseMusic("60@0+1 61@1+1");
  music.mutable_notes(1)->set_end_time(1e300);
  music.add_control_changes()->set_time(-1e300);
  music.add_control_changes()->set_time(NAN);
  EXPECT_TRUE(ToNoteRoll(music, options).ok());
  options.onset_delay_ms = NAN;
  EXPECT_TRUE(ToNoteRoll(music, options).ok());
  options.onset_mode = OnsetMode::kWindow;
  options.onset_window = 1000;
  EXPECT_TRUE(ToNoteRoll(music, options).ok());
}

TEST(ToNoteRoll, RefusesWhatMeansNothing) {
  NoteSequence music = ParseMusic("60@0+1");
  for (const double frames : {0.0, -1.0, double{NAN}}) {
    NoteRollOptions options = Options();
    options.frames_per_second = frames;
    EXPECT_EQ(ToNoteRoll(music, options).status().code(), absl::StatusCode::kInvalidArgument);
  }
  NoteRollOptions quiet = Options();
  quiet.max_velocity = 50;
  EXPECT_FALSE(ToNoteRoll(music, quiet).ok());
  NoteRollOptions turned = Options();
  turned.max_pitch = 50;
  EXPECT_FALSE(ToNoteRoll(music, turned).ok());
  music.add_control_changes()->set_control_number(128);
  EXPECT_FALSE(ToNoteRoll(music, Options()).ok());
  for (const double end : {1e12, double{INFINITY}, double{NAN}}) {
    music.set_total_time(end);
    EXPECT_EQ(ToNoteRoll(music, Options()).status().code(), absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace magenta
