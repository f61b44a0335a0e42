#include "magenta/studio/jobs/job_queue.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

/// One model, whose bundle is any file.
class OneModel final : public JobModels {
 public:
  explicit OneModel(std::string bundle) : bundle_(std::move(bundle)) {}
  absl::StatusOr<JobModel> Find(const std::string& id) override {
    if (id != "tunes") return MissingInputError("", "no generator " + id);
    return JobModel{"Tunes", "lookback_rnn", bundle_};
  }
  absl::StatusOr<std::string> Add(const std::string& file, const std::string& name) override {
    const auto card = ReadFile(file);
    if (!card.ok()) return card.status();
    cards.push_back(*card);
    return fmt::format("{}-{}", name, cards.size());
  }
  std::vector<std::string> cards;

 private:
  std::string bundle_;
};

/// Programs that are scripts: they write down how they were called.
class JobQueueTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = *folder_.Path();
    ASSERT_TRUE(WriteFile(root_ + "/tunes.mag", "weights").ok());
    models_ = std::make_unique<OneModel>(root_ + "/tunes.mag");
    room_ = std::make_unique<DiskRoom>(root_ + "/studio", int64_t{4} << 30);
    Script("magenta", R"(case $1 in
dataset) mkdir data
  printf '{"files": [{"file":"0001.unknown","kept":true,"reason":"kept"}],"counts":{}}' > report.json
  : > data/eval_melodies.tfrecord; : > data/training_melodies.tfrecord ;;
bundle) case "$*" in
  *--card=card.md*) cp card.md taught.mag ;;
  *) echo best > model.mag; echo '{"hparams": "h"}' ;;
  esac ;;
esac)");
  }
  void Script(const std::string& name, const std::string& text) {
    const std::string path = root_ + "/" + name;
    ASSERT_TRUE(
        WriteFile(path, "#!/bin/sh\necho \"$@\" >> " + root_ + "/calls\n" + text + "\n").ok());
    ::chmod(path.c_str(), 0755);
  }
  JobQueueOptions Options() {
    JobQueueOptions options;
    options.studio_dir = root_ + "/studio";
    options.tools.magenta = root_ + "/magenta";
    options.tools.magenta_train = root_ + "/magenta-train";
    options.tools.models = models_.get();
    options.tools.room = room_.get();
    options.tools.nice = 0;  // a busy machine is no matter
    return options;
  }
  std::string Calls() {
    const auto calls = ReadFile(root_ + "/calls");
    return calls.ok() ? *calls : "";
  }
  /// A dataset job that is done, as an earlier server left it.
  std::string DoneDataset() {
    StudioJob job;
    job.id = NewId();
    job.config = job.model = "lookback_rnn";
    job.state = JobState::kDone;
    job.created_at = IsoNow();
    job.report = DatasetReport{10, 9, 8, 1, {}, {}};
    const std::string folder = root_ + "/studio/jobs/" + job.id;
    EXPECT_TRUE(WriteFile(folder + "/job.json", JobFileText(job)).ok());
    for (const char* name :
         {"/training_a.tfrecord.magenta-tmp-a1B2c3", "/training_melodies.tfrecord",
          "/training_z.tfrecord.magenta-tmp-a1B2c3"}) {
      EXPECT_TRUE(WriteFile(folder + "/data" + name, "examples").ok());
    }
    return job.id;
  }
  static JobRequest Training(const std::string& dataset) {
    JobRequest request;
    request.kind = JobKind::kTrain;
    request.model = "tunes";
    request.name = "Mine";
    request.dataset = dataset;
    request.steps = 30;
    return request;
  }
  static StudioJob Wait(JobQueue& queue, const std::string& id, JobState state) {
    StudioJob job;
    uint64_t seen = 0;
    for (int i = 0; i < 2000; ++i) {
      job = queue.Find(id).value_or(StudioJob());
      if (job.state == state) return job;
      seen = queue.WaitForChange(seen, 0.05);
    }
    ADD_FAILURE() << "it stays " << JobStateName(job.state) << ": " << job.error_message;
    return job;
  }

  TemporaryFolder folder_;
  std::string root_;
  std::unique_ptr<OneModel> models_;
  std::unique_ptr<DiskRoom> room_;
};

