#include "magenta/cli/cli.h"

#include <gtest/gtest.h>

#include <vector>

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
  EXPECT_EQ(RunMain({"magenta"}).status, 2);
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
