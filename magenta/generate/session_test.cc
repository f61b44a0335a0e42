#include "magenta/generate/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"

namespace magenta {
namespace {

using testing::RandomModel;
using testing::TuneFor;

const std::vector<Event> kTune = {60, kNoEvent, 62, 64, kNoteOff, kNoEvent, 67, 67};

std::vector<std::unique_ptr<LogitFilter>> Only(std::unique_ptr<LogitFilter> filter) {
  std::vector<std::unique_ptr<LogitFilter>> filters;
  filters.push_back(std::move(filter));
  return filters;
}

TEST(SessionTest, ADistributionIsOne) {
  for (const ModelSpec& spec : BuiltInModels()) {
    Session session(RandomModel(spec.id), 2);
    const std::vector<Event> tune = TuneFor(spec);
    session.Prime(tune);
    const auto p = session.Distribution(1);
    EXPECT_EQ(p.size(), static_cast<size_t>(spec.codec->num_labels()));
    const auto heads = static_cast<double>(spec.codec->head_sizes().size());
    EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), heads, 1e-6);
    EXPECT_EQ(p, session.Distribution(0));
    EXPECT_EQ(session.events(1), tune);
  }
}

TEST(SessionTest, AForkGoesOnAsIfItHadHeardEverything) {
  for (const ModelSpec& spec : BuiltInModels()) {
    const auto model = RandomModel(spec.id);
    const std::vector<Event> tune = TuneFor(spec);
    Session trunk(model, 1);
    trunk.Prime(tune);
    Session fork = trunk.Fork(3);
    ASSERT_EQ(fork.rows(), 3);
    const std::vector<Event> next = {tune[3], tune[1], tune[0]};
    fork.Push(next);
    fork.Step();
    for (int row = 0; row < 3; ++row) {
      Session alone(model, 1);
      alone.Prime(tune);
      alone.Prime({&next[row], 1});
      EXPECT_EQ(fork.Distribution(row), alone.Distribution(0)) << spec.id;
      EXPECT_EQ(fork.events(row), alone.events(0));
    }
    const int chosen[] = {2, 0};
    Session kept = fork.Select(chosen);
    EXPECT_EQ(kept.Distribution(0), fork.Distribution(2));
    EXPECT_EQ(kept.Distribution(1), fork.Distribution(0));
    EXPECT_EQ(trunk.events(0), tune);
  }
}

TEST(SessionTest, SelectKeepsAnEventThatTheNetworkHasNotHeard) {
  const auto model = RandomModel("lookback_rnn");
  Session session(model, 1);
  session.Prime(kTune);
  session.Push(Event{72});
  EXPECT_TRUE(session.pending());
  Session fork = session.Fork(2);
  EXPECT_TRUE(fork.pending());
  fork.Step();
  session.Step();
  EXPECT_EQ(fork.Distribution(1), session.Distribution(0));
}

/// The probability that row 0's next event is no event, ends a note, begins one; and that of the
/// most probable class among those that begin one.
struct Outcomes {
  double kinds[3] = {0, 0, 0};
  double most = 0;
};

Outcomes OutcomesOf(const Model& model, const Session& session, const std::vector<float>& p) {
  const auto encoder = model.codec->NewEncoder();
  for (const Event event : session.events(0)) encoder->Push(event);
  Outcomes outcomes;
  for (size_t label = 0; label < p.size(); ++label) {
    const Event event = encoder->DecodeOne(static_cast<int>(label));
    const bool begins = model.spec->kind->IsPitch(event);
    outcomes.kinds[begins ? 2 : event == kNoteOff ? 1 : 0] += p[label];
    if (begins) outcomes.most = std::max<double>(outcomes.most, p[label]);
  }
  if (outcomes.kinds[2] > 0) outcomes.most /= outcomes.kinds[2];
  return outcomes;
}

TEST(SessionTest, PitchTemperatureChoosesAmongPitchesAlone) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    if (!spec.kind->IsPitch(60) || !ChoosesAmongPitches(*spec.codec, *spec.kind)) continue;
    const auto model = RandomModel(spec.id);
    Session session(model, 1);
    for (const Event event : TuneFor(spec)) {
      session.Prime({&event, 1});
      const Outcomes one =
          OutcomesOf(*model, session, session.Distribution(0, Only(MakeTemperature(0.8))));
      const Outcomes flat = OutcomesOf(
          *model, session, session.Distribution(0, Only(MakeMemberTemperature(0.8, 50))));
      const Outcomes sharp = OutcomesOf(
          *model, session, session.Distribution(0, Only(MakeMemberTemperature(0.8, 0.02))));
      for (int kind = 0; kind < 3; ++kind) {
        EXPECT_NEAR(flat.kinds[kind], one.kinds[kind], 1e-5) << spec.id << " kind " << kind;
        EXPECT_NEAR(sharp.kinds[kind], one.kinds[kind], 1e-5) << spec.id << " kind " << kind;
      }
      if (one.kinds[2] < 1e-6) continue;  // time is to be drawn
      EXPECT_LT(flat.most, one.most) << spec.id;
      EXPECT_GT(sharp.most, one.most) << spec.id;
    }
  }
}

