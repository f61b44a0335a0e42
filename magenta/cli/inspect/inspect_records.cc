#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <variant>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/inspect/inspect.h"
#include "magenta/cli/terminal/output.h"
#include "magenta/io/music/sequence_record.h"
#include "magenta/io/record/event_reader.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/harmony/chord_code.h"
#include "magenta/music/harmony/chord_name.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta::cli {
namespace {

size_t Limit(const InspectOptions& options) {
  return options.limit == 0 ? SIZE_MAX : static_cast<size_t>(options.limit);
}

/// Whether a record is an Event of TensorFlow: its first field is the wall time (field 1, double).
bool IsEvent(std::string_view record) { return record.size() >= 9 && record[0] == '\x09'; }

absl::StatusOr<Inspection> InspectEvents(const std::string& path, const InspectOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(const EventFile file, ReadEventFile(path));
  Inspection result;
  result.text = fmt::format("event file {}, {} events, {} scalars, {} texts{}\n", file.file_version,
                            file.events, file.scalars.size(), file.texts.size(),
                            file.cut ? ", cut in its last event" : "");
  struct Series {
    size_t count = 0;
    const ScalarEvent* first = nullptr;
    const ScalarEvent* last = nullptr;
  };
  std::map<std::string, Series> series;
  Json scalars = Json::Array();
  for (const ScalarEvent& scalar : file.scalars) {
    Series& one = series[scalar.tag];
    if (one.count++ == 0) one.first = &scalar;
    one.last = &scalar;
    scalars.Add(Json::Object()
                    .Set("step", scalar.step)
                    .Set("wall_time", scalar.wall_time)
                    .Set("tag", scalar.tag)
                    .Set("value", static_cast<double>(scalar.value)));
  }
  TextTable table({"values", "first step", "value", "last step", "value", "tag"});
  for (const auto& [tag, one] : series) {
    table.Add({fmt::format("{}", one.count), fmt::format("{}", one.first->step),
               fmt::format("{:.6g}", one.first->value), fmt::format("{}", one.last->step),
               fmt::format("{:.6g}", one.last->value), tag});
  }
  if (!series.empty()) result.text += table.Text("  ");
  Json texts = Json::Array();
  for (size_t i = 0; i < file.texts.size(); ++i) {
    const TextEvent& text = file.texts[i];
    texts.Add(Json::Object().Set("step", text.step).Set("tag", text.tag).Set("text", text.text));
    if (i < Limit(options)) {
      result.text += fmt::format("  text {} at step {}: {}\n", text.tag, text.step, text.text);
    }
  }
  result.json.Set("kind", "events")
      .Set("file_version", file.file_version)
      .Set("events", file.events)
      .Set("cut", file.cut)
      .Set("scalars", scalars)
      .Set("texts", texts);
  return result;
}

bool ReadsChords(const std::string& config) {
  const auto spec = FindModel(config);
  return spec.ok() && (*spec)->kind->ReadsChords();
}

/// A symbol of a chord that is stored as a number.
std::string SymbolOf(ChordCode code) {
  if (!IsChordCode(code)) return "?";
  if (code == kNoChord) return std::string(kNoChordText);
  const ChordFields chord = UnpackChord(code);
  std::vector<int> pitches = {36 + chord.bass};
  for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
    if (chord.pitch_classes >> pitch_class & 1) pitches.push_back(48 + pitch_class);
  }
  return NameChord(pitches).value_or("?");
}

/// The chords of an example, by their first steps.
void AddChordsOf(const CompactExample& example, Json& all, Inspection& result) {
  constexpr int kShown = 12;
  Json chords = Json::Array();
  std::string text;
  int changes = 0;
  for (size_t step = 0; step < example.control.size(); ++step) {
    if (step > 0 && example.control[step] == example.control[step - 1]) continue;
    const std::string symbol = SymbolOf(example.control[step]);
    chords.Add(Json::Object().Set("step", static_cast<int64_t>(step)).Set("symbol", symbol));
    if (++changes <= kShown) text += fmt::format(" {}={}", step, symbol);
  }
  all.Set("chords", chords);
  result.text += fmt::format("    chords{}{}\n", text, changes > kShown ? " ..." : "");
}

/// The first `count` events, in the words of the model's kind: "C4 - off", "BD+CH - SD".
std::string EventWords(const CompactExample& example, size_t count) {
  const auto spec = FindModel(example.config);
  std::string words;
  for (size_t i = 0; i < count; ++i) {
    const Event event = example.events[i];
    words += (i == 0 ? "" : " ") +
             (spec.ok() ? (*spec)->kind->EventText(event) : fmt::format("{}", event));
  }
  return words;
}

