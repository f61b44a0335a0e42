#pragma once
// Files of music that people sent to learn from, kept as COLLECTION/files/0001.mid: names are ours,
// endings are by what the bytes are; what a file was called stands in COLLECTION/names.jsonl.

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/studio/jobs/disk_room.h"

namespace magenta {

struct CollectionLimits {
  int64_t files = 2000;
  int64_t file_bytes = int64_t{16} << 20;
  int64_t bytes = int64_t{256} << 20;
};

struct CollectionSize {
  int64_t files = 0;
  int64_t bytes = 0;
};

/// Thread-safe.
class Collections {
 public:
  /// Kept in `folder`, which is made with the first; `room`, which outlives it, says how much there
  /// may be in all.
  Collections(std::string folder, CollectionLimits limits, DiskRoom& room)
      : folder_(std::move(folder)), limits_(limits), room_(room) {}

  /// An empty one's id. Errors: the disk's (exit 5).
  absl::StatusOr<std::string> Create();

  /// Adds a file that is called `name` where it is shown. Errors, after which it stands as before:
  /// none of that id (kNotFound), over a limit (kResourceExhausted), no room or the disk's
  /// (kUnavailable).
  absl::StatusOr<CollectionSize> Add(const std::string& id, const std::string& name,
                                     const std::string& bytes);

  /// Errors: none of that id (kNotFound).
  absl::StatusOr<CollectionSize> SizeOf(const std::string& id);
  absl::Status Remove(const std::string& id);

  /// The folder of the files.
  std::string FilesOf(const std::string& id) const;
  /// What each file is called, by its stored name. Errors as SizeOf's.
  absl::StatusOr<std::map<std::string, std::string>> NamesOf(const std::string& id);

  /// Removes those that are not in `used` and have not changed for a day.
  void RemoveOld(const std::set<std::string>& used);

 private:
  std::string PathOf(const std::string& id) const { return folder_ + "/" + id; }
  absl::Status Check(const std::string& id) const;
  CollectionSize& Size(const std::string& id);

  const std::string folder_;
  const CollectionLimits limits_;
  DiskRoom& room_;
  std::mutex mutex_;
  std::map<std::string, CollectionSize> sizes_;  // of those that were asked for
};

}  // namespace magenta
