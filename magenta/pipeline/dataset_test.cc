#include "magenta/pipeline/dataset.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/pipeline/dataset_reader.h"
#include "magenta/pipeline/pipeline_test_util.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

const ModelSpec& Spec(const char* id) { return **FindModel(id); }

/// NoteSequences of these names in out of a folder, as convert writes them.
void WriteSequences(const std::string& path,
                    const std::vector<std::pair<std::string, NoteSequence>>& sequences) {
  absl::StatusOr<RecordWriter> writer = RecordWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  for (const auto& [name, sequence] : sequences) {
    NoteSequence named = sequence;
    named.set_filename(name);
    ASSERT_TRUE(writer->Write(named.SerializeAsString()).ok());
  }
  ASSERT_TRUE(writer->Commit().ok());
}

/// n tunes of 8 bars, each beginning on another pitch, named by their number.
std::vector<std::pair<std::string, NoteSequence>> Tunes(int n) {
  std::vector<std::pair<std::string, NoteSequence>> tunes;
  for (int i = 0; i < n; ++i) {
    tunes.emplace_back(fmt::format("{}.mid", i), QuarterNotes(Scale(8 + i % 3, 48 + i % 24)));
  }
  return tunes;
}

DatasetOptions Options(const TempFolder& folder, const char* config = "lookback_rnn") {
  DatasetOptions options;
  options.spec = &Spec(config);
  options.input = folder.Path("notes.tfrecord");
  options.output_dir = folder.Path("data");
  options.report_file = folder.Path("report.json");
  options.num_threads = 2;
  return options;
}

std::vector<CompactExample> CompactOf(const std::string& path) {
  std::vector<CompactExample> examples;
  for (const std::string& record : RecordsOf(path)) {
    examples.push_back(std::get<CompactExample>(*ParseExample(record)));
  }
  return examples;
}

std::set<std::string> SourcesOf(const std::string& path) {
  std::set<std::string> sources;
  for (const CompactExample& example : CompactOf(path)) sources.insert(example.source);
  return sources;
}

/// Writes down where the notes of each part begin, in steps.
class BarsKind final : public toy::ToyKind {
 public:
  explicit BarsKind(bool hears_bars) : hears_bars_(hears_bars) {}
  bool HearsBars() const override { return hears_bars_; }
  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    for (const auto& note : sequence.proto().notes()) {
      starts += fmt::format(" {}", note.quantized_start_step());
    }
    starts += " |";
    return ToyKind::ExtractExamples(sequence, options);
  }
  mutable std::string starts;

 private:
  const bool hears_bars_;
};

// A pickup of ABC's, another tempo and a bar that is written as 3/4 are one part from a bar line
// on; 2/4 is another meter.
TEST(DatasetTest, KindsThatHearBars) {
  TempFolder folder;
  folder.Write("tune.abc",
               "X:1\nL:1/4\nM:4/4\nQ:120\nK:C\nG|CDEF|[Q:90]GABc|CDE|\nM:2/4\nCD|EF|GA|Bc|\n");
  for (const bool hears_bars : {false, true}) {
    ModelSpec spec = toy::ToyModel();
    const auto kind = std::make_shared<BarsKind>(hears_bars);
    spec.kind = kind;
    DatasetOptions options = Options(folder);
    options.spec = &spec;
    options.input = folder.path() + "/tune.abc";
    options.eval_ratio = 0;
    const auto summary = BuildDataset(options);
    ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
    EXPECT_EQ(kind->starts, hears_bars
                                ? " 12 16 20 24 28 32 36 40 44 48 52 56 | 0 4 8 12 16 20 24 28 |"
                                : " 0 4 8 12 16 | 0 4 8 12 16 20 24 | 0 4 8 12 16 20 24 28 |");
  }
}

TEST(DatasetTest, CompactExamplesHoldTheSquashedEvents) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), {{"a.mid", QuarterNotes(Scale(8, 62))}});
  DatasetOptions options = Options(folder);
  options.eval_ratio = 0;
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
  EXPECT_EQ(summary->training_file, folder.Path("data/training_melodies.tfrecord"));
  const std::vector<CompactExample> examples = CompactOf(summary->training_file);
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_EQ(examples[0].config, "lookback_rnn");
  EXPECT_EQ(examples[0].source, "a.mid");
  EXPECT_EQ(examples[0].transpose, -2);
  ASSERT_EQ(examples[0].events.size(), 8u * 16);
  EXPECT_EQ(examples[0].events[0], 60);
  EXPECT_EQ(examples[0].events[1], kNoEvent);
  EXPECT_EQ(examples[0].events[4], 62);
  EXPECT_TRUE(RecordsOf(summary->eval_file).empty());
  EXPECT_EQ(summary->counters.at("DAGPipeline_RandomPartition_training_melodies_count"), 1);
  EXPECT_EQ(
      summary->counters.at("DAGPipeline_TranspositionPipeline_training_transpositions_generated"),
      1);
}

