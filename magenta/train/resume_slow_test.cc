// A run that is killed (SIGKILL) again and again, each time started with the same options, ends in
// the same bytes as one that never was.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "magenta/base/files.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/train/train.h"

namespace magenta {
namespace {

constexpr int kSteps = 40;

std::string DataFile(const std::string& folder) {
  const std::string path = folder + "/data.tfrecord";
  auto writer = RecordWriter::Create(path);
  for (int i = 0; i < 50; ++i) {
    std::vector<int32_t> events;
    for (int t = 0; t < 60 + i; ++t) events.push_back(t % 3 == 1 ? kNoEvent : 50 + (t * i) % 25);
    EXPECT_TRUE(writer->Write(SerializeCompact({"attention_rnn", "", 0, events, {}})).ok());
  }
  EXPECT_TRUE(writer->Commit().ok());
  return path;
}

// With and without a schedule and averages.
TrainOptions Options(const std::string& folder, const std::string& run, bool plan) {
  TrainOptions options;
  options.model = FindModel("attention_rnn").value();
  options.run_dir = folder + "/" + run;
  options.sequence_example_file = folder + "/data.tfrecord";
  options.eval_file = options.sequence_example_file;
  options.eval_every_steps = 7;
  options.hparams = "batch_size=16,rnn_layer_sizes=[16,16],attn_length=8";  // dropout is on
  options.num_training_steps = kSteps;
  options.save_every_steps = 3;
  options.keep = 2;
  if (plan) {
    options.learning_rate_schedule = "cosine";
    options.warmup_steps = 5;
    options.average_weights = 0.9;
  }
  return options;
}

// Trains in a process of its own, which is killed after `patience` unless it is done before.
// True: it was done.
bool TrainUntilKilled(const TrainOptions& options, std::chrono::milliseconds patience) {
  const pid_t child = fork();
  if (child == 0) _exit(Train(options).ok() ? 0 : 1);
  const auto end = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return false;
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return true;
}

class ResumeTest : public testing::TestWithParam<bool> {};

TEST_P(ResumeTest, KilledRunEndsInTheSameBytes) {
  const std::string folder = testing::TempDir() + "/resume_test_" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  DataFile(folder);
  ASSERT_TRUE(TrainUntilKilled(Options(folder, "whole", GetParam()), std::chrono::hours(1)));
  int killed = 0;
  // Growing patience, so that a slow machine ends too; odd steps, so that every part is hit.
  for (std::chrono::milliseconds patience(37);
       !TrainUntilKilled(Options(folder, "broken", GetParam()), patience);
       patience += patience / 9) {
    ++killed;
  }
  EXPECT_GT(killed, 3);
  std::printf("killed %d times\n", killed);
  for (const char* part : {"/train", "/best/train"}) {
    const auto whole = ReadCheckpointState(folder + "/whole" + part);
    const auto broken = ReadCheckpointState(folder + "/broken" + part);
    ASSERT_TRUE(whole.ok()) << whole.status();
    ASSERT_TRUE(broken.ok()) << broken.status();
    ASSERT_EQ(whole->all.size(), broken->all.size());
    for (const char* suffix : {".index", ".data-00000-of-00001"}) {
      EXPECT_EQ(ReadFile(whole->latest + suffix).value(), ReadFile(broken->latest + suffix).value())
          << whole->latest << suffix;
    }
  }
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Plans, ResumeTest, testing::Bool());

}  // namespace
}  // namespace magenta
