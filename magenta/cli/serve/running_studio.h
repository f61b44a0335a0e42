#pragma once
// The one `magenta studio` that runs on a folder: a lock says that there is one, a file where.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta::cli {

/// DIR/server.lock is held as long as a studio runs; DIR/server.json says its port, {"port": N},
/// and stays for the next time.
class RunningStudio {
 public:
  /// Makes `studio_dir`. Error (exit 5): it can't be made or written.
  static absl::StatusOr<RunningStudio> At(const std::string& studio_dir);
  RunningStudio(RunningStudio&& other) noexcept;
  RunningStudio& operator=(RunningStudio&&) = delete;
  /// Lets others begin.
  ~RunningStudio();

  /// Whether this is the one, as long as the object lives; else another process is.
  bool is_ours() const { return is_ours_; }
  /// The port of the one that runs, or ran last.
  std::optional<int> Port() const;
  /// The port of another one, once it answers. Error (exit 5): it does not within ten seconds.
  absl::StatusOr<int> WaitForPort() const;
  /// Says the port of ours. Error: exit 5.
  absl::Status Tell(int port) const;

 private:
  RunningStudio(std::string folder, int lock, bool is_ours)
      : folder_(std::move(folder)), lock_(lock), is_ours_(is_ours) {}
  std::string folder_;
  int lock_;
  bool is_ours_;
};

/// Opens `url` in the user's browser where there is a display and a program that knows one; false:
/// there is none.
bool OpenBrowser(const std::string& url);

}  // namespace magenta::cli
