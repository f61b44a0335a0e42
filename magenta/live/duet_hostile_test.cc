// No note hangs, whatever comes in and however a session ends: note-ons and note-offs are counted.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "magenta/generate/random_model.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"

namespace magenta {
namespace {

using testing::RandomModel;

struct HostileRow {
  const char* name;
  std::function<void(Simulation&, DuetOptions&)> prepare;
};

void Phrase(Simulation& simulation, double from, double to) {
  int pitch = 60;
  for (double step = from; step + 2 <= to; step += 2) {
    simulation.Note(step + 0.1, step + 1.8, pitch);
    pitch = pitch == 72 ? 60 : pitch + 2;
  }
}

void RandomBytes(Simulation& simulation, uint32_t seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < 31000 / 2; ++i) {
    std::vector<uint8_t> bytes(1 + random() % 3);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    simulation.Send(i * 0.01, bytes, static_cast<uint8_t>(random() % 20));
  }
}

const HostileRow kInputs[] = {
    {"nothing", [](Simulation&, DuetOptions&) {}},
    {"a phrase", [](Simulation& s, DuetOptions&) { Phrase(s, 0, 30); }},
    {"active sensing and a storm of clock",
     [](Simulation& s, DuetOptions&) {
       for (int i = 0; i < 20000; ++i)
         s.Send(i * 0.002, {static_cast<uint8_t>(i % 5 ? 0xf8 : 0xfe)});
       Phrase(s, 0, 40);
     }},
    {"start, stop and song position without end",
     [](Simulation& s, DuetOptions&) {
       for (int i = 0; i < 3000; ++i) {
         s.Send(i * 0.02, {static_cast<uint8_t>(i % 7 == 0   ? 0xfa
                                                : i % 7 == 3 ? 0xfc
                                                : i % 7 == 5 ? 0xfb
                                                             : 0xf8)});
         if (i % 50 == 0) s.Send(i * 0.02, {0xf2, 0x7f, 0x7f});
       }
       Phrase(s, 0, 40);
     }},
    {"31 kB of random bytes", [](Simulation& s, DuetOptions&) { RandomBytes(s, 1); }},
    {"others", [](Simulation& s, DuetOptions&) { RandomBytes(s, 2); }},
    {"keys that are never let go",
     [](Simulation& s, DuetOptions&) {
       for (int pitch = 20; pitch < 60; ++pitch) s.Send(pitch / 4.0, {0x90, uint8_t(pitch), 80});
     }},
    {"all keys at once, and again",
     [](Simulation& s, DuetOptions&) {
       for (int pitch = 0; pitch < 128; ++pitch) s.Note(1, 3, pitch).Note(2, 5, pitch);
     }},
    {"ends without beginnings",
     [](Simulation& s, DuetOptions&) {
       for (int i = 0; i < 200; ++i) s.Send(i * 0.1, {0x80, uint8_t(i % 128), 0});
     }},
    {"an outside that takes three events a block",
     [](Simulation& s, DuetOptions&) {
       s.capacity = 3;
       for (int pitch = 30; pitch < 70; ++pitch) s.Note(1, 3, pitch);
       Phrase(s, 4, 30);
     }},
    {"a tempo knob that goes mad",
     [](Simulation& s, DuetOptions& options) {
       options.controls.push_back({LiveAction::kTempo, false, 20, -1});
       for (int i = 0; i < 500; ++i) s.Send(i * 0.1, {0xb0, 20, uint8_t(i * 37 % 128)});
       Phrase(s, 0, 40);
     }},
    {"1000 quarters a minute",
     [](Simulation& s, DuetOptions& options) {
       options.qpm = 1000;
       Phrase(s, 0, 10);
     }},
    {"10 quarters a minute",
     [](Simulation& s, DuetOptions& options) {
       options.qpm = 10;
       Phrase(s, 0, 40);
     }},
    {"a clock of bars that comes once",
     [](Simulation& s, DuetOptions& options) {
       options.controls.push_back({LiveAction::kClock, false, 21, -1});
       s.Send(1, {0xb0, 21, 127});
       Phrase(s, 2, 8);
       s.Send(900, {0xb0, 1, 127}).Note(901, 902, 60).Send(903, {0xb0, 1, 0});
     }},
    {"20000 bars in a second",
     [](Simulation& s, DuetOptions& options) {
       options.controls.push_back({LiveAction::kClock, false, 21, -1});
       for (int i = 0; i < 20000; ++i) s.Send(1 + i * 0.0004, {0xb0, 21, uint8_t(64 + i % 64)});
       Phrase(s, 0, 40);
     }},
    {"a clock of bars that trembles",
     [](Simulation& s, DuetOptions& options) {
       options.controls.push_back({LiveAction::kClock, false, 21, -1});
       for (int i = 0; i < 600; ++i) s.Send(i * i % 97, {0xb0, 21, uint8_t(i * 31 % 128)});
       Phrase(s, 0, 90);
     }},
    {"a start without a clock",
     [](Simulation& s, DuetOptions&) {
       s.Send(0, {0xfa});
       Phrase(s, 1, 30);
     }},
    {"all notes off, again and again",
     [](Simulation& s, DuetOptions&) {
       for (int i = 0; i < 400; ++i) {
         s.Send(i * 0.13, {uint8_t(0xb0 | i % 3), uint8_t(120 + i % 8), 0});
         s.Send(i * 0.13, {uint8_t(0x90 | i % 2), uint8_t(50 + i % 9), 80});
       }
     }},
    {"pads on all channels",
     [](Simulation& s, DuetOptions& options) {
       options.drums = true;
       options.players[0].output_channel = 9;
       for (int i = 0; i < 300; ++i) s.Note(i * 0.21, i * 0.21 + 0.1, 30 + i * 7 % 60, i % 16);
     }},
    {"chords on a channel, and everything else on it",
     [](Simulation& s, DuetOptions& options) {
       options.chord_channel = 2;
       for (int i = 0; i < 300; ++i) {
         s.Send(i * 0.21, {uint8_t(i % 3 ? 0x92 : 0x82), uint8_t(40 + i * 11 % 40), 80});
         if (i % 40 == 0) s.Send(i * 0.21, {0xb2, uint8_t(120 + i % 8), 0});
       }
       Phrase(s, 0, 60);
     }},
    {"chords below a key, which are never let go",
     [](Simulation& s, DuetOptions& options) {
       options.split_key = 60;
       for (int i = 0; i < 300; ++i) {
         s.Send(i * 0.21, {0x90, uint8_t(40 + i * 11 % 40), 80});
         if (i % 40 == 0) s.Send(i * 0.21, {0xb0, uint8_t(120 + i % 8), 0});
       }
     }},
    {"random bytes over chords",
     [](Simulation& s, DuetOptions& options) {
       options.chord_channel = 5;
       RandomBytes(s, 4);
     }},
    {"every control at once",
     [](Simulation& s, DuetOptions& options) {
       std::mt19937 random(3);
       for (int action = 0; action < static_cast<int>(LiveAction::kClock); ++action) {
         options.controls.push_back(
             {static_cast<LiveAction>(action), action % 5 == 0, uint8_t(40 + action), -1});
       }
       for (int i = 0; i < 1000; ++i) {
         s.Send(i * 0.1, {uint8_t(random() % 2 ? 0xb0 : 0x90), uint8_t(40 + random() % 16),
                          uint8_t(random() % 128)});
       }
       Phrase(s, 0, 90);
     }},
};

const TurnMode kModes[] = {TurnMode::kSwitch, TurnMode::kBars, TurnMode::kFree};

DuetOptions HostileOptions(TurnMode mode, SyncMode sync) {
  DuetOptions options;
  options.mode = mode;
  options.sync = sync;
  options.listen_bars = options.answer_bars = 1;
  options.state_control = 3;
  options.controls = {
      {LiveAction::kStartPhrase, false, 1, 127}, {LiveAction::kStopPhrase, false, 1, 0},
      {LiveAction::kPanic, false, 2, -1},        {LiveAction::kMute, false, 4, -1},
      {LiveAction::kLoop, false, 5, -1},         {LiveAction::kModel, false, 6, -1},
      {LiveAction::kMutate, false, 7, -1}};
  return options;
}

void ExpectEven(Duet& duet, const Simulation& simulation, const std::string& where) {
  EXPECT_TRUE(duet.ended_quietly()) << where;
  EXPECT_EQ(duet.state().sounding, 0) << where;
  EXPECT_EQ(duet.state().note_ons, duet.state().note_offs) << where;
  EXPECT_EQ(simulation.Unbalanced(), "") << where;
}

TEST(DuetHostile, NoInputLeavesANote) {
  const auto melodies = RandomModel("basic_rnn"), drums = RandomModel("drum_kit"),
             over_chords = RandomModel("chord_pitches_improv");
  for (const HostileRow& row : kInputs) {
    for (const TurnMode mode : kModes) {
      for (const SyncMode sync : {SyncMode::kOwn, SyncMode::kFollow, SyncMode::kMaster}) {
        Simulation simulation(/*block_frames=*/256);
        DuetOptions options = HostileOptions(mode, sync);
        simulation.Send(0, {0xb0, 1, 127}).Send(33, {0xb0, 1, 0});
        row.prepare(simulation, options);
        simulation.most_steps_after = 16 * 300;  // an answer may be told to last 127 bars
        auto duet = Duet::Create(options, {options.drums               ? drums
                                           : options.TakesHeldChords() ? over_chords
                                                                       : melodies});
        ASSERT_TRUE(duet.ok());
        DuetObserver observer;
        const std::string where = std::string(row.name) + ", mode " +
                                  std::to_string(static_cast<int>(mode)) + ", clock " +
                                  std::to_string(static_cast<int>(sync));
        ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok()) << where;
        ExpectEven(**duet, simulation, where);
        EXPECT_FALSE(simulation.ran_out()) << where;
      }
    }
  }
}

