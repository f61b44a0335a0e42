#pragma once
// A folder of music files -> a TFRecord of NoteSequences.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/pipeline/report.h"

namespace magenta {

/// Part `index` (from 0) of `count`: as many neighbours of an ordered input as the other parts
/// hold, or one more. The outputs of all parts, one behind the other, are the bytes of the whole's.
struct Shard {
  int index = 0;
  int count = 1;

  /// Whether item `number` (from 0) of `total` belongs to this part.
  bool Holds(int64_t number, int64_t total) const {
    return number >= First(index, total) && number < First(index + 1, total);
  }
  /// How many of `total` items belong to this part.
  int64_t Size(int64_t total) const { return First(index + 1, total) - First(index, total); }

 private:
  int64_t First(int64_t part, int64_t total) const {
    return total / count * part + total % count * part / count;
  }
};

/// The shard that "i/n" means, i from 0 to n-1. Errors: exit 2.
absl::StatusOr<Shard> ParseShard(std::string_view text);

/// Where a conversion or a data set stands; sent from the calling thread.
struct PipelineProgress {
  int64_t done = 0;     // files, or sequences of a TFRecord
  int64_t total = 0;    // 0: not known
  int64_t outputs = 0;  // records so far
};

/// What ConvertFolder is to do.
struct ConvertOptions {
  std::string input_dir;
  std::string output_file;
  /// Into subfolders too.
  bool recursive = false;
  /// JSON of every file; empty: none.
  std::string report_file;
  Shard shard;
  /// Threads to use; 0: as many as the machine has. The output does not depend on it.
  int num_threads = 0;
  /// Called after each file, on the calling thread; may be empty.
  std::function<void(const PipelineProgress&)> progress;
  /// When it turns true the run ends with InterruptedError, and no file appears.
  const std::atomic<bool>* stop = nullptr;
};

/// What ConvertFolder did.
struct ConvertSummary {
  int64_t files = 0;      // music files, and what could not be read
  int64_t kept = 0;       // files that gave a sequence
  int64_t sequences = 0;  // records written
  int64_t warnings = 0;   // in kept files
  /// What became of the files, "kept" among them.
  std::map<std::string, ReasonCount> reasons;
  std::string table;  // ReasonTable(reasons)
};

/// Converts what `input_dir` holds, in the order of the bytes of the paths (docs/cli.md says which
/// names count). A file that can't be read is an entry of the report, never an error.
/// Errors: input folder missing or unreadable (exit 3); no sequence at all (exit 4, the table in
/// the message; the report is written, the output is not); output not writable (exit 5).
absl::StatusOr<ConvertSummary> ConvertFolder(const ConvertOptions& options);

/// `num_threads`, or what the machine has for 0.
int ThreadsToUse(int num_threads);

}  // namespace magenta
