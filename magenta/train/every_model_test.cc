// What training must do for every model of the table: learn a little, go into a bundle, and come
// back as a runtime that finds music as probable as the trainer does. A new line in models.def is
// tested here without anyone remembering.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>

#include "magenta/base/files.h"
#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/session.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/music/polyphony/pianoroll.h"
#include "magenta/train/learner.h"
#include "magenta/train/train.h"
#include "tests/conformance/toy_architecture.h"

namespace magenta {
namespace {

constexpr int kExamples = 6;
constexpr int kSteps = 4;

std::vector<std::string> ModelIds() {
  std::vector<std::string> ids;
  for (const ModelSpec& spec : BuiltInModels()) ids.push_back(spec.id);
  return ids;
}

/// What a piece begins with, where that is not as good as any event.
Event FirstEventOf(const ModelSpec& spec) {
  return spec.kind->Events() == "pianoroll" ? kRollStart : spec.codec->default_event();
}

/// Sequences that a model of random weights draws.
std::vector<EventSequence> RandomExamples(const ModelSpec& spec) {
  const auto model = testing::RandomModel(spec.id);
  SeededUniform uniform(3);
  std::vector<EventSequence> examples(kExamples);
  for (size_t i = 0; i < examples.size(); ++i) {
    Session session(model, 1);
    session.Prime({{FirstEventOf(spec)}});
    const size_t events = spec.codec->learns_inputs() ? 200 : 20;  // of some 45 a step
    while (session.events(0).size() < events + i) {
      session.Prime({{session.Sample(0, {}, uniform)}});
    }
    examples[i].events = session.events(0);
  }
  return examples;
}

/// What is learned of steps that several events make: those before the last event.
void CutToLearned(const EventCodec& codec, EventSequence& example) {
  example.events.pop_back();
  while (!codec.MakesRow(example.events.back())) example.events.pop_back();
}

/// Of letters, digits and underscores alone.
std::string TestName(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

class EveryModelTrains : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    spec_ = FindModel(GetParam()).value();
    folder_ =
        ::testing::TempDir() + "/every_model_test_" + std::to_string(::getpid()) + "_" + GetParam();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  absl::Status WriteExamples(const std::vector<EventSequence>& examples) const {
    MAGENTA_ASSIGN_OR_RETURN(RecordWriter writer, RecordWriter::Create(folder_ + "/data.tfrecord"));
    for (const EventSequence& example : examples) {
      MAGENTA_RETURN_IF_ERROR(
          writer.Write(SerializeCompact({spec_->id, "random", 0, example.events, {}})));
    }
    return writer.Commit();
  }

  /// The trained weights in a bundle, as `magenta bundle` writes it.
  absl::StatusOr<std::string> Bundle(const std::string& run_dir) const {
    ModelSource source;
    source.config = spec_->id;
    source.run_dir = run_dir;
    MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, ReadWeights(source));
    GeneratorBundle bundle;
    bundle.mutable_generator_details()->set_id(spec_->id);
    bundle.set_hparams(weights.hparams_text);
    const std::string path = folder_ + "/model.mag";
    MAGENTA_RETURN_IF_ERROR(WriteBundle(path, bundle, weights.tensors));
    return path;
  }

  const ModelSpec* spec_ = nullptr;
  std::string folder_;
};

TEST_P(EveryModelTrains, AndItsRuntimeSaysWhatTheTrainerSays) {
  const std::vector<EventSequence> examples = RandomExamples(*spec_);
  ASSERT_TRUE(WriteExamples(examples).ok());
  TrainOptions options;
  options.model = spec_;
  options.run_dir = folder_ + "/run";
  options.sequence_example_file = folder_ + "/data.tfrecord";
  options.hparams = "batch_size=6,rnn_layer_sizes=[9,7],learning_rate=0.01";
  options.num_training_steps = kSteps;
  double first = 0;
  options.on_progress = [&](const TrainProgress& p) { first = p.step == 1 ? p.loss : first; };
  const auto trained = Train(options);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(trained->step, kSteps);
  EXPECT_LT(trained->training.loss, first);

  EvalOptions eval;
  eval.model = spec_;
  eval.run_dir = options.run_dir;
  eval.sequence_example_file = options.sequence_example_file;
  const auto measured = Evaluate(eval);
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->metrics.examples, kExamples);

