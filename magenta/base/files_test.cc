#include "magenta/base/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "magenta-files-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  size_t FilesInFolder() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }
  fs::path folder_;
};

TEST_F(FilesTest, WhatIsWrittenIsReadAgain) {
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(WriteFile(Path("new/folder/x"), bytes).ok());
  EXPECT_EQ(ReadFile(Path("new/folder/x")).value(), bytes);
}

TEST_F(FilesTest, ATemporaryFolderGoesWithItsContents) {
  std::string path;
  {
    TemporaryFolder folder;
    path = folder.Path().value();
    EXPECT_EQ(folder.Path().value(), path);
    ASSERT_TRUE(WriteFile(path + "/below/x", "x").ok());
  }
  EXPECT_FALSE(fs::exists(path));
  { const TemporaryFolder never_made; }
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ASSERT_EQ(::setenv("TMPDIR", "/proc", 1), 0);  // a folder in which none can be made
  EXPECT_EQ(ExitStatus(TemporaryFolder().Path().status()), 5);
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}

TEST_F(FilesTest, AnOutputThatIsNotCommittedLeavesNothing) {
  ASSERT_TRUE(WriteFile(Path("x"), "old").ok());
  {
    auto file = OutputFile::Create(Path("x"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Write("half").ok());
  }
  EXPECT_EQ(ReadFile(Path("x")).value(), "old");
  EXPECT_EQ(FilesInFolder(), 1u);
}

TEST_F(FilesTest, NamesMayBeAsLongAsTheDiskTakes) {
  for (const size_t bytes : {200, 236, 237, 254, 255}) {
    const std::string name(bytes, 'n');
    ASSERT_TRUE(WriteFile(Path(name), "x").ok()) << bytes;
    EXPECT_EQ(ReadFile(Path(name)).value(), "x") << bytes;
  }
  std::string long_text;  // cut between two characters of two bytes
  while (long_text.size() < 254) long_text += "\u00e9";
  EXPECT_TRUE(WriteFile(Path(long_text), "x").ok());
  EXPECT_EQ(FilesInFolder(), 6u);
  const absl::Status status = WriteFile(Path(std::string(256, 'n')), "x");
  EXPECT_EQ(ExitStatus(status), 5);
  EXPECT_EQ(ErrorRemedy(status), "Choose a shorter name");
  EXPECT_EQ(FilesInFolder(), 6u);
}

TEST_F(FilesTest, FoldersMadeForNothingGoAgain) {
  { ASSERT_TRUE(OutputFile::Create(Path("new/folder/x")).ok()); }
  EXPECT_EQ(FilesInFolder(), 0u);
  fs::create_directory(Path("old"));
  { ASSERT_TRUE(OutputFolder::Make(Path("old/new/")).ok()); }
  EXPECT_EQ(FilesInFolder(), 1u);
  EXPECT_TRUE(fs::is_empty(Path("old")));
}

TEST_F(FilesTest, WhatAKilledRunLeftGoesWithTheNext) {
  const std::string killed = Path("x.magenta-tmp-a1B2c3"), young = Path("y.magenta-tmp-a1B2c3");
  const std::string others[] = {Path("x.tmp-a1B2c3"), Path("x.magenta-tmp-"), Path("x")};
  for (const std::string& path : {killed, others[0], others[1], others[2]}) {
    std::ofstream(path) << "half";
    const timeval old[2] = {{1000, 0}, {1000, 0}};
    ASSERT_EQ(utimes(path.c_str(), old), 0);
  }
  std::ofstream(young) << "half";
  ASSERT_TRUE(WriteFile(Path("new"), "").ok());
  EXPECT_FALSE(fs::exists(killed));
  EXPECT_TRUE(fs::exists(young));
  for (const std::string& path : others) EXPECT_TRUE(fs::exists(path)) << path;
}

TEST_F(FilesTest, AFullDiskIsAnErrorThatNamesTheFileAndKeepsTheOldOne) {
  ASSERT_TRUE(WriteFile(Path("x"), "old").ok());
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const absl::Status status = WriteFile(Path("x"), std::string(1 << 20, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(ExitStatus(status), 5);
  EXPECT_EQ(ErrorFile(status), Path("x"));
  EXPECT_EQ(ReadFile(Path("x")).value(), "old");
  EXPECT_EQ(FilesInFolder(), 1u);
}

TEST_F(FilesTest, DevicesAndPipesAreNeverReplaced) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ExitStatus(WriteFile(Path("pipe"), "x")), 5);
  EXPECT_TRUE(fs::is_fifo(Path("pipe")));
  EXPECT_EQ(FilesInFolder(), 1u);
}

TEST_F(FilesTest, ALinkStaysAndItsTargetIsReplaced) {
  ASSERT_TRUE(WriteFile(Path("target"), "old").ok());
  fs::create_symlink("target", Path("link"));
  ASSERT_TRUE(WriteFile(Path("link"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(ReadFile(Path("target")).value(), "new");
}

TEST_F(FilesTest, ErrorsNameTheFileAndDecideTheExitStatus) {
  struct Row {
    std::string path;
    int exit_status;
  };
  const Row rows[] = {{Path("missing"), 3}, {folder_.string(), 3}};
  for (const Row& row : rows) {
    const absl::Status status = ReadFile(row.path).status();
    EXPECT_EQ(ExitStatus(status), row.exit_status) << row.path;
    EXPECT_EQ(ErrorFile(status), row.path);
  }
  EXPECT_EQ(ExitStatus(WriteFile(folder_.string(), "x")), 5);
  EXPECT_EQ(ExitStatus(WriteFile("/proc/no/such", "x")), 5);
  EXPECT_EQ(ExitStatus(WriteFile("", "x")), 2);
  EXPECT_EQ(ExitStatus(ListFiles(Path("missing"), false).status()), 3);
}

TEST_F(FilesTest, ATooLargeFileIsRefusedBeforeItIsRead) {
  ASSERT_TRUE(WriteFile(Path("x"), "12345").ok());
  EXPECT_TRUE(ReadFile(Path("x"), 5).ok());
  EXPECT_EQ(ExitStatus(ReadFile(Path("x"), 4).status()), 3);
  EXPECT_EQ(ExitStatus(ReadFile("/dev/zero", 1 << 20).status()), 3);
  for (const absl::Status& status :
       {ReadFile(Path("x"), 4).status(), ReadFile("/dev/zero", 1 << 20).status()}) {
    EXPECT_EQ(ErrorRemedy(status), "Name a smaller file");
  }
}

TEST_F(FilesTest, FilesAreListedInByteOrder) {
  for (const char* name : {"b.mid", "a/z.mid", "B.mid", "a.mid"}) {
    ASSERT_TRUE(WriteFile(Path(name), "").ok());
  }
  fs::create_directory_symlink(folder_ / "a", folder_ / "link");
  EXPECT_EQ(ListFiles(folder_.string(), true).value(),
            (std::vector<std::string>{"B.mid", "a.mid", "a/z.mid", "b.mid"}));
  EXPECT_EQ(ListFiles(folder_.string(), false).value(),
            (std::vector<std::string>{"B.mid", "a.mid", "b.mid"}));
}

}  // namespace
}  // namespace magenta
