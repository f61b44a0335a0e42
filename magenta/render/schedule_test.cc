#include "magenta/render/schedule.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

void AddNote(NoteSequence& sequence, int pitch, double start, double end, int instrument = 0,
             int program = 0, bool is_drum = false) {
  auto* note = sequence.add_notes();
  note->set_pitch(pitch);
  note->set_velocity(100);
  note->set_start_time(start);
  note->set_end_time(end);
  note->set_instrument(instrument);
  note->set_program(program);
  note->set_is_drum(is_drum);
}

/// "frame kind channel number value; ..." at 100 frames a second.
std::string Dump(const NoteSequence& sequence) {
  const auto schedule = ScheduleSound(sequence, 100);
  if (!schedule.ok()) return ErrorLine(schedule.status());
  std::string text;
  for (const SoundEvent& event : schedule->events) {
    constexpr const char* kNames[] = {"off", "program", "control", "bend", "on"};
    text +=
        fmt::format("{}{} {} {} {} {}", text.empty() ? "" : "; ", event.frame,
                    kNames[static_cast<int>(event.kind)], event.channel, event.number, event.value);
  }
  return text;
}

TEST(Schedule, OrdersWhatFallsOnOneFrame) {
  NoteSequence sequence;
  AddNote(sequence, 62, 1, 2, 0, 5);
  AddNote(sequence, 60, 0, 1, 0, 5);
  auto* bend = sequence.add_pitch_bends();
  bend->set_time(1);
  bend->set_bend(-8192);
  bend->set_program(5);
  auto* control = sequence.add_control_changes();
  control->set_time(1);
  control->set_control_number(64);
  control->set_control_value(127);
  control->set_program(5);
  EXPECT_EQ(Dump(sequence),
            "0 program 0 5 0; 0 on 0 60 100; 100 off 0 60 0; 100 control 0 64 127; 100 bend 0 0 0; "
            "100 on 0 62 100; 200 off 0 62 0");
}

TEST(Schedule, AStruckAgainPitchIsNotEndedByItsFirstNote) {
  NoteSequence sequence;
  AddNote(sequence, 60, 0, 1.5);
  AddNote(sequence, 60, 1, 3);
  EXPECT_EQ(Dump(sequence),
            "0 program 0 0 0; 0 on 0 60 100; 100 off 0 60 0; 100 on 0 60 100; 300 off 0 60 0");
}

TEST(Schedule, ANoteLastsAFrame) {
  NoteSequence sequence;
  AddNote(sequence, 60, 1, 1.001);
  EXPECT_EQ(Dump(sequence), "0 program 0 0 0; 100 on 0 60 100; 101 off 0 60 0");
}

TEST(Schedule, InstrumentsAndDrumsHaveChannelsOfTheirOwn) {
  NoteSequence sequence;
  for (int i = 0; i < 20; ++i) AddNote(sequence, 60, 0, 1, i, i, i == 19);
  const auto schedule = ScheduleSound(sequence, 100);
  ASSERT_TRUE(schedule.ok());
  ASSERT_EQ(schedule->drums.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(schedule->drums[i], i == 19);
}

TEST(Schedule, PastTheLastChannelTheyAreShared) {
  NoteSequence sequence;
  for (int i = 0; i < 300; ++i) AddNote(sequence, 60, i, i + 1, i);
  const auto schedule = ScheduleSound(sequence, 100);
  ASSERT_TRUE(schedule.ok());
  EXPECT_EQ(schedule->drums.size(), static_cast<size_t>(kMaxSoundChannels));
  for (const SoundEvent& event : schedule->events) EXPECT_LT(event.channel, kMaxSoundChannels);
}

TEST(Schedule, NamesWhatIsNotMidi) {
  struct Row {
    int pitch;
    double start, end;
    int program;
    const char* error;
  };
  for (const Row& row : {Row{128, 0, 1, 0, "notes[0].pitch is 128, not in 0..127."},
                         Row{-1, 0, 1, 0, "notes[0].pitch is -1, not in 0..127."},
                         Row{60, 0, 1, 200, "notes[0].program is 200, not in 0..127."},
                         Row{60, -1, 1, 0,
                             "notes[0] stands at -1 s; sound is made for 0..14400 s. "
                             "Cut the piece into shorter ones."},
                         Row{60, 0, 1e12, 0,
                             "notes[0] stands at 1000000000000 s; sound is made "
                             "for 0..14400 s. Cut the piece into shorter ones."}}) {
    NoteSequence sequence;
    AddNote(sequence, row.pitch, row.start, row.end, 0, row.program);
    EXPECT_EQ(Dump(sequence), row.error);
  }
}

}  // namespace
}  // namespace magenta
