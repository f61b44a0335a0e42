#include "magenta/studio/jobs/child_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "magenta/base/status.h"

namespace magenta {
namespace {

ChildProcess Shell(const std::string& script, std::vector<std::string>* lines = nullptr) {
  ChildProcess child;
  child.arguments = {"/bin/sh", "-c", script};
  if (lines != nullptr) {
    child.on_line = [lines](const std::string& line) { lines->push_back(line); };
  }
  return child;
}

TEST(ChildProcess, TellsLinesStatusAndLastWords) {
  std::vector<std::string> lines;
  const auto end = RunChild(Shell("printf 'a\\n\\nb c\\nno end'; echo why >&2; exit 7", &lines));
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "", "b c"}));
  EXPECT_EQ(end->status, 7);
  EXPECT_EQ(end->last_words, "why\n");
  EXPECT_EQ(RunChild(Shell("kill -9 $$"))->status, 128 + 9);
}

TEST(ChildProcess, MuchIsCut) {
  size_t longest = 0;
  ChildProcess child = Shell("head -c 3000000 /dev/zero; echo; head -c 100000 /dev/zero >&2");
  child.on_line = [&](const std::string& line) { longest = std::max(longest, line.size()); };
  const auto end = RunChild(child);
  EXPECT_EQ(longest, size_t{1} << 20);
  EXPECT_EQ(end->last_words.size(), size_t{16} << 10);
}

TEST(ChildProcess, StandsBackAndAlone) {
  std::vector<std::string> lines;
  ChildProcess child = Shell(
      "pwd; nice; cut -d' ' -f6 /proc/$$/stat; echo $$; ls -m /proc/$$/fd; "
      "cut -d' ' -f41 /proc/$$/stat",
      &lines);
  child.folder = "/";
  ASSERT_EQ(RunChild(child)->status, 0);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0], "/");
  EXPECT_EQ(lines[1], "19");
  EXPECT_EQ(lines[2], lines[3]);   // its session is its own
  EXPECT_EQ(lines[4], "0, 1, 2");  // with no pipe of the shell's beside them
  EXPECT_EQ(lines[5], "5");        // SCHED_IDLE
  lines.clear();
  child.nice = 0;
  ASSERT_EQ(RunChild(child)->status, 0);
  EXPECT_EQ(lines[5], "0");
}

TEST(ChildProcess, IsAskedAndThenMadeToEnd) {
  bool stop = false;
  ChildProcess child;
  child.arguments = {"/bin/sh", "-c",
                     "trap 'echo asked; exit 130' TERM; echo up; while :; do sleep 0.01; done"};
  std::vector<std::string> lines;
  child.on_line = [&](const std::string& line) {
    lines.push_back(line);
    stop = true;
  };
  child.stop = [&] { return stop; };
  EXPECT_EQ(RunChild(child)->status, 130);
  EXPECT_EQ(lines.back(), "asked");

  stop = false;
  child.arguments[2] = "trap '' TERM; echo up; while :; do sleep 0.01; done";
  child.seconds_to_end = 0.2;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(RunChild(child)->status, 128 + 9);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(ChildProcess, WhatCantBeStartedIsAnError) {
  ChildProcess child;
  child.arguments = {"/nowhere/magenta"};
  EXPECT_EQ(ExitStatus(RunChild(child).status()), 5);
}

}  // namespace
}  // namespace magenta
