// What keeps a training run from harm: held-out music, the best weights, one trainer at a time, no
// left-over checkpoints, no figures twice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/generate/model.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/pipeline/held_out.h"
#include "magenta/train/fine_tuning.h"
#include "magenta/train/run_folder.h"
#include "magenta/train/run_lock.h"
#include "magenta/train/train.h"
#include "tensorflow/event.pb.h"

// What flock() fails with, as on a disk without locks; 0: it does its work.
static int flock_error = 0;

extern "C" int flock(int fd, int operation) noexcept {
  if (flock_error == 0) return static_cast<int>(::syscall(SYS_flock, fd, operation));
  errno = flock_error;
  return -1;
}

namespace magenta {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

class GuardRailsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/guard_rails_test_" + std::to_string(::getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    Write("training_tunes.tfrecord", 24, 8);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // `count` tunes of `files` files.
  void Write(const std::string& name, int count, int files) const {
    auto writer = RecordWriter::Create(folder_ + "/" + name);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (int i = 0; i < count; ++i) {
      EventSequence tune;
      for (int t = 0; t < 24; ++t) tune.events.push_back(55 + i % 7 + 2 * ((t / 2) % 6));
      const std::string source = "tune" + std::to_string(i % files) + ".mid";
      ASSERT_TRUE(writer->Write(SerializeCompact({"basic_rnn", source, 0, tune.events, {}})).ok());
    }
    ASSERT_TRUE(writer->Commit().ok());
  }

  TrainOptions Options(const std::string& run) {
    TrainOptions options;
    options.model = FindModel("basic_rnn").value();
    options.run_dir = folder_ + "/" + run;
    options.sequence_example_file = folder_ + "/training_tunes.tfrecord";
    options.hparams = "batch_size=8,rnn_layer_sizes=[8],learning_rate=0.01";
    options.num_training_steps = 6;
    options.save_every_steps = 2;
    options.on_note = [this](const std::string& note) { notes_ += note + "\n"; };
    return options;
  }

  std::vector<DatasetExample> Examples() const {
    return ReadDataset(folder_ + "/training_tunes.tfrecord", *FindModel("basic_rnn").value())
        .value();
  }

  std::set<std::string> Checkpoints(const std::string& run) const {
    std::set<std::string> names;
    const auto files = ListFiles(folder_ + "/" + run + "/train", false).value();
    for (const std::string& name : files) {
      if (name.starts_with("model.ckpt-")) names.insert(name.substr(11));
    }
    return names;
  }

  std::string folder_;
  std::string notes_;
};

TEST_F(GuardRailsTest, ATenthOfTheFilesIsHeldOut) {
  const ModelSpec& spec = *FindModel("basic_rnn").value();
  std::vector<DatasetExample> examples = Examples();
  const HeldOut held_out = HoldOut(folder_ + "/training_tunes.tfrecord", spec, /*seed=*/0,
                                   HeldOutRule::kTenth, examples);
  EXPECT_EQ(held_out.examples.size() + examples.size(), 24u);
  EXPECT_EQ(held_out.examples.size() % 3, 0u);  // whole files
  std::set<std::string> learned, measured;
  for (const DatasetExample& example : examples) learned.insert(example.source);
  for (const DatasetExample& example : held_out.examples) measured.insert(example.source);
  for (const std::string& source : measured) EXPECT_FALSE(learned.contains(source)) << source;
  EXPECT_EQ(measured.size(), 1u);  // of 8
  std::vector<DatasetExample> again = Examples();
  EXPECT_EQ(HoldOut(folder_ + "/training_tunes.tfrecord", spec, 0, HeldOutRule::kTenth, again)
                .examples.size(),
            held_out.examples.size());
}

TEST_F(GuardRailsTest, TheTenthIsATenthWhateverTheSeed) {
  const ModelSpec& spec = *FindModel("basic_rnn").value();
  for (const auto& [files, tenth] : {std::pair{2, 1u}, {14, 1u}, {15, 2u}, {37, 4u}, {100, 10u}}) {
    Write("some.tfrecord", files, files);
    std::set<size_t> by_chance;
    for (uint32_t seed = 0; seed < 20; ++seed) {
      const auto count = [&](HeldOutRule rule) {
        auto all = ReadDataset(folder_ + "/some.tfrecord", spec).value();
        return HoldOut(folder_ + "/some.tfrecord", spec, seed, rule, all).examples.size();
      };
      EXPECT_EQ(count(HeldOutRule::kTenth), tenth) << files << " files, seed " << seed;
      by_chance.insert(count(HeldOutRule::kChance));
    }
    EXPECT_GE(by_chance.size(), files == 2 ? 1u : 2u);
  }
}

