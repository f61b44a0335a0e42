#pragma once
// How much a folder may hold in all.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "absl/status/status.h"

namespace magenta {

/// Bytes of the regular files in `folder` and below; links are not followed. 0 where there is none.
int64_t BytesBelow(const std::string& folder);

/// Thread-safe.
class DiskRoom {
 public:
  /// `folder` may hold `most` bytes. It need not exist.
  DiskRoom(std::string folder, int64_t most) : folder_(std::move(folder)), most_(most) {}

  /// Whether `bytes` more may be written; they then count. Errors (kUnavailable, about the folder,
  /// with what to do): it would be over its limit.
  absl::Status Take(int64_t bytes);
  /// Something was removed: what is left is counted anew.
  void Recount();

 private:
  const std::string folder_;
  const int64_t most_;
  std::mutex mutex_;
  int64_t used_ = 0;
  std::chrono::steady_clock::time_point counted_;
  bool known_ = false;
};

}  // namespace magenta
