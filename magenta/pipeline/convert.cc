#include "magenta/pipeline/convert.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/pipeline/input_files.h"
#include "magenta/pipeline/music_file.h"
#include "magenta/pipeline/ordered_parallel.h"

namespace magenta {
namespace {

/// A file after the parallel stage: bytes, ready to be written.
struct ConvertedFile {
  std::vector<std::string> records;
  FileOutcome outcome;

  uint64_t Bytes() const {
    uint64_t bytes = 0;
    for (const std::string& record : records) bytes += record.size();
    return bytes;
  }
};

/// Bytes of a sequence whose memory is used again; what was larger goes back.
constexpr size_t kLargestKept = size_t{1} << 20;

ConvertedFile ConvertOne(const ConvertOptions& options, FoundFile found) {
  ConvertedFile converted;
  if (!found.reason.empty()) {
    converted.outcome.file = std::move(found.path);
    converted.outcome.reason = std::move(found.reason);
    converted.outcome.detail = std::move(found.detail);
    return converted;
  }
  // A file's messages are those of the file before on this thread.
  thread_local NoteSequence memory;
  MusicFileReading reading = ReadMusicFile(
      {options.input_dir + "/" + found.path, found.path, CollectionNameOf(options.input_dir)},
      std::move(memory));
  converted.outcome = std::move(reading.outcome);
  for (NoteSequence& sequence : reading.sequences) {
    converted.records.push_back(sequence.SerializeAsString());
    if (converted.records.back().size() <= kLargestKept) memory = std::move(sequence);
  }
  return converted;
}

absl::Status CheckConvertOptions(const ConvertOptions& options) {
  if (options.input_dir.empty()) return UsageError("no input folder is named", "Give --input_dir");
  if (options.output_file.empty()) {
    return UsageError("no output file is named", "Give --output_file");
  }
  if (!options.report_file.empty() && IsSamePath(options.report_file, options.output_file)) {
    return UsageError("the report and the output have the same name", "Name two files");
  }
  return absl::OkStatus();
}

absl::Status NothingConverted(const ConvertOptions& options, const ConvertSummary& summary) {
  const std::string remedy =
      options.recursive ? "Name a folder with MIDI, MusicXML or ABC files"
                        : "Name a folder with MIDI, MusicXML or ABC files, or give --recursive for "
                          "those in subfolders";
  if (summary.files == 0) {
    return NothingToOutputError(fmt::format("there is no file in {}", options.input_dir), remedy);
  }
  if (NothingReadable(summary.reasons)) {
    return InputError(
        options.input_dir,
        fmt::format("none of its {} files can be read:\n{}", summary.files, summary.table),
        summary.reasons.contains(kOverLimit) ? "Split them into smaller pieces"
                                             : "Check their permissions");
  }
  return NothingToOutputError(fmt::format("none of the {} files in {} gave a sequence:\n{}",
                                          summary.files, options.input_dir, summary.table),
                              remedy);
}

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Whether `path` is what this or an earlier run wrote into its own input folder.
bool IsOwnOutput(const ConvertOptions& options, std::string_view path) {
  const std::string_view name = BaseName(path);
  return !MusicFormatOfName(name).has_value() &&
         (name.starts_with(BaseName(options.output_file)) ||
          (!options.report_file.empty() && name.starts_with(BaseName(options.report_file))));
}

absl::StatusOr<int64_t> CountFiles(const ConvertOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(FolderWalker walker,
                           FolderWalker::Open(options.input_dir, options.recursive));
  int64_t count = 0;
  while (const std::optional<FoundFile> found = walker.Next()) {
    count += !IsOwnOutput(options, found->path);
  }
  return count;
}

/// The state of one conversion on the calling thread.
class FolderConverter {
 public:
  FolderConverter(const ConvertOptions& options, RecordWriter writer, ReportWriter report)
      : options_(options), writer_(std::move(writer)), report_(std::move(report)) {}