// Runs of before the rule was stored go on with the files that they had.
TEST_F(GuardRailsTest, ARunKeepsItsHeldOutFiles) {
  Write("many.tfrecord", 37, 37);
  TrainOptions options = Options("kept");
  options.sequence_example_file = folder_ + "/many.tfrecord";
  options.hold_out = true;
  options.num_training_steps = 2;
  ASSERT_TRUE(Train(options).ok());
  EXPECT_THAT(notes_, HasSubstr("4 of 37 examples are held out"));
  notes_.clear();
  options.num_training_steps = 3;
  ASSERT_TRUE(Train(options).ok());
  EXPECT_THAT(notes_, HasSubstr("4 of 37 examples are held out"));
  EXPECT_THAT(notes_, Not(HasSubstr("changed")));
  const std::string prefix = folder_ + "/kept/train/model.ckpt-3";
  TensorMap tensors = ReadCheckpoint(prefix).value();
  ASSERT_EQ(tensors.erase("magenta/held_out_rule"), 1u);
  ASSERT_TRUE(WriteV2(prefix, tensors).ok());
  notes_.clear();
  options.num_training_steps = 4;
  ASSERT_TRUE(Train(options).ok());
  EXPECT_THAT(notes_, HasSubstr("2 of 37 examples are held out"));
}

// A run that tells no rule was begun when batches held like lengths, and goes on so.
TEST_F(GuardRailsTest, BatchesOfARunBegunBefore) {
  TrainOptions options = Options("now");
  ASSERT_TRUE(Train(options).ok());
  fs::copy(folder_ + "/now", folder_ + "/before", fs::copy_options::recursive);
  const std::string before = folder_ + "/before/train/model.ckpt-6";
  TensorMap tensors = ReadCheckpoint(before).value();
  EXPECT_EQ(tensors.at("magenta/batch_rule").int64s()[0], 1);
  for (const char* name : {"batch_rule", "learning_rate_schedule", "warmup_steps", "schedule_steps",
                           "average_weights"}) {
    ASSERT_EQ(tensors.erase(std::string("magenta/") + name), 1u) << name;
  }
  ASSERT_TRUE(WriteV2(before, tensors).ok());
  const auto goes_on = [&](const std::string& run) {
    options.run_dir = folder_ + "/" + run;
    options.num_training_steps = 9;
    return ReadCheckpoint(Train(options).value().checkpoint).value();
  };
  TensorMap now = goes_on("now"), then = goes_on("before");
  EXPECT_EQ(now.at("magenta/batch_rule").int64s()[0], 1);
  EXPECT_EQ(then.at("magenta/batch_rule").int64s()[0], 0);
  EXPECT_NE(now.at("fully_connected/weights"), then.at("fully_connected/weights"));
}

// A warm-up that no run may have, as damage or a later program leaves it.
TEST_F(GuardRailsTest, APlanThatIsNone) {
  TrainOptions options = Options("run");
  ASSERT_TRUE(Train(options).ok());
  const std::string checkpoint = folder_ + "/run/train/model.ckpt-6";
  TensorMap tensors = ReadCheckpoint(checkpoint).value();
  tensors["magenta/warmup_steps"] = Tensor::Int64(kMostRunSteps + 1);
  ASSERT_TRUE(WriteV2(checkpoint, tensors).ok());
  const absl::Status status = Train(options).status();
  EXPECT_EQ(ExitStatus(status), 3) << status;
  EXPECT_THAT(ErrorLine(status), HasSubstr("knows no such training. Is it of a newer program"));
}

TEST_F(GuardRailsTest, TheEvalFileBesideIsPreferred) {
  const ModelSpec& spec = *FindModel("basic_rnn").value();
  Write("eval_tunes.tfrecord", 5, 5);
  std::vector<DatasetExample> examples = Examples();
  HeldOut held_out =
      HoldOut(folder_ + "/training_tunes.tfrecord", spec, 0, HeldOutRule::kTenth, examples);
  EXPECT_EQ(held_out.examples.size(), 5u);
  EXPECT_EQ(examples.size(), 24u);
  EXPECT_THAT(held_out.note, HasSubstr("eval_tunes.tfrecord"));
  Write("eval_tunes.tfrecord", 0, 1);  // nothing in it
  held_out = HoldOut(folder_ + "/training_tunes.tfrecord", spec, 0, HeldOutRule::kTenth, examples);
  EXPECT_THAT(held_out.note, HasSubstr("held out"));
  EXPECT_LT(examples.size(), 24u);
  examples.resize(1);
  EXPECT_TRUE(HoldOut(folder_ + "/x", spec, 0, HeldOutRule::kTenth, examples).examples.empty());
  EXPECT_EQ(examples.size(), 1u);
}

