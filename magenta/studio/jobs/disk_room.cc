#include "magenta/studio/jobs/disk_room.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

/// What programs write there is seen after so long.
constexpr std::chrono::seconds kCountEvery{10};
constexpr double kMiB = 1 << 20;

}  // namespace

int64_t BytesBelow(const std::string& folder) {
  int64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    std::error_code gone;
    if (!entry->is_symlink(gone) && entry->is_regular_file(gone)) {
      const auto size = entry->file_size(gone);
      if (!gone) bytes += static_cast<int64_t>(size);
    }
    entry.increment(error);
  }
  return bytes;
}

absl::Status DiskRoom::Take(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (!known_ || now - counted_ > kCountEvery) {
    used_ = BytesBelow(folder_);
    counted_ = now;
    known_ = true;
  }
  if (used_ + bytes > most_) {
    return OutsideError(
        folder_,
        fmt::format("the studio's folder is full: {:.0f} of {:.0f} MiB are used",
                    static_cast<double>(used_) / kMiB, static_cast<double>(most_) / kMiB),
        "Delete trainings and models that you need no more");
  }
  used_ += bytes;
  return absl::OkStatus();
}

void DiskRoom::Recount() {
  const std::lock_guard lock(mutex_);
  known_ = false;
}

}  // namespace magenta