  const auto bundle = Bundle(options.run_dir);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  ModelSource source;
  source.bundle_file = *bundle;
  const auto model = LoadModel(source);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->spec, spec_);
  double total = 0, rows = 0;
  const bool by_steps = spec_->codec->learns_inputs();
  for (EventSequence example : examples) {
    if (by_steps) CutToLearned(*spec_->codec, example);
    const auto likelihood = LogLikelihood(*model, example);
    ASSERT_TRUE(likelihood.ok()) << likelihood.status();
    total -= likelihood->total;
    rows += by_steps ? static_cast<double>(spec_->codec->RowsOf(example)) + 1
                     : static_cast<double>(likelihood->per_event.size());
  }
  const double labels = rows * static_cast<double>(spec_->codec->head_sizes().size());
  EXPECT_EQ(labels, measured->metrics.steps);
  // The reference adds a millionth to each of a step's probabilities.
  EXPECT_NEAR(total / labels, measured->metrics.loss, by_steps ? 2e-4 : 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Models, EveryModelTrains, ::testing::ValuesIn(ModelIds()),
                         [](const auto& info) { return TestName(info.param); });

/// Music of the toy kind, in which the control says which pitch follows, as `path`.
std::vector<EventSequence> WriteToyExamples(const std::string& id, const std::string& path) {
  std::vector<EventSequence> examples(4);
  auto writer = RecordWriter::Create(path);
  EXPECT_TRUE(writer.ok());
  for (EventSequence& example : examples) {
    for (int p = 0; p < 30; ++p) {
      example.control.push_back(p % toy::kToyControls);
      example.events.push_back(p % 2 == 0 ? p % toy::kToyControls : toy::kToyPitches);
    }
    EXPECT_TRUE(
        writer->Write(SerializeCompact({id, "toy", 0, example.events, example.control})).ok());
  }
  EXPECT_TRUE(writer->Commit().ok());
  return examples;
}

class ToysTrain : public ::testing::Test {
 protected:
  ToysTrain() : folder_(::testing::TempDir() + "/toys_train_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~ToysTrain() override { std::filesystem::remove_all(folder_); }

  /// Options to train `toy`, which becomes known, on examples of its own.
  TrainOptions Options(const ModelSpec& toy) {
    AddModels({&toy, 1});
    examples_ = WriteToyExamples(toy.id, folder_ + "/data.tfrecord");
    TrainOptions options;
    options.model = &toy;
    options.run_dir = folder_ + "/run";
    options.sequence_example_file = folder_ + "/data.tfrecord";
    options.hparams = "batch_size=4,learning_rate=0.05,dropout_keep_prob=1.0";
    options.num_training_steps = 60;
    return options;
  }

  /// Trains, and finds the music likely by the runtime of what was learnt.
  void ExpectLearns(const TrainOptions& options) {
    const auto trained = Train(options);
    ASSERT_TRUE(trained.ok()) << trained.status();
    EXPECT_LT(trained->training.loss, 0.3);
    ModelSource source;
    source.config = options.model->id;
    source.run_dir = options.run_dir;
    const auto model = LoadModel(source);
    ASSERT_TRUE(model.ok()) << model.status();
    const auto found = LogLikelihood(*model, examples_[0]);
    ASSERT_TRUE(found.ok());
    EXPECT_GT(found->total / static_cast<double>(found->per_event.size()), -0.3);
  }

  const std::string folder_;
  std::vector<EventSequence> examples_;
};

TEST_F(ToysTrain, AKindOfMusic) {
  static const ModelSpec toy = toy::ToyModel();
  ExpectLearns(Options(toy));
}

/// Music that training hears in a key drawn for each step, and now and then a part of it.
class VariedToyKind final : public toy::ToyKind {
 public:
  EventSequence Varied(const EventSequence& example, uint64_t key) const override {
    ++times;
    EventSequence varied = example;
    varied.events.resize(example.events.size() / (1 + key % 3));
    for (Event& event : varied.events) {
      if (event < toy::kToyPitches) {
        event = static_cast<Event>((event + key % toy::kToyPitches) % toy::kToyPitches);
      }
    }
    return varied;
  }
  mutable std::atomic<int> times = 0;
};

// In each example of each step; a run that is broken off goes on with the same ones, and what is
// measured is the music itself.
TEST_F(ToysTrain, MusicThatItsKindVaries) {
  static const auto kind = std::make_shared<const VariedToyKind>();
  static ModelSpec toy = toy::ToyModel();
  TrainOptions options = Options(toy);
  options.num_training_steps = 6;
  const auto weights = [&](const std::string& run, int first_end, int threads) {
    options.run_dir = folder_ + "/" + run;
    options.num_threads = threads;
    for (const int end : {first_end, 6}) {
      options.num_training_steps = end;
      const auto trained = Train(options);
      EXPECT_TRUE(trained.ok()) << trained.status();
    }
    return ReadFile(options.run_dir + "/train/model.ckpt-6.data-00000-of-00001").value();
  };
  const std::string itself = weights("itself", 6, 1);
  toy.kind = kind;
  const std::string varied = weights("varied", 6, 1);
  EXPECT_EQ(kind->times, 6 * 4);
  EXPECT_NE(varied, itself);
  EXPECT_EQ(weights("broken", 2, 2), varied);
  EvalOptions eval;
  eval.model = &toy;
  eval.run_dir = options.run_dir;
  eval.sequence_example_file = options.sequence_example_file;
  const int times = kind->times;
  ASSERT_TRUE(Evaluate(eval).ok());
  EXPECT_EQ(kind->times, times);
}

/// Of a matrix from inputs to logits, divided by attn_length.
class ToyMatrixLearner final : public Learner {
 public:
  ToyMatrixLearner(int inputs, int labels, int divisor, LearnerOptions options)
      : inputs_(inputs), labels_(labels), divisor_(divisor), options_(std::move(options)) {}

