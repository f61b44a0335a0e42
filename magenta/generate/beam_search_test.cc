#include "magenta/generate/beam_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "magenta/generate/random_model.h"
#include "tests/conformance/toy_architecture.h"

namespace magenta {
namespace {

using testing::RandomModel;

const std::vector<Event> kTune = {60, kNoEvent, 62, 64, kNoteOff, kNoEvent, 67, 67};

Session Primed(const std::shared_ptr<const Model>& model) {
  Session session(model, 1);
  session.Prime(kTune);
  return session;
}

struct BeamCase {
  int num_steps, beam_size, branch_factor, steps_per_iteration;
  double temperature = 1;
};

const BeamCase kCases[] = {{1, 1, 1, 1},  {10, 1, 1, 1},     {10, 1, 1, 4},   {7, 3, 1, 1},
                           {7, 1, 4, 1},  {12, 3, 2, 1},     {12, 3, 2, 5},   {12, 2, 3, 12},
                           {5, 2, 2, 40}, {9, 3, 2, 2, 0.5}, {9, 2, 2, 2, 0}, {9, 4, 3, 3, 1.7}};

BeamOptions OptionsOf(const BeamCase& c) {
  BeamOptions options;
  options.num_steps = c.num_steps;
  options.beam_size = c.beam_size;
  options.branch_factor = c.branch_factor;
  options.steps_per_iteration = c.steps_per_iteration;
  options.sampling.temperature = c.temperature;
  return options;
}

/// docs/rules.md section 5 word by word, an entry a session.
BeamResult PlainBeamSearch(const Session& primed, const BeamCase& c, float primer_score,
                           UniformSource& source) {
  struct Entry {
    Session session;
    float score;
  };
  std::vector<std::unique_ptr<LogitFilter>> draw, score;
  draw.push_back(MakeTemperature(c.temperature));
  score.push_back(MakeTemperature(c.temperature == 0 ? 1 : c.temperature));
  std::vector<Entry> beam;
  for (int i = 0; i < c.beam_size; ++i) beam.push_back({primed.Fork(1), 0.0f});
  const auto prune = [&](size_t count) {
    std::stable_sort(beam.begin(), beam.end(),
                     [](const Entry& a, const Entry& b) { return a.score > b.score; });
    beam.erase(beam.begin() + count, beam.end());
  };
  int done = 0;
  for (int iteration = 0; done < c.num_steps; ++iteration) {
    const int spi = c.steps_per_iteration;
    const int steps = iteration == 0 ? (c.num_steps - 1) % spi + 1 : spi;
    if (iteration > 0) prune(c.beam_size);
    std::vector<Entry> repeated;
    for (int copy = 0; copy < c.branch_factor; ++copy) {
      for (const Entry& entry : beam) repeated.push_back({entry.session.Fork(1), entry.score});
    }
    beam = std::move(repeated);
    for (int step = 0; step < steps; ++step) {
      for (Entry& entry : beam) {
        if (entry.session.pending()) entry.session.Step();
        const Event event = entry.session.Sample(0, draw, source);
        const float extra = done + step == 0 ? primer_score : 0.0f;
        entry.score +=
            extra + entry.session.LogProbability(0, entry.session.sampled_labels(), score);
        entry.session.Push(event);
      }
    }
    done += steps;
  }
  prune(1);
  return {beam[0].session.events(0), beam[0].score};
}

TEST(BeamSearchTest, IsThePlainOneAndOutputsDoNotMeet) {
  for (const std::string config : {"lookback_rnn", "attention_rnn"}) {
    const auto model = RandomModel(config);
    const Session primed = Primed(model);
    for (const BeamCase& c : kCases) {
      SeededUniform a(1), b(2), c3(3);
      UniformSource* const sources[] = {&a, &b, &c3};
      const auto results = BeamSearch(primed, OptionsOf(c), -2.5f, sources);
      ASSERT_EQ(results.size(), 3u);
      for (uint32_t seed = 1; seed <= 3; ++seed) {
        SeededUniform source(seed);
        const BeamResult want = PlainBeamSearch(primed, c, -2.5f, source);
        EXPECT_EQ(results[seed - 1].events, want.events) << config << ' ' << c.beam_size;
        EXPECT_EQ(results[seed - 1].score, want.score) << config << ' ' << c.beam_size;
        EXPECT_EQ(want.events.size(), kTune.size() + c.num_steps);
      }
    }
  }
}

TEST(BeamSearchTest, AWiderSearchFindsMoreProbableMusic) {
  const Session primed = Primed(RandomModel("basic_rnn"));
  double narrow = 0, wide = 0;
  for (uint32_t seed = 0; seed < 20; ++seed) {
    SeededUniform a(seed), b(seed);
    UniformSource *one[] = {&a}, *other[] = {&b};
    narrow += BeamSearch(primed, OptionsOf({16, 1, 1, 1}), 0, one)[0].score;
    wide += BeamSearch(primed, OptionsOf({16, 4, 4, 1}), 0, other)[0].score;
  }
  EXPECT_GT(wide, narrow + 20);
}

TEST(BeamSearchTest, ResultsBecomeNotes) {
  const auto model = RandomModel("basic_rnn");
  SeededUniform a(7), b(7);
  UniformSource* const sources[] = {&a, &b};
  std::vector<std::string> notes;
  for (const BeamResult& result : BeamSearch(Primed(model), OptionsOf({20, 2, 2, 2}), 0, sources)) {
    notes.push_back(
        model->spec->kind->Render({result.events, {}}, Primer(), 120).SerializeAsString());
  }
  EXPECT_FALSE(notes[0].empty());
  EXPECT_EQ(notes[0], notes[1]);
}

/// A fill word by word: `size` entries draw `steps` events, and the one goes on that finds `given`
/// most probable.
BeamResult PlainFill(const Session& primed, int size, int steps, const std::vector<Event>& given,
                     UniformSource& source) {
  std::vector<std::unique_ptr<LogitFilter>> filters;
  filters.push_back(MakeTemperature(1.0));
  std::vector<Session> entries;
  for (int i = 0; i < size; ++i) entries.push_back(primed.Fork(1));
  std::vector<float> scores(size, 0.0f), joins(size, 0.0f);
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < size; ++i) {
      const Event event = entries[i].Sample(0, filters, source);
      const std::vector<int> labels(entries[i].sampled_labels().begin(),
                                    entries[i].sampled_labels().end());
      scores[i] += entries[i].LogProbability(0, labels, filters);
      entries[i].Prime(std::vector<Event>{event});
    }
  }
  for (Event event : given) {
    for (int i = 0; i < size; ++i) {
      const float found = entries[i].LogProbabilityOf(0, event, filters);
      scores[i] += found;
      joins[i] += found;
      entries[i].Prime(std::vector<Event>{event});
    }
  }
  const size_t best = std::max_element(joins.begin(), joins.end()) - joins.begin();
  return {entries[best].events(0), scores[best]};
}

