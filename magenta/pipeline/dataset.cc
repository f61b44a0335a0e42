#include "magenta/pipeline/dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/music/meter_map.h"
#include "magenta/pipeline/ordered_parallel.h"
#include "magenta/pipeline/sequence_examples.h"
#include "magenta/pipeline/sequence_source.h"

namespace magenta {
namespace {

/// An item after the parallel stage.
struct BuiltItem {
  absl::Status status;
  std::vector<SequenceExamples> sequences;
  std::optional<FileOutcome> broken;
};

uint64_t BytesOf(const BuiltItem& item) {
  uint64_t bytes = 0;
  for (const SequenceExamples& examples : item.sequences) {
    for (const std::string& record : examples.records) bytes += record.size();
  }
  return bytes;
}

/// Events of a sequence whose memory is used again; that of a longer one goes back.
constexpr int kMostEventsKept = 10000;

int EventsOf(const NoteSequence& sequence) {
  return sequence.notes_size() + sequence.control_changes_size() + sequence.text_annotations_size();
}

BuiltItem BuildItem(const DatasetOptions& options, const SequenceItem& item) {
  BuiltItem built;
  // A sequence's messages are those of the one before on this thread.
  thread_local NoteSequence memory;
  absl::StatusOr<ItemSequences> parsed = ParseSequenceItem(item, std::move(memory));
  if (!parsed.ok()) {
    built.status = parsed.status();
    return built;
  }
  built.broken = std::move(parsed->broken);
  for (size_t i = 0; i < parsed->sequences.size(); ++i) {
    NoteSequence& sequence = parsed->sequences[i];
    if (options.spec->kind->HearsBars() && i < parsed->bar_lines.size() &&
        !parsed->bar_lines[i].empty()) {
      sequence = WithShortBars(std::move(sequence), parsed->bar_lines[i]);
    }
    const std::string name = PlacingName(sequence, fmt::format("{}:{}", item.file, item.number));
    built.sequences.push_back(ExtractSequenceExamples(sequence, name, options));
    if (EventsOf(sequence) <= kMostEventsKept) memory = std::move(sequence);
  }
  return built;
}

absl::Status CheckDatasetOptions(const DatasetOptions& options) {
  if (options.input.empty()) return UsageError("no input is named", "Give --input");
  if (options.output_dir.empty() && (options.training_file.empty() || options.eval_file.empty())) {
    return UsageError("no output folder is named", "Give --output_dir");
  }
  return CheckExampleOptions(options);
}

std::string OutputPath(const DatasetOptions& options, const std::string& whole,
                       std::string_view mode) {
  if (!whole.empty()) return whole;
  const std::string name = fmt::format("{}_{}.tfrecord", mode, options.spec->kind->names().files);
  return (std::filesystem::path(options.output_dir) / name).string();
}

absl::Status NothingBuilt(const DatasetOptions& options, const DatasetSummary& summary) {
  if (summary.reasons.empty()) {
    return NothingToOutputError(fmt::format("there is no NoteSequence in {}", options.input),
                                "Convert music with `magenta convert` first");
  }
  if (NothingReadable(summary.reasons)) {
    return InputError(options.input, fmt::format("nothing in it can be read:\n{}", summary.table),
                      summary.reasons.contains(kOverLimit) ? "Split what is over a limit"
                                                           : "Check its permissions");
  }
  const std::string_view wanted = options.spec->kind->primer_typing().holds;
  std::string remedy = fmt::format(
      "Give music with {}{}", wanted.empty() ? options.spec->kind->names().many : wanted,
      options.report_file.empty() ? "; --report=FILE says of each file what is missing" : "");
  for (const auto& [reason, entry] : summary.reasons) {
    if (!entry.flag.empty()) remedy = fmt::format("{} would keep some", entry.flag);
  }
  return NothingToOutputError(
      fmt::format("no {} of {} sequence{} survived:\n{}", options.spec->kind->names().one,
                  summary.sequences, summary.sequences == 1 ? "" : "s", summary.table),
      remedy);
}

/// What one of the two files counts.
class PartitionCounters {
 public:
  void Add(const SequenceExamples& examples) {
    ++sequences_;
    stages_.Add(examples.counters);
  }

