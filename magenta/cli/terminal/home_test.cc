#include "magenta/cli/terminal/home.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "magenta/cli/terminal/flags.h"

namespace magenta::cli {
namespace {

class HomeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* home = std::getenv("HOME")) before_ = home;
    ::setenv("HOME", "/home/me", 1);
  }
  void TearDown() override { ::setenv("HOME", before_.c_str(), 1); }
  std::string before_;
};

TEST_F(HomeTest, ALeadingTildeIsTheHomeFolder) {
  const struct {
    const char *path, *expanded;
  } rows[] = {
      {"~", "/home/me"},
      {"~/tunes", "/home/me/tunes"},
      {"~/", "/home/me/"},
      {"./~", "./~"},
      {"a~/b", "a~/b"},
      {"/~/b", "/~/b"},
      {"", ""},
      {"~no-such-user/x", "~no-such-user/x"},
  };
  for (const auto& row : rows) EXPECT_EQ(ExpandHome(row.path), row.expanded) << row.path;
  EXPECT_EQ(ExpandHomes("~/a,b,~/c"), "/home/me/a,b,/home/me/c");
}

TEST_F(HomeTest, AUsersIsTheSystems) {
  const passwd* root = ::getpwuid(0);
  if (root == nullptr) return;  // a machine without a list of users: nothing to compare with
  const std::string home = root->pw_dir, name = root->pw_name;
  EXPECT_EQ(ExpandHome("~" + name + "/x"), home + "/x");
}

TEST_F(HomeTest, AVariableExpandsIt) {
  const struct {
    const char *path, *expanded;
  } rows[] = {{"~/tunes", "/home/me/tunes"}, {"/a/~", "/a/~"}, {"", ""}};
  for (const auto& row : rows) {
    ::setenv("MAGENTA_HOME_TEST", row.path, 1);
    ExpandHomeIn("MAGENTA_HOME_TEST");
    EXPECT_STREQ(std::getenv("MAGENTA_HOME_TEST"), row.expanded);
  }
  ::unsetenv("MAGENTA_HOME_TEST");
  ExpandHomeIn("MAGENTA_HOME_TEST");
  EXPECT_EQ(std::getenv("MAGENTA_HOME_TEST"), nullptr);
}

TEST_F(HomeTest, FlagsThatTakePathsExpandIt) {
  std::string file, folder, text, port;
  std::vector<std::string> list, ports, files;
  Flags flags("sample");
  flags.Text("file", &file, "").Value("FILE");
  flags.Text("folder", &folder, "").Value("DIR");
  flags.Text("text", &text, "");
  flags.TextList("list", &list, "").Value("FILE");
  flags.TextList("ports", &ports, "").Value("NAME").Path();
  flags.Positional("FILE", &files, "");
  ASSERT_TRUE(flags
                  .Parse({"--file=~/a,~/b", "--folder", "~/tunes", "--text=~/not",
                          "--list=~/c, ~/d", "--ports=~/in.mid", "~/e.mid"})
                  .ok());
  EXPECT_EQ(file, "/home/me/a,/home/me/b");
  EXPECT_EQ(folder, "/home/me/tunes");
  EXPECT_EQ(text, "~/not");
  EXPECT_EQ(list, (std::vector<std::string>{"/home/me/c", "/home/me/d"}));
  EXPECT_EQ(ports, (std::vector<std::string>{"/home/me/in.mid"}));
  EXPECT_EQ(files, (std::vector<std::string>{"/home/me/e.mid"}));
}

}  // namespace
}  // namespace magenta::cli