TEST(DatasetTest, CopiesThatAreNoneAreRefused) {
  TempFolder folder;
  DatasetOptions options = Options(folder);
  const auto refused = [&](const std::string& config, std::vector<int> transpositions) {
    options.spec = *FindModel(config);
    options.transpositions = std::move(transpositions);
    return std::string(BuildDataset(options).status().message());
  };
  EXPECT_THAT(refused("lookback_rnn", {}), testing::HasSubstr("no transposition"));
  EXPECT_THAT(refused("lookback_rnn", {0, 2, 0}), testing::HasSubstr("names 0 twice"));
  EXPECT_THAT(refused("chord_pitches_improv", {1}), testing::HasSubstr("moves no chords"));
  EXPECT_THAT(refused("drum_kit", {0, 1}), testing::HasSubstr("drums have none"));
}

TEST(DatasetTest, DenseExamplesAreTheEncodedEvents) {
  TempFolder folder;
  std::vector<std::pair<std::string, NoteSequence>> tunes = Tunes(3);
  // Something for every kind.
  for (auto& tune : tunes) {
    NoteSequence drums = tune.second;
    for (auto& note : *drums.mutable_notes()) {
      note.set_is_drum(true);
      note.set_instrument(9);
    }
    tune.second.MergeFrom(drums);
  }
  WriteSequences(folder.Path("notes.tfrecord"), tunes);
  for (const ModelSpec& spec : BuiltInModels()) {
    DatasetOptions options = Options(folder);
    options.spec = &spec;
    options.eval_ratio = 0;
    options.examples.Set("infer_chords", 1);  // of kinds that ask for chords
    const auto built = BuildDataset(options);
    ASSERT_TRUE(built.ok()) << spec.id << ErrorLine(built.status());
    const auto compact = ReadDataset(built->training_file, spec);
    options.format = DatasetFormat::kDense;
    ASSERT_TRUE(BuildDataset(options).ok());
    const auto dense = ReadDataset(built->training_file, spec);
    ASSERT_TRUE(compact.ok() && dense.ok());
    EXPECT_FALSE(compact->empty());
    ASSERT_EQ(dense->size(), compact->size());
    for (size_t i = 0; i < dense->size(); ++i) {
      EXPECT_TRUE(std::holds_alternative<TrainingExample>((*dense)[i].content));
      const TrainingExample read = (*dense)[i].Encode(*spec.codec);
      const TrainingExample made = (*compact)[i].Encode(*spec.codec);
      EXPECT_EQ(read.inputs, made.inputs) << spec.id;
      EXPECT_TRUE(spec.codec->learns_inputs() || read.labels == made.labels) << spec.id;
      EXPECT_EQ((*dense)[i].rows(*spec.codec), (*compact)[i].rows(*spec.codec)) << spec.id;
    }
  }
}

TEST(DatasetTest, DrumPatternsAreStrungAndPlacedByTheirNames) {
  TempFolder folder;
  std::string grids;
  // Each title twice, so that numbers and titles would place them apart.
  for (int i = 0; i < 60; ++i) {
    grids += fmt::format("pattern: Groove {}\ngrid: 8\nBD |x---x---|%\n\n", i % 30);
  }
  folder.Write("in/a.drums", grids);
  DatasetOptions options = Options(folder, "drum_kit");
  options.input = folder.Path("in");
  options.unroll_sections = true;
  options.eval_ratio = 0.3;
  const auto summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
  EXPECT_EQ(summary->training_file, folder.Path("data/training_drum_tracks.tfrecord"));
  EXPECT_EQ(summary->training_examples + summary->eval_examples, 60);
  const std::set<std::string> eval = SourcesOf(summary->eval_file);
  EXPECT_GT(eval.size(), 1u);
  for (const std::string& source : SourcesOf(summary->training_file)) {
    EXPECT_FALSE(eval.contains(source));
    EXPECT_THAT(source, testing::StartsWith("a.drums_Groove "));
  }
  EXPECT_GE(CompactOf(summary->training_file)[0].events.size(), 7u * 16);
}

