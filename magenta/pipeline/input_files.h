#pragma once
// The files of a folder, in an order that is the same everywhere, a folder at a time.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// Something found in a folder.
struct FoundFile {
  std::string path;    // below the folder, parts joined by '/'; a folder ends in '/'
  std::string reason;  // why it can't be read ("unreadable_folder", "not_a_file"), else empty
  std::string detail;  // one sentence, for people
};

/// Walks a folder in the order of the bytes of its paths. Holds the names of one folder at each
/// depth, so that memory does not grow with the number of folders. Symbolic links to folders are
/// not followed; those to files are files.
class FolderWalker {
 public:
  /// Errors: `folder` is missing, a file, or unreadable (exit 3).
  static absl::StatusOr<FolderWalker> Open(const std::string& folder, bool recursive);

  /// The next regular file, or thing that can't be read, as it was when its folder was listed;
  /// nullopt at the end.
  std::optional<FoundFile> Next();

 private:
  struct Name {
    std::string text;  // of a folder with a '/' at its end
    bool is_file;
  };
  /// The names of a folder not yet given out, last first.
  struct Level {
    std::string prefix;  // "" or "a/b/"
    std::vector<Name> names;
  };

  FolderWalker(std::string root, bool recursive) : root_(std::move(root)), recursive_(recursive) {}
  absl::Status Enter(const std::string& prefix);

  std::string root_;
  bool recursive_;
  std::vector<Level> levels_;
};

}  // namespace magenta
