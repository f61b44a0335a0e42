#include "magenta/pipeline/convert.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "magenta/base/sha1.h"
#include "magenta/base/status.h"
#include "magenta/pipeline/music_file.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

constexpr char kBook[] =
    "X:1\nT:First\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n\nX:2\nT:Second\nM:4/4\nL:1/"
    "4\nK:G\nGABc|dedB|\n\n"
    "X:2\nT:Third\nM:4/4\nL:1/4\nK:G\nGGGG|\n";

NoteSequence SequenceOf(const std::string& record) {
  NoteSequence sequence;
  EXPECT_TRUE(sequence.ParseFromString(record));
  return sequence;
}

/// "filename notes" of each record.
std::string DumpRecords(const std::string& path) {
  std::string dump;
  for (const std::string& record : RecordsOf(path)) {
    const NoteSequence sequence = SequenceOf(record);
    dump += fmt::format("{} {}\n", sequence.filename(), sequence.notes_size());
  }
  return dump;
}

ConvertOptions Options(const TempFolder& folder) {
  ConvertOptions options;
  options.input_dir = folder.Path("in");
  options.output_file = folder.Path("out/notes.tfrecord");
  options.report_file = folder.Path("out/report.json");
  options.recursive = true;
  options.num_threads = 2;
  return options;
}

void WriteMixedFolder(const TempFolder& folder) {
  folder.Write("in/b.mid", MidiOf(Scale(2)));
  folder.Write("in/A.MID", MidiOf(Scale(1)));
  folder.Write("in/sub/c.kar", MidiOf(Scale(3)));
  folder.Write("in/book.abc", kBook);
  folder.Write("in/broken.mid", "not MIDI at all");
  folder.Write("in/empty.mid", "");
  folder.Write("in/readme.txt", "hello");
  folder.Write("in/bad\xFFname.mid", MidiOf(Scale(1)));
  std::filesystem::create_symlink("gone.mid", folder.Path("in/lost.mid"));
}

TEST(ConvertTest, ConvertsWhatIsMusicAndReportsTheRest) {
  TempFolder folder;
  WriteMixedFolder(folder);
  const absl::StatusOr<ConvertSummary> summary = ConvertFolder(Options(folder));
  ASSERT_TRUE(summary.ok()) << ErrorLine(summary.status());
  EXPECT_EQ(DumpRecords(folder.Path("out/notes.tfrecord")),
            "A.MID 4\nb.mid 8\nbadÿname.mid 4\nbook.abc 8\nbook.abc 8\nbook.abc 4\n"
            "sub/c.kar 12\n");
  EXPECT_EQ(summary->files, 9);
  EXPECT_EQ(summary->kept, 5);
  EXPECT_EQ(summary->sequences, 7);
  const nlohmann::json report = JsonOf(folder.Path("out/report.json"));
  EXPECT_EQ(report["counts"].dump(),
            R"({"broken_midi":1,"empty_file":1,"kept":7,"not_a_file":1,"unknown_extension":1})");
  ASSERT_EQ(report["files"].size(), 9u);
  for (const auto& file : report["files"]) {
    EXPECT_EQ(file["kept"].get<bool>(), file["outputs"].get<int>() > 0) << file;
  }
  EXPECT_EQ(report["files"][3]["file"], "book.abc");
  EXPECT_EQ(report["files"][3]["tracks"].size(), 3u);
  EXPECT_EQ(folder.Names(), *ListFiles(folder.path(), true));
}

TEST(ConvertTest, NamesSequencesAsTheReferenceDoes) {
  TempFolder folder;
  WriteMixedFolder(folder);
  ConvertOptions options = Options(folder);
  options.input_dir += "/";
  ASSERT_TRUE(ConvertFolder(options).ok());
  const std::vector<std::string> records = RecordsOf(options.output_file);
  EXPECT_EQ(SequenceOf(records[1]).id(), "/id/midi/in/" + Sha1Hex("b.mid"));
  EXPECT_EQ(SequenceOf(records[1]).collection_name(), "in");
  EXPECT_EQ(SequenceOf(records[3]).id(), "/id/abc/in/" + Sha1Hex("book.abc_1"));
  EXPECT_EQ(SequenceOf(records[4]).id(), "/id/abc/in/" + Sha1Hex("book.abc_2"));
  EXPECT_EQ(SequenceOf(records[5]).id(), "/id/abc/in/" + Sha1Hex("book.abc_2_2"));
  EXPECT_EQ(SequenceOf(records[6]).id(), "/id/midi/in/" + Sha1Hex("sub/c.kar"));
}

