// Both play at once through a real JACK server, by frames of the server. How fast a machine of
// unknown load is, is not asserted (bench/live_bench measures it): time is slow here, a step of the
// grid a quarter of a second, and a session in which the machine was slower yet is played again.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "magenta/generate/random_model.h"
#include "magenta/live/backends/jack_server_for_tests.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"

namespace magenta {
namespace {

using Message = TestJackPartner::Message;

constexpr int64_t kStepFrames = 12000;  // at 20 quarters a minute and 48 kHz
constexpr int kBarSteps = 4 * kTicksPerQuarter;
constexpr int kNotes = 12;
constexpr int64_t kNoteSteps = 2;
constexpr int kVoices = 3;
constexpr int kTries = 3;

DuetOptions SlowOptions() {
  DuetOptions options;
  options.mode = TurnMode::kTogether;
  options.qpm = 20;
  options.steps_per_quarter = options.steps_per_beat = kTicksPerQuarter;
  options.steps_per_bar = kBarSteps;
  options.metronome.when = MetronomeWhen::kOff;
  options.seed = 7;
  options.players[0].voices = {{"Alto", 1}, {"Tenor", 2}, {"Bass", 3}};
  return options;
}

std::unique_ptr<Duet> MakeSlowDuet() {
  static const auto& model = *new std::shared_ptr<const Model>(testing::RandomModel("score"));
  auto duet = Duet::CreateTogether(SlowOptions(), model,
                                   {VoiceRole::kAlto, VoiceRole::kTenor, VoiceRole::kBass});
  EXPECT_TRUE(duet.ok()) << duet.status();
  return *std::move(duet);
}

int PitchOf(int note) {
  constexpr int kScale[] = {60, 62, 64, 65, 67, 65, 64, 62};
  return kScale[note % 8];
}

/// Channel, step after the player's first, pitch.
using Struck = std::multiset<std::tuple<int, int64_t, int>>;

/// What the machine plays with the melody from `first_step` on where nothing is ever late.
Struck Expected(int64_t first_step) {
  constexpr double kScaled = kStepFrames / Simulation::kFramesPerStep;
  Simulation simulation(256);
  for (int i = 0; i < kNotes; ++i) {
    const auto start = static_cast<double>(first_step + i * kNoteSteps);
    simulation.Note(start * kScaled, (start + 1.25) * kScaled, PitchOf(i));
  }
  DuetObserver nobody;
  EXPECT_TRUE(MakeSlowDuet()->Run(simulation, {}, nobody).ok());
  Struck struck;
  for (int channel = 1; channel <= kVoices; ++channel) {
    for (const auto& note : simulation.Notes(channel)) {
      struck.insert({channel, note.start / kStepFrames - first_step, note.pitch});
    }
  }
  return struck;
}

/// Controllers that the player sends: that it is heard, and where the session's clock stands.
constexpr uint8_t kHello = 100, kWhere = 101;
struct Clock : DuetObserver {
  void OnEntry(const SessionEvent& entry) override {
    if (entry.kind != SessionEvent::Kind::kPlayerSound) return;
    if (entry.bytes[2] == kWhere) position = entry.position;
    (entry.bytes[2] == kWhere ? known : heard) = true;
  }
  void OnIdle(const MidiBackendState& state) override { connected = state.connected; }
  double position = 0;
  std::atomic<bool> heard = false, known = false, connected = false;
};

class AccompanimentJackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TestJackServer::Installed()) GTEST_SKIP() << "left out: jackd is not installed";
    server_.emplace();
    ASSERT_TRUE(server_->Start());
    player_.emplace("player");
    synth_.emplace("synth");
  }

  /// A session, begun; false: it did not come up.
  bool Begin() {
    duet_ = MakeSlowDuet();
    const auto backend = FindMidiBackend("jack");
    port_ = (*backend)->make({.inputs = {"player:out"}, .outputs = {"synth:in"}});
    ends_ = false;
    clock_.heard = clock_.known = clock_.connected = false;
    heard_before_ = synth_->heard().size();
    played_before_ = player_->played().size();
    run_.stop = [this] { return ends_.load(); };
    thread_ = std::thread([this] { status_ = duet_->Run(*port_, run_, clock_); });
    return WaitUntil([&] { return clock_.connected.load(); });
  }
  /// The frame of the server on which the session's step 0 was.
  std::optional<int64_t> FindStepZero() {
    if (!WaitUntil([&] {
          player_->Play({{player_->now() + 1000, {0xb0, 7, kHello}}});
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          return clock_.heard.load();
        })) {
      return std::nullopt;
    }
    if (!WaitUntil([&] { return player_->idle(); })) return std::nullopt;
    const size_t sent = player_->played().size();
    player_->Play({{player_->now() + 1000, {0xb0, 7, kWhere}}});
    if (!WaitUntil([&] { return clock_.known.load(); })) return std::nullopt;
    return player_->played()[sent].frame -
           std::llround(clock_.position * static_cast<double>(kStepFrames));
  }
  void End() {
    ends_ = true;
    thread_.join();
    EXPECT_TRUE(status_.ok()) << status_;
    EXPECT_TRUE(duet_->ended_quietly());
    EXPECT_EQ(duet_->state().sounding, 0);
    EXPECT_EQ(duet_->state().note_ons, duet_->state().note_offs);
    EXPECT_EQ(duet_->drops().total(), 0);
  }
  void TearDown() override {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Notes on `channel` of this session.
  std::vector<Message> HeardOn(int channel) {
    return NotesOn(channel, synth_->heard(), heard_before_);
  }
  std::vector<Message> Played() { return NotesOn(0, player_->played(), played_before_); }
  static std::vector<Message> NotesOn(int channel, std::vector<Message> messages, size_t from) {
    messages.erase(messages.begin(), messages.begin() + static_cast<int64_t>(from));
    std::erase_if(messages, [&](const Message& message) {
      const int kind = message.bytes[0] & 0xf0;
      return (message.bytes[0] & 0x0f) != channel || (kind != 0x80 && kind != 0x90);
    });
    return messages;
  }

  std::optional<TestJackServer> server_;
  std::optional<TestJackPartner> player_, synth_;
  std::unique_ptr<Duet> duet_;
  std::unique_ptr<MidiBackend> port_;
  Clock clock_;
  DuetRun run_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
  absl::Status status_;
  size_t heard_before_ = 0, played_before_ = 0;
};

