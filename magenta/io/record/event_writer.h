#pragma once
// Event files that TensorBoard shows: scalars and texts by step. docs/formats/events.md.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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

/// What TensorBoard's HPARAMS tab shows of a run: a row of hyper-parameters and figures.
struct HParamsSession {
  /// Name and value, in the order of the tab's columns.
  std::vector<std::pair<std::string, std::variant<double, bool, std::string>>> hparams;
  /// A column of figures: the newest scalar `tag` in `folder`, below the session's own.
  struct Figure {
    std::string folder, tag, title;
    bool held_out = false;
  };
  std::vector<Figure> figures;
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

  /// Says that what other files hold for `step` and later steps is of a run that was broken off:
  /// TensorBoard drops it. To be written before the first figure.
  absl::Status SessionStart(int64_t step);

  /// The row of the HPARAMS tab; once a file, which lies in the session's own folder.
  absl::Status HParams(const HParamsSession& session);
  /// What that tab says has become of the session.
  absl::Status HParamsEnd(bool success);

  /// Waits until the disk has all of it.
  absl::Status Flush();

  /// The file's path.
  const std::string& path() const { return path_; }

 private:
  EventWriter(std::string path, int fd, std::function<double()> clock);
  absl::Status Append(std::string_view event);
  absl::Status PluginData(const std::string& tag, const std::string& content);

  std::string path_;
  int fd_;
  std::function<double()> clock_;
};

}  // namespace magenta
