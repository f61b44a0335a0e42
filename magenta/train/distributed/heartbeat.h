#pragma once
// Signs of life. Each rank counts up a number of its own in the store that rank 0 keeps, once a
// second, and looks at those of the others; so a rank is missed, and named, even where its
// connections stand.
// Torch header: for the .cc files of this room alone.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>

namespace magenta {

/// Lives on, with its thread, after Abandon(): a thread that waits for a lost machine cannot be
/// ended.
class Heartbeat {
 public:
  using Clock = std::chrono::steady_clock;

  /// `store`: a connection that nobody else uses.
  Heartbeat(c10::intrusive_ptr<c10d::TCPStore> store, int rank, int size, double lost_after_s);
  /// Ends the thread; within a second while rank 0 answers.
  ~Heartbeat();

  /// Why the job has ended, as far as is known; empty while all live.
  std::string failure();

  /// After a connection broke: the same, waiting some seconds until it is known who is missing.
  std::string FailureAfterDisconnect();

  /// Tells all other ranks; and, on rank 0, gives them the time to read it before the store goes.
  void Broadcast(const std::string& failure);

 private:
  void Run();
  void Beat();
  std::string LongestSilent(double seconds);

  c10::intrusive_ptr<c10d::TCPStore> store_;
  const int rank_, size_;
  const double lost_after_s_;
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false, store_gone_ = false, announcement_seen_ = false;
  Clock::time_point answered_;            // when the store last did
  std::vector<int64_t> beats_;            // of each rank, when last looked at
  std::vector<Clock::time_point> heard_;  // when that last changed
  std::vector<std::string> names_;        // of the ranks, for people
  std::string announced_,
      to_announce_;  // why the job ended: by any rank; by this one, not yet sent
  std::thread thread_;
};

}  // namespace magenta
