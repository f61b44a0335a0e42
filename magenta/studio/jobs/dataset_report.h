#pragma once
// What became of the files of a collection, for people: the report of `magenta dataset`
// (docs/formats/report.md) in sentences, each with what to do about it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// An option of a dataset job that would keep more.
struct DiscardRemedy {
  std::string text;    // "Keep melodies of 3 bars and more"
  std::string option;  // "min_bars"
  double value = 0;    // of a bool 1
  bool is_bool = false;
};

/// Files that gave nothing for one reason.
struct DiscardedFiles {
  std::string reason;  // "too_short"
  int64_t count = 0;
  std::string text;  // a sentence
  std::optional<DiscardRemedy> remedy;
};

struct LeftOutFile {
  std::string file;  // as it was sent
  std::string why;
};

struct DatasetReport {
  int64_t files = 0;
  int64_t kept = 0;      // files that gave at least one example
  int64_t examples = 0;  // to learn from
  int64_t held_out = 0;  // to measure on
  /// By reason, the most frequent first. The counts and `kept` sum to `files`.
  std::vector<DiscardedFiles> discarded;
  std::vector<LeftOutFile> left_out;  // in the order in which they were sent
};

/// Reads the JSON of `magenta dataset --report` about stored files, whose shown names are `names`
/// (by stored name, all that were sent). A file that the report does not know is no music. The
/// examples are not in it. Errors (exit 3): no such JSON.
absl::StatusOr<DatasetReport> ReadDatasetReport(const std::string& json,
                                                const std::map<std::string, std::string>& names);

}  // namespace magenta
