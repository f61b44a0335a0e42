#include "magenta/io/score/play_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace magenta {
namespace {

/// A sign by its word: "|:" ":|" ":|x3" ":|*" (after jumps, too) "[1,2" "]" "segno" "coda" "tocoda"
/// "fine" "dc" "ds" "(+)" (a bare coda sign), and after a jump "/c" (al coda), "/f" (al fine), "/r"
/// (with repeats) or "=name".
PlaySign SignOf(std::string word, int64_t position) {
  PlaySign sign;
  sign.position = sign.leave_position = position;
  if (const size_t name = word.find('='); name != std::string::npos) {
    sign.name = word.substr(name + 1);
    word.resize(name);
  }
  if (const size_t goal = word.find('/'); goal != std::string::npos) {
    sign.goal = word[goal + 1] == 'c'   ? PlaySign::kToTheCoda
                : word[goal + 1] == 'f' ? PlaySign::kToFine
                                        : PlaySign::kAny;
    sign.after_jump = word[goal + 1] == 'r';
    word.resize(goal);
  }
  if (word.rfind(":|", 0) == 0) {
    sign.kind = PlaySign::kRepeatEnd;
    if (word.size() > 2 && word[2] == 'x') sign.times = std::stoi(word.substr(3));
    sign.after_jump = word == ":|*";
  } else if (word[0] == '[') {
    sign.kind = PlaySign::kEndingStart;
    for (const char c : word) {
      if (c >= '0' && c <= '9') sign.passes.push_back(c - '0');
    }
  } else {
    sign.kind = word == "|:"       ? PlaySign::kRepeatStart
                : word == "]"      ? PlaySign::kEndingStop
                : word == "segno"  ? PlaySign::kSegno
                : word == "coda"   ? PlaySign::kCoda
                : word == "tocoda" ? PlaySign::kToCoda
                : word == "fine"   ? PlaySign::kFine
                : word == "dc"     ? PlaySign::kDaCapo
                : word == "ds"     ? PlaySign::kDalSegno
                                   : PlaySign::kCodaSign;
  }
  return sign;
}

/// A score whose measures are capital letters, as it is played: "A |: B :|" is "ABB".
std::string Played(const std::string& score, std::string* warnings = nullptr) {
  std::vector<PlaySign> signs;
  std::string measures;
  std::istringstream words(score);
  for (std::string word; words >> word;) {
    if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z') {
      measures += word;
    } else {
      signs.push_back(SignOf(word, static_cast<int64_t>(measures.size())));
    }
  }
  const ScoreForm form = BuildPlayOrder(signs, static_cast<int64_t>(measures.size()));
  for (const std::string& warning : form.warnings) {
    if (warnings != nullptr) *warnings += warning;
  }
  if (form.groups.empty()) return measures;
  std::string played;
  for (const ScoreForm::Group& group : form.groups) {
    for (int time = 0; time < group.times; ++time) {
      for (const int section : group.sections) {
        const auto last = static_cast<size_t>(section) + 1 < form.starts.size()
                              ? form.starts[static_cast<size_t>(section) + 1]
                              : static_cast<int64_t>(measures.size());
        const auto first = form.starts[static_cast<size_t>(section)];
        played += measures.substr(static_cast<size_t>(first), static_cast<size_t>(last - first));
      }
    }
  }
  return played;
}

struct PlayRow {
  const char* score;
  const char* played;
};

constexpr PlayRow kRepeats[] = {
    {"A B", "AB"},
    {"|: A :| B", "AAB"},
    {"A |: B :| C", "ABBC"},
    {"|: A :|x3 B", "AAAB"},
    {"|: A :|x1 B", "AB"},
    // Without an opening sign: from the start, or from where the repeat before it ended.
    {"A B :| C", "ABABC"},
    {"A :| B :| C", "AABBC"},
    {"|: A :| B :| C", "AABBC"},
    // Opened and not closed; opened twice; one within the other.
    {"A |: B C", "ABC"},
    {"|: A |: B :| C", "ABBC"},
    {"|: A |: B :| C :| D", "ABBCABBCD"},
    // Each part of a score repeats the signs.
    {"|: |: A :| :|x3 B", "AAAB"},
};

constexpr PlayRow kEndings[] = {
    {"|: A [1 B ] :| [2 C ] D", "ABACD"},
    {"|: A [1,2 B ] :| [3 C ]", "ABABAC"},
    {"|: A [1,3 B ] :| [2,4 C ] :| D", "ABACABACD"},
    {"|: A [1 B ] :| [2 C ] :| [3 D ]", "ABACAD"},
    // The last ending goes without a bracket, or closes with a sign of its own.
    {"|: A [1 B ] :| C D", "ABACD"},
    {"|: A [1,2 B ] :| C", "ABABAC"},
    {"|: A [1 B ] :| [2 C ] :| D", "ABACD"},
    // Brackets without numbers, without ends, or without any repeat.
    {"|: A [ B ] :| [ C ]", "ABAC"},
    {"|: A [1 B :| [2 C D", "ABACD"},
    {"A [2 B ] C", "ABC"},
    // Two repeats with endings behind one another, with and without opening signs.
    {"|: A [1 B ] :| [2 C ] |: D [1 E ] :| [2 F ]", "ABACDEDF"},
    {"A [1 B ] :| [2 C ] D [1 E ] :| [2 F ]", "ABACDEDF"},
    // Without a sign to go back, or with one at the last ending alone.
    {"|: A [1 B ] [2 C ] D", "ABACD"},
    {"|: A [1 B ] [2 C ] :| D", "ABACD"},
    // A bracket over the first of its measures.
    {"|: A [1 B ] C :| [2 D ] E", "ABCADE"},
    {"|: A [1,2 B ] C :| [3 D ] E", "ABCABCADE"},
    {"|: A [1 B ] :| [2 C ] D :| [3 E ] F", "ABACDAEF"},
    // A number that is left out.
    {"|: A [1 B ] :| [3 C ] D", "ABACD"},
    {"|: A [2 B ] :| [4 C ] :| D", "ABACD"},
    // More measures in a bracket; times that say the same.
    {"|: A [1 B C ] :|x2 [2 D E ]", "ABCADE"},
    {"|: A B [1,2 C ] :|x3 [3 D ]", "ABCABCABD"},
};