TEST(DatasetTest, ASequencesPlaceDependsOnItsNameAndTheSeedAlone) {
  TempFolder folder;
  auto tunes = Tunes(60);
  DatasetOptions options = Options(folder);
  options.eval_ratio = 0.3;
  WriteSequences(folder.Path("notes.tfrecord"), tunes);
  absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok());
  const std::set<std::string> eval = SourcesOf(summary->eval_file);
  EXPECT_GT(eval.size(), 8u);
  EXPECT_LT(eval.size(), 30u);
  for (const std::string& source : SourcesOf(summary->training_file)) {
    EXPECT_FALSE(eval.contains(source));
  }

  tunes.insert(tunes.begin(), {"another.mid", QuarterNotes(Scale(8))});
  WriteSequences(folder.Path("notes.tfrecord"), tunes);
  ASSERT_TRUE(BuildDataset(options).ok());
  std::set<std::string> later = SourcesOf(summary->eval_file);
  later.erase("another.mid");
  EXPECT_EQ(later, eval);

  options.seed = 1;
  ASSERT_TRUE(BuildDataset(options).ok());
  EXPECT_NE(SourcesOf(summary->eval_file), eval);
}

TEST(DatasetTest, TunesOfOneBookArePlacedOneByOne) {
  TempFolder folder;
  std::vector<std::pair<std::string, NoteSequence>> tunes;
  for (int i = 1; i <= 40; ++i) {
    tunes.emplace_back("book.abc", QuarterNotes(Scale(8)));
    tunes.back().second.set_reference_number(i);
  }
  WriteSequences(folder.Path("notes.tfrecord"), tunes);
  DatasetOptions options = Options(folder);
  options.eval_ratio = 0.5;
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok());
  EXPECT_GT(summary->eval_examples, 8);
  EXPECT_GT(summary->training_examples, 8);
}

TEST(DatasetTest, BytesDoNotDependOnThreads) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(80));
  DatasetOptions options = Options(folder);
  options.transpositions = {0, 3};
  std::vector<std::string> first;
  for (const int threads : {1, 2, 7, 0}) {
    options.num_threads = threads;
    const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
    ASSERT_TRUE(summary.ok());
    const std::vector<std::string> bytes = {*ReadFile(summary->training_file),
                                            *ReadFile(summary->eval_file),
                                            *ReadFile(options.report_file)};
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << threads;
  }
}

TEST(DatasetTest, ShardsInOrderAreTheBytesOfTheWhole) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(41));
  for (int i = 0; i < 23; ++i) {
    folder.Write(fmt::format("music/{}.mid", i), MidiOf(Scale(8, 48 + i)));
  }
  for (const char* input : {"notes.tfrecord", "music"}) {
    DatasetOptions options = Options(folder);
    options.input = folder.Path(input);
    options.transpositions = {0, 3};
    options.eval_ratio = 0.3;
    const absl::StatusOr<DatasetSummary> whole = BuildDataset(options);
    ASSERT_TRUE(whole.ok()) << ErrorLine(whole.status());
    EXPECT_GT(whole->eval_examples, 2);
    const std::string training = *ReadFile(whole->training_file);
    const std::string eval = *ReadFile(whole->eval_file);
    for (const int shards : {2, 3, 50}) {  // some of 50 are empty
      std::string training_parts, eval_parts;
      for (int i = 0; i < shards; ++i) {
        options.output_dir = folder.Path("part");
        options.shard = {i, shards};
        const absl::StatusOr<DatasetSummary> part = BuildDataset(options);
        ASSERT_TRUE(part.ok()) << ErrorLine(part.status());
        training_parts += *ReadFile(part->training_file);
        eval_parts += *ReadFile(part->eval_file);
      }
      EXPECT_TRUE(training_parts == training) << input << shards;
      EXPECT_TRUE(eval_parts == eval) << input << shards;
    }
  }
}

TEST(DatasetTest, TranspositionsAreCopies) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), {{"a.mid", QuarterNotes(Scale(8, 115))}});
  DatasetOptions options = Options(folder, "mono_rnn");
  options.eval_ratio = 0;
  options.transpositions = {-2, 0, 3, 4};
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok());
  const std::vector<CompactExample> examples = CompactOf(summary->training_file);
  ASSERT_EQ(examples.size(), 3u);  // 115 + 9 + 4 is no pitch
  EXPECT_EQ(examples[0].events[0], 113);
  EXPECT_EQ(examples[0].transpose, -2);
  EXPECT_EQ(examples[2].events[0], 118);
  EXPECT_EQ(summary->counters.at(
                "DAGPipeline_TranspositionPipeline_training_skipped_due_to_range_exceeded"),
            1);
  EXPECT_EQ(JsonOf(options.report_file)["counts"].dump(), R"({"kept":3,"range_exceeded":1})");
  EXPECT_TRUE(summary->notes.empty());
}

