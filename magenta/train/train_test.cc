// Whole runs on a small data set: that they learn, go on to the bit, stop, keep and refuse.

#include "magenta/train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <set>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/io/record/event_reader.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/pipeline/training_example.h"
#include "magenta/train/run_log.h"

namespace magenta {
namespace {

using testing::HasSubstr;

// Scales and arpeggios of several lengths: easy to learn.
std::vector<EventSequence> Tunes(int count) {
  std::vector<EventSequence> tunes;
  for (int i = 0; i < count; ++i) {
    EventSequence tune;
    for (int t = 0; t < 24 + 4 * (i % 5); ++t) {
      tune.events.push_back(t % 2 == 1 ? kNoEvent : 55 + i % 7 + 2 * ((t / 2) % 6));
    }
    tunes.push_back(tune);
  }
  return tunes;
}

class TrainTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/train_test_" + std::to_string(::getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    Write(folder_ + "/data.tfrecord", Tunes(30));
    Write(folder_ + "/held_out.tfrecord", Tunes(9));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static void Write(const std::string& path, const std::vector<EventSequence>& tunes) {
    auto writer = RecordWriter::Create(path);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const EventSequence& tune : tunes) {
      ASSERT_TRUE(
          writer->Write(SerializeCompact({"basic_rnn", "tune.mid", 0, tune.events, {}})).ok());
    }
    ASSERT_TRUE(writer->Commit().ok());
  }

  TrainOptions Options(const std::string& run) const {
    TrainOptions options;
    options.model = FindModel("basic_rnn").value();
    options.run_dir = folder_ + "/" + run;
    options.sequence_example_file = folder_ + "/data.tfrecord";
    options.hparams = "batch_size=8,rnn_layer_sizes=[16,16],learning_rate=0.01";
    options.num_training_steps = 12;
    options.save_every_steps = 5;
    return options;
  }

  static std::string Bytes(const std::string& prefix) {
    return ReadFile(prefix + ".data-00000-of-00001").value();
  }

  std::string folder_;
};

TEST_F(TrainTest, LearnsAndMeasures) {
  TrainOptions options = Options("run");
  options.num_training_steps = 60;
  options.eval_file = folder_ + "/held_out.tfrecord";
  options.eval_every_steps = 20;
  std::vector<double> losses;
  int evaluations = 0;
  options.on_progress = [&](const TrainProgress& p) {
    if (p.evaluation != nullptr) {
      ++evaluations;
    } else {
      losses.push_back(p.loss);
    }
  };
  const auto result = Train(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->step, 60);
  EXPECT_EQ(losses.size(), 60u);
  EXPECT_EQ(evaluations, 3);
  EXPECT_LT(losses.back(), 0.7 * losses.front());
  EXPECT_EQ(result->best_step, 60);

  EvalOptions eval;
  eval.model = options.model;
  eval.run_dir = options.run_dir;
  eval.sequence_example_file = options.eval_file;
  const auto measured = Evaluate(eval);
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->step, 60);
  EXPECT_EQ(measured->metrics.examples, 9);
  EXPECT_DOUBLE_EQ(measured->metrics.loss, result->evaluation.loss);
  EXPECT_DOUBLE_EQ(measured->metrics.loss, result->best_loss);
  eval.run_dir = options.run_dir + "/best";
  EXPECT_DOUBLE_EQ(Evaluate(eval).value().metrics.loss, result->best_loss);
  eval.num_examples = 2;
  EXPECT_EQ(Evaluate(eval).value().metrics.examples, 2);
}

TEST_F(TrainTest, OtherDataOfTheSameSizeBeginAnEpoch) {
  TrainOptions options = Options("run");
  options.num_training_steps = 2;
  ASSERT_TRUE(Train(options).ok());
  std::vector<EventSequence> tunes = Tunes(30);
  const auto begins_an_epoch = [&](int steps) {
    bool begun = false;
    options.on_note = [&](const std::string& note) {
      begun = begun || note == "the training data changed: a new epoch begins";
    };
    options.num_training_steps = steps;
    EXPECT_TRUE(Train(options).ok());
    return begun;
  };
  EXPECT_FALSE(begins_an_epoch(3));
  tunes[7].events[0] = tunes[7].events[0] == 60 ? 62 : 60;
  Write(folder_ + "/data.tfrecord", tunes);
  EXPECT_TRUE(begins_an_epoch(4));
  EXPECT_FALSE(begins_an_epoch(5));
}