TEST(ConvertTest, PatternsOfAFileAreCountedOneByOne) {
  TempFolder folder;
  folder.Write("in/grooves.drums",
               "pattern: a\nmeter: 1/4\nBD |x-x-|\n\npattern: b\nBD |x|\n\n"
               "pattern: c\nmeter: 1/4\nswing: 60\nSD |x---|\n");
  ASSERT_TRUE(ConvertFolder(Options(folder)).ok());
  EXPECT_EQ(DumpRecords(folder.Path("out/notes.tfrecord")), "grooves.drums 2\ngrooves.drums 1\n");
  EXPECT_EQ(SequenceOf(RecordsOf(folder.Path("out/notes.tfrecord"))[1]).id(),
            "/id/drums/in/" + Sha1Hex("grooves.drums_3"));
  const nlohmann::json report = JsonOf(folder.Path("out/report.json"));
  EXPECT_EQ(report["counts"].dump(), R"({"broken_pattern":1,"kept":2})");
  EXPECT_EQ(report["files"][0]["tracks"][1]["track"], "b");
  EXPECT_EQ(report["files"][0]["tracks"][1]["detail"],
            "line 6, column 5: bar 1 of BD has 1 cell, not the 16 of 4/4 on grid 16");
  EXPECT_EQ(report["files"][0]["warnings"][0],
            "pattern 3, line 10: header 'swing': there are style, by, meter, tempo, grid");
}

TEST(ConvertTest, OutputDoesNotDependOnThreads) {
  TempFolder folder;
  WriteMixedFolder(folder);
  for (int i = 0; i < 60; ++i) {
    folder.Write(fmt::format("in/many/{}.mid", i), MidiOf(Scale(1 + i % 9)));
  }
  ConvertOptions options = Options(folder);
  options.num_threads = 1;
  ASSERT_TRUE(ConvertFolder(options).ok());
  const std::string records = *ReadFile(options.output_file);
  const std::string report = *ReadFile(options.report_file);
  for (const int threads : {2, 5, 0}) {
    options.num_threads = threads;
    ASSERT_TRUE(ConvertFolder(options).ok());
    EXPECT_EQ(*ReadFile(options.output_file), records) << threads;
    EXPECT_EQ(*ReadFile(options.report_file), report) << threads;
  }
}

TEST(ConvertTest, ShardsInOrderAreTheBytesOfTheWhole) {
  TempFolder folder;
  WriteMixedFolder(folder);
  for (int i = 0; i < 40; ++i) folder.Write(fmt::format("in/{}.mid", i), MidiOf(Scale(1 + i % 9)));
  ASSERT_TRUE(ConvertFolder(Options(folder)).ok());
  const std::string whole = *ReadFile(Options(folder).output_file);
  for (const int shards : {1, 2, 3, 7}) {
    std::string parts;
    for (int i = 0; i < shards; ++i) {
      ConvertOptions options = Options(folder);
      options.output_file = folder.Path("part.tfrecord");
      options.shard = {i, shards};
      ASSERT_TRUE(ConvertFolder(options).ok());
      const std::string part = *ReadFile(options.output_file);
      EXPECT_FALSE(part.empty());
      parts += part;
    }
    EXPECT_TRUE(parts == whole) << shards;
  }
}

TEST(ConvertTest, AnEmptyShardOfAFewFilesIsNoError) {
  TempFolder folder;
  folder.Write("in/a.mid", MidiOf(Scale(1)));
  for (int i = 0; i < 4; ++i) {
    ConvertOptions options = Options(folder);
    options.shard = {i, 4};
    EXPECT_TRUE(ConvertFolder(options).ok()) << i;
  }
}

TEST(ConvertTest, ItsOwnOutputInTheInputFolderIsNoInput) {
  TempFolder folder;
  folder.Write("in/a.mid", MidiOf(Scale(1)));
  ConvertOptions options = Options(folder);
  options.output_file = folder.Path("in/notes.tfrecord");
  options.report_file = folder.Path("in/report.json");
  for (int i = 0; i < 2; ++i) {
    const absl::StatusOr<ConvertSummary> summary = ConvertFolder(options);
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->files, 1);
  }
}

