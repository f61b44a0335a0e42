#include "magenta/pipeline/input_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

bool IsFolder(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_directory(ignored) && !entry.is_symlink(ignored);
}

/// Or a link to one. Most folders tell of their files themselves: only links are looked at.
bool IsFile(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_regular_file(ignored);
}

/// Whether `path` is a file that can be opened, without opening it.
FoundFile Examine(const std::string& root, std::string path) {
  std::error_code error;
  const fs::file_status status = fs::status(root + "/" + path, error);
  if (status.type() == fs::file_type::regular) return {std::move(path), "", ""};
  if (error && status.type() != fs::file_type::not_found) {
    return {std::move(path), "unreadable", error.message()};
  }
  const std::string detail =
      status.type() == fs::file_type::directory   ? "a link to a folder, not followed"
      : status.type() == fs::file_type::not_found ? "a link to nothing"
                                                  : "a pipe, a socket or a device";
  return {std::move(path), "not_a_file", detail};
}

}  // namespace

absl::StatusOr<FolderWalker> FolderWalker::Open(const std::string& folder, bool recursive) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) {
    return MissingInputError(folder, "there is no such folder", "Check the path");
  }
  if (error) return InputError(folder, error.message(), "Check the path and its permissions");
  if (status.type() != fs::file_type::directory) {
    return InputError(folder, "is a file, not a folder", "Name the folder that holds it");
  }
  FolderWalker walker(folder, recursive);
  if (absl::Status entered = walker.Enter(""); !entered.ok()) {
    return InputError(folder, ErrorMessage(entered), "Check its permissions");
  }
  return walker;
}

absl::Status FolderWalker::Enter(const std::string& prefix) {
  std::error_code error;
  fs::directory_iterator it(root_ + "/" + prefix, error);
  Level level{prefix, {}};
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    const bool folder = IsFolder(*it);
    if (folder && !recursive_) continue;
    level.names.push_back({it->path().filename().string() + (folder ? "/" : ""), IsFile(*it)});
  }
  if (error) return absl::UnknownError(fmt::format("cannot list: {}", error.message()));
  std::sort(level.names.begin(), level.names.end(),
            [](const Name& a, const Name& b) { return a.text > b.text; });
  levels_.push_back(std::move(level));
  return absl::OkStatus();
}

std::optional<FoundFile> FolderWalker::Next() {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.names.empty()) {
      levels_.pop_back();
      continue;
    }
    std::string path = level.prefix + level.names.back().text;
    const bool is_file = level.names.back().is_file;
    level.names.pop_back();
    if (is_file) return FoundFile{std::move(path), "", ""};
    if (path.back() != '/') return Examine(root_, std::move(path));
    if (absl::Status entered = Enter(path); !entered.ok()) {
      return FoundFile{std::move(path), "unreadable_folder", ErrorMessage(entered)};
    }
  }
  return std::nullopt;
}

}  // namespace magenta
