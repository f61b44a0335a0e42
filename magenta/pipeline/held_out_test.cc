#include "magenta/pipeline/held_out.h"

#include <fmt/core.h>

#include <set>

#include "magenta/base/status.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

/// `copies` examples of each of `files` files, one file after the other.
std::string Examples(int files, int copies) {
  std::string records;
  for (int file = 0; file < files; ++file) {
    for (int copy = 0; copy < copies; ++copy) {
      records += FrameRecord(SerializeCompact(
          {"basic_rnn", fmt::format("{:04}.mid", file), copy, {60 + copy, 62}, {}}));
    }
  }
  return records;
}

std::set<std::string> SourcesOf(const std::string& path) {
  std::set<std::string> sources;
  if (const auto examples = ReadDataset(path, **FindModel("basic_rnn")); examples.ok()) {
    for (const DatasetExample& example : *examples) sources.insert(example.source);
  }
  return sources;
}

TEST(SplitDatasetTest, HoldsOutATenthOfTheFilesWhole) {
  struct Row {
    int files, copies, held_out;  // files
  };
  for (const Row& row :
       {Row{4, 1, 0}, {5, 1, 1}, {5, 12, 1}, {14, 1, 1}, {15, 2, 2}, {100, 1, 10}}) {
    TempFolder folder;
    const std::string training = folder.Path("training_x"), eval = folder.Path("eval_x");
    folder.Write("training_x", Examples(row.files, row.copies));
    const auto counts = SplitDataset(training, eval, /*seed=*/0, /*least=*/5);
    ASSERT_TRUE(counts.ok()) << counts.status();
    EXPECT_EQ(counts->held_out, row.held_out * row.copies) << row.files;
    EXPECT_EQ(counts->training, (row.files - row.held_out) * row.copies) << row.files;
    const std::set<std::string> learned = SourcesOf(training), measured = SourcesOf(eval);
    EXPECT_EQ(static_cast<int>(learned.size()), row.files - row.held_out);
    EXPECT_EQ(static_cast<int>(measured.size()), row.held_out);
    for (const std::string& source : measured) EXPECT_FALSE(learned.contains(source)) << source;
  }
}

TEST(SplitDatasetTest, OfOneFileExamplesAreHeldOut) {
  TempFolder folder;
  folder.Write("training_x", Examples(1, 20));
  const auto counts = SplitDataset(folder.Path("training_x"), folder.Path("eval_x"), 0, 5);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->held_out, 2);
}

TEST(HoldOutTest, AnEvalFileThatHoldsNothingIsSaidInOneSentence) {
  TempFolder folder;
  folder.Write("training_x", Examples(20, 1));
  folder.Write("eval_x", "");
  const std::string training = folder.Path("training_x");
  const ModelSpec& spec = **FindModel("basic_rnn");
  auto examples = ReadDataset(training, spec);
  ASSERT_TRUE(examples.ok());
  const HeldOut held_out = HoldOut(training, spec, 0, HeldOutRule::kTenth, *examples);
  EXPECT_EQ(held_out.note,
            "2 of 20 examples are held out to measure on, since " + folder.Path("eval_x") +
                " can't be measured on: the data set is empty; --eval_file=none learns from all");
}

TEST(SplitDatasetTest, WhatIsNoDataSetStays) {
  TempFolder folder;
  folder.Write("training_x", FrameRecord("no example"));
  EXPECT_EQ(
      ExitStatus(SplitDataset(folder.Path("training_x"), folder.Path("eval_x"), 0, 5).status()), 3);
  EXPECT_EQ(*ReadFile(folder.Path("training_x")), FrameRecord("no example"));
}

}  // namespace
}  // namespace magenta
