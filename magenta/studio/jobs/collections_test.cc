#include "magenta/studio/jobs/collections.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

class CollectionsTest : public testing::Test {
 protected:
  void SetUp() override { root_ = *folder_.Path(); }
  TemporaryFolder folder_;
  std::string root_;
};

TEST_F(CollectionsTest, FilesAreNamedByWhatTheyAre) {
  DiskRoom room(root_, 1 << 20);
  Collections collections(root_ + "/collections", {}, room);
  const std::string id = *collections.Create();
  const std::pair<const char*, std::string> files[] = {
      {"../../a.abc", std::string("MThd\0\0\0\6\0\0\0\1\0\x60", 14)},
      {"", "X:1\nT:Tune\nK:C\nCDEF|\n"},
      {"b.mid", "no music"},
      {"c", "<?xml version=\"1.0\"?><score-partwise/>"},
  };
  for (const auto& [name, bytes] : files)
    ASSERT_TRUE(collections.Add(id, name, bytes).ok()) << name;
  EXPECT_EQ(*collections.NamesOf(id),
            (std::map<std::string, std::string>{{"0001.mid", "../../a.abc"},
                                                {"0002.abc", "0002.abc"},
                                                {"0003.unknown", "b.mid"},
                                                {"0004.musicxml", "c"}}));
  // A server that is started again finds them, though its last words were cut off.
  std::ofstream(root_ + "/collections/" + id + "/names.jsonl", std::ios::app) << "{\"fil";
  Collections again(root_ + "/collections", {}, room);
  EXPECT_EQ(again.SizeOf(id)->files, 4);
  EXPECT_EQ(again.NamesOf(id)->at("0001.mid"), "../../a.abc");
  EXPECT_EQ(again.Add(id, "d", "x")->files, 5);
  EXPECT_EQ(again.NamesOf(id)->at("0005.unknown"), "d");
  // What it was writing when it was killed is nobody's file.
  std::ofstream(again.FilesOf(id) + "/0006.mid.magenta-tmp-a1B2c3") << "MTh";
  EXPECT_EQ(again.NamesOf(id)->size(), 5u);
}

TEST_F(CollectionsTest, LimitsLeaveTheOthers) {
  DiskRoom room(root_, 1 << 20);
  Collections collections(root_, {.files = 3, .file_bytes = 10, .bytes = 20}, room);
  const std::string id = *collections.Create();
  ASSERT_TRUE(collections.Add(id, "a", "0123456789").ok());
  EXPECT_EQ(collections.Add(id, "b", "0123456789a").status().code(),
            absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(collections.Add(id, "c", "01234").ok());
  EXPECT_EQ(collections.Add(id, "d", "012345").status().code(),
            absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(collections.Add(id, "e", "01234").ok());
  EXPECT_EQ(collections.Add(id, "f", "").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(collections.SizeOf(id)->files, 3);
  EXPECT_EQ(collections.SizeOf(id)->bytes, 20);
}

TEST_F(CollectionsTest, TheFolderAsAWholeHasALimit) {
  DiskRoom room(root_, 1000);
  Collections collections(root_, {}, room);
  const std::string id = *collections.Create();
  ASSERT_TRUE(collections.Add(id, "a", std::string(600, 'x')).ok());
  const absl::Status full = collections.Add(id, "b", std::string(600, 'x')).status();
  EXPECT_EQ(full.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(ErrorRemedy(full).find("Delete"), std::string::npos) << full;
  const std::string other = *collections.Create();
  ASSERT_TRUE(collections.Remove(id).ok());
  EXPECT_TRUE(collections.Add(other, "b", std::string(600, 'x')).ok());
}

TEST_F(CollectionsTest, NoPathLeadsOut) {
  DiskRoom room(root_, 1 << 20);
  fs::create_directories(root_ + "/outside/files");
  Collections collections(root_ + "/collections", {}, room);
  for (const std::string id : {"../outside", "..", "", "0123456789ab", "/etc"}) {
    EXPECT_EQ(collections.Add(id, "a", "x").status().code(), absl::StatusCode::kNotFound) << id;
    EXPECT_EQ(collections.Remove(id).code(), absl::StatusCode::kNotFound) << id;
  }
  EXPECT_TRUE(fs::is_empty(root_ + "/outside/files"));
}

TEST_F(CollectionsTest, OldOnesThatNobodyUsesGo) {
  DiskRoom room(root_, 1 << 20);
  Collections collections(root_, {}, room);
  const std::string fresh = *collections.Create(), old = *collections.Create(),
                    used = *collections.Create();
  for (const std::string& id : {old, used}) {
    fs::last_write_time(collections.FilesOf(id),
                        fs::file_time_type::clock::now() - std::chrono::hours(25));
  }
  collections.RemoveOld({used});
  EXPECT_TRUE(collections.SizeOf(fresh).ok());
  EXPECT_TRUE(collections.SizeOf(used).ok());
  EXPECT_FALSE(collections.SizeOf(old).ok());
}

TEST_F(CollectionsTest, WhatCantBeNamedIsNotKept) {
  DiskRoom room(root_, 1 << 20);
  Collections collections(root_, {}, room);
  const std::string id = *collections.Create();
  fs::create_directory(root_ + "/" + id + "/names.jsonl");
  EXPECT_EQ(collections.Add(id, "a", "x").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(collections.SizeOf(id)->files, 0);
  EXPECT_EQ(collections.SizeOf(id)->bytes, 0);
  EXPECT_TRUE(fs::is_empty(collections.FilesOf(id)));
}

}  // namespace
}  // namespace magenta
