#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <limits>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_test_util.h"
#include "magenta/io/midi/midi_warnings.h"
#include "magenta/io/midi/smf_parser.h"
#include "magenta/live/backend.h"
#include "magenta/live/backends/file_tracks.h"
#include "magenta/live/backends/scripted_processor.h"

namespace magenta {
namespace {

const char* const kTwoNotes = "00 90 3C 64 64 80 3C 40 87 68 91 3E 50 03 81 3E 40";

class FileBackendTest : public testing::Test {
 protected:
  FileBackendTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "magenta-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FileBackendTest() override { std::filesystem::remove_all(folder_); }

  /// A file of ticks of a millisecond, which is 48 frames.
  std::string Input(const std::string& name, const std::vector<std::string>& tracks) {
    EXPECT_TRUE(WriteFile(Path(name), MidiBytes(tracks).Read()).ok());
    return Path(name);
  }
  std::string Path(const std::string& name) const { return folder_ / name; }

  absl::Status Run(
      const MidiPortRequest& request, MidiProcessor& processor,
      std::function<bool()> between = [] { return true; }) {
    const auto entry = FindMidiBackend("file");
    if (!entry.ok()) return entry.status();
    backend_ = (*entry)->make(request);
    EXPECT_TRUE(backend_->simulated());
    return backend_->Run(processor, between);
  }

  FilePerformance Output(const std::string& name) {
    const auto performance = ReadPerformance(Path(name), 0, 48000);
    EXPECT_TRUE(performance.ok()) << performance.status();
    return performance.ok() ? *performance : FilePerformance();
  }
  std::string DumpOutput(const std::string& name) {
    const FilePerformance performance = Output(name);
    std::string dump;
    for (const TimedMidiEvent& timed : performance.events) {
      dump += DumpMidiEvent(timed.event, timed.frame) + " ";
    }
    return dump + "end " + std::to_string(performance.end_frame);
  }
  /// The events of an output, each within a millisecond of the frame of its row.
  void ExpectOutput(const std::string& name,
                    const std::vector<std::pair<std::string, int64_t>>& rows, int64_t end) {
    const FilePerformance performance = Output(name);
    ASSERT_EQ(performance.events.size(), rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto& [frame, event] = performance.events[i];
      EXPECT_EQ(DumpMidiEvent(event, 0), rows[i].first + "@0");
      EXPECT_NEAR(frame, rows[i].second, 48);
    }
    EXPECT_NEAR(performance.end_frame, end, 48);
  }

