#include "magenta/base/files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

absl::Status OutputFailure(const std::string& path, int error) {
  const char* remedy = error == ENOSPC || error == EDQUOT
                           ? "Free some space or write to another disk"
                           : "Choose a place that can be written";
  return OutsideError(path, fmt::format("cannot write: {}", std::strerror(error)), remedy);
}

void SyncFolder(const fs::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

constexpr char kSmaller[] = "Name a smaller file";

constexpr std::string_view kTemporaryMark = ".magenta-tmp-";
constexpr size_t kRandomLetters = 6;

/// The longest name, in bytes, that a file in `folder` can have.
size_t LongestName(const fs::path& folder) {
  const long bytes = ::pathconf(folder.empty() ? "." : folder.c_str(), _PC_NAME_MAX);
  return bytes > 0 ? static_cast<size_t>(bytes) : NAME_MAX;
}

/// What mkostemp() makes the temporary name of `path` from: beside it, and no longer than a name
/// can be. Long names are cut, between characters of UTF-8.
absl::StatusOr<std::string> TemporaryPattern(const fs::path& path) {
  const size_t longest = LongestName(path.parent_path());
  std::string name = path.filename().string();
  if (name.size() > longest) {
    return OutsideError(path.string(),
                        fmt::format("cannot write: its name has {} bytes, and the disk takes {}",
                                    name.size(), longest),
                        "Choose a shorter name");
  }
  const size_t extra = kTemporaryMark.size() + kRandomLetters;
  size_t kept = std::min(name.size(), longest - std::min(longest, extra));
  if (kept < name.size()) {
    while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80) --kept;
  }
  name.resize(kept);
  name += kTemporaryMark;
  name.append(kRandomLetters, 'X');
  return (path.parent_path() / name).string();
}

/// Start write-back every 1 MiB to keep Commit()'s fsync short.
constexpr uint64_t kBytesOnTheWay = uint64_t{1} << 20;

/// Removes the temporary file `path` if whoever wrote it has ended: nobody holds its lock.
void RemoveIfLeftBehind(const std::string& path) {
  constexpr time_t kSeconds = 60;  // one that is just being made has no lock yet
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
      info.st_mtime + kSeconds < ::time(nullptr) && ::flock(fd, LOCK_EX | LOCK_NB) == 0) {
    ::unlink(path.c_str());
  }
  ::close(fd);
}

/// Once a process and folder: removes what killed runs have left there.
void SweepOnce(const fs::path& folder) {
  static std::mutex mutex;
  static auto* const swept = new std::set<std::string>();
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!swept->insert(folder.string()).second) return;
  }
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() < kTemporaryMark.size() + kRandomLetters) continue;
    if (name.substr(0, name.size() - kRandomLetters).ends_with(kTemporaryMark)) {
      RemoveIfLeftBehind(it->path().string());
    }
  }
}

}  // namespace

absl::Status CannotOpen(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return MissingInputError(path, "there is no such file", "Check the name");
  }
  const char* remedy = error == EACCES || error == EPERM ? "Check its permissions" : "";
  return InputError(path, fmt::format("cannot open: {}", std::strerror(error)), remedy);
}

absl::StatusOr<OutputFolder> OutputFolder::Make(const std::string& path) {
  OutputFolder folder;
  std::error_code error;
  for (fs::path missing(path); !missing.empty() && !fs::exists(missing, error);
       missing = missing.parent_path()) {
    if (missing.has_filename()) folder.made_.push_back(missing.string());
  }
  if (!folder.made_.empty()) MAGENTA_RETURN_IF_ERROR(MakeFolder(path));
  return folder;
}

OutputFolder::~OutputFolder() {
  for (const std::string& path : made_) ::rmdir(path.c_str());  // fails where something is in it
}

absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return CannotOpen(path, errno);
  }
  struct stat info {};
  if (::fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) {
    ::close(fd);
    return InputError(path, "is a folder, not a file", "Name a file");
  }
  std::string bytes;
  if (S_ISREG(info.st_mode)) {
    if (static_cast<uint64_t>(info.st_size) > max_bytes) {
      ::close(fd);
      return InputError(
          path,
          fmt::format("{} bytes, more than the {} that are read at once", info.st_size, max_bytes),
          kSmaller);
    }
    bytes.reserve(static_cast<size_t>(info.st_size));
  }
  char buffer[1 << 16];
  while (true) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(fd);
      return InputError(path, fmt::format("cannot read: {}", std::strerror(error)));
    }
    if (n == 0) break;
    if (bytes.size() + static_cast<size_t>(n) > max_bytes) {
      ::close(fd);
      return InputError(path, fmt::format("more than {} bytes", max_bytes), kSmaller);
    }
    bytes.append(buffer, static_cast<size_t>(n));
  }
  ::close(fd);
  return bytes;
}

