// Nothing on the MIDI thread allocates or frees: here malloc itself says so.

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "magenta/generate/random_model.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"

#if defined(MAGENTA_SANITIZED) || !defined(__GLIBC__)
#define MAGENTA_NO_TRAP 1
#endif

namespace {
inline thread_local constinit int on_midi_thread = 0;
constinit int trapped = 0;

struct MidiThreadScope {
  MidiThreadScope() { ++on_midi_thread; }
  ~MidiThreadScope() { --on_midi_thread; }
};

[[maybe_unused]] void Trap() { trapped += on_midi_thread > 0; }
}  // namespace

#ifndef MAGENTA_NO_TRAP
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void __libc_free(void*);

void* malloc(size_t size) {
  Trap();
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  Trap();
  return __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) {
  Trap();
  return __libc_realloc(block, size);
}
void free(void* block) {
  if (block != nullptr) Trap();
  __libc_free(block);
}
}
#endif

namespace magenta {
namespace {

/// Hands every block on with the trap set.
class TrappedBackend : public MidiBackend, public MidiProcessor {
 public:
  explicit TrappedBackend(Simulation& simulation) : simulation_(simulation) {}

  absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) override {
    processor_ = &processor;
    return simulation_.Run(*this, between);
  }
  bool simulated() const override { return true; }
  MidiBackendState state() const override { return simulation_.state(); }

  void Process(const MidiBlock& block, std::span<const MidiEvent> in,
               MidiOut& out) noexcept override {
    const MidiThreadScope scope;
    processor_->Process(block, in, out);
  }

