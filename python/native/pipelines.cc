// Folders of music to NoteSequences and data sets, with a report of what became of each file.

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/utf8.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/piece_limits.h"
#include "magenta/pipeline/convert.h"
#include "magenta/pipeline/dataset.h"
#include "magenta/pipeline/input_files.h"
#include "magenta/pipeline/music_file.h"
#include "magenta/pipeline/sequence_examples.h"
#include "magenta/pipeline/sequence_source.h"
#include "native/arrays.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/signals.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

/// By name, as Python checked it.
using OptionValues = std::map<std::string, double>;

/// Text that may hold a file's name, which may be any bytes.
nb::str Text(const std::string& bytes) {
  const std::string text = ToUtf8(bytes);
  return nb::str(text.data(), text.size());
}

/// A path of Python's, whose bytes that are no UTF-8 stand in it as os.fsencode knows.
std::string PathBytes(const nb::bytes& path) { return std::string(View(path)); }

/// ([NoteSequence], the file's line of a report as JSON) of what `read` gives.
template <typename Read>
nb::tuple Converted(const Read& read) {
  std::vector<std::string> records;
  const std::string outcome = WithoutGil([&] {
    const MusicFileReading reading = read();
    for (const NoteSequence& sequence : reading.sequences) {
      records.push_back(SerializeSequence(sequence));
    }
    return OutcomeText(reading.outcome);
  });
  return nb::make_tuple(ToBytesList(records), Text(outcome));
}

nb::tuple ConvertFile(const nb::bytes& path, const nb::bytes& filename,
                      const std::string& collection) {
  const MusicFileName name = {PathBytes(path), PathBytes(filename), collection};
  return Converted([&] { return ReadMusicFile(name); });
}

nb::tuple ConvertBytes(const nb::bytes& file, const nb::bytes& filename,
                       const std::string& collection) {
  const MusicFileName name = {"", PathBytes(filename), collection};
  return Converted([&] { return ReadMusicFileBytes(name, View(file)); });
}

/// The files of a folder, one after another.
struct Walk {
  FolderWalker walker;

  static Walk Open(const nb::bytes& folder, bool recursive) {
    return {Value(FolderWalker::Open(PathBytes(folder), recursive))};
  }
  /// (path below the folder, None or its line of a report as JSON), or None at the end.
  nb::object Next() {
    const std::optional<FoundFile> found = WithoutGil([&] { return walker.Next(); });
    if (!found.has_value()) return nb::none();
    if (found->reason.empty()) return nb::make_tuple(ToBytes(found->path), nb::none());
    FileOutcome outcome;
    outcome.file = found->path;
    outcome.reason = found->reason;
    outcome.detail = found->detail;
    return nb::make_tuple(ToBytes(found->path), Text(OutcomeText(outcome)));
  }
};

nb::dict Reasons(const std::map<std::string, ReasonCount>& reasons) {
  nb::dict dict;
  for (const auto& [reason, entry] : reasons) {
    nb::dict row;
    row["count"] = entry.count;
    row["example"] = Text(entry.example);
    row["detail"] = Text(entry.detail);
    row["flag"] = entry.flag;
    dict[reason.c_str()] = row;
  }
  return dict;
}

/// Runs a pipeline, whose options are `options`, without the GIL; a signal stops it.
template <typename Options, typename Run>
auto RunPipeline(Options& options, const Run& run) {
  std::atomic<bool> stop = false;
  std::exception_ptr raised;
  options.stop = &stop;
  options.progress = [&](const PipelineProgress&) {
    try {
      SeeSignals();
    } catch (...) {
      raised = std::current_exception();
      stop = true;
    }
  };
  auto result = WithoutGil([&] { return run(options); });
  if (raised) std::rethrow_exception(raised);
  return Value(std::move(result));
}

/// What `convert` and `dataset` are told alike about a run.
template <typename Options>
void SetRun(Options& options, const nb::bytes& report_file, const std::string& shard,
            int num_threads) {
  options.report_file = PathBytes(report_file);
  if (!shard.empty()) options.shard = Value(ParseShard(shard));
  options.num_threads = num_threads;
}