TEST_F(GuardRailsTest, FineTuningMeasuresWhatItBeganFromAndKeepsTheBest) {
  TrainOptions options = Options("first");
  options.hold_out = true;
  const auto first = Train(options);
  ASSERT_TRUE(first.ok()) << first.status();
  options = Options("second");
  options.hold_out = true;
  options.from = folder_ + "/first";
  options.hparams = "batch_size=8,learning_rate=5";  // it can only get worse
  options.eval_every_steps = 2;
  const auto second = Train(options);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->best_step, 0);
  EXPECT_LT(second->best_loss, second->evaluation.loss);

  ModelSource source;
  source.run_dir = options.run_dir;
  const auto best = LoadModel(source);
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ((*best)->global_step, 0);
  EXPECT_THAT((*best)->notes, testing::Contains("the best by held-out loss, step 0 of 6"));
  source.newest = true;
  EXPECT_EQ(LoadModel(source).value()->global_step, 6);

  EvalOptions eval;
  eval.model = options.model;
  eval.run_dir = options.run_dir;
  eval.sequence_example_file = options.sequence_example_file;
  EXPECT_EQ(Evaluate(eval).value().step, 0);
  eval.newest = true;
  EXPECT_EQ(Evaluate(eval).value().step, 6);
  // Going on is from the newest, whatever is best.
  options.num_training_steps = 8;
  EXPECT_EQ(Train(options).value().step, 8);
}

TEST_F(GuardRailsTest, OtherHeldOutMusicHasABestOfItsOwn) {
  Write("held_out.tfrecord", 5, 5);
  TrainOptions options = Options("run");
  options.eval_file = folder_ + "/held_out.tfrecord";
  options.eval_every_steps = 2;
  ASSERT_TRUE(Train(options).ok());
  Write("held_out.tfrecord", 7, 7);
  options.num_training_steps = 8;
  notes_.clear();
  const auto other = Train(options);
  ASSERT_TRUE(other.ok());
  EXPECT_GT(other->best_step, 5);
  EXPECT_THAT(notes_, HasSubstr("the held-out music changed"));
}

TEST_F(GuardRailsTest, WhatFromMeans) {
  const auto first = Train(Options("first"));
  ASSERT_TRUE(first.ok()) << first.status();
  std::ofstream(folder_ + "/basic_rnn.mag") << "bundle";
  const std::string bundle = folder_ + "/basic_rnn.mag";
  ::setenv("MAGENTA_BUNDLES", folder_.c_str(), 1);
  const struct {
    std::string from;
    std::string run_dir, checkpoint, bundle;
  } rows[] = {
      {folder_ + "/first", folder_ + "/first", "", ""},
      {first->checkpoint, "", first->checkpoint, ""},
      {first->checkpoint + ".index", "", first->checkpoint + ".index", ""},
      {bundle, "", "", bundle},
      {"basic_rnn", "", "", bundle},
      {"basic_rnn.mag", "", "", bundle},
  };
  for (const auto& row : rows) {
    const auto source = SourceOf(row.from);
    ASSERT_TRUE(source.ok()) << source.status();
    EXPECT_EQ(source->run_dir, row.run_dir) << row.from;
    EXPECT_EQ(source->checkpoint_file, row.checkpoint) << row.from;
    EXPECT_EQ(source->bundle_file, row.bundle) << row.from;
  }
  for (const char* from : {"mono_rnn", "no-such-file.mag", "lookback"}) {
    const absl::Status status = SourceOf(from).status();
    EXPECT_EQ(ExitStatus(status), 3) << from;
    EXPECT_THAT(ErrorLine(status), HasSubstr("basic_rnn")) << from;
  }
  ::unsetenv("MAGENTA_BUNDLES");
}

