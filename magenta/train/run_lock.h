#pragma once
// One training at a time in a run's folder.

#include <string>

#include "absl/status/statusor.h"
#include "magenta/base/files.h"

namespace magenta {

/// A lock on `run_dir`/lock that ends with its process, however that ends. The file holds the
/// process and machine that train, for people and for the error of a second training; it goes when
/// the lock does. Where the disk knows no locks nothing is locked, and unlocked() says why.
class RunLock {
 public:
  /// Errors (exit 5): another process trains this run (named, with its machine); the folder cannot
  /// be written.
  static absl::StatusOr<RunLock> Take(const std::string& run_dir);
  RunLock() = default;
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

  /// Why nothing keeps a second training out, in the system's words; "" where the lock is held.
  const std::string& unlocked() const { return unlocked_; }

 private:
  OutputFolder folder_;  // goes last, where nothing was trained
  std::string path_, unlocked_;
  int fd_ = -1;
};

}  // namespace magenta
