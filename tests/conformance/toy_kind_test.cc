// A kind whose events last 0 or more steps, beside a control, through everything that makes music.
#include "tests/conformance/toy_kind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "magenta/generate/generation_task.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/plan/script.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/pipeline/training_example.h"

namespace magenta {
namespace {

using toy::kToyEvents;
using toy::kToyPitches;

/// The toy model with random weights.
std::shared_ptr<const Model> Toy() {
  static const ModelSpec& spec = *new ModelSpec(toy::ToyModel());
  static const bool added = (AddModels({&spec, 1}), true);
  EXPECT_TRUE(added);
  return testing::RandomModel("toy_rnn");
}

/// A note a quarter at 120 quarters a minute, and the sections to generate, in steps.
GenerateSequenceRequest Request(std::vector<std::pair<int, int>> sections, int beam_size = 1) {
  GenerateSequenceRequest request;
  request.mutable_input_sequence()->add_tempos()->set_qpm(120);
  for (int i = 0; i < 16; ++i) {
    const bool drawn = std::any_of(sections.begin(), sections.end(), [i](const auto& section) {
      return i * 4 + 4 > section.first && i * 4 < section.second;
    });
    if (drawn) continue;
    auto* note = request.mutable_input_sequence()->add_notes();
    note->set_pitch(60 + i % 5);
    note->set_velocity(80);
    note->set_start_time(i * 0.5);
    note->set_end_time(i * 0.5 + 0.5);
  }
  request.mutable_input_sequence()->set_total_time(8);
  auto& options = *request.mutable_generator_options();
  for (const auto& [start, end] : sections) {
    auto* section = options.add_generate_sections();
    section->set_start_time(start / 8.0);
    section->set_end_time(end / 8.0);
  }
  (*options.mutable_args())["seed"].set_int_value(3);
  (*options.mutable_args())["beam_size"].set_int_value(beam_size);
  (*options.mutable_args())["branch_factor"].set_int_value(beam_size > 1 ? 2 : 1);
  return request;
}

TEST(ToyKind, TheSameControlIsAskedForEverywhere) {
  const auto model = Toy();
  const EventSequence sequence{{0, 12, 3, 15, 1, 13}, {0, 1, 2, 0, 1, 2}};
  const TrainingExample learned = EncodeExample(*model->codec, sequence);
  ASSERT_EQ(learned.inputs.rows(), 5u);
  for (int i = 0; i < 5; ++i) {
    // The control of the next event beside this one.
    EXPECT_EQ(learned.inputs.Row(i).index,
              (std::vector<int32_t>{(i + 1) % 3, toy::kToyControls + sequence.events[i]}));
  }
  // What was drawn is as probable as it is found to be, but for a last event that was cut.
  for (const int beam : {1, 4}) {
    int equal = 0;
    const auto music =
        SequenceGenerator(model).GenerateMany(Request({{64, 96}}, beam), beam == 1 ? 6 : 4);
    ASSERT_TRUE(music.ok()) << music.status();
    for (const GeneratedOutput& output : music->outputs) {
      const auto found = LogLikelihood(model, output.events);
      ASSERT_TRUE(found.ok());
      equal += std::abs(output.log_likelihood - found->total) < 1e-3;
    }
    EXPECT_GE(equal, 1) << beam;
  }
}

TEST(ToyKind, GoesOnUpToAStepWhateverItsEventsLast) {
  const auto model = Toy();
  const auto music = SequenceGenerator(model).GenerateMany(Request({{64, 96}}), 8);
  ASSERT_TRUE(music.ok()) << music.status();
  std::set<size_t> lengths;
  for (const GeneratedOutput& output : music->outputs) {
    EXPECT_EQ(StepsOf(*model->spec->kind, output.events.events), 96);
    EXPECT_LE(output.sequence.total_time(), 12);
    lengths.insert(output.events.events.size());
  }
  EXPECT_GT(lengths.size(), 1u);  // rows that were done waited for others
  // Each is the one that is drawn alone.
  for (size_t i = 0; i < music->outputs.size(); ++i) {
    GenerateSequenceRequest request = Request({{64, 96}});
    (*request.mutable_generator_options()->mutable_args())["seed"].set_int_value(
        static_cast<int32_t>(music->outputs[i].seed));
    const auto alone = SequenceGenerator(model).GenerateMany(request, 1);
    ASSERT_TRUE(alone.ok());
    EXPECT_EQ(alone->outputs[0].events, music->outputs[i].events);
    EXPECT_EQ(alone->outputs[0].log_likelihood, music->outputs[i].log_likelihood);
  }
}

TEST(ToyKind, FillsLeaveWhatIsGiven) {
  const auto model = Toy();
  const auto whole = SequenceGenerator(model).GenerateMany(Request({{10, 14}, {32, 40}}, 4), 1);
  ASSERT_TRUE(whole.ok()) << whole.status();
  const GeneratedOutput& output = whole->outputs[0];
  EXPECT_EQ(StepsOf(*model->spec->kind, output.events.events), 64);
  std::set<int> quarters;
  int64_t step = 0;
  for (const Event event : output.events.events) {
    const bool given = step < 10 || (step >= 14 && step < 32) || step >= 40;
    if (event < kToyPitches && given) {
      EXPECT_EQ(step % 4, 0);
      EXPECT_EQ(event, step / 4 % 5);
      quarters.insert(static_cast<int>(step / 4));
    }
    step += model->spec->kind->StepsOf(event);
  }
  EXPECT_EQ(quarters, (std::set<int>{0, 1, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15}));
}

TEST(ToyKind, PitchesCanBeForbidden) {
  const auto model = Toy();
  GenerateSequenceRequest request = Request({{10, 14}, {64, 96}}, 2);
  auto& args = *request.mutable_generator_options()->mutable_args();
  args["key"].set_string_value("D");
  args["max_pitch"].set_int_value(69);
  const auto music = SequenceGenerator(model).GenerateMany(request, 32);
  ASSERT_TRUE(music.ok()) << music.status();
  std::set<int> pitches;
  for (const GeneratedOutput& output : music->outputs) {
    for (const auto& note : output.sequence.notes()) {
      if (note.start_time() >= 8) pitches.insert(note.pitch());
    }
  }
  EXPECT_EQ(pitches, (std::set<int>{61, 62, 64, 66, 67, 69}));
}

TEST(ToyKind, EndsWhereItIsAskedTo) {
  const auto model = Toy();
  GenerateSequenceRequest request = Request({{64, 128}});
  (*request.mutable_generator_options()->mutable_args())["ending"].set_int_value(1);
  const auto music = SequenceGenerator(model).GenerateMany(request, 8);
  ASSERT_TRUE(music.ok()) << music.status();
  for (const GeneratedOutput& output : music->outputs) {
    EXPECT_EQ(StepsOf(*model->spec->kind, output.events.events), 128);
    const double last = output.sequence.notes().rbegin()->start_time() * 8;
    EXPECT_TRUE(last == 112 || last == 116 || last == 120) << last;
  }
}

TEST(ToyKind, LimitsAndProgressCountSteps) {
  const auto model = Toy();
  const auto start = [&](int64_t max_steps) {
    TaskOptions options;
    options.max_steps = max_steps;
    return GenerationTask::Start(model, Request({{64, 96}}), options);
  };
  EXPECT_EQ(start(95).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(std::string(start(95).status().message()),
            "the music has 96 steps, its input counted. At most 95 are allowed here");
  auto task = start(96);
  ASSERT_TRUE(task.ok()) << task.status();
  EXPECT_EQ(task->steps_total(), 96);
  int64_t steps = 0;
  while (!task->done()) {
    if (task->session().pending()) task->session().Step();
    task->Advance();
    EXPECT_GE(task->steps_done(), steps);
    steps = task->steps_done();
  }
  EXPECT_EQ(steps, 96);
}

}  // namespace
}  // namespace magenta
