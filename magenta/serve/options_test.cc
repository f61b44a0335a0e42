#include "magenta/serve/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace magenta {
namespace {

TEST(Options, Tokens) {
  const struct {
    const char *token, *given;
    bool same;
  } rows[] = {{"abc", "abc", true}, {"abc", "abd", false}, {"abc", "ab", false},
              {"abc", "", false},   {"", "", true},        {"abc", "abcabc", false},
              {"", "a", false}};
  for (const auto& row : rows) EXPECT_EQ(SameToken(row.token, row.given), row.same) << row.given;
}

/// The least of some times, in seconds, that telling `given` from `token` takes.
double TimeToTell(const std::string& token, const std::string& given) {
  double least = 1e9;
  for (int i = 0; i < 9; ++i) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(SameToken(token, given));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    least = std::min(least, took.count());
  }
  return least;
}

TEST(Options, TheTimeDoesNotTellWhereTokensDiffer) {
  const std::string token(1 << 20, 'x');
  std::string first = token, last = token;
  first.front() = 'y';
  last.back() = 'y';
  // A comparison that stops at the first difference is a hundred thousand times faster there.
  EXPECT_GT(TimeToTell(token, first), 0.3 * TimeToTell(token, last));
  EXPECT_GT(TimeToTell(token, std::string(1 << 20, 'z')), 0.3 * TimeToTell(token, last));
}

}  // namespace
}  // namespace magenta
