#include "magenta/cli/terminal/flags.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <limits>

#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

/// A verb with a flag of each kind.
struct Sample {
  std::string text = "t";
  bool on = true, off = false;
  int number = 3;
  double real = 0.5;
  double share = 1;
  std::string word;
  std::vector<int> list = {0};
  std::vector<std::string> names = {"mid"};
  std::optional<uint32_t> seed;
  std::vector<std::string> files;

  /// What the flags came to, or the error.
  std::string Parse(const std::vector<std::string>& args) {
    Flags flags("sample");
    flags.Text("text", &text, "");
    flags.Bool("on", &on, "");
    flags.Bool("off", &off, "");
    flags.Text("word", &word, "").NotEmpty().Value("WORD");
    flags.Int("number", &number, "").Range(-10, 10);
    flags.Double("real", &real, "").Range(0);
    flags.Double("share", &share, "").Range(std::numeric_limits<float>::min(), 1);
    flags.IntList("list", &list, "");
    flags.TextList("names", &names, "").Choices({"mid", "wav"});
    flags.OptionalSeed("seed", &seed, "");
    flags.Positional("FILE", &files, "", 0, 2);
    const absl::Status status = flags.Parse(args);
    if (!status.ok()) return ErrorLine(status);
    if (flags.help_wanted()) return "help";
    return fmt::format("{} {} {} {} {} {} {} {} {}", text, on, off, number, real,
                       fmt::join(list, ","), fmt::join(names, ","),
                       seed ? fmt::format("{}", *seed) : "-", fmt::join(files, ","));
  }
};

struct Row {
  std::vector<std::string> args;
  const char* result;
};

TEST(Flags, Accepted) {
  const Row rows[] = {
      {{}, "t true false 3 0.5 0 mid - "},
      {{"--text=a=b", "--text", "c d"}, "c d true false 3 0.5 0 mid - "},
      {{"--text", "--other=3"}, "--other=3 true false 3 0.5 0 mid - "},
      {{"--text", "--"}, "-- true false 3 0.5 0 mid - "},
      {{"--text="}, " true false 3 0.5 0 mid - "},
      {{"--noon", "--off"}, "t false true 3 0.5 0 mid - "},
      {{"--on=false", "--off=True"}, "t false true 3 0.5 0 mid - "},
      {{"--on", "--off", "--nooff"}, "t true false 3 0.5 0 mid - "},
      {{"--number=-10", "--real=+1e2"}, "t true false -10 100 0 mid - "},
      {{"--number", "-7"}, "t true false -7 0.5 0 mid - "},
      {{"--list=-2,0,3"}, "t true false 3 0.5 -2,0,3 mid - "},
      {{"--list=[-2, 0]", "--names=wav,mid"}, "t true false 3 0.5 -2,0 wav,mid - "},
      {{"--seed=4294967295"}, "t true false 3 0.5 0 mid 4294967295 "},
      {{"a", "--off", "b"}, "t true true 3 0.5 0 mid - a,b"},
      {{"--", "--off", "-"}, "t true false 3 0.5 0 mid - --off,-"},
      {{"-", "a"}, "t true false 3 0.5 0 mid - -,a"},
      {{"--numbr=1", "--help"}, "help"},
      {{"-h"}, "help"},
  };
  for (const Row& row : rows) EXPECT_EQ(Sample().Parse(row.args), row.result);
}

TEST(Flags, Refused) {
  const Row rows[] = {
      {{"--numbr=1"}, "unknown flag --numbr of sample. Did you mean --number?"},
      {{"--zzzzzzzz"},
       "unknown flag --zzzzzzzz of sample. `magenta sample --help` lists its flags."},
      {{"-n"}, "unknown flag -n of sample. `magenta sample --help` lists its flags."},
      {{"--nonumber"}, "unknown flag --nonumber of sample. Did you mean --number?"},
      {{"--noon=1"}, "--noon takes no value."},
      {{"--on=maybe"}, "--on=maybe is not true or false."},
      {{"--number"}, "--number needs a value. Type --number=N."},
      {{"--text", "--number=1"}, "--text needs a value. Type --text=TEXT."},
      {{"--text", "--nooff"}, "--text needs a value. Type --text=TEXT."},
      {{"--number=11"}, "--number=11 is not a whole number from -10 to 10."},
      {{"--number=1.5"}, "--number=1.5 is not a whole number from -10 to 10."},
      {{"--number="}, "--number= is not a whole number from -10 to 10."},
      {{"--number=99999999999"}, "--number=99999999999 is not a whole number from -10 to 10."},
      {{"--real=nan"}, "--real=nan is not a number, at least 0."},
      {{"--real=inf"}, "--real=inf is not a number, at least 0."},
      {{"--real=-0.1"}, "--real=-0.1 is not a number, at least 0."},
      {{"--word="}, "--word is empty. Type --word=WORD."},
      {{"--share=0"}, "--share=0 is not a number above 0, up to 1."},
      {{"--list=1,,2"}, "--list=1,,2 is not whole numbers by commas."},
      {{"--list="}, "--list= is not whole numbers by commas."},
      {{"--names=ogg"}, "--names=ogg is not one of mid, wav."},
      {{"--seed=-1"}, "--seed=-1 is not a whole number from 0 to 4294967295."},
      {{"a", "b", "c"}, "sample takes no \"c\". usage: magenta sample [flags]."},
  };
  for (const Row& row : rows) EXPECT_EQ(Sample().Parse(row.args), row.result);
}

TEST(Flags, RequiredAndGiven) {
  std::string text;
  Flags flags("sample");
  flags.Text("name", &text, "").Required();
  EXPECT_EQ(ErrorLine(flags.Parse({})),
            "sample needs --name. `magenta sample --help` shows examples.");
  EXPECT_FALSE(flags.Given("name"));
  EXPECT_EQ(ErrorLine(flags.Parse({"--name="})), "--name is empty. Type --name=TEXT.");
  EXPECT_EQ(ErrorLine(flags.Parse({"--name=x", "--name", ""})),
            "--name is empty. Type --name=TEXT.");
  EXPECT_TRUE(flags.Parse({"--name=", "--name=x"}).ok());
  EXPECT_TRUE(flags.Given("name"));
}

}  // namespace
}  // namespace magenta::cli
