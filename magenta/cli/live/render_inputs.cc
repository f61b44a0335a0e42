#include "magenta/cli/live/render_inputs.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/music/read_music.h"

namespace magenta::cli {
namespace {

namespace fs = std::filesystem;

bool LooksLikeMusic(const std::string& name) {
  return MusicFormatOfName(name).has_value() || fs::path(name).extension() == ".notesequence";
}

/// Device and inode; nullopt where there is no such file.
std::optional<std::pair<uint64_t, uint64_t>> IdentityOf(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return std::pair<uint64_t, uint64_t>(found.st_dev, found.st_ino);
}

absl::Status AddFolder(const std::string& folder, bool recursive,
                       std::vector<RenderInput>& inputs) {
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<std::string> found, ListFiles(folder, recursive));
  const size_t before = inputs.size();
  for (const std::string& file : found) {
    if (!LooksLikeMusic(file)) continue;
    inputs.push_back({.path = (fs::path(folder) / file).string(),
                      .folder = fs::path(file).parent_path().string(),
                      .is_found = true});
  }
  if (inputs.size() > before) return absl::OkStatus();
  return WithFile(
      NothingToOutputError(fmt::format("holds no music ({})", MusicFileEndings()),
                           recursive ? "" : "Add --recursive to look into the folders below"),
      folder);
}

}  // namespace

absl::StatusOr<std::vector<RenderInput>> FindRenderInputs(const std::vector<std::string>& names,
                                                          bool recursive) {
  std::vector<RenderInput> inputs;
  for (const std::string& name : names) {
    std::error_code error;
    if (fs::is_directory(name, error)) {
      MAGENTA_RETURN_IF_ERROR(AddFolder(name, recursive, inputs));
    } else {
      inputs.push_back({.path = name});
    }
  }
  return inputs;
}

std::string RenderNames::BaseOf(const RenderInput& input, size_t index, bool is_only) {
  const fs::path path(input.path);
  const fs::path folder =
      output_dir_.empty() ? path.parent_path() : fs::path(output_dir_) / input.folder;
  const std::string number = is_only ? "" : fmt::format("_{}", index + 1);
  std::string base = (folder / path.stem()).string() + number;
  if (!used_.insert(base).second) {
    base = (folder / path.filename()).string() + number;
    const std::string whole = base;
    for (int i = 2; !used_.insert(base).second; ++i) base = fmt::format("{}_{}", whole, i);
  }
  return base;
}

InputFiles::InputFiles(const std::vector<RenderInput>& inputs) {
  for (const RenderInput& input : inputs) {
    if (const auto file = IdentityOf(input.path)) files_.insert(*file);
  }
}

absl::Status InputFiles::CheckNotOne(const std::string& path) const {
  const auto file = IdentityOf(path);
  if (!file.has_value() || !files_.contains(*file)) return absl::OkStatus();
  return UsageError(fmt::format("{} is a file to render, and would be replaced", path),
                    "Give --output_dir, or --output with another name");
}

}  // namespace magenta::cli