TEST(BeamRunTest, WhatFollowsDecidesBetweenTheCandidatesOfAFill) {
  const std::vector<Event> given = {72, kNoEvent, 71, 69, 67, kNoteOff, 60, 62};
  for (const char* id : {"lookback_rnn", "basic_rnn"}) {
    const auto model = RandomModel(id);
    const Session primed = Primed(model);
    for (int size : {1, 2, 7}) {
      SeededUniform source(5), other(99), plain(5);
      BeamOptions options;
      options.beam_size = size;
      options.steps_per_iteration = 6;  // entries stay in their order
      BeamRun run(primed, options, 0, {&source, &other}, {{6, {}}, {0, given}});
      int64_t steps = 0;
      while (!run.done()) {
        if (run.session().pending()) run.session().Step();
        run.Advance();
        EXPECT_EQ(run.steps_done(), ++steps);
      }
      EXPECT_EQ(steps, 14);
      const BeamResult expected = PlainFill(primed, size, 6, given, plain);
      const auto results = run.Results();
      ASSERT_EQ(results.size(), 2u);
      EXPECT_EQ(results[0].events, expected.events) << id << size;
      EXPECT_EQ(results[0].score, expected.score) << id << size;
    }
  }
}

TEST(BeamRunTest, SegmentsFollowEachOther) {
  const Session primed = Primed(RandomModel("lookback_rnn"));
  SeededUniform source(5);
  BeamOptions options;
  options.beam_size = 3;
  options.branch_factor = 2;
  options.steps_per_iteration = 2;
  const std::vector<Event> given(100, 60);
  BeamRun run(primed, options, 0, {&source}, {{3, {}}, {0, given}, {5, {}}, {4, {}}, {0, given}});
  while (!run.done()) {
    if (run.session().pending()) run.session().Step();
    run.Advance();
  }
  const std::vector<Event> events = run.Results().at(0).events;
  ASSERT_EQ(events.size(), kTune.size() + 212);
  const auto first = events.begin() + kTune.size();
  EXPECT_TRUE(std::equal(given.begin(), given.end(), first + 3));
  EXPECT_TRUE(std::equal(given.begin(), given.end(), first + 112));
}

