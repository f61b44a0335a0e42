#pragma once
// A map over a stream on several threads whose results come out in the order of the stream.
//
// Whoever is free takes the next input, works on it, and puts the result into a ring; the calling
// thread empties the ring in order. An input is only taken while the ring has room for its result,
// so memory is bounded by the ring, and what comes out does not depend on the number of threads.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// The three stages. `produce` and `consume` are never called by two threads at once; `work` is.
template <typename Input, typename Output>
struct OrderedStages {
  /// The next input into its argument, or false when there is none. An error ends the run after the
  /// results of all earlier inputs were consumed.
  std::function<absl::StatusOr<bool>(Input*)> produce;
  /// Called by several threads at once; must depend on its input alone.
  std::function<Output(Input)> work;
  /// Takes the results in the order of the inputs, on the calling thread. An error ends the run.
  std::function<absl::Status(Output)> consume;
};

namespace internal {

template <typename Input, typename Output>
class OrderedRun {
 public:
  OrderedRun(const OrderedStages<Input, Output>& stages, int num_threads)
      : stages_(stages), ring_(static_cast<size_t>(4 * num_threads)) {
    for (int i = 0; i < num_threads; ++i) threads_.emplace_back([this] { Work(); });
  }

  ~OrderedRun() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  absl::Status Consume() {
    for (uint64_t next = 0;; ++next) {
      std::optional<Output> result;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return Slot(next).has_value() || (ended_ && next == taken_); });
        if (!Slot(next).has_value()) return failure_;
        result.swap(Slot(next));
        consumed_ = next + 1;
      }
      room_.notify_all();
      if (absl::Status status = stages_.consume(*std::move(result)); !status.ok()) return status;
    }
  }

 private:
  std::optional<Output>& Slot(uint64_t i) { return ring_[i % ring_.size()]; }

  /// Takes the next input and its number; nullopt at the end.
  std::optional<std::pair<uint64_t, Input>> Take() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return ended_ || taken_ < consumed_ + ring_.size(); });
    if (ended_) return std::nullopt;
    std::pair<uint64_t, Input> item{taken_, Input()};
    const absl::StatusOr<bool> more = stages_.produce(&item.second);
    if (more.ok() && *more) {
      ++taken_;
      return item;
    }
    if (!more.ok()) failure_ = more.status();
    ended_ = true;
    ready_.notify_all();
    room_.notify_all();
    return std::nullopt;
  }

  void Work() {
    while (std::optional<std::pair<uint64_t, Input>> item = Take()) {
      Output output = stages_.work(std::move(item->second));
      {
        const std::lock_guard lock(mutex_);
        Slot(item->first).emplace(std::move(output));
      }
      ready_.notify_all();
    }
  }

  const OrderedStages<Input, Output>& stages_;
  std::mutex mutex_;
  std::condition_variable ready_;  // a result, or the end
  std::condition_variable room_;   // in the ring
  std::vector<std::optional<Output>> ring_;
  uint64_t taken_ = 0;
  uint64_t consumed_ = 0;
  bool ended_ = false;
  absl::Status failure_;
  std::vector<std::thread> threads_;
};

}  // namespace internal

/// Runs the stages on `num_threads` threads beside the calling one; 1 or less: on that one alone.
/// Returns the first error of produce or consume.
template <typename Input, typename Output>
absl::Status OrderedParallel(const OrderedStages<Input, Output>& stages, int num_threads) {
  if (num_threads > 1) return internal::OrderedRun<Input, Output>(stages, num_threads).Consume();
  while (true) {
    Input input{};
    const absl::StatusOr<bool> more = stages.produce(&input);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (absl::Status status = stages.consume(stages.work(std::move(input))); !status.ok()) {
      return status;
    }
  }
}

}  // namespace magenta
