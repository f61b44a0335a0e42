#pragma once
// What `render` is to read and where what it makes goes.

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta::cli {

/// A file to render.
struct RenderInput {
  std::string path;
  /// Below the folder that was named, without the file's name; "" for a file that was named itself.
  std::string folder = {};
  /// Found in a folder: the others go on when it can't be read.
  bool is_found = false;
};

/// The files that `names` (files and folders) stand for, in order. Of a folder those whose ending
/// says that they are music or a NoteSequence; with `recursive` those below, too. Errors: a folder
/// that is missing or unreadable (exit 3), or holds no music (exit 4).
absl::StatusOr<std::vector<RenderInput>> FindRenderInputs(const std::vector<std::string>& names,
                                                          bool recursive);

/// Names of outputs, each given once.
class RenderNames {
 public:
  /// "" for `output_dir`: beside the input.
  explicit RenderNames(std::string output_dir) : output_dir_(std::move(output_dir)) {}

  /// The new files' path without an ending, for its piece `index`, or its only one. An input of the
  /// same name but another ending keeps its ending: a.abc beside a.mid becomes a.abc.wav.
  std::string BaseOf(const RenderInput& input, size_t index, bool is_only);

 private:
  std::string output_dir_;
  std::set<std::string> used_;
};

/// The files that are read, none of which may be replaced.
class InputFiles {
 public:
  explicit InputFiles(const std::vector<RenderInput>& inputs);
  /// Error (exit 2): `path` is one of them, under whatever name.
  absl::Status CheckNotOne(const std::string& path) const;

 private:
  std::set<std::pair<uint64_t, uint64_t>> files_;  // devices and inodes
};

}  // namespace magenta::cli
