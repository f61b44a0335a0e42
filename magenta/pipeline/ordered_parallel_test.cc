#include "magenta/pipeline/ordered_parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

namespace magenta {
namespace {

struct SquaresRun {
  absl::Status status;
  std::vector<int> results;
  int most_in_flight = 0;  // taken and not yet consumed
};

/// Squares 0..n-1; produce fails at `bad_input`, consume at `bad_output`, either may be -1.
SquaresRun Squares(int n, int num_threads, int bad_input = -1, int bad_output = -1) {
  SquaresRun run;
  std::atomic<int> produced = 0;
  std::atomic<int> consumed = 0;
  const OrderedStages<int, int> stages = {
      [&](int* input) -> absl::StatusOr<bool> {
        if (produced == bad_input) return absl::DataLossError("input");
        if (produced == n) return false;
        *input = produced++;
        run.most_in_flight = std::max(run.most_in_flight, produced - consumed);
        return true;
      },
      [](int input) {
        if (input % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        return input * input;
      },
      [&](int output) -> absl::Status {
        if (static_cast<int>(run.results.size()) == bad_output)
          return absl::UnavailableError("out");
        run.results.push_back(output);
        ++consumed;
        return absl::OkStatus();
      }};
  run.status = OrderedParallel(stages, num_threads);
  return run;
}

TEST(OrderedParallelTest, ResultsStandInTheOrderOfInputs) {
  for (const int threads : {0, 1, 2, 3, 8}) {
    const SquaresRun run = Squares(500, threads);
    EXPECT_TRUE(run.status.ok());
    ASSERT_EQ(run.results.size(), 500u) << threads;
    for (int i = 0; i < 500; ++i) ASSERT_EQ(run.results[i], i * i) << threads;
    EXPECT_LE(run.most_in_flight, 4 * std::max(threads, 1) + 1) << threads;
  }
}

TEST(OrderedParallelTest, AFailingInputEndsTheRunAfterThoseBefore) {
  for (const int threads : {1, 4}) {
    const SquaresRun run = Squares(500, threads, /*bad_input=*/100);
    EXPECT_EQ(run.status.message(), "input");
    EXPECT_EQ(run.results.size(), 100u);
  }
}

TEST(OrderedParallelTest, AFailingOutputEndsTheRun) {
  for (const int threads : {1, 4}) {
    const SquaresRun run = Squares(500, threads, -1, /*bad_output=*/10);
    EXPECT_EQ(run.status.message(), "out");
    EXPECT_EQ(run.results.size(), 10u);
  }
}

TEST(OrderedParallelTest, NothingInNothingOut) {
  for (const int threads : {1, 4}) EXPECT_TRUE(Squares(0, threads).results.empty());
}

TEST(OrderedParallelTest, ResultsThatWaitAreBoundedByTheirBytes) {
  std::atomic<int> produced = 0, consumed = 0;
  int most = 0;
  const OrderedStages<int, int> stages = {
      [&](int* input) -> absl::StatusOr<bool> {
        if (produced == 40) return false;
        *input = produced++;
        most = std::max(most, produced - consumed);
        return true;
      },
      [](int input) {
        // All others are done while the first is still worked on.
        if (input == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return input;
      },
      [&](int output) -> absl::Status {
        EXPECT_EQ(output, consumed);
        ++consumed;
        return absl::OkStatus();
      },
      [](int) { return kMostWaitingBytes / 2; }};
  EXPECT_TRUE(OrderedParallel(stages, 4).ok());
  EXPECT_EQ(consumed, 40);
  EXPECT_LE(most, 2 + 1 + 4);  // what waits, one more, and what four threads work on
}

}  // namespace
}  // namespace magenta