TEST(SessionTest, FiltersShapeTheDraw) {
  Session session(RandomModel("basic_rnn"), 1);
  session.Prime(kTune);
  const auto p = session.Distribution(0);
  const auto best = std::max_element(p.begin(), p.end()) - p.begin();
  SeededUniform source(5);
  const auto greedy = Only(MakeTemperature(0));
  for (int i = 0; i < 20; ++i) {
    session.Sample(0, greedy, source);
    EXPECT_EQ(session.sampled_labels()[0], best);
  }
  std::vector<bool> allowed(p.size(), false);
  allowed[14] = true;
  const auto mask = Only(MakeMask(allowed));
  EXPECT_EQ(session.Sample(0, mask, source), 60);
  EXPECT_EQ(session.LogProbabilityOf(0, 60, mask), 0);
  EXPECT_NEAR(session.LogProbabilityOf(0, 60), std::log(p[14]), 1e-5);
}

TEST(LikelihoodTest, IsTheSumOfTheLogarithms) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    const auto model = RandomModel(spec.id);
    const std::vector<Event> tune = TuneFor(spec);
    Session session(model, 1, spec.codec->ControlOf({tune, {}}));
    const auto encoder = spec.codec->NewEncoder();
    double want = 0;
    for (size_t i = 0; i < tune.size(); ++i) {
      if (i > 0) want += std::log(session.Distribution(0)[encoder->Label(tune[i])]);
      encoder->Push(tune[i]);
      session.Prime({&tune[i], 1});
    }
    const auto got = LogLikelihood(model, {tune, {}});
    ASSERT_TRUE(got.ok());
    EXPECT_NEAR(got->total, want, 1e-4) << spec.id;
    EXPECT_EQ(got->per_event.size(), tune.size() - 1);
  }
}

TEST(LikelihoodTest, EventsOutOfRangeAreErrors) {
  const auto got = LogLikelihood(RandomModel("basic_rnn"), {{60, 120}, {}});
  ASSERT_FALSE(got.ok());
  EXPECT_THAT(std::string(got.status().message()), ::testing::HasSubstr("event 1 is 120"));
}

TEST(LikelihoodTest, ScoresEachPartOfASequence) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  auto* tempo = sequence.add_tempos();
  tempo->set_time(2);
  tempo->set_qpm(60);
  for (int i = 0; i < 8; ++i) {
    auto* note = sequence.add_notes();
    note->set_pitch(60 + i);
    note->set_velocity(80);
    note->set_start_time(i * 0.5);
    note->set_end_time(i * 0.5 + 0.5);
  }
  sequence.set_total_time(4);
  const auto model = RandomModel("lookback_rnn");
  const auto parts = ScoreSequence(model, sequence);
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].start_time, 0);
  EXPECT_EQ((*parts)[1].start_time, 2);
  EXPECT_EQ((*parts)[0].heard.events.events.size(), 16u);
  EXPECT_EQ((*parts)[1].likelihood.per_event.size(), 7u);
  EXPECT_FALSE(ScoreSequence(model, NoteSequence()).ok());
}

std::vector<float> AttentionOf(const Session& session, int row) {
  const auto weights = session.AttentionWeights(row);
  return {weights.begin(), weights.end()};
}

// Also of rows that have gone on while others waited, whose states stand in several blocks.
TEST(SessionTest, EachRowHasAttentionWeightsOfItsOwn) {
  const auto model = RandomModel("attention_rnn");
  Session trunk(model, 1);
  trunk.Prime(kTune);
  const std::vector<float> weights = AttentionOf(trunk, 0);
  EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-6);
  Session session = trunk.Fork(3);
  EXPECT_EQ(AttentionOf(session, 2), AttentionOf(trunk, 0));
  session.SetWaiting(1, true);
  const std::vector<Event> next = {60, 0, 64};
  session.Push(next);
  session.Step();
  EXPECT_EQ(AttentionOf(session, 1), AttentionOf(trunk, 0));
  for (const int row : {0, 2}) {
    Session alone = trunk.Fork(1);
    alone.Prime({&next[row], 1});
    EXPECT_EQ(AttentionOf(session, row), AttentionOf(alone, 0)) << row;
    EXPECT_NE(AttentionOf(session, row), AttentionOf(trunk, 0)) << row;
  }
  const std::vector<int> chosen = {2, 1};
  const Session kept = session.Select(chosen);
  EXPECT_EQ(AttentionOf(kept, 0), AttentionOf(session, 2));
  EXPECT_EQ(AttentionOf(kept, 1), AttentionOf(session, 1));
  EXPECT_TRUE(Session(RandomModel("lookback_rnn"), 1).AttentionWeights(0).empty());
}

// Sessions in which some rows wait step with the others, to the same bits.
TEST(SessionTest, ThoseWithRowsThatWaitStepTogetherToo) {
  const auto model = RandomModel("lookback_rnn");
  const auto parted = [&] {
    Session session(model, 3);
    session.Prime(kTune);
    session.SetWaiting(1, true);
    session.Push(std::vector<Event>{60, 0, 64});
    return session;
  };
  Session one = parted(), two = parted(), alone = parted(), whole(model, 2);
  whole.Push(Event{72});
  Session* const all[] = {&one, &whole, &two};
  StepBuffers buffers;
  Session::StepTogether(all, buffers);
  EXPECT_EQ(buffers.states.size(), 3u);
  alone.Step();
  for (int row = 0; row < 3; ++row) {
    EXPECT_EQ(one.Distribution(row), alone.Distribution(row)) << row;
    EXPECT_EQ(two.Distribution(row), alone.Distribution(row)) << row;
  }
}

}  // namespace
}  // namespace magenta