constexpr char kLearns[] = R"(case "$*" in
*--run_dir=trial*) echo '{"event":"step","step":1,"total":10,"loss":2}' ;;
*) mkdir -p run/train
  echo '{"event":"step","step":1,"total":30,"loss":2,"eta_seconds":9}'
  : > run/train/model.ckpt-30.index
  echo 'no JSON'
  echo '{"event":"step","step":30,"total":30,"loss":1,"eta_seconds":0}' ;;
esac)";

TEST_F(JobQueueTest, TeachesAndPacks) {
  Script("magenta-train", kLearns);
  const std::string dataset = DoneDataset();
  JobQueue queue(Options());
  const auto made = queue.Create(Training(dataset));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->report->kept, 9);
  const StudioJob job = Wait(queue, made->id, JobState::kDone);
  EXPECT_EQ(job.result, "Mine-1");
  EXPECT_EQ(job.curves.training, (std::vector<CurvePoint>{{1, 2}, {30, 1}}));
  EXPECT_EQ(job.checkpoints, std::vector<int64_t>{30});
  EXPECT_EQ(job.learning_rate, 0.0002);  // nothing is held out to try others by
  EXPECT_NE(models_->cards[0].find("| learned from | 9 of 10 files, 8 examples |"),
            std::string::npos)
      << models_->cards[0];
  EXPECT_NE(Calls().find("train --from=start.mag --run_dir=run "), std::string::npos) << Calls();
  EXPECT_NE(Calls().find(" --sequence_example_file=data/training_melodies.tfrecord "),
            std::string::npos)
      << Calls();
  EXPECT_NE(Calls().find("--eval_file=none"), std::string::npos) << Calls();
}

