#include "magenta/generate/expectation.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "magenta/generate/generation_task.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

using testing::RandomModel;

/// Eighths at 120, an octave above where models of a key have them, over a chord; as drums too.
NoteSequence Tune() {
  NoteSequence tune;
  tune.add_tempos()->set_qpm(120);
  const int pitches[] = {64, 66, 68, 64, 71, 69, 64, 66};
  for (int i = 0; i < 8; ++i) {
    auto* note = tune.add_notes();
    note->set_pitch(pitches[i]);
    note->set_velocity(90);
    note->set_start_time(i * 0.5);
    note->set_end_time(i * 0.5 + 0.25);
    auto* drum = tune.add_notes();
    drum->set_pitch(i % 2 == 0 ? 36 : 38);
    drum->set_velocity(90);
    drum->set_start_time(i * 0.5);
    drum->set_end_time(i * 0.5 + 0.125);
    drum->set_is_drum(true);
    drum->set_instrument(9);
  }
  auto* chord = tune.add_text_annotations();
  chord->set_text("E");
  chord->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  tune.set_total_time(4);
  return tune;
}

double SumOf(const StepDistribution& distribution) {
  double sum = distribution.hold + distribution.rest;
  for (const auto& [pitch, probability] : distribution.pitches) sum += probability;
  return sum;
}

TEST(ExpectationTest, OfEveryModelItAgreesWithTheScore) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    SCOPED_TRACE(spec.id);
    const auto model = RandomModel(spec.id);
    const auto parts = ScoreSequence(model, Tune(), {.distributions = true});
    ASSERT_TRUE(parts.ok()) << parts.status();
    ASSERT_EQ(parts->size(), 1u);
    const std::vector<ScoredEvent> events = EventsOf(*model, (*parts)[0]);
    const auto& expected = (*parts)[0].likelihood.expected;
    ASSERT_EQ(events.size(), expected.size());
    double bits = 0;
    for (size_t i = 0; i < events.size(); ++i) {
      bits += events[i].bits;
      for (const auto& [pitch, probability] : expected[i].pitches) EXPECT_LE(probability, 1.00001);
      if (spec.kind->plays_drums()) continue;
      if (spec.kind->StepsOf(parts->front().heard.events.events[i + 1]) != 1) continue;
      EXPECT_NEAR(SumOf(expected[i]), 1, 1e-5) << i;
      const EventEffect& effect = events[i].effect;
      const double found = effect.rest              ? expected[i].rest
                           : effect.pitches.empty() ? expected[i].hold
                                                    : expected[i].pitches.at(effect.pitches[0]);
      if (found == 0) {  // less than a float holds
        EXPECT_GT(events[i].bits, 125);
        continue;
      }
      if (spec.kind->plays_chords()) {  // notes that go on hold, and the end of a step does
        EXPECT_LE(-std::log2(found), events[i].bits + 1e-4) << i << " " << effect.name;
        continue;
      }
      EXPECT_NEAR(-std::log2(found), events[i].bits, 1e-4) << i << " " << effect.name;
    }
    EXPECT_NEAR(bits, (*parts)[0].likelihood.information.bits(), 1e-4);
    // It tells nothing where nobody asks, and the figures are those.
    const auto plain = ScoreSequence(model, Tune());
    EXPECT_TRUE((*plain)[0].likelihood.expected.empty());
    EXPECT_EQ((*plain)[0].likelihood.per_event, (*parts)[0].likelihood.per_event);
  }
}

// Where nothing was yet, all rows are alike: what was looked back at ends at the first event.
TEST(ExpectationTest, AttentionIsOnTheEventsBeforeTheLast) {
  for (const ModelSpec& spec : testing::OneHeadModels()) {
    SCOPED_TRACE(spec.id);
    const auto model = RandomModel(spec.id);
    if (!Expectation::IsKnownOf(*model)) continue;
    // The layers of a model that asks in turn look back at steps, not at events.
    const size_t length = spec.codec->asks_in_turn() ? 0 : model->hparams.attn_length;
    const auto parts = ScoreSequence(model, Tune(), {.distributions = true});
    ASSERT_TRUE(parts.ok()) << parts.status();
    const auto& expected = (*parts)[0].likelihood.expected;
    for (size_t i = 0; i < expected.size(); ++i) {
      const std::vector<float>& weights = expected[i].attention;
      ASSERT_EQ(weights.size(), length);
      if (length == 0) continue;
      EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-5);
      // Event k = i + 1 is expected: weights 0 to k - 2 are of events, the others of nothing.
      for (size_t j = i; j < length; ++j) EXPECT_EQ(weights[j], weights.back()) << i << " " << j;
      if (i > 0 && i < length) {
        EXPECT_NE(weights[i - 1], weights.back()) << i;
      }
    }
  }
}

