#include "magenta/pipeline/sequence_source.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta {
namespace {

bool IsFolderPath(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

/// "lookback_rnn" when `record` is an example of a data set, "some model" when it is a dense one.
std::optional<std::string> ConfigOfExample(const std::string& record) {
  const auto parsed = ParseExample(record);
  if (!parsed.ok()) return std::nullopt;
  const auto* compact = std::get_if<CompactExample>(&*parsed);
  return compact != nullptr ? compact->config : "some model";
}

absl::StatusOr<ItemSequences> ParseRecord(const SequenceItem& item, NoteSequence memory) {
  ItemSequences parsed;
  parsed.in_work = PieceInWork(item.record.size());
  NoteSequence& sequence = parsed.sequences.emplace_back(std::move(memory));
  const absl::StatusOr<bool> parsed_record = ParseSequenceRecord(item.record, sequence);
  if (!parsed_record.ok()) {
    return InputError(
        item.file, fmt::format("record {}: {}", item.number, ErrorMessage(parsed_record.status())),
        ErrorRemedy(parsed_record.status()));
  }
  const bool is_sequence = *parsed_record;
  if (!is_sequence || sequence.notes().empty()) {
    if (const std::optional<std::string> config = ConfigOfExample(item.record)) {
      return InputError(item.file,
                        fmt::format("record {} is an example of a data set for {}, no NoteSequence",
                                    item.number, *config),
                        "Give --input the NoteSequences that `magenta convert` wrote");
    }
  }
  if (is_sequence) return parsed;
  return InputError(item.file, fmt::format("record {} is no NoteSequence", item.number),
                    "Give --input the NoteSequences that `magenta convert` wrote");
}

ItemSequences ParseMusic(const MusicFileName& name, NoteSequence memory) {
  MusicFileReading reading = ReadMusicFile(name, std::move(memory));
  ItemSequences parsed;
  parsed.sequences = std::move(reading.sequences);
  parsed.bar_lines = std::move(reading.bar_lines);
  parsed.in_work = std::move(reading.in_work);
  std::erase_if(reading.outcome.tracks, [](const TrackReport& tune) { return tune.kept; });
  if (parsed.sequences.empty() || !reading.outcome.tracks.empty()) {
    reading.outcome.outputs = 0;
    if (!parsed.sequences.empty()) reading.outcome.reason = reading.outcome.tracks[0].outcome;
    parsed.broken = std::move(reading.outcome);
  }
  return parsed;
}

}  // namespace

absl::StatusOr<SequenceSource> SequenceSource::Open(const std::string& input,
                                                    const std::atomic<bool>* stop) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<std::string> inputs, ExpandFilePattern(input));
  return SequenceSource(std::move(inputs), stop);
}

absl::Status SequenceSource::CheckReadableTwice() const {
  std::error_code error;
  for (const std::string& input : inputs_) {
    if (!std::filesystem::is_fifo(input, error)) continue;
    return UsageError(
        fmt::format("{} is a pipe, which can be read once, and a shard of it would be "
                    "counted first",
                    input),
        "Write it to a file, and name that");
  }
  return absl::OkStatus();
}

absl::Status SequenceSource::OpenInput() {
  const std::string& input = inputs_[next_input_];
  if (IsFolderPath(input)) {
    MAGENTA_ASSIGN_OR_RETURN(walker_, FolderWalker::Open(input, /*recursive=*/true));
  } else {
    MAGENTA_ASSIGN_OR_RETURN(reader_, RecordReader::Open(input, stop_));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> SequenceSource::Next(SequenceItem* item) {
  *item = {};
  for (; next_input_ < inputs_.size(); ++next_input_) {
    const std::string& input = inputs_[next_input_];
    item->file = input;
    if (!reader_ && !walker_ && MusicFormatOfName(input).has_value() && !IsFolderPath(input)) {
      const std::filesystem::path path(input);
      item->music = {input, path.filename().string(),
                     CollectionNameOf(path.parent_path().string())};
      ++next_input_;
      return true;
    }
    if (!reader_ && !walker_) MAGENTA_RETURN_IF_ERROR(OpenInput());
    if (reader_) {
      item->number = reader_->records_read();
      MAGENTA_ASSIGN_OR_RETURN(const bool more, reader_->Next(&item->record));
      if (more) return true;
    }
    while (walker_) {
      std::optional<FoundFile> found = walker_->Next();
      if (!found.has_value()) break;
      if (found->reason.empty() && !MusicFormatOfName(found->path).has_value()) continue;
      item->file = found->path;
      if (found->reason.empty()) {
        item->music = {input + "/" + found->path, found->path, CollectionNameOf(input)};
      } else {
        item->unreadable = std::move(found);
      }
      return true;
    }
    reader_.reset();
    walker_.reset();
  }
  return false;
}

absl::StatusOr<ItemSequences> ParseSequenceItem(const SequenceItem& item, NoteSequence memory) {
  if (item.music.has_value()) return ParseMusic(*item.music, std::move(memory));
  if (!item.unreadable.has_value()) return ParseRecord(item, std::move(memory));
  ItemSequences parsed;
  parsed.broken.emplace();
  parsed.broken->file = item.unreadable->path;
  parsed.broken->reason = item.unreadable->reason;
  parsed.broken->detail = item.unreadable->detail;
  return parsed;
}

}  // namespace magenta