TEST_F(JobQueueTest, SaysThatTheTunesAreKnown) {
  Script("magenta-train", R"(mkdir -p run/train
: > run/train/model.ckpt-30.index
echo '{"event":"held_out","step":0,"loss":1}'
echo '{"event":"held_out","step":10,"loss":1.1}')");
  const std::string dataset = DoneDataset();
  EXPECT_TRUE(
      WriteFile(root_ + "/studio/jobs/" + dataset + "/data/eval_melodies.tfrecord", "examples")
          .ok());
  JobQueue queue(Options());
  JobRequest request = Training(dataset);
  request.steps = 240;
  const auto made = queue.Create(request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(Wait(queue, made->id, JobState::kDone).learning_rate, 0.00005);
  // As often as a trial is.
  EXPECT_NE(Calls().find("--eval_every_steps=10 --save_every_steps=20 --keep=0 --patience=8"),
            std::string::npos)
      << Calls();
  EXPECT_NE(models_->cards[0].find("these tunes are like what the model knows already"),
            std::string::npos)
      << models_->cards[0];
  for (const char* trial :
       {"learning_rate=5e-05,dropout_keep_prob=1 ", "learning_rate=0.0002,dropout_keep_prob=1 ",
        "learning_rate=0.0005,dropout_keep_prob=0.7 "}) {
    EXPECT_NE(Calls().find(trial), std::string::npos) << Calls();
  }
}

TEST_F(JobQueueTest, FewStepsHaveAShorterWarmUp) {
  Script("magenta-train", kLearns);
  const std::string dataset = DoneDataset();
  JobQueue queue(Options());
  for (const int64_t steps : {1, 2, 3, 4}) {
    std::error_code ignored;
    fs::remove(root_ + "/calls", ignored);
    JobRequest request = Training(dataset);
    request.steps = steps;
    Wait(queue, queue.Create(request)->id, JobState::kDone);
    const std::string run = Calls().substr(Calls().find("--run_dir=run "));
    const std::string told = fmt::format(
        "--warmup_steps={} --average_weights=0.9 "
        "--num_training_steps={} ",
        std::min<int64_t>(2, steps - 1), steps);
    EXPECT_NE(run.find(told), std::string::npos) << run;
  }
}

TEST_F(JobQueueTest, TimeLeftIsToldOnceAStepIsMeasured) {
  const std::string hold = "\nwhile [ ! -e " + root_ + "/go ]; do sleep 0.01; done";
  Script("magenta-train", "case \"$*\" in *--run_dir=trial*) : > " + root_ + "/up" + hold +
                              R"(;; *) mkdir -p run/train; : > run/train/model.ckpt-1.index
echo '{"event":"step","step":1,"total":30,"loss":2,"eta_seconds":9}'
while :; do sleep 0.01; done;; esac)");
  const std::string dataset = DoneDataset();
  JobQueue queue(Options());
  JobRequest request = Training(dataset);
  request.steps = 0;
  request.minutes = 0.1;
  const std::string id = queue.Create(request)->id;
  while (!fs::exists(root_ + "/up")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(queue.Find(id)->eta_seconds, std::nullopt);
  ASSERT_TRUE(WriteFile(root_ + "/go", "").ok());
  for (int i = 0; i < 2000 && queue.Find(id)->step == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(queue.Find(id)->eta_seconds, 9);
  ASSERT_TRUE(queue.StopJob(id).ok());
}

TEST_F(JobQueueTest, ADiskThatIsFullIsToldAsOne) {
  ASSERT_TRUE(WriteFile(root_ + "/tunes.mag", std::string(size_t{3} << 20, 'w')).ok());
  const std::string dataset = DoneDataset();
  JobQueue queue(Options());
  // A file that may have no more bytes is as near to it as every machine comes.
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlim_t had = limit.rlim_cur;
  const auto heard = std::signal(SIGXFSZ, SIG_IGN);
  limit.rlim_cur = rlim_t{2} << 20;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const absl::Status full = queue.Create(Training(dataset)).status();
  limit.rlim_cur = had;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, heard);
  EXPECT_EQ(full.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(ErrorMessage(full).find(std::strerror(EFBIG)), std::string::npos) << full;
  EXPECT_FALSE(ErrorRemedy(full).empty()) << full;
}

TEST_F(JobQueueTest, OneRunsOthersWait) {
  Script("magenta-train",
         "trap 'exit 130' TERM\n: > " + root_ + "/up\nwhile :; do sleep 0.01; done");
  const std::string dataset = DoneDataset();
  JobQueue queue(Options());
  const std::string first = queue.Create(Training(dataset))->id;
  const std::string second = queue.Create(Training(dataset))->id;
  Wait(queue, first, JobState::kRunning);
  EXPECT_EQ(queue.Find(second)->state, JobState::kWaiting);
  EXPECT_EQ(queue.List()->size(), 3u);
  while (!fs::exists(root_ + "/up")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_TRUE(queue.StopJob(first).ok());
  Wait(queue, first, JobState::kStopped);
  Wait(queue, second, JobState::kRunning);
  EXPECT_EQ(queue.Resume(first)->state, JobState::kWaiting);
  ASSERT_TRUE(queue.Remove(second).ok());
  EXPECT_EQ(queue.Find(second).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(root_ + "/studio/jobs/" + second));
  Wait(queue, first, JobState::kRunning);
}

TEST_F(JobQueueTest, TheNextServerGoesOn) {
  Script("magenta-train",
         "trap 'exit 130' TERM\n: > " + root_ + "/up\nwhile :; do sleep 0.01; done");
  const std::string dataset = DoneDataset();
  std::string first, second;
  {
    JobQueue queue(Options());
    first = queue.Create(Training(dataset))->id;
    Wait(queue, first, JobState::kRunning);
    second = queue.Create(Training(dataset))->id;
    // Nobody else may use the folder meanwhile.
    JobQueue other(Options());
    EXPECT_EQ(other.List().status().code(), absl::StatusCode::kUnavailable);
    while (!fs::exists(root_ + "/up")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Script("magenta-train", kLearns);
  fs::create_directories(root_ + "/studio/jobs/cccccccccccc/data");  // half made
  ASSERT_TRUE(WriteFile(root_ + "/studio/jobs/dddddddddddd/job.json", "{").ok());
  JobQueue queue(Options());
  const StudioJob done = Wait(queue, first, JobState::kDone);
  EXPECT_EQ(done.result, "Mine-1");
  EXPECT_EQ(Wait(queue, second, JobState::kDone).result, "Mine-2");
  EXPECT_FALSE(fs::exists(root_ + "/studio/jobs/cccccccccccc"));
  EXPECT_EQ(queue.List()->size(), 3u);
}

TEST_F(JobQueueTest, FailuresSayWhatToDo) {
  const std::pair<std::string, std::string> rows[] = {
      {R"(echo '{"error":{"code":"outside","message":"no space left","file":"f","remedy":"Free some"}}' >&2; exit 5)",
       "no space left|Free some"},
      {"echo nonsense >&2; exit 5", "`magenta train` ended with status 5|"},
      {"kill -9 $$",
       "the system ended `magenta train`|It may have had too little memory: close other programs "
       "and go on"},
      {"exit 130", "interrupted"},
  };
  const std::string dataset = DoneDataset();
  JobQueue queue(Options());
  for (const auto& [script, told] : rows) {
    Script("magenta-train", script);
    const std::string id = queue.Create(Training(dataset))->id;
    if (told == "interrupted") {
      Wait(queue, id, JobState::kStopped);
      continue;
    }
    const StudioJob job = Wait(queue, id, JobState::kFailed);
    EXPECT_EQ(job.error_message + "|" + job.error_remedy, told);
    // It can go on.
    Script("magenta-train", kLearns);
    ASSERT_TRUE(queue.Resume(id).ok());
    EXPECT_EQ(Wait(queue, id, JobState::kDone).error_message, "");
  }
}

TEST_F(JobQueueTest, RequestsAreChecked) {
  const std::string dataset = DoneDataset();
  JobQueueOptions options = Options();
  options.most_jobs = 1;
  JobQueue queue(Options()), full(options);
  JobRequest request = Training(dataset);
  request.minutes = 2;  // and steps
  EXPECT_EQ(queue.Create(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = Training("nothing");
  EXPECT_EQ(queue.Create(request).status().code(), absl::StatusCode::kNotFound);
  request = Training(dataset);
  request.model = "gone";
  EXPECT_EQ(queue.Create(request).status().code(), absl::StatusCode::kNotFound);
  request = {};
  request.model = "tunes";
  request.collection = *(*queue.Files())->Create();
  request.options = {{"min_bar", 3}};
  EXPECT_EQ(queue.Create(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.options = {{"min_bars", 2.5}};
  EXPECT_EQ(queue.Create(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.options = {{"min_bars", 2}, {"ignore_polyphonic_notes", 1}};
  const auto made = queue.Create(request);
  ASSERT_TRUE(made.ok()) << made.status();
  // A collection without files.
  EXPECT_NE(Wait(queue, made->id, JobState::kFailed).error_message.find("no files"),
            std::string::npos);
}

TEST_F(JobQueueTest, WithoutAFolderNothingIsKept) {
  JobQueueOptions options = Options();
  options.studio_dir = "";
  JobQueue nowhere(options);
  EXPECT_EQ(nowhere.Files().status().code(), absl::StatusCode::kUnavailable);
  options.studio_dir = root_ + "/calls/below_a_file";
  ASSERT_TRUE(WriteFile(root_ + "/calls", "").ok());
  JobQueue bad(options);
  EXPECT_EQ(bad.Files().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(JobQueueTest, WhatCantBeReadStays) {
  const std::string jobs = root_ + "/studio/jobs/";
  fs::create_directories(jobs + "aaaaaaaaaaaa");
  fs::create_directories(jobs +
                         "bbbbbbbbbbbb/job.json");  // no file: another error than that it is gone
  const std::string files = root_ + "/studio/collections/cccccccccccc/files";
  fs::create_directories(files);
  fs::last_write_time(files, fs::file_time_type::clock::now() - std::chrono::hours(25));
  {
    JobQueue queue(Options());
    EXPECT_TRUE(queue.List()->empty());
  }
  EXPECT_FALSE(fs::exists(jobs + "aaaaaaaaaaaa"));
  EXPECT_TRUE(fs::exists(jobs + "bbbbbbbbbbbb"));
  EXPECT_TRUE(fs::exists(files));  // it may be that job's
}

TEST_F(JobQueueTest, OldCollectionsGoAsNewOnesCome) {
  JobQueue queue(Options());
  const std::string old = *queue.NewCollection(), fresh = *queue.NewCollection();
  fs::last_write_time((*queue.Files())->FilesOf(old),
                      fs::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE(queue.NewCollection().ok());
  EXPECT_FALSE((*queue.Files())->SizeOf(old).ok());
  EXPECT_TRUE((*queue.Files())->SizeOf(fresh).ok());
}

TEST_F(JobQueueTest, OneThatWasStoppedTakesNoFolder) {
  JobQueue stopped(Options());
  stopped.Stop();
  EXPECT_EQ(stopped.Files().status().code(), absl::StatusCode::kUnavailable);
  JobQueue next(Options());
  EXPECT_TRUE(next.Files().ok());
}

}  // namespace
}  // namespace magenta