TEST_F(TrainTest, BrokenRunEndsInTheSameBytes) {
  const auto whole = Train(Options("whole"));
  ASSERT_TRUE(whole.ok()) << whole.status();
  // Stopped in the midst of an epoch and of a checkpoint interval, then gone on with two threads.
  TrainOptions options = Options("broken");
  std::atomic<bool> stop = false;
  options.stop = &stop;
  options.on_progress = [&](const TrainProgress& p) { stop = p.step == 7; };
  const auto stopped = Train(options);
  EXPECT_EQ(ExitStatus(stopped.status()), 130) << stopped.status();
  options.on_progress = nullptr;
  stop = false;
  options.num_threads = 2;
  const auto resumed = Train(options);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->step, 12);
  EXPECT_EQ(Bytes(whole->checkpoint), Bytes(resumed->checkpoint));
  EXPECT_EQ(std::filesystem::path(whole->checkpoint).filename(), "model.ckpt-12");
}

// The averages are measured, kept as the best and read by whoever uses the run; the values beside
// them are what a run without averages has, since nothing is learned from averages.
TEST_F(TrainTest, AveragedWeights) {
  TrainOptions options = Options("averaged");
  options.eval_file = folder_ + "/held_out.tfrecord";
  const auto plain = Train([&] {
    TrainOptions other = options;
    other.run_dir = folder_ + "/plain";
    return other;
  }());
  ASSERT_TRUE(plain.ok()) << plain.status();
  options.average_weights = 0.9;
  const auto averaged = Train(options);
  ASSERT_TRUE(averaged.ok()) << averaged.status();
  const TensorMap values = ReadCheckpoint(plain->checkpoint).value();
  const TensorMap both = ReadCheckpoint(averaged->checkpoint).value();
  const TensorMap best = ReadCheckpoint(folder_ + "/averaged/best/train/model.ckpt-12").value();
  ModelSource source;
  source.checkpoint_file = averaged->checkpoint;
  const TensorMap read = ReadWeights(source).value().tensors;
  int averages = 0;
  for (const auto& [name, tensor] : values) {
    if (name.starts_with("rnn/") || name.starts_with("fully_connected/")) {
      EXPECT_EQ(both.at(name), tensor) << name;
    }
    const auto average = both.find("magenta/average/" + name);
    if (average == both.end()) continue;
    ++averages;
    EXPECT_NE(average->second, tensor) << name;
    EXPECT_EQ(best.at(name), average->second) << name;
    EXPECT_EQ(read.at(name), average->second) << name;
  }
  EXPECT_EQ(averages, 6);
  EXPECT_FALSE(read.contains("magenta/average/fully_connected/weights"));
  EXPECT_FALSE(best.contains("magenta/average/fully_connected/weights"));
  EXPECT_NE(averaged->evaluation.loss, plain->evaluation.loss);
  EvalOptions eval;
  eval.model = options.model;
  eval.sequence_example_file = options.eval_file;
  eval.run_dir = options.run_dir;
  for (const bool newest : {false, true}) {
    eval.newest = newest;
    EXPECT_DOUBLE_EQ(Evaluate(eval).value().metrics.loss, averaged->evaluation.loss) << newest;
  }
}

// After one step matrices lack what decayed of their start values; nothing else is other.
TEST_F(TrainTest, WeightDecay) {
  const auto weights = [&](const std::string& run, const std::string& more, int step) {
    TrainOptions options = Options(run);
    options.hparams += more;
    options.num_training_steps = 1;
    const auto result = Train(options);
    EXPECT_TRUE(result.ok()) << result.status();
    return ReadCheckpoint(options.run_dir + "/train/model.ckpt-" + std::to_string(step)).value();
  };
  const TensorMap plain = weights("plain", "", 1);
  EXPECT_EQ(weights("zero", ",weight_decay=0", 1).at("fully_connected/weights"),
            plain.at("fully_connected/weights"));
  const TensorMap start = weights("decays", ",weight_decay=2", 0);
  const TensorMap decayed = weights("decays", "", 1);  // the run's own
  int matrices = 0;
  for (const auto& [name, tensor] : plain) {
    if (tensor.dtype != DType::kFloat32) continue;
    const bool is_matrix = tensor.shape.size() == 2 && name.find("/Adam") == std::string::npos;
    matrices += is_matrix;
    for (size_t i = 0; i < tensor.floats().size(); ++i) {
      const float lost = is_matrix ? 0.02f * start.at(name).floats()[i] : 0;
      ASSERT_NEAR(decayed.at(name).floats()[i], tensor.floats()[i] - lost, 1e-7) << name;
    }
  }
  EXPECT_EQ(matrices, 3);
}

