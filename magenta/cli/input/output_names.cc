#include "magenta/cli/input/output_names.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta::cli {

absl::StatusOr<OutputNames> OutputNames::Create(const std::string& folder, int count,
                                                std::vector<std::string> extensions,
                                                std::time_t now) {
  OutputNames names;
  MAGENTA_ASSIGN_OR_RETURN(names.folder_, OutputFolder::Make(folder));
  std::tm local{};
  ::localtime_r(&now, &local);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y-%m-%d_%H%M%S_", &local);
  names.prefix_ = fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", stamp);
  names.digits_ = static_cast<int>(fmt::format("{}", count).size());
  names.extensions_ = std::move(extensions);
  return names;
}

OutputNames::~OutputNames() {
  for (const std::string& path : held_) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && info.st_size == 0) ::unlink(path.c_str());
  }
}

absl::StatusOr<std::string> OutputNames::Next() {
  while (true) {
    std::string base = fmt::format("{}{:0{}}", prefix_, ++counter_, digits_);
    const bool taken = std::any_of(extensions_.begin(), extensions_.end(), [&](const auto& end) {
      return ::access(fmt::format("{}.{}", base, end).c_str(), F_OK) == 0;
    });
    if (taken) continue;
    const std::string path = base + "." + extensions_.front();
    const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd >= 0) {
      ::close(fd);
      held_.push_back(path);
      return base;
    }
    if (errno != EEXIST) {
      return OutsideError(path, fmt::format("cannot write: {}", std::strerror(errno)),
                          "Choose a place that can be written");
    }
  }
}

}  // namespace magenta::cli
