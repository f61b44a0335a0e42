#include "magenta/io/midi/smf_writer.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/io/midi/midi_test_util.h"
#include "magenta/io/midi/midi_warnings.h"
#include "magenta/io/midi/smf_parser.h"

namespace magenta {
namespace {

std::string DumpTrack(const SmfTrack& track) {
  std::string dump;
  for (const SmfEvent& event : track.events) {
    dump += fmt::format("{}:{}.{}:{},{},{} ", event.tick, int(event.kind), int(event.channel),
                        int(event.a), int(event.b), event.value);
  }
  return dump + fmt::format("end {}", track.end_tick);
}

TEST(SmfWriter, BytesOfATrack) {
  SmfTrackWriter track("me");
  track.AddTempo(0, 500000);
  track.AddMeter(0, 3, 2);
  track.Add({96, 3, {0x90, 60, 100}});
  track.Add({200, 2, {0xC1, 5}});
  track.Add({200, 1, {0xF8}});
  EXPECT_EQ(track.Chunk(210),
            "MTrk" + Hex("00000026 00FF03026D65 00FF510307A120 00FF580403021808 60903C64 68C105"
                         "00FF7F027DF8 0AFF2F00"));
}

TEST(SmfWriter, ReadsBackWithoutAWarning) {
  SmfTrackWriter track;
  track.Add({0, 3, {0x90, 60, 100}});
  track.Add({3, 3, {0xA0, 60, 7}});
  track.Add({4, 2, {0xD2, 9}});
  track.Add({5, 1, {0xFA}});
  track.Add({5, 3, {0xF2, 16, 1}});
  track.Add({int64_t{3} << 28, 3, {0x80, 60, 64}});
  const std::string chunks[] = {track.Chunk(0)};
  MidiWarnings warnings;
  const auto file = ParseSmf(JoinSmf(24000, chunks), warnings);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(warnings.count(), 0u);
  EXPECT_EQ(file->ticks_per_quarter, 24000);
  EXPECT_EQ(DumpTrack(file->tracks[0]),
            "0:1.0:60,100,0 3:9.0:60,7,0 4:10.2:9,0,0 5:11.0:0,0,250 5:11.0:16,1,242 "
            "805306368:0.0:60,0,0 end 805306368");
}

TEST(SmfParser, SystemMessagesOfOthers) {
  struct Row {
    const char* events;
    const char* dump;
  };
  const Row rows[] = {
      {"00 F8 18 F8", "0:11.0:0,0,248 24:11.0:0,0,248 end 24"},   // as they stand
      {"05 F7 01 FA", "5:11.0:0,0,250 end 5"},                    // escaped
      {"05 F7 03 F2 10 00", "5:11.0:16,0,242 end 5"},             //
      {"05 F7 02 F2 10", "end 5"},                                // half of one
      {"05 F7 03 F2 90 00", "end 5"},                             // no data byte
      {"05 F7 01 F7 00 F7 01 FF 00 F7 00 00 F0 01 F8", "end 5"},  // none
      {"05 FF 7F 02 7D F8 00 FF 7F 01 7D 00 FF 7F 02 41 F8", "5:11.0:0,0,248 end 5"},
  };
  for (const Row& row : rows) {
    MidiWarnings warnings;
    const auto file = ParseSmf(MidiBytes({row.events}).Read(), warnings);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(DumpTrack(file->tracks[0]), row.dump) << row.events;
  }
}

}  // namespace
}  // namespace magenta