TEST_F(GuardRailsTest, FineTuningLearnsSlowlyUnlessItIsTold) {
  HParams stored;
  stored.initial_learning_rate = 0.01;
  stored.decay_rate = 0.9;
  EXPECT_EQ(LearningRateAt(FineTuningHParams(stored, "batch_size=3"), 5000), kFineTuningRate);
  stored.learning_rate = 0.02;
  EXPECT_EQ(LearningRateAt(FineTuningHParams(stored, "learning_rate=0.02"), 5000), 0.02);
  EXPECT_EQ(FineTuningHParams(stored, "{'decay_rate':0.9}"), stored);
}

TEST_F(GuardRailsTest, ARunIsTrainedByOneProcessAtATime) {
  TrainOptions options = Options("run");
  const auto lock = RunLock::Take(options.run_dir);
  ASSERT_TRUE(lock.ok());
  const absl::Status status = Train(options).status();
  EXPECT_EQ(ExitStatus(status), 5);
  EXPECT_THAT(ErrorLine(status), HasSubstr("is being trained by process"));
  EXPECT_FALSE(fs::exists(options.run_dir + "/train"));
}

// Begins to write `path` in a process that is killed.
void LeaveHalf(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto file = OutputFile::Create(path);
    if (file.ok()) file->Write("half").IgnoreError();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
}

// The names of the temporary files of `folder`, without their last, random letters.
std::multiset<std::string> Temporaries(const std::string& folder) {
  std::multiset<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const size_t mark = name.find(".magenta-tmp-");
    if (mark != std::string::npos) names.insert(name.substr(0, mark));
  }
  return names;
}

constexpr const char* kHalves[] = {"checkpoint", "model.ckpt-4.index",
                                   "model.ckpt-12.data-00000-of-00001"};

TEST_F(GuardRailsTest, WhatAKillLeftHalfWrittenGoesWithTheNextRun) {
  const TrainOptions options = Options("run");
  for (const char* part : {"/train/", "/best/train/"}) {
    const std::string folder = options.run_dir + part;
    for (const char* name : kHalves) LeaveHalf(folder + name);
    EXPECT_EQ(Temporaries(folder).size(), 3u);
    LeaveHalf(folder + "model.ckpt-4-mine.index");
    LeaveHalf(folder + "notes.txt");
    fs::create_directory(folder + "checkpoint.magenta-tmp-a1B2c3");
    for (const char* name :
         {"model.ckpt-4.index.magenta-tmp-a1B2c", "checkpoint.magenta-tmp-a1B2c3x",
          "checkpoint.magenta-tmp-a1B2-3", "checkpoint.tmp-a1B2c3"}) {
      std::ofstream(folder + name) << "mine";
    }
  }
  LeaveHalf(options.run_dir + "/checkpoint");  // in no folder of checkpoints
  const auto trained = Train(options);
  ASSERT_TRUE(trained.ok()) << trained.status();
  for (const char* part : {"/train", "/best/train"}) {
    EXPECT_THAT(Temporaries(options.run_dir + part),
                UnorderedElementsAre("checkpoint", "checkpoint", "checkpoint", "model.ckpt-4.index",
                                     "model.ckpt-4-mine.index", "notes.txt"));
    EXPECT_TRUE(fs::exists(options.run_dir + part + "/checkpoint.tmp-a1B2c3"));
  }
  EXPECT_THAT(Temporaries(options.run_dir), ElementsAre("checkpoint"));
}

TEST_F(GuardRailsTest, WhereTheDiskKnowsNoLocksARunGoesOnAndSaysSo) {
  for (const int error : {ENOLCK, ENOTSUP, EINVAL, ENOSYS}) {
    const TrainOptions options = Options("run" + std::to_string(error));
    LeaveHalf(options.run_dir + "/train/checkpoint");
    notes_.clear();
    flock_error = error;
    const auto trained = Train(options);
    flock_error = 0;
    ASSERT_TRUE(trained.ok()) << trained.status();
    EXPECT_THAT(notes_, HasSubstr(std::strerror(error)));
    EXPECT_THAT(notes_, HasSubstr("no second training"));
    // It may be another training's, which nothing keeps out.
    EXPECT_THAT(Temporaries(options.run_dir + "/train"), ElementsAre("checkpoint"));
  }
  notes_.clear();
  ASSERT_TRUE(Train(Options("locked")).ok());
  EXPECT_THAT(notes_, Not(HasSubstr("no second training")));
}

