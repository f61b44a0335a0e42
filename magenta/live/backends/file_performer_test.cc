#include "magenta/live/backends/file_performer.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "magenta/base/files.h"
#include "magenta/io/midi/midi_test_util.h"
#include "magenta/io/midi/midi_warnings.h"
#include "magenta/io/midi/smf_parser.h"
#include "magenta/live/backends/file_parts.h"

namespace magenta {
namespace {

struct Row {
  int64_t frame;
  std::array<uint8_t, 3> bytes;
};

FilePerformance Music(const std::vector<Row>& rows) {
  FilePerformance music;
  for (const Row& row : rows) music.events.push_back({row.frame, {0, 0, 3, row.bytes}});
  music.end_frame = rows.empty() ? 0 : rows.back().frame;
  return music;
}

/// What comes in, block by block of 10 frames: "90 60@0".
std::string Played(FilePerformer& performer, size_t most = 100) {
  std::string dump;
  std::vector<MidiEvent> in;
  for (int64_t start = 0; start < 2000 && !performer.done(); start += 10) {
    performer.Play(start, 10, most, in);
    for (const MidiEvent& event : in) {
      dump += fmt::format("{}{:02X} {}@{}", dump.empty() ? "" : ", ", event.bytes[0],
                          event.bytes[1], start + event.frame);
    }
  }
  return dump;
}

TEST(FilePerformer, ANoteWaitsWithAllThatFollowsAndHeldKeysAreLetGo) {
  // A chord that is held over the wait, the note that waits, and a pedal behind it.
  const FilePerformance music = Music({{0, {0x90, 60, 80}},
                                       {5, {0x90, 64, 80}},
                                       {20, {0x80, 60, 0}},
                                       {33, {0x90, 67, 80}},
                                       {38, {0x80, 64, 0}},
                                       {40, {0xb0, 64, 127}},
                                       {50, {0x90, 67, 0}}});
  PerformerCues cues;
  std::vector<int64_t> asked;
  cues.wait = [&](int64_t frame) {
    asked.push_back(frame);
    return frame == 33 ? 100.4 : frame == 133 ? 100.4 : 0;
  };
  FilePerformer performer(music, cues);
  EXPECT_EQ(Played(performer),
            "90 60@0, 90 64@5, 80 60@20, 80 64@38, 90 67@234, B0 64@241, 90 67@251");
  EXPECT_EQ(asked, (std::vector<int64_t>{0, 5, 33, 133, 234}));
  EXPECT_EQ(performer.end_frame(), 251);
}

TEST(FilePerformer, TellsWhatComesNextOfThoseThatAreHeard) {
  const FilePerformance music = Music({{0, {0x90, 60, 80}},
                                       {2, {0x91, 40, 80}},
                                       {15, {0x80, 60, 0}},
                                       {25, {0x91, 45, 80}},
                                       {45, {0x90, 62, 80}},
                                       {48, {0x80, 62, 0}},
                                       {60, {0x81, 40, 0}}});
  PerformerCues cues;
  std::string seen;
  cues.expect = [&](int64_t next_on, int64_t quiet) {
    const auto text = [](int64_t frame) {
      return frame == PerformerCues::kNever ? "never" : fmt::format("{}", frame);
    };
    seen += fmt::format("{}/{} ", text(next_on), text(quiet));
  };
  cues.hears = [](const MidiEvent& note) { return note.bytes[0] == 0x90; };
  FilePerformer performer(music, cues);
  Played(performer);
  EXPECT_EQ(seen, "0/0 45/15 45/0 45/0 45/0 never/0 never/0 ");
}

TEST(FilePerformer, WhatABlockCanNotHoldComesWithTheNext) {
  FilePerformer performer(Music({{0, {0x90, 60, 80}}, {1, {0x90, 61, 80}}, {2, {0x90, 62, 80}}}),
                          {});
  EXPECT_EQ(Played(performer, 2), "90 60@0, 90 61@1, 90 62@10");
}

TEST(FileParts, TracksThatShareAChannelAreToldApart) {
  const struct {
    const char* what;
    std::vector<std::string> tracks;
    bool apart;
    const char* parts;  // track:channel in the file>as played, by commas; * is the tune
  } rows[] = {
      {"one", {"00 90 3C 50"}, true, "0:0>0*"},
      {"tune and chords", {"00 90 3C 50", "00 90 30 50 00 90 34 50"}, true, "0:0>0*, 1:0>1"},
      {"as they stand", {"00 90 3C 50", "00 90 30 50 00 90 34 50"}, false, "0:0>0*, 1:0>0"},
      {"a channel that another has",
       {"00 90 3C 50", "00 90 48 50", "00 91 40 50"},
       true,
       "0:0>0, 1:0>2*, 2:1>1"},
      {"drums stay", {"00 99 3C 50", "00 99 48 50", "00 90 20 50"}, true, "0:9>9, 1:9>9, 2:0>0*"},
      {"drums alone", {"00 99 3C 50"}, true, "0:9>9"},
      {"a bell that is heard twice",
       {"00 90 60 50", "00 91 40 50 00 40 50 00 40 50 00 40 50 00 40 50"},
       true,
       "0:0>0, 1:1>1*"},
  };
  for (const auto& row : rows) {
    const std::string bytes = MidiBytes(row.tracks).Read();
    MidiWarnings warnings;
    const auto file = ParseSmf(bytes, warnings);
    ASSERT_TRUE(file.ok()) << file.status();
    const std::vector<FilePart> parts = PartsOf(*file, row.apart);
    std::string dump;
    for (const FilePart& part : parts) {
      dump += fmt::format("{}{}:{}>{}{}", dump.empty() ? "" : ", ", part.track, part.file_channel,
                          part.channel, &part == TuneOf(parts) ? "*" : "");
    }
    EXPECT_EQ(dump, row.parts) << row.what;
  }
}

}  // namespace
}  // namespace magenta