void AddExample(const CompactExample& example, Inspection& result, Json& list) {
  const size_t shown = std::min<size_t>(example.events.size(), 12);
  result.text +=
      fmt::format("  {} steps for {}, from {}, moved by {}: {}{}\n", example.events.size(),
                  example.config, example.source, example.transpose, EventWords(example, shown),
                  shown < example.events.size() ? " ..." : "");
  Json all = Json::Object()
                 .Set("config", example.config)
                 .Set("source", example.source)
                 .Set("transpose", example.transpose)
                 .Set("events", Json::ArrayOf(example.events));
  if (!example.control.empty()) all.Set("control", Json::ArrayOf(example.control));
  if (!example.control.empty() && ReadsChords(example.config)) AddChordsOf(example, all, result);
  list.Add(all);
}

void AddExample(const DenseExample& example, Inspection& result, Json& list) {
  const size_t shown = std::min<size_t>(example.labels.size(), 12);
  result.text +=
      fmt::format("  {} steps of {} inputs, labels {}{}\n", example.steps(), example.input_size,
                  fmt::join(example.labels.begin(),
                            example.labels.begin() + static_cast<ptrdiff_t>(shown), " "),
                  shown < example.labels.size() ? " ..." : "");
  list.Add(Json::Object()
               .Set("steps", static_cast<int64_t>(example.steps()))
               .Set("input_size", example.input_size)
               .Set("labels", Json::ArrayOf(example.labels)));
}

/// NoteSequences and examples; a record that is neither is an error naming it.
class RecordsInspector {
 public:
  RecordsInspector(const std::string& path, const InspectOptions& options)
      : path_(path), options_(options) {}

  absl::Status Add(const std::string& record) {
    if (auto example = ParseExample(record); example.ok()) {
      ++examples_;
      Inspection ignored;
      Inspection& result = examples_ <= Limit(options_) ? result_ : ignored;
      std::visit([&](const auto& one) { AddExample(one, result, example_list_); }, *example);
      return absl::OkStatus();
    }
    NoteSequence sequence;
    const auto parsed = ParseSequenceRecord(record, sequence);
    if (!parsed.ok()) {
      return InputError(
          path_,
          fmt::format("record {}: {}", examples_ + sequences_, ErrorMessage(parsed.status())),
          ErrorRemedy(parsed.status()));
    }
    if (!*parsed || record.empty()) {
      return InputError(path_,
                        fmt::format("record {} is neither a NoteSequence nor a SequenceExample",
                                    examples_ + sequences_));
    }
    if (++sequences_ <= Limit(options_)) {
      result_.text += fmt::format("  {} ({} notes, {:.3f} s)\n",
                                  sequence.filename().empty() ? sequence.id() : sequence.filename(),
                                  sequence.notes_size(), sequence.total_time());
    }
    sequence_list_.Add(Json::Object()
                           .Set("id", sequence.id())
                           .Set("filename", sequence.filename())
                           .Set("notes", sequence.notes_size())
                           .Set("total_time", sequence.total_time()));
    only_ = std::move(sequence);
    return absl::OkStatus();
  }

  Inspection Finish() {
    const size_t count = examples_ + sequences_;
    std::string head = fmt::format("TFRecord of {} {}\n", count,
                                   examples_ == 0    ? "NoteSequences"
                                   : sequences_ == 0 ? "examples"
                                                     : "records of several kinds");
    if (sequences_ == 1 && examples_ == 0) {
      Inspection one = InspectSequence(only_, options_);
      result_.text += one.text;
      result_.json.Set("sequence", one.json);
    }
    if (count > Limit(options_)) {
      result_.text += fmt::format("  ... {} more (--limit=0 shows all)\n", count - Limit(options_));
    }
    result_.text = head + result_.text;
    result_.json.Set("kind", "tfrecord").Set("records", static_cast<int64_t>(count));
    if (sequences_ > 0) result_.json.Set("sequences", sequence_list_);
    if (examples_ > 0) result_.json.Set("examples", example_list_);
    return std::move(result_);
  }

 private:
  const std::string& path_;
  const InspectOptions& options_;
  Inspection result_;
  Json example_list_ = Json::Array();
  Json sequence_list_ = Json::Array();
  NoteSequence only_;
  size_t examples_ = 0;
  size_t sequences_ = 0;
};

}  // namespace

absl::StatusOr<Inspection> InspectRecords(const std::string& path, const InspectOptions& options) {
  MAGENTA_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(path));
  RecordsInspector inspector(path, options);
  std::string record;
  while (true) {
    MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
    if (!more) return inspector.Finish();
    if (reader.records_read() == 1 && IsEvent(record)) return InspectEvents(path, options);
    MAGENTA_RETURN_IF_ERROR(inspector.Add(record));
  }
}

}  // namespace magenta::cli
