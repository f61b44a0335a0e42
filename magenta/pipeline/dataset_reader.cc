#include "magenta/pipeline/dataset_reader.h"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr char kMakeRemedy[] = "Make one with `magenta dataset`";
constexpr char kMissingRemedy[] =
    "Check the name, or make it first with `magenta convert` and `magenta dataset`";
constexpr char kConfigRemedy[] = "Use the config that the data set was made for";

bool PathExists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

absl::Status AppendMatches(const std::string& part, std::vector<std::string>& files) {
  if (PathExists(part)) {
    files.push_back(part);
    return absl::OkStatus();
  }
  if (part.find_first_of("*?[") == std::string::npos) {
    return MissingInputError(part, "there is no such file", kMissingRemedy);
  }
  glob_t matches{};
  const int failure = ::glob(part.c_str(), GLOB_NOSORT, nullptr, &matches);
  std::vector<std::string> found(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  ::globfree(&matches);
  if (failure != 0 || found.empty()) {
    return MissingInputError(part, "no file matches this pattern", kMissingRemedy);
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return absl::OkStatus();
}

/// The models whose dense examples have inputs of `width` numbers: "basic_rnn".
std::string ModelsOfWidth(int width) {
  std::string ids;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (spec.codec->example_width() == width) ids += (ids.empty() ? "" : " or ") + spec.id;
  }
  return ids.empty() ? "another model" : ids;
}

bool HasTheEventsOf(const ModelSpec& spec, const std::string& id) {
  const auto other = FindModel(id);
  const std::string events = spec.kind == nullptr ? "" : spec.kind->Events();
  return other.ok() && (*other)->kind != nullptr && !events.empty() &&
         (*other)->kind->Events() == events;
}

EventSequence ToEvents(CompactExample& compact) {
  return {std::move(compact.events), std::move(compact.control)};
}

/// Whether the inputs of `dense` are the places of the only numbers that are not 0, for `codec`.
bool HoldsPlaces(const DenseExample& dense, const EventCodec& codec) {
  return dense.input_size == 1 && codec.input_size() > 1;
}

TrainingExample ToTrainingExample(const DenseExample& dense, const EventCodec& codec) {
  TrainingExample example;
  if (codec.learns_inputs()) {
    example.labels.resize(dense.labels.size());
  } else {
    example.labels.assign(dense.labels.begin(), dense.labels.end());
  }
  const float* value = dense.inputs.data();
  for (size_t step = 0; step < dense.steps(); ++step) {
    for (int i = 0; i < dense.input_size; ++i, ++value) {
      if (HoldsPlaces(dense, codec)) {
        example.inputs.Add(static_cast<int32_t>(*value), 1);
      } else if (*value != 0) {
        example.inputs.Add(i, *value);
      }
    }
    example.inputs.EndRow();
  }
  return example;
}

}  // namespace

int64_t DatasetExample::steps() const {
  if (const auto* events = std::get_if<EventSequence>(&content)) {
    return static_cast<int64_t>(events->events.size()) - 1;
  }
  return static_cast<int64_t>(std::get<TrainingExample>(content).inputs.rows());
}

int64_t DatasetExample::rows(const EventCodec& codec) const {
  const auto* events = std::get_if<EventSequence>(&content);
  return events != nullptr ? codec.RowsOf(*events) : steps();
}

TrainingExample DatasetExample::Encode(const EventCodec& codec) const {
  if (const auto* events = std::get_if<EventSequence>(&content)) {
    return EncodeExample(codec, *events);
  }
  return std::get<TrainingExample>(content);
}

absl::StatusOr<std::vector<std::string>> ExpandFilePattern(const std::string& pattern) {
  std::vector<std::string> files;
  if (PathExists(pattern)) return files = {pattern};
  for (size_t begin = 0; begin <= pattern.size();) {
    const size_t comma = std::min(pattern.find(',', begin), pattern.size());
    const std::string part = pattern.substr(begin, comma - begin);
    begin = comma + 1;
    if (!part.empty()) MAGENTA_RETURN_IF_ERROR(AppendMatches(part, files));
  }
  if (files.empty()) return UsageError("no file is named", "Name one, or several by commas");
  return files;
}

bool IsDataset(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;  // a pipe is read once
  auto reader = RecordReader::Open(path);
  if (!reader.ok()) return false;
  std::string record;
  const auto more = reader->Next(&record);
  return more.ok() && *more && ParseExample(record).ok();
}

absl::StatusOr<DatasetReader> DatasetReader::Open(const std::string& pattern, const ModelSpec& spec,
                                                  bool same_events) {
  MAGENTA_ASSIGN_OR_RETURN(std::vector<std::string> files, ExpandFilePattern(pattern));
  return DatasetReader(std::move(files), spec, same_events);
}

absl::StatusOr<bool> DatasetReader::NextRecord(std::string* record) {
  while (true) {
    if (reader_.has_value()) {
      MAGENTA_ASSIGN_OR_RETURN(const bool more, reader_->Next(record));
      if (more) return true;
      reader_.reset();
      ++next_file_;
    }
    if (next_file_ >= files_.size()) return false;
    MAGENTA_ASSIGN_OR_RETURN(reader_, RecordReader::Open(files_[next_file_]));
  }
}