/// A session that is looked at on every block: `at` gets the step.
void RunUntil(const std::function<bool(double step, Simulation&)>& stop_at, TurnMode mode,
              const std::string& where, std::function<void(Simulation&)> prepare = nullptr) {
  const std::vector<std::shared_ptr<const Model>> models = {RandomModel("basic_rnn"),
                                                            RandomModel("lookback_rnn", 5)};
  Simulation simulation;
  double step = 0;
  simulation.on_block = [&](int64_t frame) {
    step = static_cast<double>(frame) / Simulation::kFramesPerStep;
  };
  simulation.Send(0, {0xb0, 1, 127}).Send(15.5, {0xb0, 1, 0});
  Phrase(simulation, 0, 15);
  simulation.Send(200, {0xfe});
  if (prepare) prepare(simulation);
  auto duet = Duet::Create(HostileOptions(mode, SyncMode::kOwn), models);
  ASSERT_TRUE(duet.ok());
  DuetRun run;
  run.stop = [&] { return stop_at(step, simulation); };
  DuetObserver observer;
  ASSERT_TRUE((*duet)->Run(simulation, run, observer).ok());
  ExpectEven(**duet, simulation, where);
  EXPECT_GT(simulation.Notes(0).size(), 0u) << where;
}

TEST(DuetHostile, NoMomentIsWrongToStop) {
  for (const TurnMode mode : kModes) {
    for (double moment = 3.3; moment < 36; moment += 2.37) {
      RunUntil([&](double step, Simulation&) { return step >= moment; }, mode,
               "stop at " + std::to_string(moment));
    }
  }
}