TEST(ExpectationTest, PitchesAreThoseThatSound) {
  // In E, where attention_rnn hears C.
  const auto model = RandomModel("attention_rnn");
  const auto parts = ScoreSequence(model, Tune(), {.distributions = true});
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_NE((*parts)[0].heard.transpose, 0);
  std::string played;
  for (const ScoredEvent& event : EventsOf(*model, (*parts)[0])) {
    if (event.effect.pitches.empty()) continue;
    played += event.effect.name + " ";
    EXPECT_NEAR(event.time * 2, std::round(event.time * 2), 1e-9);
    EXPECT_EQ(event.step, std::llround(event.time * 8));
    EXPECT_NEAR(event.end_time - event.time, 0.125, 1e-9);
  }
  EXPECT_EQ(played, "F#4 G#4 E4 B4 A4 E4 F#4 ");
}

TEST(ScoredEventTest, StandsWhereItsNoteBegins) {
  for (const ModelSpec* spec : KnownModels()) {
    if (spec->kind->plays_parts() || spec->kind->says_what_sounds()) continue;
    SCOPED_TRACE(spec->id);
    const auto model = RandomModel(spec->id);
    const auto parts = ScoreSequence(model, Tune());
    ASSERT_TRUE(parts.ok()) << parts.status();
    std::set<double> halves;
    for (const ScoredEvent& event : EventsOf(*model, (*parts)[0])) {
      if (event.effect.pitches.empty()) continue;
      halves.insert(2 * event.time);
      EXPECT_EQ(event.step, std::llround(event.time * model->grid.StepsPerSecond(120)));
    }
    halves.erase(0);  // of some models the first note is the first event, which is not scored
    EXPECT_EQ(halves, (std::set<double>{1, 2, 3, 4, 5, 6, 7}));
  }
}

TEST(ScoredEventTest, AWholeNoteGoesOnToTheNext) {
  NoteSequence tune;
  const double ends[] = {0.5, 2, 3};
  for (int i = 0; i < 3; ++i) {
    auto* note = tune.add_notes();
    note->set_pitch(60 + i);
    note->set_velocity(90);
    note->set_start_time(i == 0 ? 0 : ends[i - 1]);
    note->set_end_time(ends[i]);
  }
  tune.set_total_time(3);
  const auto model = RandomModel("performance_with_dynamics_and_note_encoding");
  const auto parts = ScoreSequence(model, tune);
  ASSERT_TRUE(parts.ok()) << parts.status();
  std::string told;
  for (const ScoredEvent& event : EventsOf(*model, (*parts)[0])) {
    told +=
        fmt::format("{} {:g}-{:g} {} ", event.effect.name, event.time, event.end_time, event.step);
  }
  EXPECT_EQ(told, "C#4 0.5-2 50 D4 2-2 200 ");
}

TEST(ExpectationTest, OfDrumsEachIsToldForItself) {
  // All 512 sets alike: each of the nine is in half of them.
  const auto model = RandomModel("drum_kit");
  Session session(model, 1);
  session.Prime(std::vector<Event>{1});
  const std::vector<float> sets = session.Distribution(0);
  const StepDistribution found = Expectation(model, Primer{}).Of(session);
  ASSERT_EQ(found.pitches.size(), 9u);
  double bass = 0;
  for (size_t mask = 1; mask < sets.size(); mask += 2) bass += sets[mask];
  EXPECT_NEAR(found.pitches.at(36), bass, 1e-6);
  EXPECT_NEAR(found.hold, sets[0], 1e-9);
  EXPECT_EQ(found.rest, 0);
}

TEST(ExpectationTest, TimesGoThroughChangesOfTempo) {
  NoteSequence tune = Tune();
  auto* slower = tune.add_tempos();
  slower->set_time(2);
  slower->set_qpm(60);
  const auto model = RandomModel("basic_rnn");
  const auto parts = ScoreSequence(model, tune);
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_EQ(parts->size(), 2u);
  const std::vector<ScoredEvent> events = EventsOf(*model, (*parts)[1]);
  EXPECT_NEAR(events[0].time, 2.25, 1e-9);
  EXPECT_NEAR(events[0].end_time, 2.5, 1e-9);
  EXPECT_EQ(events[0].step, 17);
}

TEST(ExpectationTest, ScoringEndsWhereItIsTold) {
  const auto model = RandomModel("basic_rnn");
  int asked = 0;
  const auto check = [&asked] {
    return ++asked < 5 ? absl::OkStatus() : absl::CancelledError("enough");
  };
  EXPECT_EQ(ScoreSequence(model, Tune(), {.check = check}).status(),
            absl::CancelledError("enough"));
  EXPECT_TRUE(absl::IsResourceExhausted(ScoreSequence(model, Tune(), {.max_steps = 9}).status()));
}