// How a run learns is written in it: it goes on so where nothing is said, and nothing else may be.
TEST_F(TrainTest, PlanOfARun) {
  TrainOptions options = Options("run");
  options.learning_rate_schedule = "cosine";
  options.warmup_steps = 3;
  options.average_weights = 0.9;
  TrainOptions whole = options;
  whole.run_dir = folder_ + "/whole";
  std::atomic<bool> stop = false;
  options.stop = &stop;
  options.on_progress = [&](const TrainProgress& p) { stop = p.step == 7; };
  EXPECT_EQ(ExitStatus(Train(options).status()), 130);
  stop = false;
  options.on_progress = nullptr;
  options.learning_rate_schedule = "";
  options.warmup_steps = {};
  options.average_weights = {};
  const auto refused = [&](auto change, const char* says) {
    TrainOptions other = options;
    change(other);
    const absl::Status status = Train(other).status();
    EXPECT_EQ(ExitStatus(status), 2) << status;
    EXPECT_THAT(ErrorLine(status), HasSubstr(says));
  };
  refused([](auto& o) { o.learning_rate_schedule = "linear"; }, "began with --learning_rate_sch");
  refused([](auto& o) { o.warmup_steps = 0; }, "--warmup_steps=3");
  refused([](auto& o) { o.average_weights = 0; }, "--average_weights=0.9");
  refused([](auto& o) { o.num_training_steps = 13; }, "comes to 0 at step 12");
  refused([](auto& o) { o.num_training_steps = 0; }, "comes to 0 at step 12");
  for (const int64_t more : {2, 6}) {
    refused([&](auto& o) { o.more_steps = more; }, "--more_steps cannot add. Give --num_training_");
  }
  options.num_threads = 2;
  // Nobody names an end: neither that of a run without a schedule nor its patience is meant.
  options.num_training_steps = {};
  options.default_steps = 20;
  options.default_patience = 1;
  std::string notes;
  options.on_note = [&](const std::string& note) { notes += note + "\n"; };
  const auto resumed = Train(options);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->step, 12);
  EXPECT_EQ(resumed->schedule_steps, 12);
  EXPECT_THAT(notes, testing::Not(HasSubstr("ends at step")));
  EXPECT_EQ(Bytes(resumed->checkpoint), Bytes(Train(whole).value().checkpoint));
}

// The end of a run that nobody gives one.
TEST_F(TrainTest, DefaultEnd) {
  TrainOptions options = Options("run");
  options.num_training_steps = {};
  options.default_steps = 7;
  options.default_patience = 3;
  std::string notes;
  options.on_note = [&](const std::string& note) { notes += note + "\n"; };
  EXPECT_EQ(Train(options).value().step, 7);
  EXPECT_THAT(notes, HasSubstr("ends at step 7, or when 3 measurements bring no gain"));
  options.more_steps = 2;
  options.patience = 0;
  EXPECT_EQ(Train(options).value().step, 9);
}

// Averages that a run says it keeps are never guessed: those of best/ stand as values there.
TEST_F(TrainTest, RunWithoutItsAverages) {
  TrainOptions options = Options("run");
  options.average_weights = 0.9;
  options.eval_file = folder_ + "/held_out.tfrecord";
  ASSERT_TRUE(Train(options).ok());
  options.run_dir += "/best";
  options.num_training_steps = 14;
  const absl::Status status = Train(options).status();
  EXPECT_EQ(ExitStatus(status), 3) << status;
  EXPECT_THAT(ErrorLine(status), HasSubstr("magenta/average/"));
  EXPECT_THAT(ErrorLine(status), HasSubstr("is missing. Start a new --run_dir with --from="));
  options.from = options.run_dir;
  options.run_dir = folder_ + "/new";
  EXPECT_TRUE(Train(options).ok());
}

