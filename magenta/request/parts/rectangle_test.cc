#include "magenta/request/parts/rectangle.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

std::string Dump(std::string_view text) {
  const auto rectangles = ParseRectangles("fill", text);
  if (!rectangles.ok()) return ErrorLine(rectangles.status());
  std::string dump;
  for (const Rectangle& r : *rectangles) {
    dump += fmt::format("[{} {} {}]", r.first_bar, r.last_bar, fmt::join(r.parts, "|"));
  }
  return dump;
}

TEST(RectangleTest, BarsAndParts) {
  EXPECT_EQ(Dump("5"), "[5 5 ]");
  EXPECT_EQ(Dump("5-8"), "[5 8 ]");
  EXPECT_EQ(Dump("0-1:2"), "[0 1 2]");
  EXPECT_EQ(Dump("5-8:alto,9:2"), "[5 8 alto][9 9 2]");
  EXPECT_EQ(Dump(" 5-8 : alto + second violin , 9"), "[5 8 alto|second violin][9 9 ]");
}

TEST(RectangleTest, WhatIsNone) {
  for (const char* text : {"", ",", "5,", "alto", "8-5", "-3", "5-", "5:", "5:a+", "5-8-9", "1.5",
                           "99999999999", "5 6"}) {
    EXPECT_NE(Dump(text).find("is no bars of parts"), std::string::npos) << text;
    EXPECT_EQ(ExitStatus(ParseRectangles("fill", text).status()), 2) << text;
  }
}

TEST(RectangleTest, BarsText) {
  EXPECT_EQ(BarsText(5, 5), "bar 5");
  EXPECT_EQ(BarsText(5, 8), "bars 5 to 8");
}

}  // namespace
}  // namespace magenta
