#pragma once
// Event files that TensorBoard shows: scalars and texts by step. docs/formats/events.md.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// The outside world of an EventWriter; empty fields mean the real one.
struct EventWriterOptions {
  /// Seconds since 1970.
  std::function<double()> clock;
  /// The last part of the file's name.
  std::string host;
};

/// Appends to one file; each call is one write, so a reader (or a crash) sees whole events or, at
/// worst, a cut last one. Not atomic: a run is to be watched while it goes on.
class EventWriter {
 public:
  /// Makes `folder` and in it events.out.tfevents.<unix seconds>.<host>, with .1, .2, ... after it
  /// where that name is taken, and writes the first record, `file_version`. Exit 5 if it cannot.
  static absl::StatusOr<EventWriter> Create(const std::string& folder,
                                            const EventWriterOptions& options = {});

  EventWriter(EventWriter&& other) noexcept;
  EventWriter& operator=(EventWriter&&) = delete;
  ~EventWriter();

  /// One event with all of `values` (tag, value) at `step`; not-a-number is written as it is.
  absl::Status Scalars(int64_t step, std::span<const std::pair<std::string, float>> values);

  /// One text (markdown, UTF-8) for TensorBoard's text tab.
  absl::Status Text(int64_t step, const std::string& tag, const std::string& markdown);

  /// Waits until the disk has all of it.
  absl::Status Flush();

  /// The file's path.
  const std::string& path() const { return path_; }

 private:
  EventWriter(std::string path, int fd, std::function<double()> clock);
  absl::Status Append(std::string_view event);

  std::string path_;
  int fd_;
  std::function<double()> clock_;
};

}  // namespace magenta
