#include "magenta/train/run_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr uint64_t kMostHolderBytes = 400;

std::string ThisProcess() {
  char host[256] = "";
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return fmt::format("process {} on {}", ::getpid(), host[0] == '\0' ? "this machine" : host);
}

// Whether `path` is still the file that `fd` is open on: its last holder may have removed it.
bool IsThere(int fd, const std::string& path) {
  struct stat opened {
  }, named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// 0, or what keeps it from being locked: EWOULDBLOCK where another process has the lock.
int Lock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

absl::Status TakenBy(const std::string& run_dir, const std::string& path) {
  std::string holder = ReadFile(path, kMostHolderBytes).value_or("");
  std::replace_if(
      holder.begin(), holder.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, ' ');
  while (holder.ends_with(' ')) holder.pop_back();
  return OutsideError(
      run_dir, fmt::format("is being trained by {}", holder.empty() ? "another process" : holder),
      "Wait for it or stop it, or name another --run_dir");
}

}  // namespace

absl::StatusOr<RunLock> RunLock::Take(const std::string& run_dir) {
  RunLock lock;
  MAGENTA_ASSIGN_OR_RETURN(lock.folder_, OutputFolder::Make(run_dir));
  lock.path_ = run_dir + "/lock";
  while (true) {
    lock.fd_ = ::open(lock.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (lock.fd_ < 0) {
      return OutsideError(lock.path_, fmt::format("cannot write: {}", std::strerror(errno)),
                          "Choose a --run_dir that can be written");
    }
    const int error = Lock(lock.fd_);
    if (error == EWOULDBLOCK) {
      ::close(std::exchange(lock.fd_, -1));
      return TakenBy(run_dir, lock.path_);
    }
    if (error != 0) {
      lock.unlocked_ = std::strerror(error);
      break;
    }
    if (IsThere(lock.fd_, lock.path_)) break;
    ::close(std::exchange(lock.fd_, -1));
  }
  const std::string holder = ThisProcess() + "\n";
  // Nobody but a second training reads it, and that one's error is shorter without it.
  if (::ftruncate(lock.fd_, 0) != 0 || ::write(lock.fd_, holder.data(), holder.size()) < 0) {
    return lock;
  }
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept
    : folder_(std::move(other.folder_)),
      path_(std::move(other.path_)),
      unlocked_(std::move(other.unlocked_)),
      fd_(std::exchange(other.fd_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(path_, other.path_);
  std::swap(unlocked_, other.unlocked_);
  std::swap(fd_, other.fd_);
  return *this;
}

RunLock::~RunLock() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());  // while it is locked
  ::close(fd_);
}

}  // namespace magenta
