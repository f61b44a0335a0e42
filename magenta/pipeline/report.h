#pragma once
// What became of every file, for machines (JSON) and for the terminal (a table).
// Format: docs/formats/report.md.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/files.h"
#include "magenta/kinds/kind.h"

namespace magenta {

/// One entry of the report.
struct FileOutcome {
  std::string file;
  int64_t outputs = 0;  // records written; the file is kept when there is one
  std::string reason;   // one word: "kept", "broken_midi", "too_short"
  std::string detail;   // one sentence with the figures
  std::string flag;     // the flag that would keep it, "" when none would
  std::vector<TrackReport> tracks;
  std::vector<std::string> warnings;  // what was mended or left out
};

/// The entry as a report has it: JSON, in one line.
std::string OutcomeText(const FileOutcome& outcome);

/// How often a reason occurred, and where first.
struct ReasonCount {
  int64_t count = 0;
  std::string example;  // the first file
  std::string detail;   // of that file or track
  std::string flag;
};

/// Counts outcomes and writes them as they come, so that memory does not grow with the files.
class ReportWriter {
 public:
  /// `path` empty: counts alone. Errors: not writable (exit 5).
  static absl::StatusOr<ReportWriter> Create(const std::string& path);

  /// Counts each track's outcome, or the file's reason where it has no tracks.
  absl::Status Add(const FileOutcome& outcome);

  /// Ends the JSON with the counts and gives it its name.
  absl::Status Commit();

  /// What was added so far, by outcome.
  const std::map<std::string, ReasonCount>& reasons() const { return reasons_; }

 private:
  explicit ReportWriter(std::optional<OutputFile> file) : file_(std::move(file)) {}
  void Count(const std::string& reason, const std::string& file, const std::string& detail,
             const std::string& flag);

  std::optional<OutputFile> file_;
  bool first_ = true;
  std::map<std::string, ReasonCount> reasons_;
};

/// Whether two names lead to one file, there or not: "x" and "./x".
bool IsSamePath(const std::string& a, const std::string& b);

/// {reason: n}
std::map<std::string, int64_t> CountsOf(const std::map<std::string, ReasonCount>& reasons);

/// The reason of a file that is over a limit of a piece (magenta/music/piece_limits.h).
inline constexpr char kOverLimit[] = "over_limit";

/// Whether there are reasons, and each is that a file or folder could not be opened, or is over a
/// limit: then the input is at fault (exit 3), not what is in it (exit 4).
bool NothingReadable(const std::map<std::string, ReasonCount>& reasons);

/// The reasons, most frequent first, a line each: "  12  too_short  a.mid: 5 bars, fewer than 7
/// (--min_bars=5 keeps it)", with line feeds between them.
std::string ReasonTable(const std::map<std::string, ReasonCount>& reasons);

}  // namespace magenta
