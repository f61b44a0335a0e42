#pragma once
// A map over a stream on several threads whose results come out in the order of the stream.
//
// Whoever is free takes the next input, works on it, and puts the result into a ring; the calling
// thread empties the ring in order, and works like the others while the next result is not there
// yet. An input is only taken while the ring has room for its result, so memory is bounded by the
// ring, and what comes out does not depend on the number of threads.

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
#include "magenta/base/threads.h"

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
  /// Bytes that a result holds; may be empty. No input is taken while results that wait hold more
  /// than kMostWaitingBytes.
  std::function<uint64_t(const Output&)> bytes = {};
};

inline constexpr uint64_t kMostWaitingBytes = uint64_t{128} << 20;

namespace internal {

template <typename Input, typename Output>
class OrderedRun {
 public:
  OrderedRun(const OrderedStages<Input, Output>& stages, int num_threads)
      : stages_(stages),
        ring_(static_cast<size_t>(4 * num_threads)),
        threads_(StartThreads(num_threads - 1, [this] { WorkToTheEnd(); })) {}

  ~OrderedRun() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /// The calling thread's part.
  absl::Status Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (std::optional<Output> result = TakeResult()) {
        lock.unlock();
        room_.notify_one();
        if (absl::Status status = stages_.consume(*std::move(result)); !status.ok()) return status;
        lock.lock();
      } else if (HasRoom() && !ended_) {
        WorkOnNext(lock);
      } else if (ended_ && consumed_ == taken_) {
        return failure_;
      } else {
        ready_.wait(lock, [this] { return Slot(consumed_).has_value(); });
      }
    }
  }

 private:
  std::optional<Output>& Slot(uint64_t i) { return ring_[i % ring_.size()]; }
  bool HasRoom() const {
    return taken_ == consumed_ ||
           (taken_ < consumed_ + ring_.size() && waiting_bytes_ <= kMostWaitingBytes);
  }

  uint64_t BytesOf(const Output& result) const { return stages_.bytes ? stages_.bytes(result) : 0; }

  /// The result whose turn it is, if it is there.
  std::optional<Output> TakeResult() {
    std::optional<Output> result;
    result.swap(Slot(consumed_));
    if (result.has_value()) {
      ++consumed_;
      waiting_bytes_ -= BytesOf(*result);
    }
    return result;
  }

  /// Takes the next input, works on it without the lock, and leaves its result; or sees the end.
  void WorkOnNext(std::unique_lock<std::mutex>& lock) {
    Input input{};
    const absl::StatusOr<bool> more = stages_.produce(&input);
    if (!more.ok() || !*more) {
      failure_ = more.status();
      ended_ = true;
      room_.notify_all();
      return;
    }
    const uint64_t number = taken_++;
    lock.unlock();
    Output output = stages_.work(std::move(input));
    lock.lock();
    waiting_bytes_ += BytesOf(output);
    Slot(number).emplace(std::move(output));
    if (number == consumed_) ready_.notify_one();
  }

  void WorkToTheEnd() {
    std::unique_lock lock(mutex_);
    while (true) {
      room_.wait(lock, [this] { return ended_ || HasRoom(); });
      if (ended_) return;
      WorkOnNext(lock);
    }
  }

  const OrderedStages<Input, Output>& stages_;
  std::mutex mutex_;
  std::condition_variable ready_;  // the result whose turn it is
  std::condition_variable room_;   // in the ring, or the end
  std::vector<std::optional<Output>> ring_;
  uint64_t taken_ = 0;
  uint64_t consumed_ = 0;
  uint64_t waiting_bytes_ = 0;
  bool ended_ = false;
  absl::Status failure_;
  std::vector<std::thread> threads_;
};

}  // namespace internal

/// Runs the stages on `num_threads` threads, the calling one included, or as many as the system
/// gives.
/// Returns the first error of produce or consume.
template <typename Input, typename Output>
absl::Status OrderedParallel(const OrderedStages<Input, Output>& stages, int num_threads) {
  if (num_threads > 1) return internal::OrderedRun<Input, Output>(stages, num_threads).Run();
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