TEST_F(GuardRailsTest, WhatAKillBetweenTwoDeletionsLeftGoes) {
  TrainOptions options = Options("run");
  options.keep = 0;
  ASSERT_TRUE(Train(options).ok());
  const std::string train = options.run_dir + "/train";
  // As a kill leaves them: 0 whole, of 2 the data alone, neither on the list; and what is not ours
  // to remove.
  auto state = ReadCheckpointState(train).value();
  state.all = {train + "/model.ckpt-4", train + "/model.ckpt-6"};
  ASSERT_TRUE(WriteCheckpointState(train, state).ok());
  fs::remove(train + "/model.ckpt-2.index");
  for (const char* suffix : {".index", ".data-00000-of-00001"}) {
    fs::copy(train + "/model.ckpt-4" + suffix, train + "/model.ckpt-4-mine" + suffix);
  }
  ASSERT_TRUE(WriteV2(train + "/model.ckpt-1", {{"global_step", Tensor::Int64(1)}}).ok());
  options.keep = 2;
  options.num_training_steps = 6;
  ASSERT_TRUE(Train(options).ok());
  EXPECT_THAT(
      Checkpoints("run"),
      ElementsAre("1.data-00000-of-00001", "1.index", "4-mine.data-00000-of-00001", "4-mine.index",
                  "4.data-00000-of-00001", "4.index", "6.data-00000-of-00001", "6.index"));
  EXPECT_EQ(ReadCheckpointState(train).value(), state);
}

TEST_F(GuardRailsTest, AWholeCheckpointThatIsNotListedCountsAsTheOldest) {
  TrainOptions options = Options("run");
  options.keep = 0;
  ASSERT_TRUE(Train(options).ok());
  const std::string train = options.run_dir + "/train";
  auto state = ReadCheckpointState(train).value();
  state.all = {train + "/model.ckpt-4"};
  state.latest = state.all[0];
  ASSERT_TRUE(WriteCheckpointState(train, state).ok());
  ASSERT_TRUE(TidyCheckpoints(train, 3).ok());
  EXPECT_THAT(
      ReadCheckpointState(train).value().all,
      ElementsAre(train + "/model.ckpt-2", train + "/model.ckpt-6", train + "/model.ckpt-4"));
  EXPECT_FALSE(fs::exists(train + "/model.ckpt-0.index"));
  ASSERT_TRUE(TidyCheckpoints(train, 1).ok());
  EXPECT_TRUE(CheckWhole(train + "/model.ckpt-4").ok());
}

// (step, whether it is a session's start) of each event of the newest file of a folder.
std::vector<std::pair<int64_t, bool>> StepsOf(const std::string& folder) {
  std::string newest;
  const auto files = ListFiles(folder, false).value();
  for (const std::string& name : files) {
    if (name.find("tfevents") != std::string::npos) newest = std::max(newest, name);
  }
  std::vector<std::pair<int64_t, bool>> steps;
  auto reader = RecordReader::Open(folder + "/" + newest).value();
  std::string record;
  while (reader.Next(&record).value()) {
    tensorflow::Event event;
    EXPECT_TRUE(event.ParseFromString(record));
    if (event.has_file_version()) continue;
    steps.emplace_back(event.step(), event.session_log().status() == tensorflow::SessionLog::START);
  }
  return steps;
}

TEST_F(GuardRailsTest, AResumedRunSaysFromWhichStepItsFiguresStand) {
  TrainOptions options = Options("run");
  options.eval_file = options.sequence_example_file;
  options.eval_every_steps = 3;
  options.summary_frequency = 1;
  ASSERT_TRUE(Train(options).ok());
  EXPECT_EQ(StepsOf(options.run_dir + "/train").front(), std::pair(int64_t{1}, true));
  EXPECT_EQ(StepsOf(options.run_dir + "/eval").front(), std::pair(int64_t{1}, true));
  // Killed at once after step 4 was saved.
  const std::string train = options.run_dir + "/train";
  ASSERT_TRUE(
      WriteCheckpointState(train, {train + "/model.ckpt-4", {train + "/model.ckpt-4"}}).ok());
  ASSERT_TRUE(Train(options).ok());
  EXPECT_THAT(StepsOf(options.run_dir + "/train"),
              ElementsAre(std::pair(5, true), std::pair(5, false), std::pair(6, false)));
  EXPECT_EQ(StepsOf(options.run_dir + "/eval").front(), std::pair(int64_t{5}, true));
  EXPECT_THAT(notes_, Not(HasSubstr("changed")));
}

}  // namespace
}  // namespace magenta
