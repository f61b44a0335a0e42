#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/live/backend.h"
#include "magenta/live/backends/jack_server_for_tests.h"
#include "magenta/live/backends/scripted_processor.h"
#include "magenta/live/backends/session_for_tests.h"

namespace magenta {
namespace {

using Message = TestJackPartner::Message;

class JackBackendTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!TestJackServer::Installed()) GTEST_SKIP() << "left out: jackd is not installed";
    ASSERT_TRUE(server_.Start());
  }
  /// From one partner to the other: JACK delays what goes round in a circle by a period.
  static MidiPortRequest WithPartners() {
    MidiPortRequest request;
    request.inputs = {"Player:OUT"};
    request.outputs = {"synth:in"};
    return request;
  }

  TestJackServer server_;
};

std::vector<Message> NotesFrom(uint32_t start, int count, uint32_t apart) {
  std::vector<Message> notes;
  for (int i = 0; i < count; ++i) {
    const auto pitch = static_cast<uint8_t>(i % 100);
    notes.push_back({start + i * apart, {0x90, pitch, 100}});
    notes.push_back({start + i * apart + apart / 2, {0x80, pitch, 0}});
  }
  return notes;
}

TEST_F(JackBackendTest, EveryEventAtItsFrame) {
  TestJackPartner player("player"), synth("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session(WithPartners(), processor);
  ASSERT_TRUE(session.WaitConnected());
  player.Play(NotesFrom(player.now() + 2000, 400, 101));
  ASSERT_TRUE(WaitUntil([&] { return synth.heard().size() == 800; })) << synth.heard().size();
  ASSERT_TRUE(session.Stop().ok());
  EXPECT_TRUE(synth.heard() == player.played());
  EXPECT_EQ(processor.gaps, 0);
  EXPECT_EQ(processor.misplaced, 0);
  // Frames of the session keep the distances of the server's.
  ASSERT_EQ(processor.seen.size(), 800u);
  for (size_t i = 0; i < 800; ++i) {
    EXPECT_EQ(processor.seen[i].frame - processor.seen[0].frame,
              player.played()[i].frame - player.played()[0].frame);
  }
}

TEST_F(JackBackendTest, WhatTheFirstBlockSendsIsHeard) {
  TestJackPartner player("player"), synth("synth");
  for (int i = 0; i < 8; ++i) {
    ScriptedProcessor processor(
        [](const MidiBlock& block, std::span<const MidiEvent>, MidiOut& out) {
          if (block.start == 0)
            out.Send({.frame = 0, .port = 0, .size = 3, .bytes = {0x90, 60, 100}});
        });
    TestSession session(WithPartners(), processor);
    ASSERT_TRUE(session.WaitConnected());
    ASSERT_TRUE(WaitUntil([&] { return session.blocks() > 2; }));
    ASSERT_TRUE(session.Stop().ok());
    EXPECT_EQ(synth.heard().size(), static_cast<size_t>(i) + 1);
  }
}

TEST_F(JackBackendTest, OwnPortsThatOthersConnectTo) {
  TestJackPartner player("player"), synth("synth");
  MidiPortRequest request;
  request.client_name = "duet";
  request.inputs = {"whatever", ""};
  request.outputs = {"virtual"};
  ScriptedProcessor processor(Loopback());
  TestSession session(request, processor, "virtual");
  ASSERT_TRUE(session.WaitConnected());
  ASSERT_TRUE(player.Connect("player:out", "duet:in_2"));
  ASSERT_TRUE(player.Connect("duet:out", "synth:in"));
  player.Play(NotesFrom(player.now() + 2000, 3, 100));
  ASSERT_TRUE(WaitUntil([&] { return synth.heard().size() == 6; }));
  ASSERT_TRUE(session.Stop().ok());
  EXPECT_TRUE(synth.heard() == player.played());
  EXPECT_EQ(processor.seen.at(0).event.port, 1);
}

TEST_F(JackBackendTest, MoreThanAPeriodHoldsArrivesInOrderAlsoAtTheEnd) {
  TestJackPartner player("player"), synth("synth");
  std::atomic<bool> send{false};
  std::atomic<int> sent{0};
  ScriptedProcessor processor([&](const MidiBlock&, std::span<const MidiEvent>, MidiOut& out) {
    if (!send.exchange(false)) return;
    for (int i = 0; i < 4096; ++i) {
      const auto low = static_cast<uint8_t>(i & 127);
      const auto high = static_cast<uint8_t>(i >> 7);
      sent += out.Send({.frame = 7, .port = 0, .size = 3, .bytes = {0x80, low, high}});
    }
  });
  TestSession session(WithPartners(), processor);
  ASSERT_TRUE(session.WaitConnected());
  send = true;
  ASSERT_TRUE(WaitUntil([&] { return sent > 0; }));
  ASSERT_TRUE(session.Stop().ok());
  EXPECT_EQ(sent, 4096);
  const std::vector<Message> heard = synth.heard();
  ASSERT_EQ(heard.size(), 4096u);
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(heard[i].bytes[1] | heard[i].bytes[2] << 7, i);
  EXPECT_GT(heard.back().frame, heard.front().frame);
}

TEST_F(JackBackendTest, NoSuchPort) {
  TestJackPartner partner;
  ScriptedProcessor processor;
  MidiPortRequest request;
  request.outputs = {"piano"};
  const absl::Status status = TestSession(request, processor).Stop();
  EXPECT_EQ(ExitStatus(status), 5);
  EXPECT_EQ(ErrorLine(status),
            "no MIDI port to play to has piano in its name; there are: partner:in. Start the "
            "program or plug in the keyboard that has it, or give --output_port=virtual for a port "
            "that others connect to.");
  EXPECT_EQ(processor.blocks, 0);
  bool listed = false;
  for (const MidiBackendEntry& entry : AllMidiBackends()) {
    for (const MidiPortName& port : entry.ports()) {
      listed |= entry.name == "jack" && port.name == "partner:out" && !port.is_output;
    }
  }
  EXPECT_TRUE(listed);
}

TEST_F(JackBackendTest, APortThatGoesIsWaitedFor) {
  TestJackPartner player("player");
  auto synth = std::make_unique<TestJackPartner>("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session(WithPartners(), processor);
  ASSERT_TRUE(session.WaitConnected());
  for (const bool is_seen : {true, true, false}) {
    synth.reset();
    if (is_seen) {
      ASSERT_TRUE(session.WaitConnected(false));
    }  // else it is gone and back between two looks
    synth = std::make_unique<TestJackPartner>("synth");
    ASSERT_TRUE(WaitUntil([&] {
      player.Play({{player.now() + 500, {0x90, 60, 1}}});
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      return !synth->heard().empty();
    }));
    ASSERT_TRUE(session.WaitConnected());
  }
  ASSERT_TRUE(session.Stop().ok());
  EXPECT_EQ(processor.gaps, 0);
}

TEST_F(JackBackendTest, AConnectionThatTheUserTookAwayStaysAway) {
  TestJackPartner player("player"), synth("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session(WithPartners(), processor);
  ASSERT_TRUE(session.WaitConnected());
  ASSERT_EQ(jack_disconnect(player.client(), "magenta:out", "synth:in"), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_EQ(jack_port_connected(jack_port_by_name(player.client(), "synth:in")), 0);
}

TEST_F(JackBackendTest, AServerThatDiesIsWaitedFor) {
  ScriptedProcessor processor(Loopback());
  TestSession session({.inputs = {"virtual"}, .outputs = {"virtual"}}, processor);
  ASSERT_TRUE(session.WaitConnected());
  for (const int signal : {SIGKILL, SIGTERM}) {
    server_.Stop(signal);
    ASSERT_TRUE(session.WaitConnected(false));
    const int64_t blocks = session.blocks();
    ASSERT_TRUE(server_.Start());
    ASSERT_TRUE(session.WaitConnected());
    ASSERT_TRUE(WaitUntil([&] { return session.blocks() > blocks + 10; }));
    // A process must close all clients of a dead server before it opens one, so it has these only
    // while the server lives.
    TestJackPartner player("player"), synth("synth");
    ASSERT_TRUE(player.Connect("player:out", "magenta:in"));
    ASSERT_TRUE(player.Connect("magenta:out", "synth:in"));
    player.Play(NotesFrom(player.now() + 2000, 2, 100));
    ASSERT_TRUE(WaitUntil([&] { return synth.heard().size() == 4; }));
    EXPECT_TRUE(synth.heard() == player.played());
  }
  ASSERT_TRUE(session.Stop().ok());
  EXPECT_EQ(processor.gaps, 0);
}

TEST_F(JackBackendTest, AServerThatStaysAwayDoesNotHoldUpTheEnd) {
  ScriptedProcessor processor;
  TestSession session({.inputs = {"virtual"}, .outputs = {}}, processor);
  ASSERT_TRUE(session.WaitConnected());
  server_.Stop(SIGKILL);
  ASSERT_TRUE(session.WaitConnected(false));
  EXPECT_TRUE(session.Stop().ok());
}

TEST_F(JackBackendTest, HostileBytes) {
  TestJackPartner player("player"), synth("synth");
  ScriptedProcessor processor(Loopback());
  TestSession session(WithPartners(), processor);
  ASSERT_TRUE(session.WaitConnected());
  std::vector<Message> messages;
  const uint32_t start = player.now() + 2000;
  // 128 notes at once, a storm of clocks and active sensing.
  for (uint8_t pitch = 0; pitch < 128; ++pitch) messages.push_back({start, {0x90, pitch, 1}});
  for (uint32_t i = 0; i < 20000; ++i) messages.push_back({start + 100 + i / 4, {0xF8}});
  for (uint32_t i = 0; i < 1000; ++i) messages.push_back({start + 6000, {0xFE}});
  // 31 kB of random bytes: as they come, in pieces of all sizes, and as one SysEx-like lump.
  std::mt19937 random(7);
  std::vector<uint8_t> noise(31000);
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
  for (size_t at = 0; at < noise.size();) {
    const size_t size = std::min<size_t>(1 + random() % 40, noise.size() - at);
    messages.push_back({start + 8000, {noise.begin() + at, noise.begin() + at + size}});
    at += size;
  }
  messages.push_back({start + 9000, {0xF0}});
  messages.back().bytes.insert(messages.back().bytes.end(), noise.begin(), noise.begin() + 15000);
  // Half messages, running status, wrong data.
  for (const std::vector<uint8_t>& bytes :
       {std::vector<uint8_t>{60, 100}, {0x90}, {0x90, 60}, {0x90, 200, 1}, {0xF4}, {0xFF, 0xFF}}) {
    messages.push_back({start + 10000, bytes});
  }
  messages.push_back({start + 20000, {0x80, 60, 64}});
  player.Play(messages);
  ASSERT_TRUE(WaitUntil([&] { return player.idle(); }));
  ASSERT_TRUE(WaitUntil([&] {
    const auto heard = synth.heard();
    return !heard.empty() && heard.back().bytes == std::vector<uint8_t>{0x80, 60, 64};
  }));
  ASSERT_TRUE(session.Stop().ok());
  size_t notes = 0, clocks = 0;
  for (const Message& message : synth.heard()) {
    notes += message.bytes.size() == 3 && message.bytes[0] == 0x90 && message.bytes[2] == 1;
    clocks += message.bytes[0] == 0xF8;
    ASSERT_LE(message.bytes.size(), 3u);
    for (size_t i = 1; i < message.bytes.size(); ++i) EXPECT_LT(message.bytes[i], 128);
  }
  EXPECT_GE(notes, 128u);
  EXPECT_GE(clocks, 20000u);
  EXPECT_GE(session.broken(), 6);
  EXPECT_EQ(processor.gaps, 0);
  EXPECT_EQ(processor.misplaced, 0);
}

TEST(JackBackend, NoServer) {
  TestJackServer never_started;
  const auto entry = FindMidiBackend("jack");
  EXPECT_EQ(ExitStatus(entry.status()), 5);
  EXPECT_NE(entry.status().message().find("no JACK server is running"), std::string::npos)
      << entry.status();
}

}  // namespace
}  // namespace magenta