OutputFile::OutputFile(std::string path, std::string temporary, std::FILE* file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(file) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      file_(std::exchange(other.file_, nullptr)),
      size_(other.size_),
      on_the_way_(other.on_the_way_) {}

OutputFile::~OutputFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  ::unlink(temporary_.c_str());
}

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& name) {
  if (name.empty()) return UsageError("the name of an output file is empty");
  std::error_code error;
  // A link stays a link: what it leads to is replaced.
  const std::string path =
      fs::is_symlink(name, error) ? fs::weakly_canonical(name, error).string() : name;
  if (fs::is_directory(path, error)) {
    return OutsideError(name, "cannot write: it is a folder", "Name a file");
  }
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    return OutsideError(name, "cannot write: it is a device or pipe, which a file may not replace",
                        "Name a file");
  }
  const fs::path parent = fs::path(path).parent_path();
  MAGENTA_ASSIGN_OR_RETURN(OutputFolder folder, OutputFolder::Make(parent.string()));
  SweepOnce(parent.empty() ? "." : parent);
  MAGENTA_ASSIGN_OR_RETURN(std::string temporary, TemporaryPattern(path));
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return OutputFailure(path, errno);
  ::flock(fd, LOCK_EX | LOCK_NB);  // until it is closed: not left behind
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd, 0666 & ~mask);
  OutputFile file(path, std::move(temporary), ::fdopen(fd, "wb"));
  file.folder_ = std::move(folder);
  return file;
}

absl::Status OutputFile::Write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
    return OutputFailure(path_, errno);
  }
  size_ += bytes.size();
  if (size_ - on_the_way_ >= kBytesOnTheWay) StartWriting();
  return absl::OkStatus();
}

void OutputFile::StartWriting() {
#ifdef SYNC_FILE_RANGE_WRITE
  ::sync_file_range(::fileno(file_), static_cast<off_t>(on_the_way_),
                    static_cast<off_t>(size_ - on_the_way_), SYNC_FILE_RANGE_WRITE);
#endif
  on_the_way_ = size_;
}

absl::Status OutputFile::Commit() {
  std::FILE* file = std::exchange(file_, nullptr);
  int error = 0;
  if (std::fflush(file) != 0 || ::fsync(::fileno(file)) != 0) error = errno;
  // Before it is closed, and its lock with it.
  if (error == 0 && std::rename(temporary_.c_str(), path_.c_str()) != 0) error = errno;
  std::fclose(file);
  if (error != 0) {
    ::unlink(temporary_.c_str());
    return OutputFailure(path_, error);
  }
  SyncFolder(fs::path(path_).parent_path());
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, std::string_view bytes) {
  MAGENTA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  MAGENTA_RETURN_IF_ERROR(file.Write(bytes));
  return file.Commit();
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return OutsideError(path, fmt::format("cannot make the folder: {}", error.message()),
                        "Choose a place that can be written");
  }
  return absl::OkStatus();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

absl::StatusOr<std::string> TemporaryFolder::Path() {
  if (!path_.empty()) return path_;
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  std::string path = (error ? "/tmp" : parent.string()) + "/magenta-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return OutsideError(path,
                        fmt::format("cannot make a temporary folder: {}", std::strerror(errno)),
                        "Let $TMPDIR name a folder that can be written");
  }
  return path_ = path;
}

absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& folder, bool recursive) {
  std::error_code error;
  const fs::path root(folder);
  if (!fs::exists(root, error)) return MissingInputError(folder, "there is no such folder");
  if (!fs::is_directory(root, error)) return InputError(folder, "is a file, not a folder");
  std::vector<std::string> names;
  fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error);
  if (error) return InputError(folder, fmt::format("cannot list: {}", error.message()));
  for (const auto end = fs::end(it); it != end; it.increment(error)) {
    if (error) return InputError(folder, fmt::format("cannot list: {}", error.message()));
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      if (!recursive || it->is_symlink(ignored)) it.disable_recursion_pending();
    } else if (it->is_regular_file(ignored)) {
      names.push_back(it->path().lexically_relative(root).string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace magenta