nb::dict Convert(const nb::bytes& input_dir, const nb::bytes& output_file, bool recursive,
                 const nb::bytes& report_file, const std::string& shard, int num_threads) {
  ConvertOptions options;
  options.input_dir = PathBytes(input_dir);
  options.output_file = PathBytes(output_file);
  options.recursive = recursive;
  SetRun(options, report_file, shard, num_threads);
  const ConvertSummary done = RunPipeline(options, ConvertFolder);
  nb::dict summary;
  summary["files"] = done.files;
  summary["kept"] = done.kept;
  summary["sequences"] = done.sequences;
  summary["warnings"] = done.warnings;
  summary["reasons"] = Reasons(done.reasons);
  return summary;
}

/// What a kind of music is told by to choose its examples: [(name, type, default, low, high,
/// help)].
nb::list ExampleOptionsOf(const std::string& config) {
  nb::list rows;
  for (const ExampleOption& option : Value(FindModel(config))->kind->example_options()) {
    const char* type = option.type == ExampleOption::Type::kBool  ? "bool"
                       : option.type == ExampleOption::Type::kInt ? "int"
                                                                  : "float";
    rows.append(nb::make_tuple(std::string(option.name), type, option.otherwise, option.low,
                               option.high, std::string(option.help)));
  }
  return rows;
}

/// What `dataset` and `extract` have in common.
DatasetOptions ExtractionOptions(const std::string& config, const std::vector<int>& transpose,
                                 bool unroll, const OptionValues& values) {
  DatasetOptions options;
  options.spec = Value(FindModel(config));
  options.transpositions = transpose;
  // What a groove is varied and filled with is in its grid.
  options.unroll_sections = unroll || options.spec->kind->plays_drums();
  for (const auto& [name, value] : values) options.examples.Set(name, value);
  return options;
}

/// What `dataset` and `example_records` are told alike about examples that are kept as records.
void SetRecords(DatasetOptions& options, bool dense, double eval_ratio, uint64_t seed) {
  options.format = dense ? DatasetFormat::kDense : DatasetFormat::kCompact;
  options.eval_ratio = eval_ratio;
  options.seed = seed;
}

nb::dict BuildDatasetOf(const nb::bytes& input, const nb::bytes& output_dir,
                        const std::string& config, const std::vector<int>& transpose, bool unroll,
                        const OptionValues& values, bool dense, double eval_ratio, uint64_t seed,
                        const nb::bytes& report_file, const std::string& shard, int num_threads) {
  DatasetOptions options = ExtractionOptions(config, transpose, unroll, values);
  options.input = PathBytes(input);
  options.output_dir = PathBytes(output_dir);
  SetRecords(options, dense, eval_ratio, seed);
  SetRun(options, report_file, shard, num_threads);
  const DatasetSummary done = RunPipeline(options, BuildDataset);
  nb::dict summary;
  summary["sequences"] = done.sequences;
  summary["training_examples"] = done.training_examples;
  summary["eval_examples"] = done.eval_examples;
  summary["training_file"] = Text(done.training_file);
  summary["eval_file"] = Text(done.eval_file);
  summary["counters"] = done.counters;
  summary["reasons"] = Reasons(done.reasons);
  summary["notes"] = done.notes;
  return summary;
}

template <typename T>
nb::object ArrayOf(const std::vector<T>& values) {
  const size_t size = values.size();
  return ToArray(std::vector<T>(values), {size}).cast();
}

/// ([(events, control, transpose, the example's record)], the sequence's line of a report as JSON)
nb::tuple Extract(const nb::bytes& sequence, const std::string& config,
                  const std::vector<int>& transpose, bool unroll, const OptionValues& values) {
  const DatasetOptions options = ExtractionOptions(config, transpose, unroll, values);
  Check(CheckTranspositions(options));
  const SequenceExamples found = WithoutGil([&] {
    NoteSequence music = ParseSequence(View(sequence));
    return ExtractSequenceExamples(music, PlacingName(music, "the sequence"), options);
  });
  nb::list examples;
  for (const std::string& record : found.records) {
    const auto parsed = Value(ParseExample(record));
    const auto& example = std::get<CompactExample>(parsed);
    examples.append(nb::make_tuple(ArrayOf(example.events), ArrayOf(example.control),
                                   example.transpose, ToBytes(record)));
  }
  return nb::make_tuple(examples, Text(OutcomeText(found.outcome)));
}

