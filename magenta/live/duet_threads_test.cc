// The engine, the scheduler and the observer on threads of their own, as with real ports. What
// is heard depends on the machine; that every note ends does not. (Worth most under tsan.)

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "magenta/generate/random_model.h"
#include "magenta/live/duet.h"
#include "magenta/live/simulation_test.h"

namespace magenta {
namespace {

using std::chrono::milliseconds;

/// A simulation whose blocks come on a thread of their own, faster than time.
class ThreadedBackend : public MidiBackend {
 public:
  explicit ThreadedBackend(Simulation& simulation) : simulation_(simulation) {}

  absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) override {
    std::atomic<bool> go_on = true;
    simulation_.on_block = [](int64_t frame) {
      if (frame % 6000 < 64) std::this_thread::sleep_for(milliseconds(1));
    };
    std::thread midi(
        [&] { simulation_.Run(processor, [&] { return go_on.load(); }).IgnoreError(); });
    while (between()) std::this_thread::sleep_for(milliseconds(2));
    go_on = false;
    midi.join();
    return absl::OkStatus();
  }
  bool simulated() const override { return false; }
  MidiBackendState state() const override {
    MidiBackendState state;
    state.connected = true;
    return state;
  }

 private:
  Simulation& simulation_;
};

TEST(DuetThreads, EveryNoteEnds) {
  Simulation simulation;
  for (int i = 0; i < 400; ++i) simulation.Note(i, i + 0.9, 50 + i % 30);
  simulation.Send(400, {0xfe});
  DuetOptions options;
  options.mode = TurnMode::kBars;
  options.listen_bars = options.answer_bars = 1;
  options.seed = 1;
  auto duet = Duet::Create(options, {testing::RandomModel("lookback_rnn")});
  ASSERT_TRUE(duet.ok());
  struct Observer : DuetObserver {
    void OnAnswer(const AnswerReport& report) override {
      EXPECT_EQ(report.problem, "");
      ++answers;
    }
    int answers = 0;
  } observer;
  ThreadedBackend backend(simulation);
  DuetRun run;
  run.stop = [&] { return observer.answers == 5; };
  ASSERT_TRUE((*duet)->Run(backend, run, observer).ok());
  EXPECT_TRUE((*duet)->ended_quietly());
  EXPECT_EQ((*duet)->state().note_ons, (*duet)->state().note_offs);
  EXPECT_EQ(simulation.Unbalanced(), "");
  EXPECT_GE(observer.answers, 5);
}

}  // namespace
}  // namespace magenta
