#pragma once
// NoteSequences -> training and evaluation examples of one model.
// What is written: docs/formats/dataset.md.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/models/model_spec.h"
#include "magenta/pipeline/convert.h"
#include "magenta/pipeline/report.h"

namespace magenta {

/// docs/formats/dataset.md shows both.
enum class DatasetFormat {
  kCompact,  // events, encoded when they are read
  kDense,    // Magenta's: what the network sees
};

/// What BuildDataset is to do.
struct DatasetOptions {
  /// Whose examples; must outlive the run.
  const ModelSpec* spec = nullptr;
  /// TFRecords of NoteSequences (a path, a pattern, several by commas), or folders or files of
  /// music.
  std::string input;
  /// Made where it is missing; gone again if nothing is written.
  std::string output_dir;
  /// Whole paths, as 2016's --train_output, --eval_output, instead of training_X.tfrecord and
  /// eval_X.tfrecord in output_dir, where X is the kind's (KindNames::files).
  std::string training_file;
  std::string eval_file;
  /// Share of the sequences that goes to the evaluation set, 0..1. A sequence's place is drawn from
  /// its file name (and number in a book) and the seed: another file moves it nowhere.
  double eval_ratio = 0.1;
  uint64_t seed = 0;
  DatasetFormat format = DatasetFormat::kCompact;
  /// What counts as an example.
  ExampleOptions examples;
  /// Whether music of kinds that hear seconds is learned at several speeds. Neither these nor
  /// transpositions are of examples to measure on, for such kinds.
  bool stretch = true;
  /// Semitones; a copy of each sequence for each.
  std::vector<int> transpositions = {0};
  /// Plays repeats of scores out, which the reference does not.
  bool unroll_sections = false;
  std::string report_file;  // JSON; empty: none
  Shard shard;              // of the records, or of the files of music
  int num_threads = 0;      // 0: as many as the machine has; the output does not depend on it
  /// Called after each sequence or file, on the calling thread; may be empty.
  std::function<void(const PipelineProgress&)> progress;
  /// When it turns true the run ends with InterruptedError, and no file appears.
  const std::atomic<bool>* stop = nullptr;
};

/// What BuildDataset did.
struct DatasetSummary {
  int64_t sequences = 0;
  int64_t training_examples = 0;
  int64_t eval_examples = 0;
  /// Magenta's names: DAGPipeline_MelodyExtractor_training_melodies_discarded_too_short, ...
  std::map<std::string, int64_t> counters;
  /// Melodies, instruments, sequences and files by what became of them.
  std::map<std::string, ReasonCount> reasons;
  std::string table;  // ReasonTable(reasons)
  /// What the user should know: "no example for evaluation", ...
  std::vector<std::string> notes;
  std::string training_file;
  std::string eval_file;
};

/// An error (exit 2) where `options` would make copies of an example that are none: one named
/// twice, or moved although its kind has no pitches or comes in all keys already.
absl::Status CheckTranspositions(const DatasetOptions& options);

/// An error (exit 2) where what `options` says of examples contradicts itself: eval_ratio,
/// transpositions, format.
absl::Status CheckExampleOptions(const DatasetOptions& options);

/// Builds both files. Order: partition, split at changes of tempo and meter, quantise, transpose,
/// extract, squash, encode (docs/rules.md section 3); examples stand in the order of the sequences.
/// Errors: options that contradict (exit 2); input that is missing, truncated, no TFRecord of
/// NoteSequences, or a data set (exit 3); no example (exit 4, the table in the message; the report
/// is written); output not writable (exit 5).
absl::StatusOr<DatasetSummary> BuildDataset(const DatasetOptions& options);

}  // namespace magenta