  /// Under Magenta's names; `mode` is "training" or "eval".
  void Write(std::string_view mode, const KindNames& names,
             std::map<std::string, int64_t>& counters) const {
    if (sequences_ == 0) return;
    counters[fmt::format("DAGPipeline_RandomPartition_{}_{}_count", mode, names.files)] =
        sequences_;
    const std::pair<std::string_view, const Counters&> stages[] = {
        {"Quantizer", stages_.quantizer},
        {"TranspositionPipeline", stages_.transposer},
        {names.extractor, stages_.extractor}};
    for (const auto& [stage, counts] : stages) {
      for (const auto& [name, n] : counts) {
        counters[fmt::format("DAGPipeline_{}_{}_{}", stage, mode, name)] = n;
      }
    }
  }

 private:
  int64_t sequences_ = 0;
  StageCounters stages_;
};

/// The state of one run on the calling thread.
class DatasetBuilder {
 public:
  static absl::StatusOr<DatasetSummary> Build(const DatasetOptions& options) {
    DatasetSummary summary;
    summary.training_file = OutputPath(options, options.training_file, "training");
    summary.eval_file = OutputPath(options, options.eval_file, "eval");
    if (IsSamePath(summary.training_file, summary.eval_file) ||
        (!options.report_file.empty() &&
         (IsSamePath(options.report_file, summary.eval_file) ||
          IsSamePath(options.report_file, summary.training_file)))) {
      return UsageError("two outputs have the same name", "Name different files");
    }
    MAGENTA_ASSIGN_OR_RETURN(SequenceSource source,
                             SequenceSource::Open(options.input, options.stop));
    MAGENTA_ASSIGN_OR_RETURN(ReportWriter report, ReportWriter::Create(options.report_file));
    MAGENTA_ASSIGN_OR_RETURN(RecordWriter training, RecordWriter::Create(summary.training_file));
    MAGENTA_ASSIGN_OR_RETURN(RecordWriter eval, RecordWriter::Create(summary.eval_file));
    DatasetBuilder builder(options, std::move(training), std::move(eval), std::move(report));
    builder.summary_ = std::move(summary);
    return builder.Run(source);
  }

 private:
  DatasetBuilder(const DatasetOptions& options, RecordWriter training, RecordWriter eval,
                 ReportWriter report)
      : options_(options),
        training_(std::move(training)),
        eval_(std::move(eval)),
        report_(std::move(report)) {}

  bool Stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  absl::StatusOr<DatasetSummary> Run(SequenceSource& source) {
    if (options_.shard.count > 1) {
      MAGENTA_RETURN_IF_ERROR(source.CheckReadableTwice());
      MAGENTA_ASSIGN_OR_RETURN(total_, CountItems());
    }
    const OrderedStages<SequenceItem, BuiltItem> stages = {
        [&](SequenceItem* item) -> absl::StatusOr<bool> { return NextOfShard(source, item); },
        [&](const SequenceItem& item) { return BuildItem(options_, item); },
        [&](const BuiltItem& item) { return Take(item); }, &BytesOf};
    MAGENTA_RETURN_IF_ERROR(OrderedParallel(stages, ThreadsToUse(options_.num_threads)));
    return Finish();
  }

  absl::StatusOr<int64_t> CountItems() const {
    MAGENTA_ASSIGN_OR_RETURN(SequenceSource source,
                             SequenceSource::Open(options_.input, options_.stop));
    SequenceItem item;
    for (int64_t count = 0;; ++count) {
      if (Stopped()) return InterruptedError("stopped; nothing was written");
      MAGENTA_ASSIGN_OR_RETURN(const bool more, source.Next(&item));
      if (!more) return count;
    }
  }

  absl::StatusOr<bool> NextOfShard(SequenceSource& source, SequenceItem* item) {
    while (!Stopped()) {
      MAGENTA_ASSIGN_OR_RETURN(const bool more, source.Next(item));
      if (!more) return false;
      const int64_t number = found_++;
      if (options_.shard.count == 1 || options_.shard.Holds(number, total_)) return true;
    }
    return InterruptedError("stopped; nothing was written");
  }

  absl::Status Take(const BuiltItem& item) {
    MAGENTA_RETURN_IF_ERROR(item.status);
    if (Stopped()) return InterruptedError("stopped; nothing was written");
    if (item.broken.has_value()) MAGENTA_RETURN_IF_ERROR(report_.Add(*item.broken));
    for (const SequenceExamples& examples : item.sequences) {
      MAGENTA_RETURN_IF_ERROR(TakeSequence(examples));
    }
    if (options_.progress) {
      options_.progress(
          {summary_.sequences, 0, summary_.training_examples + summary_.eval_examples});
    }
    return absl::OkStatus();
  }