TEST(DuetHostile, WhatIsDroppedIsCounted) {
  // More in one block than any ring holds.
  Simulation simulation(/*block_frames=*/480000);
  for (int i = 0; i < 30000; ++i) simulation.Note(0.001 * i, 0.001 * i + 0.0005, 30 + i % 60);
  simulation.capacity = 200000;
  auto duet =
      Duet::Create(HostileOptions(TurnMode::kBars, SyncMode::kOwn), {RandomModel("basic_rnn")});
  ASSERT_TRUE(duet.ok());
  struct Watcher : DuetObserver {
    void OnDrops(const RingDrops& drops) override { dropped = drops.total(); }
    int64_t dropped = 0;
  } watcher;
  ASSERT_TRUE((*duet)->Run(simulation, {}, watcher).ok());
  EXPECT_GT((*duet)->drops().phrase, 40000);
  EXPECT_GT((*duet)->drops().journal, 25000);
  EXPECT_EQ((*duet)->drops().sound, 0);
  EXPECT_EQ(watcher.dropped, (*duet)->drops().total());
  ExpectEven(**duet, simulation, "drops");
}

TEST(DuetHostile, APortThatWasGoneGetsAPanic) {
  int panics = 0;
  RunUntil(
      [&](double step, Simulation& simulation) {
        simulation.mutable_state().connected = step < 18 || step > 20;
        panics = 0;
        for (const auto& [frame, event] : simulation.out()) panics += event.bytes[1] == 123;
        return step > 30;
      },
      TurnMode::kSwitch, "port");
  EXPECT_EQ(panics, 16);
}

