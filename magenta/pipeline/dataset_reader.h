#pragma once
// Data sets as a trainer reads them: both forms of docs/formats/dataset.md, told apart record by
// record.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/event.h"
#include "magenta/pipeline/training_example.h"

namespace magenta {

/// One melody of a data set: as events (compact, ours), or as the network sees it (dense).
struct DatasetExample {
  std::string source;  // file name it came from; empty when dense
  int transpose = 0;   // semitones by which it was moved
  std::variant<EventSequence, TrainingExample> content;

  /// Labels to learn, at least 1.
  int64_t steps() const;
  /// Rows that Encode() gives.
  int64_t rows(const EventCodec& codec) const;
  /// What the network learns from it; compact ones are encoded at each call.
  TrainingExample Encode(const EventCodec& codec) const;
};

/// The files that `pattern` means, in its order: names by commas, each a path as it stands or with
/// `*`, `?` and `[...]` in any part (those sorted by bytes). A path that exists is never taken as a
/// pattern. Errors: a part without any file (exit 3), no part at all (exit 2).
absl::StatusOr<std::vector<std::string>> ExpandFilePattern(const std::string& pattern);

/// Whether `path` is a file whose first record is an example, of either form.
bool IsDataset(const std::string& path);

/// Reads example after example, holding one at a time.
class DatasetReader {
 public:
  /// The files of `pattern` (ExpandFilePattern), for `spec`, which must outlive the reader.
  /// With `same_events` compact examples made for another model will do, where its events are the
  /// same (MusicKind::Events).
  static absl::StatusOr<DatasetReader> Open(const std::string& pattern, const ModelSpec& spec,
                                            bool same_events = false);

  /// The next example of at least one label into `*example`; false at the end of the last file.
  /// Errors (exit 3) name file and record: not a TFRecord, truncated, no data set, made for another
  /// config (both are named), an event or label that the model does not have, over the limit of
  /// steps.
  absl::StatusOr<bool> Next(DatasetExample* example);

  /// Those that the pattern meant, in the order in which they are read.
  const std::vector<std::string>& files() const { return files_; }
  /// Examples of fewer than two events, in which there is nothing to learn.
  int64_t skipped() const { return skipped_; }

 private:
  DatasetReader(std::vector<std::string> files, const ModelSpec& spec, bool same_events)
      : files_(std::move(files)), spec_(&spec), same_events_(same_events) {}
  absl::StatusOr<bool> NextRecord(std::string* record);
  absl::Status Parse(DatasetExample* example) const;
  absl::Status TakeCompact(CompactExample& compact, DatasetExample* example) const;
  absl::Status TakeDense(const DenseExample& dense, DatasetExample* example) const;
  absl::Status Wrong(const std::string& what, const std::string& remedy) const;

  std::vector<std::string> files_;
  const ModelSpec* spec_;
  bool same_events_;
  size_t next_file_ = 0;
  std::optional<RecordReader> reader_;  // of the file at hand
  std::string record_;
  int64_t skipped_ = 0;
};

/// All examples of `pattern` at once. Errors as DatasetReader's, and exit 3 when there is none.
absl::StatusOr<std::vector<DatasetExample>> ReadDataset(const std::string& pattern,
                                                        const ModelSpec& spec,
                                                        bool same_events = false);

}  // namespace magenta
