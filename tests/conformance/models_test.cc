// What every model of the table must do, whatever it is. A new line in models.def is tested here
// without anyone remembering.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/generator_details.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/models/model_spec.h"
#include "magenta/pipeline/training_example.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

std::vector<std::string> ModelIds() {
  std::vector<std::string> ids;
  for (const ModelSpec& spec : BuiltInModels()) ids.push_back(spec.id);
  return ids;
}

/// Of letters, digits and underscores alone.
std::string TestName(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

class EveryModel : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { spec_ = *FindModel(GetParam()); }
  // What the classes of the codec's first head stand for where nothing was heard yet.
  std::vector<Event> AcceptedEvents() const {
    const auto encoder = spec_->codec->NewEncoder();
    encoder->Push(spec_->codec->default_event());
    std::vector<int> labels(spec_->codec->head_sizes().size());
    std::set<Event> accepted;
    for (labels[0] = 0; labels[0] < spec_->codec->head_sizes()[0]; ++labels[0]) {
      accepted.insert(encoder->Decode(labels));
    }
    return {accepted.begin(), accepted.end()};
  }
  // A random sequence of such events.
  EventSequence RandomEvents(int size, uint32_t seed) const {
    SeededUniform uniform(seed);
    const std::vector<Event> accepted = AcceptedEvents();
    EventSequence sequence{{accepted.back()}, {}};
    while (static_cast<int>(sequence.events.size()) < size) {
      // Often the same again one or two bars later: that is what lookback is about.
      const size_t n = sequence.events.size();
      const double what = uniform.Next();
      if (what < 0.2 && n >= 16) {
        sequence.events.push_back(sequence.events[n - 16]);
      } else if (what < 0.4 && n >= 32) {
        sequence.events.push_back(sequence.events[n - 32]);
      } else {
        const auto i = static_cast<size_t>(uniform.Next() * static_cast<double>(accepted.size()));
        sequence.events.push_back(accepted[i]);
      }
    }
    return sequence;
  }
  const ModelSpec* spec_ = nullptr;
};

TEST_P(EveryModel, SaysWhatItIs) {
  EXPECT_FALSE(spec_->description.empty());
  EXPECT_NE(spec_->kind, nullptr);
  EXPECT_NE(spec_->codec, nullptr);
  ASSERT_NE(spec_->architecture, nullptr);
  EXPECT_FALSE(spec_->architecture->name.empty());
  EXPECT_NE(spec_->architecture->make_runtime, nullptr);
  EXPECT_GT(spec_->grid.steps(), 0);
  EXPECT_EQ(ParseHParams(HParamsText(spec_->hparams), HParams{}).value(), spec_->hparams);
}

TEST_P(EveryModel, DetailsSayKindGridAndArguments) {
  const GeneratorDetails details = DetailsOf(*spec_);
  EXPECT_EQ(details.id(), spec_->id);
  EXPECT_EQ(details.kind(), spec_->kind->names().one);
  EXPECT_EQ(SpecOfKind(details), spec_);
  EXPECT_EQ(GridOf(details).value(), spec_->grid);
  EXPECT_EQ(details.has_control(), spec_->codec->has_control());
  EXPECT_EQ(ReadsChords(details), spec_->kind->ReadsChords());
  // A request that says every default is one that says nothing.
  GeneratorOptions options;
  std::set<std::string> names;
  for (const GeneratorArgument& argument : details.arguments()) {
    EXPECT_TRUE(names.insert(argument.name()).second) << argument.name();
    EXPECT_FALSE(argument.help().empty()) << argument.name();
    if (argument.has_default_value()) {
      (*options.mutable_args())[argument.name()] = argument.default_value();
    }
  }
  EXPECT_EQ(names.count("seed"), 1u);
  EXPECT_EQ(names.count("render_chords"), spec_->kind->ReadsChords() ? 1u : 0u);
  const auto said = ParseGenerateArgs(options);
  ASSERT_TRUE(said.ok()) << said.status();
  GenerateArgs unsaid;
  unsaid.sampling.temperature = spec_->temperature;
  EXPECT_EQ(*said, unsaid);
  // What is no argument is answered with those that it takes.
  GenerateSequenceRequest request;
  (*request.mutable_generator_options()->mutable_args())["bogus"].set_int_value(1);
  const auto refused = SequenceGenerator(testing::RandomModel(GetParam())).Generate(request);
  const std::string remedy = ErrorRemedy(refused.status()) + ",";
  for (const GeneratorArgument& argument : GenerateArguments()) {
    const bool listed = std::regex_search(remedy, std::regex("\\b" + argument.name() + "[, ]"));
    EXPECT_EQ(listed, names.contains(argument.name())) << argument.name() << ": " << remedy;
  }
  // The same of one that is loaded.
  GeneratorDetails loaded = SequenceGenerator(testing::RandomModel(GetParam())).details();
  EXPECT_EQ(loaded.SerializeAsString(), details.SerializeAsString());
}

