#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>

#include "magenta/base/status.h"
#include "magenta/live/backends/jack_server_for_tests.h"
#include "magenta/live/backends/scripted_processor.h"
#include "magenta/live/backends/session_for_tests.h"
#include "magenta/live/backends/timer_pace.h"

namespace magenta {
namespace {

using Message = TestJackPartner::Message;
using std::chrono::milliseconds;

TEST(TimerPace, FramesAndTimes) {
  const TimerPace::Time start{};
  TimerPace pace(start, 48, 48000);  // blocks of a millisecond
  EXPECT_EQ(pace.NextBlock(), start);
  EXPECT_EQ(pace.At(24), start + std::chrono::microseconds(500));
  EXPECT_FALSE(pace.Step(start + std::chrono::microseconds(900)));
  EXPECT_EQ(pace.NextBlock(), start + milliseconds(1));
  struct Row {
    int microseconds;
    uint32_t frame;
  };
  // What came in the block before keeps its distance; what is out of it goes to an edge.
  for (const Row& row : {Row{0, 0}, {500, 24}, {999, 47}, {-5000, 0}, {1500, 47}, {9000, 47}}) {
    EXPECT_EQ(pace.FrameOf(start + std::chrono::microseconds(row.microseconds)), row.frame);
  }
  // A little late: caught up with. Long away: from now on.
  EXPECT_TRUE(pace.Step(start + milliseconds(40)));
  EXPECT_EQ(pace.NextBlock(), start + milliseconds(2));
  EXPECT_TRUE(pace.Step(start + milliseconds(4000)));
  EXPECT_EQ(pace.NextBlock(), start + milliseconds(4000));
  pace.Step(start + milliseconds(4000));
  EXPECT_EQ(pace.NextBlock(), start + milliseconds(4001));
}

TEST(AlsaBackend, SaysWhyItCantWork) {
  if (::access("/dev/snd/seq", F_OK) == 0) GTEST_SKIP() << "left out: this machine has ALSA MIDI";
  const auto entry = FindMidiBackend("alsa");
  EXPECT_EQ(ExitStatus(entry.status()), 5);
  EXPECT_NE(ErrorLine(entry.status())
                .find("MIDI backend alsa can't work here: there is no /dev/snd/seq. There are: "),
            std::string::npos)
      << entry.status();
  // Behind the check, RtMidi's exception becomes a status too.
  for (const MidiBackendEntry& alsa : AllMidiBackends()) {
    if (alsa.name != "alsa") continue;
    EXPECT_TRUE(alsa.ports().empty());
    ScriptedProcessor processor;
    const absl::Status status =
        alsa.make({.inputs = {""}, .outputs = {}})->Run(processor, [] { return true; });
    EXPECT_EQ(ExitStatus(status), 5) << status;
    EXPECT_EQ(processor.blocks, 0);
  }
}

/// Two programs that play with each other, by the drivers' own ports: where ALSA is, through ALSA.
class PartnersTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam()) == "alsa") {
      if (::access("/dev/snd/seq", F_OK) != 0) {
        GTEST_SKIP() << "left out: this machine has no ALSA MIDI (/dev/snd/seq)";
      }
    } else {
      if (!TestJackServer::Installed()) GTEST_SKIP() << "left out: jackd is not installed";
      server_ = std::make_unique<TestJackServer>();
      ASSERT_TRUE(server_->Start());
    }
  }
  std::unique_ptr<TestJackServer> server_;
};

TEST_P(PartnersTest, NotesGoThereAndBack) {
  constexpr int kNotes = 50;
  std::atomic<bool> may_play{false};
  std::atomic<int> heard{0};
  int sent = 0;
  ScriptedProcessor player([&](const MidiBlock&, std::span<const MidiEvent> in, MidiOut& out) {
    heard += static_cast<int>(in.size());
    if (!may_play || sent == kNotes) return;
    MidiEvent note{};
    note.size = 3;
    note.bytes = {0x90, static_cast<uint8_t>(sent++), 100};
    out.Send(note);
  });
  ScriptedProcessor duet(Loopback());
  // By a name of this process, since ALSA's ports are all the machine's.
  const std::string name = "partner" + std::to_string(::getpid());
  TestSession partner({.client_name = name, .inputs = {"virtual"}, .outputs = {"virtual"}}, player,
                      GetParam());
  ASSERT_TRUE(partner.WaitConnected());
  TestSession session({.client_name = "duet", .inputs = {name}, .outputs = {name}}, duet,
                      GetParam());
  ASSERT_TRUE(session.WaitConnected());
  may_play = true;
  ASSERT_TRUE(WaitUntil([&] { return heard == kNotes; })) << heard;
  ASSERT_TRUE(session.Stop().ok());
  ASSERT_TRUE(partner.Stop().ok());
  for (const ScriptedProcessor* one : {&duet, &player}) {
    ASSERT_EQ(one->seen.size(), kNotes);
    for (int i = 0; i < kNotes; ++i) {
      EXPECT_EQ(one->seen[i].event.bytes[0], 0x90);
      EXPECT_EQ(one->seen[i].event.bytes[1], i);
    }
    EXPECT_EQ(one->misplaced, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, PartnersTest, testing::Values("alsa", "rtmidi-jack"),
                         [](const auto& info) {
                           return std::string(info.param) == "alsa" ? "Alsa" : "RtMidiJack";
                         });

class RtMidiBackendTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!TestJackServer::Installed()) GTEST_SKIP() << "left out: jackd is not installed";
    ASSERT_TRUE(server_.Start());
  }
  TestJackServer server_;
};

