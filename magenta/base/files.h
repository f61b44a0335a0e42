#pragma once
// Reading and writing files so that nothing is ever half there.

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// What is read of one file at once, at most.
inline constexpr uint64_t kMostFileBytes = uint64_t{4} << 30;

/// The whole of `path`. Errors: missing (exit 3), a folder, unreadable, or over `max_bytes`, each
/// naming `path`; nothing is allocated for a file that is too large.
absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes = kMostFileBytes);

/// Why `path` could not be opened for reading, by the errno of open(): exit 3, with a remedy.
absl::Status CannotOpen(const std::string& path, int error);

/// Folders that a run makes for its outputs. Those that are still empty when it ends go again.
class OutputFolder {
 public:
  /// Makes `path` and its parents. Errors as MakeFolder's.
  static absl::StatusOr<OutputFolder> Make(const std::string& path);
  OutputFolder() = default;
  OutputFolder(OutputFolder&& other) noexcept : made_(std::move(other.made_)) {
    other.made_.clear();
  }
  OutputFolder& operator=(OutputFolder&& other) noexcept {
    std::swap(made_, other.made_);
    return *this;
  }
  ~OutputFolder();

 private:
  std::vector<std::string> made_;  // innermost first
};

/// A file that appears under its final name only when it is whole: writes go to a temporary name
/// beside it; Commit() flushes, fsyncs and renames; a destructor without Commit() removes it. What
/// a killed run has left beside it (a minute old, and locked by no one) goes with the first file
/// that a process writes there. Missing parent folders are made. A symbolic link stays and what it
/// leads to is replaced; a device or pipe is refused. Errors name the file and say disk full,
/// read-only, ... (exit 5).
class OutputFile {
 public:
  /// Begins a file that will be called `path`; nothing stands there yet. Errors: exit 5.
  static absl::StatusOr<OutputFile> Create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// Adds `bytes` at the end. After an error nothing more is worth writing.
  absl::Status Write(std::string_view bytes);
  /// Makes the file appear, whole and on disk. Once, last.
  absl::Status Commit();
  /// Bytes written so far.
  uint64_t size() const { return size_; }

 private:
  OutputFile(std::string path, std::string temporary, std::FILE* file);
  void StartWriting();
  OutputFolder folder_;  // goes last
  std::string path_;
  std::string temporary_;
  std::FILE* file_;
  uint64_t size_ = 0;
  uint64_t on_the_way_ = 0;  // the first so many were handed to the disk
};

/// OutputFile in one call.
absl::Status WriteFile(const std::string& path, std::string_view bytes);

/// Makes `path` and its parents. Errors name the folder and the reason (exit 5).
absl::Status MakeFolder(const std::string& path);

/// A folder for what is needed for a while: it goes away with its contents.
class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  /// Its path; the first call makes it, where temporary files lie ($TMPDIR, else /tmp), for this
  /// user alone. Errors: exit 5.
  absl::StatusOr<std::string> Path();

 private:
  std::string path_;  // "" until it is made
};

/// Paths of the regular files in `folder` relative to it, sorted by bytes; below subfolders too
/// when `recursive`. Symbolic links to folders are not followed. Missing or unreadable: exit 3.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& folder, bool recursive);

}  // namespace magenta