  absl::StatusOr<ConvertSummary> Run(FolderWalker walker) {
    if (options_.progress || options_.shard.count > 1) {
      MAGENTA_ASSIGN_OR_RETURN(total_, CountFiles(options_));
      progress_.total = options_.shard.Size(total_);
    }
    const OrderedStages<FoundFile, ConvertedFile> stages = {
        [&](FoundFile* found) { return NextOfShard(walker, found); },
        [&](FoundFile found) { return ConvertOne(options_, std::move(found)); },
        [&](const ConvertedFile& file) { return Take(file); }, &ConvertedFile::Bytes};
    MAGENTA_RETURN_IF_ERROR(OrderedParallel(stages, ThreadsToUse(options_.num_threads)));
    return Finish();
  }

 private:
  bool Stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  absl::StatusOr<bool> NextOfShard(FolderWalker& walker, FoundFile* found) {
    while (!Stopped()) {
      std::optional<FoundFile> next = walker.Next();
      if (!next.has_value()) return false;
      if (IsOwnOutput(options_, next->path)) continue;
      const int64_t number = found_++;
      if (options_.shard.count > 1 && !options_.shard.Holds(number, total_)) continue;
      *found = *std::move(next);
      return true;
    }
    return InterruptedError("stopped; nothing was written");
  }

  absl::Status Take(const ConvertedFile& file) {
    if (Stopped()) return InterruptedError("stopped; nothing was written");
    for (const std::string& record : file.records) MAGENTA_RETURN_IF_ERROR(writer_.Write(record));
    MAGENTA_RETURN_IF_ERROR(report_.Add(file.outcome));
    ++summary_.files;
    summary_.kept += file.outcome.outputs > 0;
    summary_.sequences += file.outcome.outputs;
    summary_.warnings += static_cast<int64_t>(file.outcome.warnings.size());
    if (options_.progress) {
      progress_.done = summary_.files;
      progress_.outputs = summary_.sequences;
      options_.progress(progress_);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ConvertSummary> Finish() {
    summary_.reasons = report_.reasons();
    summary_.table = ReasonTable(summary_.reasons);
    MAGENTA_RETURN_IF_ERROR(report_.Commit());
    // A shard may be empty, so that all can be put together.
    const bool part = options_.shard.count > 1 && total_ > 0;
    if (summary_.sequences == 0 && !part) return NothingConverted(options_, summary_);
    MAGENTA_RETURN_IF_ERROR(writer_.Commit());
    return std::move(summary_);
  }

  const ConvertOptions& options_;
  RecordWriter writer_;
  ReportWriter report_;
  ConvertSummary summary_;
  PipelineProgress progress_;
  int64_t total_ = 0, found_ = 0;  // files of the whole
};

bool ReadShardNumber(std::string_view text, int* number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), *number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace

absl::StatusOr<Shard> ParseShard(std::string_view text) {
  const size_t slash = text.find('/');
  Shard shard;
  if (slash == std::string_view::npos || !ReadShardNumber(text.substr(0, slash), &shard.index) ||
      !ReadShardNumber(text.substr(slash + 1), &shard.count) || shard.index < 0 ||
      shard.index >= shard.count) {
    return UsageError(fmt::format("'{}' is no shard", text),
                      "Write i/n with i from 0 to n-1, such as --shard=0/4");
  }
  return shard;
}

int ThreadsToUse(int num_threads) {
  if (num_threads > 0) return num_threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

absl::StatusOr<ConvertSummary> ConvertFolder(const ConvertOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckConvertOptions(options));
  MAGENTA_ASSIGN_OR_RETURN(FolderWalker walker,
                           FolderWalker::Open(options.input_dir, options.recursive));
  MAGENTA_ASSIGN_OR_RETURN(ReportWriter report, ReportWriter::Create(options.report_file));
  MAGENTA_ASSIGN_OR_RETURN(RecordWriter writer, RecordWriter::Create(options.output_file));
  return FolderConverter(options, std::move(writer), std::move(report)).Run(std::move(walker));
}

}  // namespace magenta