TEST(ConvertTest, TellsHowFarItIs) {
  TempFolder folder;
  WriteMixedFolder(folder);
  ConvertOptions options = Options(folder);
  std::vector<int64_t> done;
  options.progress = [&done](const PipelineProgress& progress) {
    EXPECT_EQ(progress.total, 9);
    done.push_back(progress.done);
  };
  ASSERT_TRUE(ConvertFolder(options).ok());
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

/// Converts and expects an error; says its line with the folder's name left out.
std::string FailureOf(const TempFolder& folder, const ConvertOptions& options, int exit_status) {
  const absl::StatusOr<ConvertSummary> summary = ConvertFolder(options);
  if (summary.ok()) return "no error";
  EXPECT_EQ(ExitStatus(summary.status()), exit_status) << ErrorLine(summary.status());
  EXPECT_FALSE(std::filesystem::is_regular_file(options.output_file));
  for (const std::string& name : folder.Names())
    EXPECT_EQ(name.find(".magenta-tmp-"), std::string::npos);
  std::string line = ErrorLine(summary.status());
  for (size_t at; (at = line.find(folder.path())) != std::string::npos;) {
    line.replace(at, folder.path().size(), "TMP");
  }
  return line;
}

TEST(ConvertTest, BadInputIsOneClearError) {
  TempFolder folder;
  folder.Write("file", "x");
  std::filesystem::create_directory(folder.Path("empty"));
  folder.Write("bad/a.mid", "junk");
  folder.Write("bad/sub/b.mid", MidiOf(Scale(1)));
  ConvertOptions options = Options(folder);
  options.recursive = false;
  options.input_dir = folder.Path("none");
  EXPECT_EQ(FailureOf(folder, options, 3), "TMP/none: there is no such folder. Check the path.");
  options.input_dir = folder.Path("file");
  EXPECT_EQ(FailureOf(folder, options, 3),
            "TMP/file: is a file, not a folder. Name the folder that holds it.");
  options.input_dir = folder.Path("empty");
  EXPECT_EQ(
      FailureOf(folder, options, 4),
      "there is no file in TMP/empty. Name a folder with MIDI, MusicXML or ABC files, or give "
      "--recursive for those in subfolders.");
  options.input_dir = folder.Path("bad");
  const std::string bad = FailureOf(folder, options, 4);
  EXPECT_EQ(
      bad.find("none of the 1 files in TMP/bad gave a sequence:\n       1  broken_midi  a.mid"), 0u)
      << bad;
  EXPECT_EQ(JsonOf(options.report_file)["counts"].dump(), R"({"broken_midi":1})");
  options.report_file = options.output_file;
  FailureOf(folder, options, 2);
}

TEST(ConvertTest, AnOutputThatCannotBeWrittenIsOneClearError) {
  TempFolder folder;
  folder.Write("in/a.mid", MidiOf(Scale(1)));
  folder.Write("file", "x");
  ConvertOptions options = Options(folder);
  options.report_file = "";
  options.output_file = folder.Path("file/notes.tfrecord");
  FailureOf(folder, options, 5);
  options.output_file = folder.path();
  FailureOf(folder, options, 5);
}

TEST(ConvertTest, AFullDiskLeavesNothingBehind) {
  TempFolder folder;
  for (int i = 0; i < 40; ++i) folder.Write(fmt::format("in/{}.mid", i), MidiOf(Scale(30)));
  ConvertOptions options = Options(folder);
  options.report_file = "";
  options.num_threads = 2;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{8192, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string line = FailureOf(folder, options, 5);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(line.find("TMP/out/notes.tfrecord: cannot write: File too large"), 0u) << line;
}

TEST(ConvertTest, StoppingLeavesNothingBehind) {
  TempFolder folder;
  for (int i = 0; i < 40; ++i) folder.Write(fmt::format("in/{}.mid", i), MidiOf(Scale(1)));
  ConvertOptions options = Options(folder);
  std::atomic<bool> stop = false;
  options.stop = &stop;
  options.progress = [&stop](const PipelineProgress& progress) { stop = progress.done == 5; };
  EXPECT_EQ(FailureOf(folder, options, 130), "stopped; nothing was written.");
  EXPECT_FALSE(std::filesystem::exists(options.report_file));
}

TEST(ShardTest, Parses) {
  const struct {
    const char* text;
    const char* dump;
  } kRows[] = {{"0/1", "0 1"}, {"2/4", "2 4"},  {"4/4", "bad"}, {"-1/4", "bad"}, {"1", "bad"},
               {"", "bad"},    {"1/2x", "bad"}, {"/2", "bad"},  {"0/0", "bad"}};
  for (const auto& row : kRows) {
    const absl::StatusOr<Shard> shard = ParseShard(row.text);
    EXPECT_EQ(shard.ok() ? fmt::format("{} {}", shard->index, shard->count) : "bad", row.dump)
        << row.text;
  }
}

TEST(NamesTest, CollectionIsTheLastPart) {
  EXPECT_EQ(CollectionNameOf("a/b"), "b");
  EXPECT_EQ(CollectionNameOf("a/b//"), "b");
  EXPECT_EQ(CollectionNameOf("b"), "b");
  EXPECT_EQ(CollectionNameOf("/"), "");
  EXPECT_EQ(CollectionNameOf(""), "");
}

}  // namespace
}  // namespace magenta