/// A toy's model whose matrix has `shift` for events that let time pass.
std::shared_ptr<const Model> ToyThatShifts(float shift) {
  static const ModelSpec& toy = *new ModelSpec(toy::ToyMatrixModel());
  AddModels({&toy, 1});
  LoadedWeights weights = testing::RandomWeights(toy.id);
  const auto random = weights.tensors.at(toy::kToyMatrix).floats();
  std::vector<float> values(random.begin(), random.end());
  for (size_t i = 0; i < values.size(); ++i) {
    if (i % toy::kToyEvents >= toy::kToyPitches) values[i] = shift + 4 * values[i];
  }
  weights.tensors[toy::kToyMatrix] =
      Tensor::Floats(weights.tensors.at(toy::kToyMatrix).shape, values);
  return MakeModel(weights, toy.id, "").value();
}

Session PrimedToy(const std::shared_ptr<const Model>& model) {
  Session session(model, 1,
                  model->codec->MakeControl([](int64_t at) { return static_cast<Event>(at % 3); }));
  session.Prime(std::vector<Event>{0, 13});
  return session;
}

TEST(BeamRunTest, AnEntryThatWaitsIsOneContinuation) {
  const Session primed = PrimedToy(ToyThatShifts(1));
  int64_t most_waiting = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    SeededUniform one(seed), two(seed + 100);
    BeamOptions options;
    options.beam_size = 3;
    options.branch_factor = 4;
    options.steps_per_iteration = 2;
    BeamRun run(primed, options, 0, {&one, &two}, {{5, {}}, {3, {}}});
    int64_t steps = 0;
    while (!run.done()) {
      if (run.session().pending()) run.session().Step();
      run.Advance();
      const int64_t before = std::exchange(steps, run.steps_done());
      EXPECT_GE(steps, before) << seed;
      // Right after a branch, half way through an iteration.
      if (run.session().rows() <= 6 || steps % 5 == 0) continue;
      int64_t waiting = 0;
      for (int row = 0; row < run.session().rows(); ++row) waiting += run.session().waits(row);
      EXPECT_LE(waiting, 6) << seed;
      most_waiting = std::max(most_waiting, waiting);
    }
    EXPECT_EQ(steps, 8) << seed;
    const BeamResult result = run.Results().at(0);
    int64_t last = 0;
    for (const Event event : result.events) last += toy::ToyKind().StepsOf(event);
    EXPECT_EQ(last, 2 + 8) << seed;
  }
  EXPECT_GT(most_waiting, 0);
}

TEST(BeamRunTest, WhatHasNoTimeToItsEndIsSilentThere) {
  const auto model = ToyThatShifts(-1000);  // never
  const Session primed = PrimedToy(model);
  SeededUniform source(5);
  const std::vector<Event> given = {3, 14};
  BeamRun run(primed, {}, 0, {&source}, {{3, {}}, {0, given}});
  while (!run.done()) {
    if (run.session().pending()) run.session().Step();
    run.Advance();
  }
  EXPECT_EQ(run.steps_done(), 3 + 3);
  const BeamResult result = run.Results().at(0);
  const size_t drawn = 3 * kMostEventsPerStep;
  ASSERT_EQ(result.events.size(), 2 + drawn + 3 + 2);
  EXPECT_EQ(std::vector<Event>(result.events.end() - 5, result.events.end()),
            (std::vector<Event>{12, 12, 12, 3, 14}));
}

}  // namespace
}  // namespace magenta
