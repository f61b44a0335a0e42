#include "magenta/base/nearest.h"

#include <gtest/gtest.h>

namespace magenta {
namespace {

TEST(Nearest, Distance) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("genrate", "generate"), 1);
  EXPECT_EQ(EditDistance("ganerate", "generate"), 1);
  EXPECT_EQ(EditDistance("egnerate", "generate"), 1);  // a swap
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(Nearest, Name) {
  const std::string names[] = {"convert", "dataset", "generate", "num_outputs", "num_steps"};
  const struct {
    const char* typed;
    const char* nearest;
  } rows[] = {{"genrate", "generate"},
              {"gen", "generate"},
              {"datasets", "dataset"},
              {"num_output", "num_outputs"},
              {"numsteps", "num_steps"},
              {"xyzzy", ""},
              {"", ""},
              {"generate", "generate"}};
  for (const auto& row : rows) EXPECT_EQ(NearestName(row.typed, names), row.nearest) << row.typed;
}

}  // namespace
}  // namespace magenta