 private:
  Simulation& simulation_;
  MidiProcessor* processor_ = nullptr;
};

TEST(NoAllocationTrap, CatchesAGrowingString) {
#ifdef MAGENTA_NO_TRAP
  GTEST_SKIP() << "a sanitizer has its own malloc";
#endif
  trapped = 0;
  {
    const MidiThreadScope scope;
    const std::string text(100, 'x');
    EXPECT_EQ(text.size(), 100u);
  }
  EXPECT_EQ(trapped, 2);  // malloc and free
}

/// What is played, and what the session knows of it.
struct Kind {
  const char* model;
  void (*prepare)(DuetOptions& options);
  bool adapt = false;
};

const Kind kKinds[] = {
    {"lookback_rnn", [](DuetOptions&) {}},
    {"lookback_rnn", [](DuetOptions&) {}, /*adapt=*/true},
    {"drum_kit", [](DuetOptions& options) { options.drums = true; }},
    {"chord_pitches_improv", [](DuetOptions& options) { options.chord_channel = 2; }},
    {"chord_pitches_improv", [](DuetOptions& options) { options.split_key = 60; }},
    {"chord_pitches_improv",
     [](DuetOptions& options) {
       options.backing_chords = {"C", "Am", "F", "G7"};
     }},
    {"multiconditioned_performance_with_dynamics",
     [](DuetOptions& options) {
       options.model_steps_per_second = 100;
       options.controls.push_back({LiveAction::kDensity, false, 64, -1});
       options.controls.push_back({LiveAction::kPitchClass, false, 6, -1, 3});
     }},
    {"performance_with_dynamics",
     [](DuetOptions& options) { options.model_steps_per_second = 100; }},
};

class NoAllocation : public ::testing::TestWithParam<Kind> {};

TEST_P(NoAllocation, OnTheMidiThread) {
#ifdef MAGENTA_NO_TRAP
  GTEST_SKIP() << "a sanitizer has its own malloc";
#endif
  const auto model = testing::RandomModel(GetParam().model);
  for (const TurnMode mode : {TurnMode::kSwitch, TurnMode::kBars, TurnMode::kFree}) {
    for (const SyncMode sync : {SyncMode::kOwn, SyncMode::kFollow, SyncMode::kMaster}) {
      DuetOptions options;
      options.mode = mode;
      options.sync = sync;
      options.listen_bars = options.answer_bars = 1;
      options.players.resize(2);
      for (PlayerOptions& player : options.players) player.input_channel = 0;
      options.thru_others = true;
      options.controls = {
          {LiveAction::kStartPhrase, false, 1, 127}, {LiveAction::kStopPhrase, false, 1, 0},
          {LiveAction::kPanic, false, 2, -1},        {LiveAction::kLoop, false, 5, -1},
          {LiveAction::kTempo, false, 6, -1},        {LiveAction::kMutate, false, 7, -1},
          {LiveAction::kModel, false, 8, -1}};
      options.players[0].program = 5;
      GetParam().prepare(options);
      Simulation simulation;
      simulation.Send(0, {0xfa}).Send(0, {0xb0, 1, 127}).Send(20, {0xb0, 1, 0});
      for (int i = 0; i < 1200; ++i) simulation.Send(i / 6.0, {0xf8});
      for (int i = 0; i < 100; ++i) simulation.Note(i * 1.7, i * 1.7 + 1, 50 + i % 30);
      for (int i = 0; i < 128; ++i) simulation.Note(90, 91, i);
      simulation.Send(60, {0xb0, 5, 127}).Send(80, {0xb0, 2, 127}).Send(81, {0xb0, 6, 90});
      simulation.Send(100, {0xb0, 7, 127}).Send(0.5, {0xe0, 1, 2}).Send(0.6, {0xb0, 64, 127});
      // Keys that are held end by a mode of their channel; a channel that is no player's sounds on.
      simulation.Send(70, {0xb0, 123, 0}).Send(71.6, {0xb0, 120, 0}).Send(72, {0xb0, 121, 0});
      simulation.Send(10, {0xc2, 7}).Send(11, {0x92, 60, 80}).Send(12, {0xb2, 123, 0});
      // Keys of chords, by channel and below the split, that are let go one by one, by a mode of
      // their channel and with the keyboard.
      for (int i = 0; i < 30; ++i) simulation.Note(i * 2.3, i * 2.3 + 5, 36 + i * 5 % 20, i % 3);
      simulation.Send(50, {0xb2, 123, 0}).Send(28, {0x92, 50, 80});
      // Another model; a keyboard goes with a key held, a synthesizer goes and comes back.
      simulation.Send(25, {0xb0, 8, 1}).Send(29, {0x90, 40, 90});
      simulation.on_block = [&](int64_t frame) {
        const double step = static_cast<double>(frame) / Simulation::kFramesPerStep;
        simulation.mutable_state().performers = step < 30 ? 1 : 0;
        simulation.mutable_state().listeners = step < 40 || step > 50 ? 1 : 0;
      };
      TrappedBackend backend(simulation);
      Sampling sampling;
      sampling.adapt = GetParam().adapt;
      auto duet = Duet::Create(options, {model, model}, sampling);
      ASSERT_TRUE(duet.ok());
      DuetObserver observer;
      trapped = 0;
      ASSERT_TRUE((*duet)->Run(backend, {}, observer).ok());
      EXPECT_EQ(trapped, 0);
      EXPECT_GT((*duet)->state().note_ons, 100);
    }
  }
}

TEST(NoAllocationTogether, OnTheMidiThread) {
#ifdef MAGENTA_NO_TRAP
  GTEST_SKIP() << "a sanitizer has its own malloc";
#endif
  for (const SyncMode sync : {SyncMode::kOwn, SyncMode::kFollow, SyncMode::kMaster}) {
    DuetOptions options;
    options.mode = TurnMode::kTogether;
    options.sync = sync;
    options.steps_per_quarter = options.steps_per_beat = 12;
    options.steps_per_bar = 48;
    options.players[0].output_channel = 1;
    options.controls = {{LiveAction::kPanic, false, 2, -1},
                        {LiveAction::kTempo, false, 6, -1},
                        {LiveAction::kMute, false, 7, -1}};
    Simulation simulation;
    simulation.Send(0, {0xfa});
    for (int i = 0; i < 600; ++i) simulation.Send(i / 6.0, {0xf8});
    for (int i = 0; i < 50; ++i) simulation.Note(i * 1.7, i * 1.7 + 1, 60 + i % 20);
    simulation.Send(30, {0xb0, 6, 90}).Send(40, {0xb0, 2, 127}).Send(60, {0xb0, 7, 127});
    TrappedBackend backend(simulation);
    auto duet = Duet::CreateTogether(options, testing::RandomModel("score"), {VoiceRole::kBass});
    ASSERT_TRUE(duet.ok());
    DuetObserver observer;
    trapped = 0;
    ASSERT_TRUE((*duet)->Run(backend, {}, observer).ok());
    EXPECT_EQ(trapped, 0);
    EXPECT_GT((*duet)->state().note_ons, 60);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, NoAllocation, ::testing::ValuesIn(kKinds));

}  // namespace
}  // namespace magenta