TEST(DatasetTest, SaysThatTranspositionsAreLostOnAModelOfOneKey) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(1));
  DatasetOptions options = Options(folder);
  options.eval_ratio = 0;
  options.transpositions = {0, 1};
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->training_examples, 2);
  ASSERT_EQ(summary->notes.size(), 1u);
  EXPECT_EQ(summary->notes[0],
            "1 of the examples equal another transposition of their melody: lookback_rnn moves "
            "every melody to one key");
}

TEST(DatasetTest, SplitsAtChangesAndReportsEveryPart) {
  TempFolder folder;
  NoteSequence sequence = QuarterNotes(Scale(20));
  auto* tempo = sequence.add_tempos();
  tempo->set_time(16);  // after 8 bars
  tempo->set_qpm(60);   // halves the notes that follow: 12 bars become 6
  auto* meter = sequence.add_time_signatures();
  meter->set_time(32);
  meter->set_numerator(4);
  meter->set_denominator(3);
  WriteSequences(folder.Path("notes.tfrecord"), {{"a.mid", sequence}});
  DatasetOptions options = Options(folder);
  options.eval_ratio = 0;
  ASSERT_TRUE(BuildDataset(options).ok());
  const nlohmann::json file = JsonOf(options.report_file)["files"][0];
  EXPECT_EQ(file["outputs"], 1);
  ASSERT_EQ(file["tracks"].size(), 3u);
  EXPECT_EQ(file["tracks"][0]["reason"], "kept");
  EXPECT_EQ(file["tracks"][1]["reason"], "too_short");
  EXPECT_EQ(file["tracks"][1]["part"], 1);
  EXPECT_EQ(file["tracks"][1]["flag"], "--min_bars=4");
  EXPECT_EQ(file["tracks"][2]["reason"], "bad_time_signature");
}

TEST(DatasetTest, APieceOfOneEventCountsOnce) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"),
                 {{"a.mid", QuarterNotes({60})}, {"b.mid", QuarterNotes({60, 62})}});
  DatasetOptions options = Options(folder, "performance_with_dynamics_and_note_encoding");
  options.eval_ratio = 0;
  options.transpositions = {0, 1};
  options.stretch = false;
  options.examples.Set("min_events", 1);
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->training_examples, 2);
  const nlohmann::json report = JsonOf(options.report_file);
  EXPECT_EQ(report["counts"].dump(), R"({"kept":2,"too_short":2})");
  const nlohmann::json alone = report["files"][0];
  EXPECT_EQ(alone["kept"], false);
  EXPECT_EQ(alone["reason"], "too_short");
  EXPECT_EQ(alone["tracks"].size(), 2u);
  EXPECT_EQ(alone["tracks"][0]["kept"], false);
  EXPECT_EQ(report["files"][1]["reason"], "kept");
}

TEST(DatasetTest, TakesFoldersAndFilesOfMusic) {
  TempFolder folder;
  folder.Write("in/a.mid", MidiOf(Scale(8)));
  folder.Write("in/sub/b.mid", MidiOf(Scale(8)));
  folder.Write("in/broken.mid", "junk");
  folder.Write("in/notes.txt", "junk");
  DatasetOptions options = Options(folder);
  options.eval_ratio = 0;
  options.input = folder.Path("in");
  absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
  EXPECT_EQ(summary->training_examples, 2);
  EXPECT_EQ(JsonOf(options.report_file)["counts"].dump(), R"({"broken_midi":1,"kept":2})");
  options.input = folder.Path("in/a.mid") + "," + folder.Path("in/sub/*.mid");
  summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
  EXPECT_EQ(SourcesOf(summary->training_file), (std::set<std::string>{"a.mid", "b.mid"}));
}

TEST(DatasetTest, RepeatsAreUnrolledOnRequest) {
  TempFolder folder;
  folder.Write("in/a.abc", "X:1\nM:4/4\nL:1/4\nK:C\n|:CDEF|GABc|CDEF|GABc:|\n");
  DatasetOptions options = Options(folder);
  options.input = folder.Path("in");
  options.eval_ratio = 0;
  EXPECT_EQ(ExitStatus(BuildDataset(options).status()), 4);
  options.unroll_sections = true;
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(CompactOf(summary->training_file)[0].events.size(), 8u * 16);
}