TEST(DuetHostile, AKeyboardThatIsGoneLetsGoOfItsKeys) {
  Simulation simulation;
  simulation.Send(1, {0x90, 60, 100}).Send(2, {0x90, 64, 100}).Send(3, {0x80, 64, 0});
  simulation.Send(3.5, {0xb0, 64, 127}).Send(40, {0xfe});
  simulation.mutable_state().performers = 1;
  simulation.on_block = [&](int64_t frame) {
    simulation.mutable_state().performers = frame < 6 * Simulation::kFramesPerStep ? 1 : 0;
  };
  DuetOptions options;
  options.mode = TurnMode::kFree;
  options.metronome.when = MetronomeWhen::kOff;
  auto duet = Duet::Create(options, {RandomModel("basic_rnn")});
  ASSERT_TRUE(duet.ok());
  DuetObserver observer;
  ASSERT_TRUE((*duet)->Run(simulation, {}, observer).ok());
  std::string ends;
  for (const auto& [frame, event] : simulation.out()) {
    const bool is_end = event.bytes[0] == 0x80 || event.bytes[0] == 0xb0;
    if (is_end && frame < 8 * Simulation::kFramesPerStep) {
      ends += fmt::format("{:02X} {} {} at {:.1f}; ", event.bytes[0], event.bytes[1],
                          event.bytes[2], static_cast<double>(frame) / Simulation::kFramesPerStep);
    }
  }
  EXPECT_EQ(ends, "80 64 64 at 3.0; B0 64 127 at 3.5; 80 60 64 at 6.0; B0 64 0 at 6.0; ");
  // The phrase ends with it, and is answered; the recording knows, too.
  EXPECT_GT((*duet)->recorder().notes(), 2);
  EXPECT_NEAR((*duet)->recorder().Sequence().notes(0).end_time(), 6 / 8.0, 0.01);
}

TEST(DuetHostile, ControlsInTheMiddleOfAnAnswer) {
  for (const uint8_t control : {2, 4, 5, 6, 7, 1}) {
    for (const uint8_t value : {0, 1, 127}) {
      for (const TurnMode mode : kModes) {
        RunUntil([](double step, Simulation&) { return step > 70; }, mode,
                 "control " + std::to_string(control),
                 [&](Simulation& simulation) {
                   simulation.Send(22.3, {0xb0, control, value});
                 });
      }
    }
  }
}

}  // namespace
}  // namespace magenta
