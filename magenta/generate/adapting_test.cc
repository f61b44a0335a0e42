// Sessions, tasks and scores that adapt (Session::Adapt).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/music/melody.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

using testing::RandomModel;
using testing::TuneFor;

Session Adapting(const std::shared_ptr<const Model>& model, int rows = 1) {
  Session session(model, rows);
  session.Adapt();
  return session;
}

TEST(AdaptingTest, ADistributionIsOneAndDiffersOnceSomethingReturned) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    const auto model = RandomModel(spec.id);
    if (!CheckAdapts(*model).ok()) continue;
    Session adapting = Adapting(model), plain(model, 1);
    for (const Event event : TuneFor(spec)) {
      adapting.Prime({&event, 1});
      plain.Prime({&event, 1});
      const auto p = adapting.Distribution(0);
      EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-5) << spec.id;
      if (plain.events(0).size() < 3) {
        EXPECT_EQ(p, plain.Distribution(0)) << spec.id;
      }
    }
    EXPECT_NE(adapting.Distribution(0), plain.Distribution(0)) << spec.id;
  }
}

// Eighths returned again and again, and a sixteenth is left of the piece.
TEST(AdaptingTest, WhatTheNetworkBansStaysBanned) {
  constexpr int kEighth = kTicksPerQuarter / 2, kLeft = 3;
  Sheet sheet;
  sheet.length = 16 * kEighth + kLeft;
  sheet.voices = {OpenVoiceOf(VoiceRole::kMelody, sheet.length)};
  const auto model = RandomModel("score");
  Session session(model, 1, model->codec->MakeControl(WriteSheet(sheet)));
  session.Adapt();
  session.Prime({{TimeShift(0)}});
  for (int i = 0; i < 16; ++i) session.Prime({{60 + i % 4, TimeShift(kEighth)}});
  session.Prime({{60}});
  const std::vector<float> p = session.Distribution(0);
  double allowed = 0;
  for (size_t label = 0; label < p.size(); ++label) {
    const Event event = session.EventOf(0, static_cast<int>(label));
    if (IsTimeShift(event) && TicksOf(event) <= kLeft) allowed += p[label];
  }
  EXPECT_NEAR(allowed, 1, 1e-6);
}

// However rows come to stand together, each is to the bit what it is alone.
TEST(AdaptingTest, RowsCarryWhatTheyPlayed) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    const auto model = RandomModel(spec.id);
    if (!CheckAdapts(*model).ok()) continue;
    const std::vector<Event> tune = TuneFor(spec);
    Session trunk = Adapting(model);
    trunk.Prime(tune);
    Session fork = trunk.Fork(3), other = Adapting(model, 2), plain(model, 1);
    const std::vector<Event> next = {tune[3], tune[1], tune[0]};
    fork.SetWaiting(1, true);
    fork.Push(next);
    other.Push(tune[0]);
    plain.Push(tune[0]);
    Session* const all[] = {&other, &fork, &plain};
    StepBuffers buffers;
    Session::StepTogether(all, buffers);
    const auto alone = [&](std::vector<Event> events) {
      Session session = Adapting(model);
      session.Prime(events);
      return session.Distribution(0);
    };
    const auto with = [&](Event event) {
      std::vector<Event> events = tune;
      events.push_back(event);
      return alone(events);
    };
    EXPECT_EQ(fork.Distribution(0), with(next[0])) << spec.id;
    EXPECT_EQ(fork.Distribution(1), alone(tune)) << spec.id;
    EXPECT_EQ(fork.Distribution(2), with(next[2])) << spec.id;
    EXPECT_EQ(other.Distribution(1), alone({tune[0]})) << spec.id;
    const int chosen[] = {2, 1};
    Session kept = fork.Select(chosen);
    kept.SetWaiting(1, false);
    EXPECT_EQ(kept.Distribution(0), with(next[2])) << spec.id;
    kept.Push(next[1]);
    kept.Step();
    EXPECT_EQ(kept.Distribution(1), with(next[1])) << spec.id;
  }
}

TEST(AdaptingTest, AScoreIsTheProductOfTheSteps) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    const auto model = RandomModel(spec.id);
    if (!CheckAdapts(*model).ok()) continue;
    const std::vector<Event> tune = TuneFor(spec);
    Session session(model, 1, spec.codec->ControlOf({tune, {}}));
    session.Adapt();
    const auto encoder = spec.codec->NewEncoder();
    double want = 0;
    for (size_t i = 0; i < tune.size(); ++i) {
      if (i > 0) want += std::log(session.Distribution(0)[encoder->Label(tune[i])]);
      encoder->Push(tune[i]);
      session.Prime({&tune[i], 1});
    }
    const auto adapted = LogLikelihood(model, {tune, {}}, /*adapt=*/true);
    const auto plain = LogLikelihood(model, {tune, {}});
    ASSERT_TRUE(adapted.ok() && plain.ok());
    EXPECT_NEAR(adapted->total, want, 1e-3) << spec.id;
    EXPECT_GT(adapted->total, plain->total) << spec.id;  // the tune repeats itself
  }
}

// The likelihood of what was drawn is that of what is scored; one output is the first of ten.
TEST(AdaptingTest, WhatIsDrawnIsDrawnFromTheMixture) {
  const auto model = RandomModel("basic_rnn");
  const SequenceGenerator generator(model);
  GenerateSequenceRequest request;
  const std::vector<Event> primer = {60, kNoEvent, 62, 64, 60, kNoEvent, 62, 64};
  *request.mutable_input_sequence() = Melody::FromEvents(primer)->ToSequence(120);
  auto& args = *request.mutable_generator_options()->mutable_args();
  args["seed"].set_int_value(3);
  args["new_steps"].set_int_value(64);
  const auto plain = generator.GenerateMany(request, 1);
  args["adapt"].set_int_value(1);
  const auto one = generator.GenerateMany(request, 1), ten = generator.GenerateMany(request, 10);
  ASSERT_TRUE(plain.ok() && one.ok() && ten.ok()) << one.status();
  const GeneratedOutput& output = one->outputs[0];
  EXPECT_NE(output.events.events, plain->outputs[0].events.events);
  EXPECT_EQ(output.events.events, ten->outputs[0].events.events);
  EXPECT_EQ(output.log_likelihood, ten->outputs[0].log_likelihood);
  const auto scored = LogLikelihood(model, output.events, /*adapt=*/true);
  ASSERT_TRUE(scored.ok());
  EXPECT_NEAR(output.log_likelihood, scored->total, 1e-3);
}

}  // namespace
}  // namespace magenta
