// Music that is made over what is given step by step, up to a step and in the reference's rounds.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "magenta/generate/beam_search.h"
#include "magenta/generate/random_model.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {
namespace {

const std::vector<std::vector<Event>> kBeneath = {
    {NewNote(60), NewNote(48)}, {ContinuedNote(60)}, {}, {NewNote(67)}};

struct RoundsCase {
  int steps, beam_size, branch_factor, steps_per_iteration;
  double temperature = 1;
};

/// docs/rules.md section 15 word by word, an entry a session.
class PlainRounds {
 public:
  PlainRounds(const RoundsCase& c, UniformSource& source) : case_(c), source_(source) {
    draw_.push_back(MakeTemperature(c.temperature));
  }

  BeamResult Run(const Session& primed) {
    Entry best{primed.Fork(1), 0.0f};
    while (StepsIn(best) < case_.steps) best = Round(best, 5 * (case_.steps - StepsIn(best)));
    return {best.session.events(0), best.score};
  }

 private:
  struct Entry {
    Session session;
    float score;
  };

  static int StepsIn(const Entry& entry) {
    const std::vector<Event>& events = entry.session.events(0);
    return static_cast<int>(std::count(events.begin(), events.end(), kStepEnd));
  }

  static void Prune(std::vector<Entry>& beam, size_t count) {
    std::stable_sort(beam.begin(), beam.end(),
                     [](const Entry& a, const Entry& b) { return a.score > b.score; });
    beam.erase(beam.begin() + static_cast<std::ptrdiff_t>(count), beam.end());
  }

  void Inject(Entry& entry) const {
    const std::vector<Event> events = entry.session.events(0);
    const auto step = static_cast<size_t>(StepsIn(entry));
    const bool begins = events.size() == 1 || events.back() == kStepEnd;
    if (!begins || step >= kBeneath.size()) return;
    for (const Event event : kBeneath[step]) {
      if (entry.session.pending()) entry.session.Step();
      entry.score += entry.session.LogProbabilityOf(0, event, draw_);
      entry.session.Push(event);
    }
  }

  Entry Round(const Entry& start, int events) {
    std::vector<Entry> beam;
    for (int i = 0; i < case_.beam_size; ++i) {
      beam.push_back({start.session.Fork(1), start.score});
    }
    for (int done = 0, iteration = 0; done < events; ++iteration) {
      const int spi = case_.steps_per_iteration;
      const int draws = iteration == 0 ? (events - 1) % spi + 1 : spi;
      if (iteration > 0) Prune(beam, static_cast<size_t>(case_.beam_size));
      std::vector<Entry> repeated;
      for (int copy = 0; copy < case_.branch_factor; ++copy) {
        for (const Entry& entry : beam) repeated.push_back({entry.session.Fork(1), entry.score});
      }
      beam = std::move(repeated);
      for (int i = 0; i < draws; ++i) {
        for (Entry& entry : beam) Inject(entry);
        for (Entry& entry : beam) {
          if (entry.session.pending()) entry.session.Step();
          const Event event = entry.session.Sample(0, draw_, source_);
          entry.score += entry.session.LogProbability(0, entry.session.sampled_labels(), draw_);
          entry.session.Push(event);
        }
      }
      done += draws;
    }
    Prune(beam, 1);
    return std::move(beam[0]);
  }

  const RoundsCase case_;
  UniformSource& source_;
  FilterChain draw_;
};

/// Random weights that like steps to end, as those do that have learned.
std::shared_ptr<const Model> ChordModel() {
  LoadedWeights weights = testing::RandomWeights("polyphony");
  Tensor& biases = weights.tensors.at("fully_connected/biases");
  std::vector<float> values(kPolyphonyEvents, 0.0f);
  values[kStepEnd] = 4;
  biases = Tensor::Floats({kPolyphonyEvents}, values);
  return *MakeModel(weights, "polyphony", "");
}

Session Started(const std::shared_ptr<const Model>& model) {
  Session session(model, 1);
  session.Prime(std::vector<Event>{kPolyphonyStart});
  return session;
}

std::vector<BeamResult> Beam(const Session& primed, const RoundsCase& c, double round_events,
                             std::vector<UniformSource*> sources) {
  BeamOptions options;
  options.beam_size = c.beam_size;
  options.branch_factor = c.branch_factor;
  options.steps_per_iteration = c.steps_per_iteration;
  options.sampling.temperature = c.temperature;
  BeamRun run(primed, options, 0, std::move(sources), {{c.steps, {}, kBeneath, round_events}});
  while (!run.done()) {
    if (run.session().pending()) run.session().Step();
    run.Advance();
  }
  return run.Results();
}

TEST(BeneathTest, RoundsAreThePlainOnes) {
  const Session primed = Started(ChordModel());
  for (const RoundsCase& c :
       {RoundsCase{1, 1, 1, 1}, {6, 1, 1, 1}, {2, 3, 2, 1, 0.7}, {3, 2, 2, 5}, {2, 1, 3, 4, 1.5}}) {
    SeededUniform ours(4), plain(4);
    const std::vector<BeamResult> got = Beam(primed, c, 5, {&ours});
    const BeamResult want = PlainRounds(c, plain).Run(primed);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].events, want.events) << c.steps << ' ' << c.beam_size;
    EXPECT_NEAR(got[0].score, want.score, 1e-4 * std::abs(want.score)) << c.steps;
    EXPECT_EQ(ours.Next(), plain.Next()) << "as many draws";
  }
}

TEST(BeneathTest, EachOutputHearsWhatIsGivenOnItsOwnSteps) {
  const Session primed = Started(ChordModel());
  for (const RoundsCase& c : {RoundsCase{6, 1, 1, 1}, {6, 3, 2, 4}}) {
    SeededUniform a(1), b(2), alone(2);
    const std::vector<BeamResult> both = Beam(primed, c, 0, {&a, &b});
    const std::vector<BeamResult> one = Beam(primed, c, 0, {&alone});
    EXPECT_EQ(both[1].events, one[0].events);
    EXPECT_EQ(both[1].score, one[0].score);
    for (const BeamResult& result : both) {
      EXPECT_EQ(result.events.back(), kStepEnd);
      std::vector<std::vector<Event>> steps(1);
      for (size_t i = 1; i < result.events.size(); ++i) {
        if (result.events[i] == kStepEnd) {
          steps.emplace_back();
        } else {
          steps.back().push_back(result.events[i]);
        }
      }
      ASSERT_EQ(steps.size(), static_cast<size_t>(c.steps) + 1);
      for (size_t i = 0; i < kBeneath.size(); ++i) {
        ASSERT_GE(steps[i].size(), kBeneath[i].size());
        EXPECT_TRUE(std::equal(kBeneath[i].begin(), kBeneath[i].end(), steps[i].begin())) << i;
      }
    }
  }
}

}  // namespace
}  // namespace magenta