  absl::Status TakeSequence(const SequenceExamples& examples) {
    RecordWriter& writer = examples.eval ? eval_ : training_;
    for (const std::string& record : examples.records) {
      MAGENTA_RETURN_IF_ERROR(writer.Write(record));
    }
    MAGENTA_RETURN_IF_ERROR(report_.Add(examples.outcome));
    ++summary_.sequences;
    (examples.eval ? summary_.eval_examples : summary_.training_examples) +=
        examples.outcome.outputs;
    (examples.eval ? eval_counters_ : training_counters_).Add(examples);
    equal_copies_ += examples.equal_copies;
    silent_notes_ += examples.silent_notes;
    return absl::OkStatus();
  }

  void Advise() {
    if (silent_notes_ > 0) {
      summary_.notes.push_back(Counted(silent_notes_, "note") + " of velocity 0: left out");
    }
    if (equal_copies_ > 0) {
      const std::string_view one = options_.spec->kind->names().one;
      summary_.notes.push_back(fmt::format(
          "{} of the examples equal another transposition of their {}: {}", equal_copies_, one,
          options_.spec->kind->MovesToKey()
              ? fmt::format("{} moves every {} to one key", options_.spec->id, one)
              : "drums are not moved"));
    }
    if (summary_.training_examples == 0) {
      summary_.notes.push_back(
          fmt::format("no example for training: {} is empty (eval_ratio is {})",
                      summary_.training_file, options_.eval_ratio));
    }
    if (summary_.eval_examples == 0 && options_.eval_ratio > 0) {
      summary_.notes.push_back(
          fmt::format("no example for evaluation: {} is empty", summary_.eval_file));
    }
  }

  absl::StatusOr<DatasetSummary> Finish() {
    summary_.reasons = report_.reasons();
    summary_.table = ReasonTable(summary_.reasons);
    const KindNames names = options_.spec->kind->names();
    training_counters_.Write("training", names, summary_.counters);
    eval_counters_.Write("eval", names, summary_.counters);
    const bool none = summary_.training_examples + summary_.eval_examples == 0;
    // A shard may be empty, so that all can be put together.
    const bool part = options_.shard.count > 1 && total_ > 0;
    MAGENTA_RETURN_IF_ERROR(report_.Commit());
    if (none && !part) return NothingBuilt(options_, summary_);
    MAGENTA_RETURN_IF_ERROR(training_.Commit());
    MAGENTA_RETURN_IF_ERROR(eval_.Commit());
    Advise();
    return std::move(summary_);
  }

  const DatasetOptions& options_;
  int64_t total_ = 0, found_ = 0;  // items of the whole
  RecordWriter training_;
  RecordWriter eval_;
  ReportWriter report_;
  DatasetSummary summary_;
  PartitionCounters training_counters_, eval_counters_;
  int64_t equal_copies_ = 0;
  int64_t silent_notes_ = 0;
};

}  // namespace

absl::Status CheckTranspositions(const DatasetOptions& options) {
  std::vector<int> keys = options.transpositions;
  if (keys.empty()) return UsageError("no transposition is named", "Give --transpose=0 for none");
  std::sort(keys.begin(), keys.end());
  if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end()) {
    return UsageError(fmt::format("--transpose names {} twice", *twice),
                      "Each would be in the data set as often");
  }
  if (options.spec->kind->ReadsChords() && keys != std::vector<int>{0}) {
    return UsageError("--transpose moves no chords, and lead sheets come in all twelve keys",
                      "Leave it out");
  }
  if (options.spec->kind->plays_drums() && keys != std::vector<int>{0}) {
    return UsageError("--transpose moves pitches, and drums have none: each copy would be the same",
                      "Leave it out");
  }
  return absl::OkStatus();
}

absl::Status CheckExampleOptions(const DatasetOptions& options) {
  if (!(options.eval_ratio >= 0 && options.eval_ratio <= 1)) {
    return UsageError(fmt::format("eval_ratio is {}", options.eval_ratio),
                      "Give a share from 0 to 1, such as --eval_ratio=0.1");
  }
  return CheckTranspositions(options);
}

absl::StatusOr<DatasetSummary> BuildDataset(const DatasetOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckDatasetOptions(options));
  return DatasetBuilder::Build(options);
}

}  // namespace magenta