  std::filesystem::path folder_;
  std::unique_ptr<MidiBackend> backend_;
};

TEST_F(FileBackendTest, FramesOfSeveralPerformersInOrder) {
  MidiPortRequest request;
  request.inputs = {Input("a.mid", {kTwoNotes}), Input("b.mid", {"", "64 B0 40 7F 01 F8"})};
  ScriptedProcessor processor;
  ASSERT_TRUE(Run(request, processor).ok());
  EXPECT_EQ(processor.Dump(),
            "0:90.3C.64@0 0:80.3C.40@4800 1:B0.40.7F@4800 1:F8@4848 0:91.3E.50@52800 "
            "0:81.3E.40@52944");
  EXPECT_EQ(processor.gaps, 0);
  EXPECT_EQ(processor.misplaced, 0);
}

TEST_F(FileBackendTest, WhatIsSentStandsInTheFile) {
  for (const uint32_t block : {1u, 64u, 1000u}) {
    for (const double qpm : {120.0, 90.0, 200.0, 133.7}) {
      MidiPortRequest request;
      request.inputs = {Input("a.mid", {kTwoNotes})};
      request.outputs = {Path("out.mid"), Path("other.mid")};
      request.block_frames = block;
      request.output_qpm = qpm;
      ScriptedProcessor processor(
          [](const MidiBlock& time, std::span<const MidiEvent> in, MidiOut& out) {
            for (MidiEvent event : in) {
              event.port = event.bytes[0] & 1;
              out.Send(event);
            }
            if (time.start == 0) out.Send({.frame = 0, .port = 1, .size = 1, .bytes = {0xFA}});
          });
      ASSERT_TRUE(Run(request, processor).ok());
      const int64_t end = (52944 / block + 1) * block;
      ExpectOutput("out.mid", {{"0:90.3C.64", 0}, {"0:80.3C.40", 4800}}, end);
      ExpectOutput("other.mid", {{"0:FA", 0}, {"0:91.3E.50", 52800}, {"0:81.3E.40", 52944}}, end);
    }
  }
}

TEST_F(FileBackendTest, TheMeterStandsInTheFile) {
  for (const bool said : {false, true}) {
    MidiPortRequest request;
    request.outputs = {Path("out.mid")};
    request.tail_seconds = 0.01;
    if (said) {
      request.output_meter_numerator = 6;
      request.output_meter_denominator = 8;
    }
    ScriptedProcessor processor;
    ASSERT_TRUE(Run(request, processor).ok());
    const auto bytes = ReadFile(Path("out.mid"), 1 << 20);
    ASSERT_TRUE(bytes.ok());
    EXPECT_NE(bytes->find(said ? "\xff\x58\x04\x06\x03" : "\xff\x58\x04\x04\x02"),
              std::string::npos);
  }
}

TEST_F(FileBackendTest, WhoPlaysHasTracksOfTheirOwn) {
  MidiPortRequest request;
  request.inputs = {Input("a.mid", {kTwoNotes})};
  request.outputs = {Path("out.mid")};
  request.output_tracks = {{2, "player", 0}, {18, "machine"}, {1, "metronome"}};
  ScriptedProcessor processor(
      [](const MidiBlock& time, std::span<const MidiEvent> in, MidiOut& out) {
        for (MidiEvent event : in) {
          event.owner = 2;  // channel 1 has no track that is named
          out.Send(event);
          event.bytes[0] = static_cast<uint8_t>((event.bytes[0] & 0xf0) | 5);
          event.owner = 18;
          out.Send(event);
        }
        if (time.start == 0) out.Send({.frame = 0, .port = 0, .size = 1, .bytes = {0xFA}});
      });
  ASSERT_TRUE(Run(request, processor).ok());
  const auto bytes = ReadFile(Path("out.mid"), 1 << 20);
  MidiWarnings warnings;
  const auto file = ParseSmf(*bytes, warnings);
  ASSERT_TRUE(file.ok());
  std::string dump;
  for (const SmfTrack& track : file->tracks) {
    dump += track.names.empty() ? "-" : std::string(track.names[0]);
    for (const SmfEvent& event : track.events) {
      if (event.kind == SmfKind::kNoteOn) dump += fmt::format(" {}.{}", event.channel, event.a);
      if (event.kind == SmfKind::kSystem) dump += " start";
    }
    dump += "; ";
  }
  EXPECT_EQ(dump, "-; player 0.60 start; machine 5.60 5.62; player, channel 2 1.62; ");
}

TEST_F(FileBackendTest, NothingIsWrittenThatIsNotToBeKept) {
  MidiPortRequest request;
  request.inputs = {Input("a.mid", {kTwoNotes})};
  request.outputs = {Path("out.mid")};
  request.keep = [] { return false; };
  ScriptedProcessor processor;
  ASSERT_TRUE(Run(request, processor).ok());
  EXPECT_FALSE(std::filesystem::exists(Path("out.mid")));
}

TEST_F(FileBackendTest, PlaysBeatForBeatWhateverTheFilesTempos) {
  // 500 ticks a quarter; a second tempo of 60 quarters a minute after one.
  const std::string file = Input(
      "a.mid", {"00 90 3C 64 83 74 80 3C 40 00 FF 51 03 0F 42 40 00 90 3E 50 83 74 80 3E 40"});
  const struct {
    double qpm;
    double delay;
    const char* events;
  } rows[] = {
      {0, 0, "0:90.3C.64@0 0:80.3C.40@24000 0:90.3E.50@24000 0:80.3E.40@72000"},
      {120, 0, "0:90.3C.64@0 0:80.3C.40@24000 0:90.3E.50@24000 0:80.3E.40@48000"},
      {60, 0.5, "0:90.3C.64@24000 0:80.3C.40@72000 0:90.3E.50@72000 0:80.3E.40@120000"},
  };
  for (const auto& row : rows) {
    MidiPortRequest request;
    request.inputs = {file};
    request.input_qpm = row.qpm;
    request.input_delay = row.delay;
    ScriptedProcessor processor;
    ASSERT_TRUE(Run(request, processor).ok());
    EXPECT_EQ(processor.Dump(), row.events);
  }
}

TEST_F(FileBackendTest, TicksAreASequencersAndWithinAMillisecond) {
  const struct {
    double qpm;
    int ticks_per_quarter;
  } rows[] = {{10, 3840}, {40, 960}, {62.4, 960}, {62.6, 480}, {108, 480}, {120, 480}, {1000, 480}};
  for (const auto& row : rows) {
    for (const double rate : {8000.0, 44100.0, 48000.0}) {
      const FrameTicks ticks(rate, row.qpm);
      EXPECT_EQ(ticks.ticks_per_quarter(), row.ticks_per_quarter) << row.qpm;
      const double seconds = ticks.tempo() / 1e6 / ticks.ticks_per_quarter();
      for (int64_t frame = 1; frame < 400000000; frame = frame * 3 + 1) {
        EXPECT_NEAR(static_cast<double>(ticks.TickOf(frame)) * seconds,
                    static_cast<double>(frame) / rate, 0.001)
            << rate << " " << row.qpm;
      }
    }
  }
}

TEST_F(FileBackendTest, NotesShorterThanATickHaveOne) {
  MidiPortRequest request;
  request.outputs = {Path("out.mid")};
  request.tail_seconds = 64 / 48000.0;
  ScriptedProcessor processor([](const MidiBlock&, std::span<const MidiEvent>, MidiOut& out) {
    out.Send({.frame = 0, .port = 0, .size = 3, .bytes = {0x80, 60, 0}});  // of no note
    for (const uint32_t frame : {1u, 3u}) {
      out.Send({.frame = frame, .port = 0, .size = 3, .bytes = {0x90, 60, 1}});
      out.Send({.frame = frame + 1, .port = 0, .size = 3, .bytes = {0x90, 60, 0}});
    }
  });
  ASSERT_TRUE(Run(request, processor).ok());
  EXPECT_EQ(DumpOutput("out.mid"),
            "0:80.3C.40@0 0:90.3C.01@0 0:80.3C.40@50 0:90.3C.01@50 0:80.3C.40@100 end 100");
}

TEST_F(FileBackendTest, EventsOutOfOrderAndOutOfPlace) {
  MidiPortRequest request;
  request.outputs = {Path("out.mid")};
  request.tail_seconds = 64 / 48000.0;
  ScriptedProcessor processor([](const MidiBlock&, std::span<const MidiEvent>, MidiOut& out) {
    out.Send({.frame = 99, .port = 0, .size = 3, .bytes = {0x80, 1, 0}});  // past the block
    out.Send({.frame = 20, .port = 0, .size = 3, .bytes = {0x90, 2, 1}});
    out.Send({.frame = 3, .port = 0, .size = 3, .bytes = {0x90, 3, 1}});
    out.Send({.frame = 20, .port = 0, .size = 3, .bytes = {0x80, 2, 1}});
    out.Send({.frame = 20, .port = 1, .size = 3, .bytes = {0x90, 2, 1}});  // no such port
  });
  ASSERT_TRUE(Run(request, processor).ok());
  EXPECT_EQ(DumpOutput("out.mid"), "0:90.03.01@0 0:90.02.01@0 0:80.02.40@50 0:80.01.40@50 end 50");
  EXPECT_EQ(backend_->state().lost_events, 1);
}

TEST_F(FileBackendTest, TheTailEndsWhenBetweenOrTheRequestSaysSo) {
  MidiPortRequest request;
  request.inputs = {Input("a.mid", {"0A 90 3C 64"})};  // ends at frame 480
  ScriptedProcessor plain, tail, endless, at_once;
  ASSERT_TRUE(Run(request, plain).ok());
  EXPECT_EQ(plain.blocks, 8);
  request.tail_seconds = 0.01;
  ASSERT_TRUE(Run(request, tail).ok());
  EXPECT_EQ(tail.blocks, 15);
  request.tail_seconds = std::numeric_limits<double>::infinity();
  int after = 0;
  ASSERT_TRUE(Run(request, endless, [&] { return !backend_->state().ended || ++after < 3; }).ok());
  EXPECT_EQ(endless.blocks, 8 + 2);
  ASSERT_TRUE(Run(request, at_once, [] { return false; }).ok());
  EXPECT_EQ(at_once.blocks, 1);
}

TEST_F(FileBackendTest, AStormIsSpreadOverBlocksAndNothingIsLost) {
  std::string storm;
  for (int i = 0; i < 10000; ++i) storm += "00 F8 ";
  MidiPortRequest request;
  request.inputs = {Input("storm.mid", {storm})};
  ScriptedProcessor processor;
  ASSERT_TRUE(Run(request, processor).ok());
  EXPECT_EQ(processor.seen.size(), 10000u);
  EXPECT_EQ(processor.misplaced, 0);
}

TEST_F(FileBackendTest, AnHourTakesASecondOrTwo) {
  MidiPortRequest request;
  request.outputs = {Path("out.mid")};
  request.tail_seconds = 3600;
  ScriptedProcessor processor;
  ASSERT_TRUE(Run(request, processor).ok());
  EXPECT_EQ(processor.blocks, 2700000);
}

TEST_F(FileBackendTest, WhatCantBeOpened) {
  const std::string good = Input("a.mid", {kTwoNotes});
  const std::string endless = Input("long.mid", {"FF FF FF 7F 90 3C 64"});
  ASSERT_TRUE(WriteFile(Path("text.mid"), "no music").ok());
  struct Row {
    std::vector<std::string> inputs, outputs;
    int status;
    const char* words;
  };
  const Row rows[] = {
      {{Path("none.mid")}, {Path("out.mid")}, 3, "none.mid"},
      {{Path("text.mid")}, {Path("out.mid")}, 3, "text.mid"},
      {{endless}, {Path("out.mid")}, 3, "hours"},
      {{good}, {good + "/out.mid"}, 5, "can be written"},
      {{good}, {Path("x.mid"), Path("x.mid")}, 2, "same file"},
      {{""}, {Path("out.mid")}, 2, "--input_port=IN.mid"},
      {{good}, {"virtual"}, 2, "--output_port=OUT.mid"},
  };
  for (const Row& row : rows) {
    MidiPortRequest request;
    request.inputs = row.inputs;
    request.outputs = row.outputs;
    ScriptedProcessor processor;
    const absl::Status status = Run(request, processor);
    EXPECT_EQ(ExitStatus(status), row.status) << status;
    EXPECT_NE(ErrorLine(status).find(row.words), std::string::npos) << ErrorLine(status);
    EXPECT_EQ(processor.blocks, 0);
    EXPECT_FALSE(std::filesystem::exists(Path("out.mid")));
  }
}

TEST(MidiBackendTable, NamesWhatThereIs) {
  EXPECT_TRUE(FindMidiBackend("file").ok());
  const auto none = FindMidiBackend("windows");
  EXPECT_EQ(ExitStatus(none.status()), 2);
  EXPECT_NE(none.status().message().find("file"), std::string::npos) << none.status();
  for (const MidiBackendEntry& entry : AllMidiBackends()) {
    EXPECT_FALSE(entry.name.empty() || entry.summary.empty());
  }
}

}  // namespace
}  // namespace magenta