constexpr PlayRow kJumps[] = {
    {"A B dc", "ABAB"},
    {"A fine B dc", "ABA"},
    {"A fine B dc/f C", "ABA"},
    {"A segno B ds", "ABB"},
    {"A segno B fine C ds/f", "ABCB"},
    {"A segno B tocoda C ds coda D", "ABCBD"},
    {"A tocoda B dc/c coda C", "ABAC"},
    // A coda that ends on fine; fine is passed where the jump asks for the coda, and the other way.
    {"A fine B tocoda C dc/c coda D", "ABCABD"},
    {"A tocoda B fine C dc/f coda D", "ABCAB"},
    // Repeats are not played again after the jump, unless they say so; the last ending is.
    {"|: A :| B fine C dc", "AABCAB"},
    {"|: A :| B dc/r", "AABAAB"},
    {"|: A :|* B dc", "AABAAB"},
    {"|: A [1 B ] :| [2 C ] fine D dc", "ABACDAC"},
    {"|: A [1 B ] :| C fine D dc", "ABACDAC"},
    {"A segno B [1 C ] ds [2 D ]", "ABCBD"},
    // Repeats of the coda are its own; a jump at a repeat's end comes after it.
    {"A tocoda B dc coda |: C :|", "ABACC"},
    {"|: A B :| dc fine", "ABABAB"},
    {"|: A fine B :| dc", "ABABA"},
    // Two jumps with names; a segno is the one before the jump.
    {"segno=a A B ds=a segno=b C ds=b D", "ABABCCD"},
    {"segno A segno B ds C", "ABBC"},
    {"A tocoda=y B tocoda=x C dc coda=x D coda=y E", "ABCAE"},
    // Without a jump the coda is for the second time.
    {"|: A tocoda B :| coda C", "ABAC"},
    // Bare coda signs: the first is where to leave.
    {"A (+) B dc (+) C", "ABAC"},
    {"A (+) B dc coda C", "ABAC"},
    {"A tocoda (+) B dc (+) C", "ABAC"},
    // Said by each part, with and without names.
    {"A tocoda B dc dc/c coda coda=c C", "ABAC"},
};

TEST(PlayOrderTest, PlaysAsWritten) {
  for (const auto& rows : {std::vector<PlayRow>(std::begin(kRepeats), std::end(kRepeats)),
                           std::vector<PlayRow>(std::begin(kEndings), std::end(kEndings)),
                           std::vector<PlayRow>(std::begin(kJumps), std::end(kJumps))}) {
    for (const PlayRow& row : rows) EXPECT_EQ(Played(row.score), row.played) << row.score;
  }
}

TEST(PlayOrderTest, WhatIsPlayedOnceHasNoSections) {
  for (const char* score : {"A B", "segno A coda B", "A fine B", "|: A B"}) {
    EXPECT_TRUE(BuildPlayOrder({SignOf("segno", 0)}, 3).starts.empty());
    std::string warnings;
    Played(score, &warnings);
    EXPECT_EQ(warnings, "") << score;
  }
}

TEST(PlayOrderTest, SaysWhatLeadsNowhere) {
  std::string warnings;
  EXPECT_EQ(Played("A B ds C", &warnings), "ABC");
  EXPECT_THAT(warnings, testing::HasSubstr("without a segno"));
  warnings.clear();
  EXPECT_EQ(Played("A tocoda B dc", &warnings), "ABAB");
  EXPECT_THAT(warnings, testing::HasSubstr("coda"));
}

TEST(PlayOrderTest, StaysBounded) {
  std::string nested;
  for (int i = 0; i < 30; ++i) nested += "|: A ";
  for (int i = 0; i < 30; ++i) nested += "B :|x1000 ";
  std::string warnings;
  EXPECT_EQ(Played(nested, &warnings).size(), 60u);
  EXPECT_THAT(warnings, testing::HasSubstr("too much"));
  std::vector<PlaySign> signs;
  for (int i = 0; i < 200000; ++i) {
    signs.push_back(SignOf(i % 3 == 0   ? "[1"
                           : i % 3 == 1 ? "ds=a"
                                        : "coda=" + std::to_string(i),
                           1));
  }
  BuildPlayOrder(signs, 2);
}

// Each measure is a segno, and a jump back to it: a hundred thousand jumps, in no time.
TEST(PlayOrderTest, ManyJumpsTakeLinearTime) {
  std::vector<PlaySign> signs;
  const int measures = 240000;
  for (int i = 0; i < measures; ++i) {
    PlaySign sign = SignOf("segno=" + std::to_string(i), i);
    signs.push_back(sign);
    sign.kind = PlaySign::kDalSegno;
    sign.position = i + 1;
    signs.push_back(sign);
  }
  EXPECT_THAT(BuildPlayOrder(signs, measures).warnings, testing::SizeIs(1));
}

}  // namespace
}  // namespace magenta
