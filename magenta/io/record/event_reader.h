#pragma once
// Reads the event files that TensorBoard reads: scalars and texts. docs/formats/events.md.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// A number under a tag. `wall_time` is in seconds since 1970.
struct ScalarEvent {
  int64_t step = 0;
  double wall_time = 0;
  std::string tag;
  float value = 0;
};

/// A text under a tag.
struct TextEvent {
  int64_t step = 0;
  double wall_time = 0;
  std::string tag;
  std::string text;
};

/// An event file as far as it can be read: one that is still written to ends anywhere.
struct EventFile {
  /// "brain.Event:2"
  std::string file_version;
  /// In file order.
  std::vector<ScalarEvent> scalars;
  std::vector<TextEvent> texts;
  int64_t events = 0;
  /// The file ends in the midst of an event, because it is being written or its writer was stopped.
  bool cut = false;
};

/// Reads `path`. Scalars may be simple values or float tensors of one element; anything else that a
/// summary can hold is passed over. A cut last event is no error; a wrong checksum is (exit 3).
absl::StatusOr<EventFile> ReadEventFile(const std::string& path);

/// The same from memory; `name_for_errors` stands for the file.
absl::StatusOr<EventFile> ParseEventFile(std::string bytes, const std::string& name_for_errors);

}  // namespace magenta
