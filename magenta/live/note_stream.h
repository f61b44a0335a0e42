#pragma once
// Notes that are being drawn elsewhere, as they arrive, between the thread that receives them and
// the response thread.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "magenta/generator.pb.h"

namespace magenta {

/// Thread-safe.
class NoteStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// The receiver's side: a piece of the response arrived; nothing more will come.
  void Push(NoteSequence piece) {
    const std::lock_guard lock(mutex_);
    if (!arrived_) arrived_ = Clock::now();
    pieces_.push_back(std::move(piece));
    changed_.notify_all();
  }
  void End(absl::Status status) {
    const std::lock_guard lock(mutex_);
    if (!arrived_) arrived_ = Clock::now();
    status_ = std::move(status);
    ended_ = true;
    changed_.notify_all();
  }

  /// What arrived since the last call.
  struct Arrival {
    std::vector<NoteSequence> pieces;
    bool ended = false;
    absl::Status status;
  };
  /// `patience`: how long it waits for something, at most.
  Arrival Take(Clock::duration patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return ended_ || !pieces_.empty(); });
    return {std::exchange(pieces_, {}), ended_, status_};
  }
  /// When the first piece, or the end, came.
  std::optional<Clock::time_point> arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<NoteSequence> pieces_;
  std::optional<Clock::time_point> arrived_;
  bool ended_ = false;
  absl::Status status_;
};

/// Models of a server, asked without waiting. Thread-safe.
class StreamingGenerator {
 public:
  virtual ~StreamingGenerator() = default;
  /// Sends `request`; its response streams into what is returned. Dropping that cancels it.
  virtual std::shared_ptr<NoteStream> Ask(const GenerateSequenceRequest& request) = 0;
};

}  // namespace magenta