/// What a data set holds of the bytes of a NoteSequence; of others the outcome is broken_record.
SequenceExamples ExamplesOfBytes(std::string_view bytes, const DatasetOptions& options) {
  SequenceItem item;
  item.record = bytes;
  absl::StatusOr<ItemSequences> parsed = ParseSequenceItem(item);
  if (!parsed.ok()) {
    SequenceExamples none;
    none.outcome.reason = IsPieceLimitError(parsed.status()) ? kOverLimit : "broken_record";
    none.outcome.detail = ErrorMessage(parsed.status());
    return none;
  }
  NoteSequence& music = parsed->sequences[0];
  return ExtractSequenceExamples(music, PlacingName(music, "the sequence"), options);
}

/// ([the example's record], whether they are held out, the sequence's line of a report as JSON)
nb::tuple ExampleRecords(const nb::bytes& sequence, const std::string& config,
                         const std::vector<int>& transpose, bool unroll, const OptionValues& values,
                         bool dense, double eval_ratio, uint64_t seed) {
  DatasetOptions options = ExtractionOptions(config, transpose, unroll, values);
  SetRecords(options, dense, eval_ratio, seed);
  Check(CheckExampleOptions(options));
  const SequenceExamples found =
      WithoutGil([&] { return ExamplesOfBytes(View(sequence), options); });
  return nb::make_tuple(ToBytesList(found.records), found.eval, Text(OutcomeText(found.outcome)));
}

/// A TFRecord that appears under its name when it is whole, by commit().
struct RecordFile {
  RecordWriter writer;

  static RecordFile Create(const nb::bytes& path) {
    return {Value(RecordWriter::Create(PathBytes(path)))};
  }
  void Write(const nb::bytes& record) {
    WithoutGil([&] { Check(writer.Write(View(record))); });
  }
  void Commit() {
    WithoutGil([&] { Check(writer.Commit()); });
  }
};

}  // namespace

void BindPipelines(nb::module_& module) {
  nb::class_<Walk>(module, "Walk").def_static("open", &Walk::Open).def("next", &Walk::Next);
  module.attr("most_file_bytes") = kPieceLimits.file_bytes;
  module.def("convert_file", &ConvertFile, nb::arg("path"), nb::arg("filename"),
             nb::arg("collection"));
  module.def("convert_bytes", &ConvertBytes, nb::arg("file"), nb::arg("filename"),
             nb::arg("collection"));
  module.def("collection_name",
             [](const nb::bytes& folder) { return Text(CollectionNameOf(PathBytes(folder))); });
  module.def("convert", &Convert, nb::arg("input_dir"), nb::arg("output_file"),
             nb::arg("recursive"), nb::arg("report_file"), nb::arg("shard"),
             nb::arg("num_threads"));
  module.def("example_options", &ExampleOptionsOf, nb::arg("config"));
  module.def("extract", &Extract, nb::arg("sequence"), nb::arg("config"), nb::arg("transpose"),
             nb::arg("unroll"), nb::arg("options"));
  module.def("example_records", &ExampleRecords, nb::arg("sequence"), nb::arg("config"),
             nb::arg("transpose"), nb::arg("unroll"), nb::arg("options"), nb::arg("dense"),
             nb::arg("eval_ratio"), nb::arg("seed"));
  module.def("kind_files", [](const std::string& config) {
    return std::string(Value(FindModel(config))->kind->names().files);
  });
  nb::class_<RecordFile>(module, "RecordFile")
      .def_static("create", &RecordFile::Create, nb::arg("path"))
      .def("write", &RecordFile::Write, nb::arg("record"))
      .def("commit", &RecordFile::Commit);
  module.def("dataset", &BuildDatasetOf, nb::arg("input"), nb::arg("output_dir"), nb::arg("config"),
             nb::arg("transpose"), nb::arg("unroll"), nb::arg("options"), nb::arg("dense"),
             nb::arg("eval_ratio"), nb::arg("seed"), nb::arg("report_file"), nb::arg("shard"),
             nb::arg("num_threads"));
}

}  // namespace magenta::python