/// Builds and expects an error; says its line with the folder's name left out.
std::string FailureOf(const TempFolder& folder, const DatasetOptions& options, int exit_status) {
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  if (summary.ok()) return "no error";
  EXPECT_EQ(ExitStatus(summary.status()), exit_status) << ErrorLine(summary.status());
  EXPECT_FALSE(std::filesystem::exists(folder.Path("data/training_melodies.tfrecord")));
  EXPECT_FALSE(std::filesystem::exists(folder.Path("data/eval_melodies.tfrecord")));
  for (const std::string& name : folder.Names())
    EXPECT_EQ(name.find(".magenta-tmp-"), std::string::npos);
  std::string line = ErrorLine(summary.status());
  for (size_t at; (at = line.find(folder.path())) != std::string::npos;) {
    line.replace(at, folder.path().size(), "TMP");
  }
  return line;
}

TEST(DatasetTest, BadInputIsOneClearError) {
  TempFolder folder;
  DatasetOptions options = Options(folder);
  EXPECT_EQ(FailureOf(folder, options, 3),
            "TMP/notes.tfrecord: there is no such file. Check the name, or make it first with "
            "`magenta convert` and `magenta dataset`.");

  WriteSequences(folder.Path("notes.tfrecord"), {});
  EXPECT_EQ(FailureOf(folder, options, 4),
            "there is no NoteSequence in TMP/notes.tfrecord. Convert music with `magenta convert` "
            "first.");

  WriteSequences(folder.Path("notes.tfrecord"), {{"a.mid", QuarterNotes(Scale(3))}});
  EXPECT_EQ(FailureOf(folder, options, 4),
            "no melody of 1 sequence survived:\n       1  too_short  a.mid: 3 bars, fewer than 7 "
            "(--min_bars=3 keeps it)\n--min_bars=3 would keep some.");
  EXPECT_EQ(JsonOf(options.report_file)["counts"].dump(), R"({"too_short":1})");

  WriteSequences(folder.Path("notes.tfrecord"), Tunes(3));
  const std::string whole = *ReadFile(folder.Path("notes.tfrecord"));
  folder.Write("notes.tfrecord", whole.substr(0, whole.size() - 5));
  EXPECT_NE(FailureOf(folder, options, 3).find("record 2"), std::string::npos);

  folder.Write("notes.tfrecord", "This is a text, not a TFRecord file at all.");
  EXPECT_NE(FailureOf(folder, options, 3).find("TMP/notes.tfrecord: "), std::string::npos);

  CompactExample example;
  example.config = "basic_rnn";
  example.events = {60, 62};
  folder.Write("notes.tfrecord", FrameRecord(SerializeCompact(example)));
  EXPECT_EQ(FailureOf(folder, options, 3),
            "TMP/notes.tfrecord: record 0 is an example of a data set for basic_rnn, no "
            "NoteSequence. Give --input the NoteSequences that `magenta convert` wrote.");
  folder.Write("notes.tfrecord", FrameRecord("\xFF\xFF\xFF"));
  EXPECT_EQ(FailureOf(folder, options, 3),
            "TMP/notes.tfrecord: record 0 is no NoteSequence. Give --input the NoteSequences that "
            "`magenta convert` wrote.");
}

TEST(DatasetTest, WrongOptionsAreUsageErrors) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(1));
  DatasetOptions options = Options(folder);
  options.eval_ratio = 1.5;
  EXPECT_EQ(FailureOf(folder, options, 2),
            "eval_ratio is 1.5. Give a share from 0 to 1, such as --eval_ratio=0.1.");
  options = Options(folder);
  options.output_dir = "";
  FailureOf(folder, options, 2);
  options = Options(folder);
  options.training_file = options.eval_file = folder.Path("one.tfrecord");
  FailureOf(folder, options, 2);
  options = Options(folder);
  options.transpositions = {};
  FailureOf(folder, options, 2);
  options = Options(folder);
  options.output_dir = folder.Path("notes.tfrecord");
  FailureOf(folder, options, 5);
  options = Options(folder);
  ASSERT_EQ(::mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  options.input = folder.Path("notes.tfrecord") + "," + folder.Path("pipe");
  options.shard = {0, 2};
  EXPECT_THAT(FailureOf(folder, options, 2), testing::StartsWith("TMP/pipe is a pipe, which can"));
}