TEST_F(AccompanimentJackTest, PlaysInTimeAndLeavesThePlayerAlone) {
  Struck expected, struck;
  int64_t late = 1;
  for (int i = 0; i < kTries && (late > 0 || struck != expected); ++i) {
    SCOPED_TRACE(fmt::format("try {}", i));
    ASSERT_TRUE(Begin());
    const std::optional<int64_t> zero = FindStepZero();
    ASSERT_TRUE(zero.has_value());
    const int64_t first = (player_->now() + 24000 - *zero) / kStepFrames + 1;
    std::vector<Message> melody;
    for (int note = 0; note < kNotes; ++note) {
      const int64_t start = *zero + (first + note * kNoteSteps) * kStepFrames;
      const auto pitch = static_cast<uint8_t>(PitchOf(note));
      melody.push_back({static_cast<uint32_t>(start), {0x90, pitch, 100}});
      melody.push_back({static_cast<uint32_t>(start + 5 * kStepFrames / 4), {0x80, pitch, 64}});
    }
    player_->Play(melody);
    ASSERT_TRUE(WaitUntil([&] { return player_->idle() && HeardOn(0).size() == 2 * kNotes; }, 60));
    // What follows the player's last note is cut off by the end.
    const int64_t heard_steps = kNoteSteps * kNotes;
    End();
    EXPECT_TRUE(HeardOn(0) == Played());
    late = duet_->state().late_notes;
    struck.clear();
    for (int channel = 1; channel <= kVoices; ++channel) {
      for (const Message& message : HeardOn(channel)) {
        if ((message.bytes[0] & 0xf0) != 0x90) continue;
        const int64_t since = message.frame - *zero - first * kStepFrames;
        EXPECT_GE(since, 0);
        if (since / kStepFrames >= heard_steps - 1) continue;
        struck.insert({channel, since / kStepFrames, message.bytes[1]});
      }
    }
    expected.clear();
    const Struck all = Expected(first % kBarSteps + kBarSteps);
    for (const auto& [channel, step, pitch] : all) {
      if (step < heard_steps - 1) expected.insert({channel, step, pitch});
    }
  }
  EXPECT_EQ(late, 0);
  EXPECT_TRUE(struck == expected) << struck.size() << " notes, and " << expected.size();
  EXPECT_GT(struck.size(), static_cast<size_t>(kVoices));
}

}  // namespace
}  // namespace magenta