// TensorBoard tells runs apart by how they learn.
TEST_F(TrainTest, RowOfARun) {
  RunState state;
  state.seed = 7;
  const auto row = [&] {
    std::string text;
    for (const auto& [name, value] : SessionOf("basic_rnn", {}, state, "").hparams) {
      if (const auto* number = std::get_if<double>(&value)) {
        text += name + "=" + std::to_string(*number) + " ";
      } else if (const auto* word = std::get_if<std::string>(&value)) {
        text += name + "=" + *word + " ";
      }
    }
    return text;
  };
  EXPECT_THAT(row(), HasSubstr("weight_decay=0.000000 "));
  EXPECT_THAT(row(), HasSubstr("learning_rate_schedule=constant warmup_steps=0.000000 "
                               "average_weights=0.000000 seed=7.000000 from=-"));
  state.schedule = {RateShape::kCosine, 5, 20};
  state.average_decay = 0.5;
  EXPECT_THAT(row(), HasSubstr("learning_rate_schedule=cosine warmup_steps=5.000000 "
                               "average_weights=0.500000 "));
}

// A signal that comes when an evaluation is due: it is made up for.
TEST_F(TrainTest, EvaluationCutShort) {
  for (const int stop_step : {6, 12}) {
    const std::string name = std::to_string(stop_step);
    TrainOptions options = Options("whole" + name);
    options.eval_file = folder_ + "/held_out.tfrecord";
    options.eval_every_steps = 6;
    options.save_every_steps = 6;
    const auto whole = Train(options);
    ASSERT_TRUE(whole.ok()) << whole.status();
    options.run_dir = folder_ + "/broken" + name;
    std::atomic<bool> stop = false;
    options.stop = &stop;
    options.on_progress = [&](const TrainProgress& p) { stop = p.step == stop_step; };
    EXPECT_EQ(ExitStatus(Train(options).status()), 130);
    options.on_progress = nullptr;
    stop = false;
    const auto resumed = Train(options);
    ASSERT_TRUE(resumed.ok()) << resumed.status();
    EXPECT_EQ(resumed->best_loss, whole->best_loss);
    EXPECT_EQ(Bytes(whole->checkpoint), Bytes(resumed->checkpoint));
  }
}

TEST_F(TrainTest, SeedsDiffer) {
  TrainOptions options = Options("a");
  const std::string a = Bytes(Train(options).value().checkpoint);
  options = Options("b");
  options.seed = 1;
  EXPECT_NE(a, Bytes(Train(options).value().checkpoint));
}

TEST_F(TrainTest, CountsStepsInAll) {
  TrainOptions options = Options("run");
  ASSERT_TRUE(Train(options).ok());
  EXPECT_EQ(Train(options).value().step, 12);  // nothing left to do
  options.more_steps = 3;
  EXPECT_EQ(Train(options).value().step, 15);
  options.more_steps = 0;
  options.num_training_steps = 20;
  EXPECT_EQ(Train(options).value().step, 20);
}

TEST_F(TrainTest, KeepsTheLastCheckpoints) {
  TrainOptions options = Options("run");
  options.save_every_steps = 2;
  options.keep = 3;
  ASSERT_TRUE(Train(options).ok());
  const auto state = ReadCheckpointState(options.run_dir + "/train");
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->all.size(), 3u);
  std::vector<std::string> indices;
  const auto files = ListFiles(options.run_dir + "/train", false);
  ASSERT_TRUE(files.ok()) << files.status();
  for (const std::string& file : *files) {
    if (file.ends_with(".index")) indices.push_back(file);
  }
  EXPECT_THAT(indices, testing::ElementsAre("model.ckpt-10.index", "model.ckpt-12.index",
                                            "model.ckpt-8.index"));
}

TEST_F(TrainTest, CheckpointHoldsWhatMagentaNeeds) {
  const auto result = Train(Options("run"));
  ASSERT_TRUE(result.ok());
  const TensorMap tensors = ReadCheckpoint(result->checkpoint).value();
  int magentas = 0;
  for (const auto& [name, tensor] : tensors) magentas += name.rfind("magenta/", 0) != 0;
  EXPECT_EQ(magentas, 21);
  EXPECT_EQ(tensors.at("global_step").int64s()[0], 12);
  EXPECT_NEAR(tensors.at("beta1_power").floats()[0], std::pow(0.9, 13), 1e-6);
  EXPECT_THAT(tensors.at(kHParamsTensor).bytes, HasSubstr("rnn_layer_sizes=[16,16]"));
}