  const LearnerOptions& options() const override { return options_; }
  std::vector<Variable> StartVariables(uint32_t /*seed*/) const override {
    const std::vector<float> zeros(static_cast<size_t>(inputs_) * labels_);
    return {{toy::kToyMatrix, {inputs_, labels_}, zeros, zeros, zeros}};
  }
  size_t largest_shard() const override { return 2; }
  ScoreSums Score(const std::vector<Variable>& variables, const Batch& batch) const override {
    return ScoreLogits(Logits(variables, batch), batch.labels, labels_, toy::kToyPitches, 1, {});
  }
  ScoreSums Gradients(const std::vector<Variable>& variables, const Batch& batch,
                      const DropoutKey& /*dropout*/, int64_t total_steps,
                      std::vector<std::vector<float>>& gradients) const override {
    const std::vector<float> logits = Logits(variables, batch);
    std::vector<float> of_logits(logits.size());
    const double scale = 1.0 / static_cast<double>(total_steps);
    const ScoreSums sums =
        ScoreLogits(logits, batch.labels, labels_, toy::kToyPitches, scale, of_logits);
    gradients.assign(1, std::vector<float>(variables[0].value.size()));
    for (size_t row = 0; row < batch.inputs.rows(); ++row) {
      batch.inputs.ForEach(row, [&](int32_t input, float value) {
        for (int label = 0; label < labels_; ++label) {
          gradients[0][input * labels_ + label] +=
              value / divisor_ * of_logits[row * labels_ + label];
        }
      });
    }
    return sums;
  }

 private:
  std::vector<float> Logits(const std::vector<Variable>& variables, const Batch& batch) const {
    std::vector<float> logits(batch.inputs.rows() * labels_);
    for (size_t row = 0; row < batch.inputs.rows(); ++row) {
      batch.inputs.ForEach(row, [&](int32_t input, float value) {
        for (int label = 0; label < labels_; ++label) {
          logits[row * labels_ + label] +=
              value / divisor_ * variables[0].value[input * labels_ + label];
        }
      });
    }
    return logits;
  }

  const int inputs_, labels_, divisor_;
  const LearnerOptions options_;
};

TEST_F(ToysTrain, AnArchitectureOnceALearnerIsKnown) {
  static const ModelSpec toy = toy::ToyMatrixModel();
  const TrainOptions options = Options(toy);
  const auto refused = Train(options);
  EXPECT_EQ(ExitStatus(refused.status()), 2);
  EXPECT_THAT(
      ErrorLine(refused.status()),
      ::testing::HasSubstr("toy_matrix is of the architecture 'toy matrix', for which there "
                           "is no learner"));
  EXPECT_THAT(ErrorRemedy(refused.status()), ::testing::HasSubstr("What learns here is rnn"));
  EXPECT_FALSE(std::filesystem::exists(options.run_dir));
  EvalOptions eval;
  eval.model = &toy;
  eval.run_dir = options.run_dir;
  eval.sequence_example_file = options.sequence_example_file;
  EXPECT_EQ(ExitStatus(Evaluate(eval).status()), 2);

  static constexpr LearnerEntry kEntry = {
      "toy matrix",
      [](const ModelSpec& spec, const HParams& hparams,
         const LearnerOptions& how) -> absl::StatusOr<std::unique_ptr<Learner>> {
        return std::make_unique<ToyMatrixLearner>(
            spec.codec->input_size(), spec.codec->num_classes(), hparams.attn_length, how);
      }};
  AddLearners({&kEntry, 1});
  ExpectLearns(options);
  const auto measured = Evaluate(eval);
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_LT(measured->metrics.loss, 0.3);
}

}  // namespace
}  // namespace magenta
