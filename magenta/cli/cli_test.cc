#include "magenta/cli/cli.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/cli/programs.h"

namespace magenta::cli {
namespace {

struct Printed {
  int status;
  std::string out;
  std::string err;
};

Printed RunMain(std::vector<std::string> words, std::span<const ModelSpec> extra_models = {}) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = Main(static_cast<int>(argv.size()), argv.data(), extra_models);
  return {status, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

TEST(Main, VerbsComeByTheirNameOrByAnOldOne) {
  EXPECT_EQ(RunMain({"/usr/bin/magenta", "models"}).status, 0);
  EXPECT_EQ(RunMain({"magenta", "--quiet", "models"}).status, 0);  // flags before the verb
  const Printed old = RunMain({"bin/lookback_rnn_generate", "--num_outputs=0"});
  EXPECT_EQ(old.status, 2);
  EXPECT_EQ(old.err, "magenta: --num_outputs=0 is not a whole number from 1 to 100000.\n");
  EXPECT_EQ(RunMain({"magenta", "lookback_rnn_generate", "--num_outputs=0"}).err, old.err);
  EXPECT_EQ(RunMain({"magenta", "--quiet"}).status, 2);
}

TEST(Main, AloneItShowsHelp) {
  const Printed help = RunMain({"magenta", "--help"});
  EXPECT_NE(help.out.find("usage: magenta VERB"), std::string::npos);
  for (const Printed& same :
       {RunMain({"magenta"}), RunMain({"bin/magenta"}), RunMain({"magenta", "help"})}) {
    EXPECT_EQ(same.status, 0);
    EXPECT_EQ(same.out, help.out);
    EXPECT_EQ(same.err, "");
  }
  const Printed unknown = RunMain({"magenta", "verison"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_EQ(unknown.err, "magenta: unknown verb verison. Did you mean version?\n");
}

TEST(Main, AFlagWithoutAVerb) {
  const std::pair<const char*, const char*> rows[] = {
      {"--versions", "unknown flag --versions. Did you mean --version?"},
      {"--quite", "unknown flag --quite. Did you mean --quiet?"},
      {"--xyzzyx=1", "unknown flag --xyzzyx. `magenta --help` lists the verbs."},
      {"--noquiet", "no verb is given. `magenta --help` lists the verbs."},
      {"--temperature=1", "no verb is given. `magenta --help` lists the verbs."},
      {"--", "no verb is given. `magenta --help` lists the verbs."},
  };
  for (const auto& [flag, error] : rows) {
    const Printed printed = RunMain({"magenta", flag});
    EXPECT_EQ(printed.status, 2);
    EXPECT_EQ(printed.err, std::string("magenta: ") + error + "\n");
  }
}

TEST(Programs, FilesComeInBatchesThatACommandLineHolds) {
  using Batches = std::vector<std::vector<std::string>>;
  EXPECT_EQ(InBatches({}, 22), Batches{});
  // Of each the name, its end and the pointer to it count.
  EXPECT_EQ(InBatches({"ab", "cd", "e", "longer than it", "f"}, 22),
            (Batches{{"ab", "cd"}, {"e"}, {"longer than it"}, {"f"}}));
}

/// A million bytes of names, where every command line ends at 128 KiB.
TEST(Programs, AnyNumberOfFilesIsHandedOver) {
  TemporaryFolder folder;
  const std::string program = folder.Path().value() + "/magenta-live";
  ASSERT_TRUE(WriteFile(program, "#!/bin/sh\necho $# >>$0.counts\n").ok());
  ASSERT_EQ(::chmod(program.c_str(), 0700), 0);
  const std::vector<std::string> files(10000, std::string(100, 'x'));
  const auto run = [&] {
    const rlimit small = {512 << 10, 512 << 10};
    ::setrlimit(RLIMIT_STACK, &small);
    ::setenv("PATH", (folder.Path().value() + ":/bin:/usr/bin").c_str(), 1);
    const absl::Status status = RunProgramOnFiles(Program::kLive, {"render", "--"}, files);
    std::fputs(std::string(status.message()).c_str(), stderr);
    std::_Exit(status.ok() ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
  std::ifstream counts(program + ".counts");
  size_t all = 0, runs = 0;
  for (size_t count = 0; counts >> count; ++runs) all += count - 2;
  EXPECT_EQ(all, files.size());
  EXPECT_GT(runs, 8u);
}

TEST(Main, Version) {
  const Printed version = RunMain({"magenta", "version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out.substr(0, 8), "magenta ");
  EXPECT_EQ(RunMain({"magenta", "--version"}).out, version.out);
  const Printed json = RunMain({"magenta", "version", "--json"});
  EXPECT_EQ(json.out, "{\"version\": \"" + version.out.substr(8, version.out.size() - 9) + "\"}\n");
  EXPECT_EQ(RunMain({"magenta", "--version", "--json"}).out, json.out);
  EXPECT_EQ(RunMain({"magenta", "version", "now"}).status, 2);
}

TEST(Main, AModelOutsideTheTree) {
  std::vector<ModelSpec> extra = {BuiltInModels()[0]};
  extra[0].id = "echo_rnn";
  extra[0].description = "Says what it heard";
  const Printed listed = RunMain({"magenta", "models", "echo_rnn"}, extra);
  EXPECT_EQ(listed.status, 0);
  EXPECT_NE(listed.out.find("Says what it heard"), std::string::npos);
  const Printed generated =
      RunMain({"magenta", "generate", "--config=echo_rnn", "--output_dir=/proc/none"}, extra);
  EXPECT_EQ(generated.status, 2);
  EXPECT_NE(generated.err.find("no pre-trained weights of echo_rnn"), std::string::npos);
  const Printed unknown = RunMain({"magenta", "models", "ohce_rnn"}, extra);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("echo_rnn"), std::string::npos);
}

}  // namespace
}  // namespace magenta::cli