TEST_F(TrainTest, StopsEarly) {
  TrainOptions options = Options("run");
  options.hparams = "batch_size=8,rnn_layer_sizes=[8],learning_rate=2.0";  // cannot get better
  options.num_training_steps = 200;
  options.eval_file = folder_ + "/held_out.tfrecord";
  options.eval_every_steps = 2;
  options.patience = 3;
  const auto result = Train(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->stopped_early);
  EXPECT_LT(result->step, 200);
  EXPECT_EQ(result->step, result->best_step + 6);
  const auto again = Train(options);
  EXPECT_TRUE(again.ok() && again->stopped_early);
  EXPECT_EQ(again->step, result->step);
}

TEST_F(TrainTest, FineTunes) {
  const auto first = Train(Options("first"));
  ASSERT_TRUE(first.ok()) << first.status();
  TrainOptions options = Options("second");
  options.from = first->checkpoint;
  options.hparams = "batch_size=8,learning_rate=0.0000001";  // layer sizes are the checkpoint's
  options.num_training_steps = 1;
  const auto second = Train(options);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->step, 1);
  const TensorMap a = ReadCheckpoint(first->checkpoint).value();
  const TensorMap b = ReadCheckpoint(second->checkpoint).value();
  const auto before = a.at("fully_connected/weights").floats();
  const auto after = b.at("fully_connected/weights").floats();
  for (size_t i = 0; i < before.size(); ++i) ASSERT_NEAR(before[i], after[i], 1e-6);
  EXPECT_NEAR(b.at("beta1_power").floats()[0], 0.81, 1e-6);  // fresh slots
}

TEST_F(TrainTest, WritesEventFiles) {
  TrainOptions options = Options("run");
  options.eval_file = folder_ + "/held_out.tfrecord";
  options.eval_every_steps = 6;
  ASSERT_TRUE(Train(options).ok());
  std::set<std::string> tags;
  for (const char* part : {"train", "eval"}) {
    const auto files = ListFiles(options.run_dir + "/" + part, false);
    ASSERT_TRUE(files.ok()) << files.status();
    for (const std::string& file : *files) {
      if (file.find("tfevents") == std::string::npos) continue;
      const auto events = ReadEventFile(options.run_dir + "/" + part + "/" + file);
      ASSERT_TRUE(events.ok()) << events.status();
      for (const ScalarEvent& event : events->scalars) tags.insert(part + ("/" + event.tag));
      for (const TextEvent& event : events->texts) {
        EXPECT_THAT(event.text, HasSubstr("C4"));
        tags.insert(part + ("/" + event.tag));
      }
    }
  }
  EXPECT_THAT(tags,
              testing::ElementsAre("eval/loss", "eval/melody", "eval/metrics/accuracy",
                                   "eval/metrics/event_accuracy", "eval/metrics/no_event_accuracy",
                                   "eval/metrics/per_class_accuracy", "eval/metrics/perplexity",
                                   "train/global_step/sec", "train/learning_rate", "train/loss",
                                   "train/metrics/accuracy", "train/metrics/event_accuracy",
                                   "train/metrics/no_event_accuracy", "train/metrics/perplexity"));
}

TEST_F(TrainTest, DenseAndCompactAreTheSame) {
  auto writer = RecordWriter::Create(folder_ + "/dense.tfrecord");
  const ModelSpec* spec = FindModel("basic_rnn").value();
  for (const EventSequence& tune : Tunes(30)) {
    const TrainingExample example = EncodeExample(*spec->codec, tune);
    DenseExample dense;
    dense.input_size = spec->codec->input_size();
    dense.inputs.resize(example.inputs.rows() * dense.input_size);
    for (size_t t = 0; t < example.inputs.rows(); ++t) {
      example.inputs.ForEach(t, [&](int32_t index, float value) {
        dense.inputs[t * dense.input_size + index] = value;
      });
    }
    dense.labels.assign(example.labels.begin(), example.labels.end());
    ASSERT_TRUE(writer->Write(SerializeDense(dense)).ok());
  }
  ASSERT_TRUE(writer->Commit().ok());
  const std::string compact = Bytes(Train(Options("compact")).value().checkpoint);
  TrainOptions options = Options("dense");
  options.sequence_example_file = folder_ + "/dense.tfrecord";
  EXPECT_EQ(compact, Bytes(Train(options).value().checkpoint));
}

