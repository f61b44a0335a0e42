#include "magenta/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace magenta {
namespace {

using std::string_view_literals::operator""sv;

struct Row {
  const char* name;
  std::string_view bytes;
  std::string_view text;
};

const std::vector<Row> kRows = {
    {"nothing", "", ""},
    {"ASCII", "Flute 1", "Flute 1"},
    {"NUL stays", "a\0b"sv, "a\0b"sv},
    {"UTF-8", "メロディ", "メロディ"},
    {"UTF-8 of four bytes", "\xF0\x9D\x84\x9E", "\xF0\x9D\x84\x9E"},
    {"Latin-1", "Fl\xF6te", "Flöte"},
    {"Latin-1 to the last", "\xFF", "ÿ"},
    {"UTF-8 that is cut is Latin-1", "\xE3\x83", "ã\xC2\x83"},
    {"overlong is Latin-1", "\xC0\xAF", "À¯"},
    {"a surrogate is Latin-1", "\xED\xA0\x80", "í\xC2\xA0\xC2\x80"},
    {"past U+10FFFF is Latin-1", "\xF4\x90\x80\x80", "ô\xC2\x90\xC2\x80\xC2\x80"},
    {"UTF-16, little end first", "\xFF\xFEX\0:\0\xE9\0"sv, "X:é"},
    {"UTF-16, big end first", "\xFE\xFF\0X\0:\x30\xE1"sv, "X:メ"},
    {"UTF-16, a pair", "\xFE\xFF\xD8\x34\xDD\x1E"sv, "\xF0\x9D\x84\x9E"},
    {"UTF-16, half pairs", "\xFE\xFF\xD8\x34\0a\xDD\x1E\xD8\x34"sv, "�a��"},
    {"UTF-16, half a unit", "\xFF\xFEX\0:"sv, "X�"},
    {"UTF-16 of nothing", "\xFF\xFE"sv, ""},
};

TEST(ToUtf8, MakesAnyBytesUtf8) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const std::string text = ToUtf8(row.bytes);
    EXPECT_EQ(text, row.text);
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_EQ(ToUtf8(text), text);
    EXPECT_LE(text.size(), 2 * row.bytes.size());
  }
}

TEST(ToUtf8, OfAnyTwoBytesIsUtf8) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string bytes = {static_cast<char>(a), static_cast<char>(b)};
      ASSERT_TRUE(IsUtf8(ToUtf8(bytes))) << a << " " << b;
      ASSERT_EQ(IsUtf8(bytes), ValidUtf8(bytes) == bytes) << a << " " << b;
    }
  }
}

TEST(ValidUtf8, ReplacesWhatIsNone) {
  EXPECT_EQ(ValidUtf8("Fl\xF6te"), "Fl�te");
  EXPECT_EQ(ValidUtf8("メ\xE3\x83"), "メ��");
  EXPECT_EQ(ValidUtf8("caf\xC3\xA9 \xE2\x99\xAA \xF0\x9F\x8E\xB5"), "café ♪ 🎵");
  EXPECT_EQ(ValidUtf8("\xC0\x80\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(ValidUtf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Counted, OneOrMany) {
  EXPECT_EQ(Counted(1, "note"), "1 note");
  EXPECT_EQ(Counted(0, "note"), "0 notes");
  EXPECT_EQ(Counted(2, "note"), "2 notes");
  EXPECT_EQ(Counted(1, "pitch", "pitches"), "1 pitch");
  EXPECT_EQ(Counted(3, "pitch", "pitches"), "3 pitches");
}

}  // namespace
}  // namespace magenta
