#include "magenta/pipeline/input_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/pipeline/pipeline_test_util.h"

namespace magenta {
namespace {

/// "a.mid b/ (unreadable_folder: ...)": what the walk gives, in order.
std::string Walk(const std::string& folder, bool recursive) {
  absl::StatusOr<FolderWalker> walker = FolderWalker::Open(folder, recursive);
  if (!walker.ok()) return ErrorMessage(walker.status());
  std::string dump;
  while (const std::optional<FoundFile> found = walker->Next()) {
    dump += (dump.empty() ? "" : " ") + found->path;
    if (!found->reason.empty()) dump += " (" + found->reason + ": " + found->detail + ")";
  }
  return dump;
}

TEST(FolderWalkerTest, WalksInTheOrderOfTheBytesOfPaths) {
  TempFolder folder;
  for (const char* name :
       {"b.mid", "a.mid", "a/z.mid", "a-1.mid", "a/b/c.mid", "a0.mid", "B.mid", "a/b-.mid"}) {
    folder.Write(name, "x");
  }
  EXPECT_EQ(Walk(folder.path(), false), "B.mid a-1.mid a.mid a0.mid b.mid");
  EXPECT_EQ(Walk(folder.path() + "/", true),
            "B.mid a-1.mid a.mid a/b-.mid a/b/c.mid a/z.mid a0.mid b.mid");
}

TEST(FolderWalkerTest, SaysWhatCannotBeReadAndFollowsNoLinkToAFolder) {
  TempFolder folder;
  folder.Write("in/real.mid", "x");
  std::filesystem::create_symlink("real.mid", folder.Path("in/file.mid"));
  std::filesystem::create_symlink("gone.mid", folder.Path("in/lost.mid"));
  std::filesystem::create_directory_symlink(folder.path(), folder.Path("in/loop"));
  ASSERT_EQ(::mkfifo(folder.Path("in/pipe.mid").c_str(), 0600), 0);
  EXPECT_EQ(Walk(folder.Path("in"), true),
            "file.mid loop (not_a_file: a link to a folder, not followed) "
            "lost.mid (not_a_file: a link to nothing) "
            "pipe.mid (not_a_file: a pipe, a socket or a device) real.mid");
}

TEST(FolderWalkerTest, AnUnreadableFolderIsSaid) {
  TempFolder folder;
  const uid_t user = ::geteuid();
  folder.Write("shut/a.mid", "x");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(folder.Path("shut").c_str(), 0);
  ASSERT_EQ(::seteuid(user == 0 ? 65534 : user), 0);  // root reads every folder
  EXPECT_EQ(Walk(folder.path(), true), "shut/ (unreadable_folder: cannot list: Permission denied)");
  EXPECT_EQ(Walk(folder.Path("shut"), true), "cannot list: Permission denied");
  ASSERT_EQ(::seteuid(user), 0);
  ::chmod(folder.Path("shut").c_str(), 0700);
}

TEST(FolderWalkerTest, RefusesWhatIsNoFolder) {
  TempFolder folder;
  folder.Write("a.mid", "x");
  EXPECT_EQ(Walk(folder.Path("none"), true), "there is no such folder");
  EXPECT_EQ(Walk(folder.Path("a.mid"), true), "is a file, not a folder");
  EXPECT_EQ(ExitStatus(FolderWalker::Open(folder.Path("none"), true).status()), 3);
}

}  // namespace
}  // namespace magenta