TEST_F(TrainTest, LossThatIsNoNumber) {
  TrainOptions options = Options("run");
  options.hparams = "batch_size=8,rnn_layer_sizes=[8],learning_rate=1e38,clip_norm=0";
  options.save_every_steps = 1;
  options.keep = 0;
  const auto result = Train(options);
  EXPECT_EQ(ExitStatus(result.status()), 3) << result.status();
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("loss"));
  EXPECT_TRUE(CheckWhole(options.run_dir + "/train/model.ckpt-0").ok());
}

TEST_F(TrainTest, Refuses) {
  struct Row {
    const char* what;
    std::function<void(TrainOptions&)> change;
    int exit;
    const char* says;
  };
  ASSERT_TRUE(Train(Options("run")).ok());
  ModelSpec counted = *FindModel("basic_rnn").value();
  counted.train = [](std::span<const EventSequence>, const HParams&) -> absl::StatusOr<TensorMap> {
    return TensorMap();
  };
  const Row rows[] = {
      {"another size", [](auto& o) { o.hparams = "rnn_layer_sizes=[32]"; }, 2, "[16,16]"},
      {"attention", [](auto& o) { o.hparams = "attn_length=4"; }, 2, "attn_length"},
      {"unknown hparam", [](auto& o) { o.hparams = "layers=2"; }, 2, "layers"},
      {"another config", [](auto& o) { o.model = FindModel("lookback_rnn").value(); }, 3, "basic"},
      {"no data", [](auto& o) { o.sequence_example_file = "/no/such/file"; }, 3, "/no/such/file"},
      {"device", [](auto& o) { o.device = "tpu"; }, 2, "tpu"},
      {"mixed precision", [](auto& o) { o.device = "cpu", o.mixed_precision = true; }, 2, "GPU"},
      {"patience alone", [](auto& o) { o.patience = 1; }, 2, "patience"},
      {"schedule", [](auto& o) { o.learning_rate_schedule = "square"; }, 2, "constant, linear, c"},
      {"another schedule", [](auto& o) { o.learning_rate_schedule = "linear"; }, 2, "began with"},
      {"other averages", [](auto& o) { o.average_weights = 0.9; }, 2, "began with"},
      {"no decay", [](auto& o) { o.average_weights = 1; }, 2, "no decay"},
      {"warm-up", [](auto& o) { o.warmup_steps = -1; }, 2, "warmup_steps"},
      {"warm-up without end", [](auto& o) { o.run_dir += "1", o.warmup_steps = kMostRunSteps + 1; },
       2, "warmup_steps is 9007199254740993, more or fewer than a run may count. Give one from 0"},
      {"steps without end", [](auto& o) { o.num_training_steps = kMostRunSteps + 1; }, 2, "Give"},
      {"steps beyond a schedule",
       [](auto& o) { o.run_dir += "1", o.learning_rate_schedule = "linear", o.more_steps = 4; }, 2,
       "--more_steps cannot add. Give --num_training_steps"},
      {"no last step",
       [](auto& o) {
         o.run_dir += "1", o.learning_rate_schedule = "linear", o.num_training_steps = 0;
       },
       2, "--num_training_steps"},
      {"no last step named",
       [](auto& o) {
         o.run_dir += "1", o.learning_rate_schedule = "linear", o.num_training_steps = {},
                           o.default_steps = 9;
       },
       2, "--num_training_steps"},
      {"nothing but warm-up",
       [](auto& o) { o.run_dir += "1", o.learning_rate_schedule = "cosine", o.warmup_steps = 12; },
       2, "12 steps in all"},
      {"two schedules",
       [](auto& o) {
         o.run_dir += "1", o.learning_rate_schedule = "linear", o.hparams = "decay_rate=0.5";
       },
       2, "two schedules"},
      {"no network", [&](auto& o) { o.model = &counted, o.average_weights = 0.9; }, 2,
       "no network"},
      {"no run_dir", [](auto& o) { o.run_dir = ""; }, 2, "run"},
  };
  for (const Row& row : rows) {
    TrainOptions options = Options("run");
    row.change(options);
    const absl::Status status = Train(options).status();
    EXPECT_EQ(ExitStatus(status), row.exit) << row.what << ": " << status;
    EXPECT_THAT(ErrorLine(status), HasSubstr(row.says)) << row.what;
  }
}

}  // namespace
}  // namespace magenta
