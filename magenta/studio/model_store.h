#pragma once
// The models that people bring or teach: kept in a folder, and generators of the server while they
// are there.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/serve/generator_service.h"
#include "magenta/studio/jobs/disk_room.h"
#include "magenta/studio/studio_options.h"

namespace magenta {

inline constexpr size_t kMostKeptModels = 100;
inline constexpr int64_t kMostModelBytes = int64_t{64} << 20;

/// A generator of the server as the studio shows it.
struct StudioModel {
  std::string id;
  /// What people call it; of one that came with the server its id.
  std::string name;
  std::shared_ptr<const Model> model;
  /// Its bundle; "" where it is none (a folder of Magenta.js's).
  std::string file;
  /// Whether it is kept here, and can be removed and renamed.
  bool is_kept = false;
};

/// Below studio_dir/models lie ID.mag, a bundle, and ID.json: {"name": "..."}. Either appears whole
/// or not at all; without an ID.json the name is the id. Ids, [a-z0-9_-]{1,40}, are made of names,
/// which are any text of one line.
/// Thread-safe.
class ModelStore {
 public:
  /// `service` and `room`, that of options.studio_dir, outlive it.
  ModelStore(const StudioOptions& options, GeneratorService& service, DiskRoom& room);

  /// Makes generators of what is kept; once, first. What can't be: an error a file, about it.
  std::vector<absl::Status> Load();

  /// All generators of the server, in its order.
  std::vector<StudioModel> List() const;
  /// Error: there is none (kNotFound).
  absl::StatusOr<StudioModel> Find(const std::string& id) const;

  /// The bytes of its .mag: of one that is kept, the card is headed by its name, so that this
  /// travels. Errors: it has no bundle (kNotFound), or it can't be read.
  static absl::StatusOr<std::string> BundleOf(const StudioModel& model);

  /// Keeps the bundle `bytes` under `name` ("": what the bundle says) and makes a generator of it,
  /// which is returned. Errors: it is no bundle of a model that is known here, or damaged
  /// (kInvalidArgument); it is too large, or there are too many (kResourceExhausted); there is no
  /// room, or it can't be written (kUnavailable).
  absl::StatusOr<StudioModel> Add(const std::string& name, const std::string& bytes);
  /// Errors: there is none (kNotFound), it came with the server (kFailedPrecondition), the name is
  /// none (kInvalidArgument), it can't be written.
  absl::StatusOr<StudioModel> Rename(const std::string& id, const std::string& name);
  /// Requests in progress end with it. Errors as Rename's.
  absl::Status Remove(const std::string& id);

 private:
  std::string PathOf(const std::string& id, const char* ending) const;
  absl::Status CheckKept(const std::string& id) const;
  absl::Status WriteName(const std::string& id, const std::string& name) const;
  absl::Status LoadOne(const std::string& id);
  StudioModel Shown(const GeneratorDetails& details, std::shared_ptr<const Model> model) const;

  const std::string folder_;  // "": there is nowhere to write
  GeneratorService& service_;
  DiskRoom& room_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> names_;  // of those that are kept, by id
};

}  // namespace magenta