TEST_P(EveryModel, LabelsDecodeToTheEventTheyStandFor) {
  const EventSequence sequence = RandomEvents(300, 7);
  const auto encoder = spec_->codec->NewEncoder();
  std::vector<int> labels(spec_->codec->head_sizes().size());
  SparseVector input;
  for (size_t i = 0; i < sequence.events.size(); ++i) {
    if (i > 0) {
      encoder->Labels(sequence.events[i], labels);
      for (size_t head = 0; head < labels.size(); ++head) {
        ASSERT_GE(labels[head], 0);
        ASSERT_LT(labels[head], spec_->codec->head_sizes()[head]);
      }
      ASSERT_EQ(encoder->Decode(labels), sequence.events[i]) << "at step " << i;
    }
    encoder->Push(sequence.events[i]);
    encoder->Input(input);
    for (const int32_t index : input.index) {
      ASSERT_GE(index, 0);
      ASSERT_LT(index, spec_->codec->input_size());
    }
  }
}

TEST_P(EveryModel, ACopyOfAnEncoderGoesItsOwnWay) {
  const EventSequence sequence = RandomEvents(80, 8);
  const auto whole = spec_->codec->NewEncoder();
  for (size_t i = 0; i + 1 < sequence.events.size(); ++i) whole->Push(sequence.events[i]);
  const auto copy = whole->Clone();
  SparseVector before, after;
  copy->Input(before);
  whole->Push(sequence.events.back());
  copy->Input(after);
  EXPECT_EQ(before, after);
  whole->Input(before);
  copy->Push(sequence.events.back());
  copy->Input(after);
  EXPECT_EQ(before, after);
}

void CutAt(double seconds, NoteSequence& sequence) {
  auto* notes = sequence.mutable_notes();
  notes->erase(std::remove_if(notes->begin(), notes->end(),
                              [seconds](const auto& note) { return note.start_time() >= seconds; }),
               notes->end());
  for (auto& note : *notes) note.set_end_time(std::min(note.end_time(), seconds));
  sequence.set_total_time(std::min(sequence.total_time(), seconds));
}

TEST_P(EveryModel, GeneratesTwoBarsOfNotesThatRepeatWithTheSeed) {
  const SequenceGenerator generator(testing::RandomModel(GetParam()));
  // The first beat of a random sequence, as its kind writes it, at 120 quarters a minute.
  const int beat = static_cast<int>(spec_->grid.StepsPerQuarter(120));
  Primer primer;
  primer.grid = spec_->grid;
  GenerateSequenceRequest request;
  const EventSequence events = spec_->kind->HearsSeconds()  // a random one may begin in silence
                                   ? EventSequence{testing::TuneFor(*spec_), {}}
                                   : RandomEvents(beat, 10);
  *request.mutable_input_sequence() = spec_->kind->Render(events, primer, 120);
  const double start = 0.5, end = 4.0;
  CutAt(start, *request.mutable_input_sequence());  // where time itself is an event, more came
  ASSERT_GT(request.input_sequence().notes_size(), 0);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(start);
  section->set_end_time(end);
  (*request.mutable_generator_options()->mutable_args())["seed"].set_int_value(3);
  const auto once = generator.GenerateMany(request, 3);
  ASSERT_TRUE(once.ok()) << once.status();
  const auto again = generator.GenerateMany(request, 3);
  ASSERT_TRUE(again.ok());
  std::set<std::string> different;
  for (size_t i = 0; i < 3; ++i) {
    const std::string bytes = once->outputs[i].sequence.SerializeAsString();
    EXPECT_EQ(bytes, again->outputs[i].sequence.SerializeAsString());
    int steps = 0;
    for (const Event event : once->outputs[i].events.events) steps += spec_->kind->StepsOf(event);
    EXPECT_EQ(steps, end * 2 * beat);
    EXPECT_LE(once->outputs[i].sequence.total_time(), end + 1e-9);
    different.insert(bytes);
  }
  EXPECT_GT(different.size(), 1u);
  EXPECT_EQ(generator.details().id(), GetParam());
}

TEST_P(EveryModel, EncodesAMelodyAsOftenAsItHasEventsToPredict) {
  const EventSequence sequence = RandomEvents(50, 9);
  const TrainingExample example = EncodeExample(*spec_->codec, sequence);
  const auto rows = static_cast<size_t>(spec_->codec->RowsOf(sequence));
  EXPECT_EQ(example.inputs.rows(), rows);
  EXPECT_EQ(example.labels.size(), rows * spec_->codec->head_sizes().size());
  // A row an event, but of those of which several make a step.
  const bool makes_all = std::all_of(sequence.events.begin(), sequence.events.end(),
                                     [&](Event event) { return spec_->codec->MakesRow(event); });
  EXPECT_EQ(rows == 49u, makes_all);
}

INSTANTIATE_TEST_SUITE_P(Models, EveryModel, ::testing::ValuesIn(ModelIds()),
                         [](const auto& info) { return TestName(info.param); });

}  // namespace
}  // namespace magenta