/// A request for `end` seconds of Tune(), with a second of it made anew.
GenerateSequenceRequest RequestFor(bool fill, int beam_size) {
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = Tune();
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(fill ? 1 : 4);
  section->set_end_time(fill ? 2 : 6);
  if (fill) {
    auto& notes = *request.mutable_input_sequence()->mutable_notes();
    notes.erase(std::remove_if(notes.begin(), notes.end(),
                               [](const auto& note) {
                                 return note.start_time() >= 1 && note.start_time() < 2;
                               }),
                notes.end());
  }
  (*options.mutable_args())["seed"].set_int_value(3);
  (*options.mutable_args())["beam_size"].set_int_value(beam_size);
  return request;
}

struct Told {
  Generation generation;
  std::vector<ExpectedStep> steps;
  size_t before_the_end = 0;
};

Told Drawn(const std::shared_ptr<const Model>& model, const GenerateSequenceRequest& request,
           bool distributions) {
  TaskOptions options;
  options.distributions = distributions;
  auto task = GenerationTask::Start(model, request, options);
  EXPECT_TRUE(task.ok()) << task.status();
  Told told;
  while (!task->done()) {
    if (task->session().pending()) task->session().Step();
    task->Advance();
    if (!task->done()) told.before_the_end = told.steps.size();
    for (ExpectedStep& step : task->TakeExpected()) told.steps.push_back(std::move(step));
  }
  told.generation = task->Finish();
  return told;
}

TEST(ExpectationTest, OfMusicThatIsDrawnItIsWhatTheScoreOfTheResultSays) {
  const struct {
    const char* model;
    bool fill;
    int beam_size;
    double first;
    size_t steps;
  } rows[] = {{"lookback_rnn", false, 1, 4, 16}, {"attention_rnn", false, 1, 4, 16},
              {"lookback_rnn", false, 3, 4, 16}, {"drum_kit", false, 1, 4, 16},
              {"basic_improv", true, 1, 1, 8},   {"lookback_rnn", true, 4, 1, 8}};
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.model) + (row.fill ? " fill" : "") +
                 std::to_string(row.beam_size));
    const auto model = RandomModel(row.model);
    const GenerateSequenceRequest request = RequestFor(row.fill, row.beam_size);
    const Told told = Drawn(model, request, true);
    const Told plain = Drawn(model, request, false);
    EXPECT_TRUE(plain.steps.empty());
    const GeneratedOutput& output = told.generation.outputs[0];
    EXPECT_EQ(output.events, plain.generation.outputs[0].events);
    EXPECT_EQ(output.log_likelihood, plain.generation.outputs[0].log_likelihood);
    ASSERT_EQ(told.steps.size(), row.steps);
    if (row.beam_size == 1 && !row.fill) {
      EXPECT_GT(told.before_the_end, row.steps / 2);
    }
    Session session(model, 1, model->codec->MakeControl(output.events.control));
    Primer primer;
    primer.transpose = 0;
    const auto first = static_cast<size_t>(told.steps[0].step);
    for (size_t i = 0; i < told.steps.size(); ++i) {
      EXPECT_NEAR(told.steps[i].time, row.first + static_cast<double>(i) / 8, 1e-9);
      EXPECT_EQ(told.steps[i].step, static_cast<int64_t>(first + i));
    }
    for (size_t i = 0; i < output.events.events.size(); ++i) {
      if (i >= first && i < first + row.steps) {
        EXPECT_EQ(Expectation(model, primer).Of(session).hold,
                  told.steps[i - first].distribution.hold);
      }
      session.Prime(std::vector<Event>{output.events.events[i]});
    }
  }
}

// A kind that came later needs no word of its own.
TEST(ExpectationTest, OfEventsOfAnyLength) {
  static const ModelSpec toy = toy::ToyModel();
  AddModels({&toy, 1});
  const auto model = RandomModel(toy.id);
  const auto parts = ScoreSequence(model, Tune(), {.distributions = true});
  ASSERT_TRUE(parts.ok()) << parts.status();
  const std::vector<ScoredEvent> events = EventsOf(*model, (*parts)[0]);
  const auto& expected = (*parts)[0].likelihood.expected;
  ASSERT_EQ(events.size(), expected.size());
  size_t notes = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_NEAR(SumOf(expected[i]), 1, 1e-5);
    if (events[i].effect.pitches.empty()) continue;
    ++notes;
    EXPECT_EQ(events[i].time, events[i].end_time);
    EXPECT_NEAR(-std::log2(expected[i].pitches.at(events[i].effect.pitches[0])), events[i].bits,
                1e-4);
  }
  EXPECT_GE(notes, 8u);
}

}  // namespace
}  // namespace magenta
