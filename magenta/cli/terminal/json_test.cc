#include "magenta/cli/terminal/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace magenta::cli {
namespace {

TEST(Json, Values) {
  EXPECT_EQ(Json().Text(), "null");
  EXPECT_EQ(Json(true).Text(), "true");
  EXPECT_EQ(Json(-3).Text(), "-3");
  EXPECT_EQ(Json(int64_t{1} << 60).Text(), "1152921504606846976");
  EXPECT_EQ(Json(0.1).Text(), "0.1");
  EXPECT_EQ(Json(1.0).Text(), "1");
  EXPECT_EQ(Json(1.0 / 3).Text(), "0.3333333333333333");
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).Text(), "null");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).Text(), "null");
}

TEST(Json, Text) {
  EXPECT_EQ(Json("a\"b\\c\n\t\x01").Text(), "\"a\\\"b\\\\c\\n\\u0009\\u0001\"");
  EXPECT_EQ(Json("\xc3\xa4 \xf0\x9f\x8e\xb5").Text(), "\"\xc3\xa4 \xf0\x9f\x8e\xb5\"");
  // Bytes that are no UTF-8: alone, overlong, a surrogate, cut.
  EXPECT_EQ(Json("\xff").Text(), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(Json("\xc0\x80").Text(), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(Json("\xed\xa0\x80").Text(), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(Json("\xe2\x82").Text(), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(Json, Nested) {
  Json list = Json::Array().Add(1).Add("x");
  list.Add(Json::Object());
  EXPECT_EQ(Json::Object().Set("b", list).Set("a", Json()).Text(),
            "{\"b\": [1, \"x\", {}], \"a\": null}");
}

}  // namespace
}  // namespace magenta::cli