TEST_F(RtMidiBackendTest, NotesInOrderAndNearlyInTime) {
  TestJackPartner player("player"), synth("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session({.inputs = {"player"}, .outputs = {"synth"}}, processor, "rtmidi-jack");
  ASSERT_TRUE(session.WaitConnected());
  std::vector<Message> notes;
  const uint32_t start = player.now() + 4000;
  for (uint32_t i = 0; i < 50; ++i) {
    notes.push_back({start + i * 600, {0x90, static_cast<uint8_t>(i), 100}});
  }
  player.Play(notes);
  ASSERT_TRUE(WaitUntil([&] { return synth.heard().size() == 50; })) << synth.heard().size();
  ASSERT_TRUE(session.Stop().ok());
  for (size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(synth.heard()[i].bytes, notes[i].bytes);
    // RtMidi rounds to periods of 256. How late it may be on a loaded machine is not asserted.
    EXPECT_GT(synth.heard()[i].frame + 256, player.played()[i].frame);
  }
  EXPECT_EQ(processor.gaps, 0);
  EXPECT_EQ(processor.misplaced, 0);
}

TEST_F(RtMidiBackendTest, OwnPortsAndHostileBytes) {
  TestJackPartner player("player"), synth("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session({.client_name = "duet", .inputs = {"virtual"}, .outputs = {"virtual"}},
                      processor, "rtmidi-jack");
  ASSERT_TRUE(session.WaitConnected());
  const auto port_of = [&](unsigned long flags) {
    const char** names = jack_get_ports(player.client(), "^duet", JACK_DEFAULT_MIDI_TYPE, flags);
    const std::string name = names == nullptr ? "" : names[0];
    jack_free(names);
    return name;
  };
  ASSERT_TRUE(player.Connect("player:out", port_of(JackPortIsInput)));
  ASSERT_TRUE(player.Connect(port_of(JackPortIsOutput), "synth:in"));
  std::vector<Message> messages;
  const uint32_t start = player.now() + 4000;
  for (uint8_t pitch = 0; pitch < 128; ++pitch) messages.push_back({start, {0x90, pitch, 1}});
  for (uint32_t i = 0; i < 1000; ++i) messages.push_back({start + 100 + i * 8, {0xF8}});
  std::mt19937 random(7);
  for (int at = 0; at < 31000;) {
    std::vector<uint8_t> bytes(1 + random() % 40);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    at += static_cast<int>(bytes.size());
    messages.push_back({start + 9000, bytes});
  }
  messages.push_back({start + 30000, {0x80, 60, 64}});
  player.Play(messages);
  ASSERT_TRUE(WaitUntil([&] {
    const auto heard = synth.heard();
    return !heard.empty() && heard.back().bytes == std::vector<uint8_t>{0x80, 60, 64};
  }));
  ASSERT_TRUE(session.Stop().ok());
  size_t notes = 0, clocks = 0;
  for (const Message& message : synth.heard()) {
    ASSERT_LE(message.bytes.size(), 3u);
    notes += message.bytes.size() == 3 && message.bytes[0] == 0x90 && message.bytes[2] == 1;
    clocks += message.bytes[0] == 0xF8;
    for (size_t i = 1; i < message.bytes.size(); ++i) EXPECT_LT(message.bytes[i], 128);
  }
  EXPECT_GE(notes, 128u);
  EXPECT_GE(clocks, 1000u);
  EXPECT_GT(session.broken(), 0);
}

TEST_F(RtMidiBackendTest, APortThatGoesIsWaitedFor) {
  TestJackPartner player("player");
  auto synth = std::make_unique<TestJackPartner>("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session({.inputs = {"player"}, .outputs = {"synth"}}, processor, "rtmidi-jack");
  ASSERT_TRUE(session.WaitConnected());
  synth.reset();
  ASSERT_TRUE(session.WaitConnected(false));
  synth = std::make_unique<TestJackPartner>("synth");
  ASSERT_TRUE(session.WaitConnected());
  player.Play({{player.now() + 500, {0x90, 60, 1}}});
  ASSERT_TRUE(WaitUntil([&] { return !synth->heard().empty(); }));
  ASSERT_TRUE(session.Stop().ok());
  EXPECT_EQ(processor.gaps, 0);
}

TEST_F(RtMidiBackendTest, NoSuchPort) {
  TestJackPartner player("player");
  ScriptedProcessor processor;
  const absl::Status status =
      TestSession({.inputs = {"piano"}, .outputs = {}}, processor, "rtmidi-jack").Stop();
  EXPECT_EQ(ExitStatus(status), 5);
  EXPECT_NE(status.message().find("there are: player:out"), std::string::npos) << status;
}

}  // namespace
}  // namespace magenta