absl::Status DatasetReader::Wrong(const std::string& what, const std::string& remedy) const {
  return InputError(files_[next_file_],
                    fmt::format("record {}: {}", reader_->records_read() - 1, what), remedy);
}

absl::Status DatasetReader::TakeCompact(CompactExample& compact, DatasetExample* example) const {
  if (compact.config != spec_->id && !(same_events_ && HasTheEventsOf(*spec_, compact.config))) {
    return Wrong(
        fmt::format("this data set was made for {}, the model is {}", compact.config, spec_->id),
        fmt::format("Use --config={}, or make one for {}", compact.config, spec_->id));
  }
  for (const Event event : compact.events) {
    if (spec_->codec->Accepts(event)) continue;
    return Wrong(fmt::format("event {} is none of {}", event, spec_->id), kMakeRemedy);
  }
  example->source = std::move(compact.source);
  example->transpose = static_cast<int>(compact.transpose);
  EventSequence events = ToEvents(compact);
  if (const absl::Status status = spec_->codec->CheckControl(events); !status.ok()) {
    return Wrong(ErrorMessage(status), kMakeRemedy);
  }
  example->content = std::move(events);
  return absl::OkStatus();
}

absl::Status DatasetReader::TakeDense(const DenseExample& dense, DatasetExample* example) const {
  const EventCodec& codec = *spec_->codec;
  const auto heads = codec.head_sizes();
  if (dense.labels_per_step != static_cast<int>(heads.size()) && !dense.labels.empty()) {
    return Wrong(fmt::format("{} labels a step, but the model {} learns {}", dense.labels_per_step,
                             spec_->id, heads.size()),
                 kConfigRemedy);
  }
  if (dense.input_size != codec.example_width() && !dense.labels.empty()) {
    return Wrong(fmt::format("inputs of {} numbers, as {} reads them, but the model {} reads {}",
                             dense.input_size, ModelsOfWidth(dense.input_size), spec_->id,
                             codec.example_width()),
                 kConfigRemedy);
  }
  for (const float place : HoldsPlaces(dense, codec) ? dense.inputs : std::vector<float>()) {
    if (place >= 0 && place < static_cast<float>(codec.input_size())) continue;
    return Wrong(
        fmt::format("input {} is none of the {} of {}", place, codec.input_size(), spec_->id),
        kConfigRemedy);
  }
  for (const float sounds : codec.learns_inputs() ? dense.inputs : std::vector<float>()) {
    if (sounds == 0 || sounds == 1) continue;
    return Wrong(fmt::format("input {} of {} is neither 0 nor 1", sounds, spec_->id),
                 kConfigRemedy);
  }
  for (size_t i = 0; i < dense.labels.size() && !codec.learns_inputs(); ++i) {
    const int64_t label = dense.labels[i];
    const int classes = heads[i % heads.size()];
    if (label >= 0 && label < classes) continue;
    return Wrong(fmt::format("label {} is none of the {} of {}", label, classes, spec_->id),
                 kConfigRemedy);
  }
  example->source.clear();
  example->transpose = 0;
  example->content = ToTrainingExample(dense, codec);
  return absl::OkStatus();
}

absl::Status DatasetReader::Parse(DatasetExample* example) const {
  absl::StatusOr<std::variant<CompactExample, DenseExample>> parsed = ParseExample(record_);
  if (!parsed.ok()) return Wrong(ErrorMessage(parsed.status()), kMakeRemedy);
  if (auto* compact = std::get_if<CompactExample>(&*parsed)) return TakeCompact(*compact, example);
  return TakeDense(std::get<DenseExample>(*parsed), example);
}

absl::StatusOr<bool> DatasetReader::Next(DatasetExample* example) {
  while (true) {
    MAGENTA_ASSIGN_OR_RETURN(const bool more, NextRecord(&record_));
    if (!more) return false;
    MAGENTA_RETURN_IF_ERROR(Parse(example));
    if (example->steps() > static_cast<int64_t>(kPieceLimits.example_steps)) {
      return Wrong(fmt::format("has {} steps; the limit for an example is {}", example->steps(),
                               kPieceLimits.example_steps),
                   "Make the data set with --max_steps");
    }
    if (example->rows(*spec_->codec) > 0) return true;
    ++skipped_;
  }
}

absl::StatusOr<std::vector<DatasetExample>> ReadDataset(const std::string& pattern,
                                                        const ModelSpec& spec, bool same_events) {
  MAGENTA_ASSIGN_OR_RETURN(DatasetReader reader, DatasetReader::Open(pattern, spec, same_events));
  std::vector<DatasetExample> examples;
  DatasetExample example;
  while (true) {
    MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&example));
    if (!more) break;
    examples.push_back(std::move(example));
  }
  if (examples.empty()) return InputError(pattern, "the data set is empty", kMakeRemedy);
  return examples;
}

}  // namespace magenta