TEST(DatasetTest, StoppingLeavesNothingBehind) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(60));
  DatasetOptions options = Options(folder);
  std::atomic<bool> stop = false;
  options.stop = &stop;
  options.progress = [&stop](const PipelineProgress& progress) { stop = progress.done == 9; };
  EXPECT_EQ(FailureOf(folder, options, 130), "stopped; nothing was written.");
}

// Neither opening a pipe nor reading from it blocks for good.
TEST(DatasetTest, StoppingEndsTheWaitForAPipe) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(60));
  ASSERT_EQ(::mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  DatasetOptions options = Options(folder);
  options.input = folder.Path("pipe");
  std::atomic<bool> stop = false;
  options.stop = &stop;
  std::jthread stopper([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    stop = true;
  });
  EXPECT_EQ(FailureOf(folder, options, 130), "stopped while waiting for TMP/pipe.");

  // The same in the middle of a record, with a writer that is there and silent.
  stopper.join();
  stop = false;
  const int silent = ::open(folder.Path("pipe").c_str(), O_RDWR | O_CLOEXEC);
  const std::string bytes = *ReadFile(folder.Path("notes.tfrecord"));
  ASSERT_EQ(::write(silent, bytes.data(), 40), 40);
  stopper = std::jthread([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    stop = true;
  });
  EXPECT_EQ(FailureOf(folder, options, 130), "stopped while waiting for TMP/pipe.");
  ::close(silent);

  // What a writer sends is read, up to where it closes.
  stopper.join();
  stop = false;
  std::jthread writer([&] {
    std::ofstream(folder.Path("pipe"), std::ios::binary)
        << *ReadFile(folder.Path("notes.tfrecord"));
  });
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->sequences, 60);
}

// A shell opens the pipe for /dev/stdin, and its writer may be gone when we look.
TEST(DatasetTest, APipeWhoseWriterIsGoneHasAnEnd) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), Tunes(2));
  ASSERT_EQ(::mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  const int reader = ::open(folder.Path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  std::ofstream(folder.Path("pipe"), std::ios::binary) << *ReadFile(folder.Path("notes.tfrecord"));
  DatasetOptions options = Options(folder);
  options.input = folder.Path("pipe");
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->sequences, 2);
  ::close(reader);
}

/// The examples of a data set of these sequences alone, made by one thread.
std::vector<std::string> ExamplesOf(
    const std::vector<std::pair<std::string, NoteSequence>>& sequences) {
  TempFolder folder;
  WriteSequences(folder.Path("notes.tfrecord"), sequences);
  DatasetOptions options = Options(folder);
  options.num_threads = 1;
  options.eval_ratio = 0;
  const absl::StatusOr<DatasetSummary> summary = BuildDataset(options);
  return summary.ok() ? RecordsOf(summary->training_file) : std::vector<std::string>();
}

// A thread reads each sequence into the messages of the one before.
TEST(DatasetTest, NothingIsLeftOfTheSequenceBefore) {
  NoteSequence drums = QuarterNotes(Scale(20, 36), 9);
  for (auto& note : *drums.mutable_notes()) {
    note.set_is_drum(true);
    note.set_program(7);
    note.set_part(3);
  }
  NoteSequence cut = QuarterNotes(Scale(20));
  auto& tempo = *cut.add_tempos();
  tempo.set_time(16);
  tempo.set_qpm(60);
  NoteSequence refused = QuarterNotes(Scale(8));
  auto& meter = *refused.add_time_signatures();
  meter.set_numerator(4);
  meter.set_denominator(3);
  NoteSequence pedals = QuarterNotes(Scale(8, 55));
  pedals.add_control_changes()->set_control_number(64);
  NoteSequence minimal = QuarterNotes(Scale(10, 52));
  minimal.clear_tempos();
  for (auto& note : *minimal.mutable_notes()) note.clear_velocity();
  const std::vector<std::pair<std::string, NoteSequence>> tunes = {
      {"drums", drums},   {"cut", cut},      {"refused", refused},
      {"pedals", pedals}, {"empty", {}},     {"minimal", minimal},
      {"again", drums},   {"last", minimal}, {"plain", QuarterNotes(Scale(8, 62))}};
  std::vector<std::string> alone;
  for (const auto& tune : tunes) {
    for (std::string& record : ExamplesOf({tune})) alone.push_back(std::move(record));
  }
  EXPECT_GE(alone.size(), 3u);
  EXPECT_EQ(ExamplesOf(tunes), alone);
}

}  // namespace
}  // namespace magenta
