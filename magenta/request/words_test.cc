#include "magenta/request/words.h"

#include <gtest/gtest.h>

namespace magenta {
namespace {

using Words = std::vector<std::string_view>;

TEST(Words, LieBetweenSeparators) {
  EXPECT_EQ(WordsOf("alto", ','), Words{"alto"});
  EXPECT_EQ(WordsOf(" alto, first violin ,", ','), (Words{"alto", "first violin", ""}));
  EXPECT_EQ(WordsOf("", ','), Words{""});
  EXPECT_EQ(WordsOf(" , ", ','), (Words{"", ""}));
}

TEST(Words, InLowerCase) { EXPECT_EQ(InLowerCase("Alto 2, Ä"), "alto 2, Ä"); }

}  // namespace
}  // namespace magenta
