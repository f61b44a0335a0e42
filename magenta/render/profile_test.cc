#include "magenta/render/profile.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "tests/dump.h"

namespace magenta {
namespace {

// Bars of four sixteenths.
Profile Of(const std::vector<const char*>& melodies) {
  Profile profile;
  for (const char* events : melodies) {
    profile.Add(*Melody::FromEvents(ParseEvents(events), 4));
  }
  return profile;
}

double Figure(const Profile& profile, const std::string& name) {
  for (const ProfileFigure& figure : profile.Figures()) {
    if (figure.name == name) return figure.value;
  }
  ADD_FAILURE() << name;
  return 0;
}

TEST(Profile, Figures) {
  const struct {
    std::vector<const char*> melodies;
    const char* name;
    double value;
  } rows[] = {
      {{"60 - 62 - 62 - 67 ."}, "bars", 2},
      {{"60 - 62 - 62 - 67 ."}, "notes_per_bar", 2},
      {{"60 - 62 - 62 - 67 ."}, "note_length", (2 + 2 + 2 + 1) / 4.0 / 4},
      {{"60 - 62 - 62 - 67 ."}, "lowest_pitch", 60},
      {{"60 - 62 - 62 - 67 ."}, "highest_pitch", 67},
      {{"60 - 62 - 62 - 67 ."}, "mean_pitch", 62.75},
      {{"60 - 62 - 62 - 67 ."}, "pitch_range", 7},
      {{"60 - 62 - 62 - 67 ."}, "repeated_notes", 1 / 3.0},
      {{"60 - 62 - 62 - 67 ."}, "steps", 1 / 3.0},
      {{"60 - 62 - 62 - 67 ."}, "leaps", 1 / 3.0},
      {{"60 - 62 - 62 - 67 ."}, "interval", 7 / 3.0},
      {{"60 - 62 - 62 - 67 ."}, "silent", 1 / 8.0},
      {{"60 62", "60 62 60 62 60 62"}, "bars", 1},  // each melody counts once
      {{"60 60", "- - - -"}, "repeated_notes", 1},  // one without notes for nothing
  };
  for (const auto& row : rows) {
    EXPECT_DOUBLE_EQ(Figure(Of(row.melodies), row.name), row.value) << row.name;
  }
  EXPECT_TRUE(Of({"- -"}).Figures().empty());
  EXPECT_EQ(
      Of({"60 62 64 65 67 69 71", "62 64 66 67 69 71 73", "62 64 66 67 69 71 73"}).CommonestKey(),
      2);
}

// "label:percent" of what occurs.
std::string Shown(const Profile& profile, const std::string& name) {
  std::string text;
  for (const Distribution& one : profile.Distributions()) {
    if (one.name != name) continue;
    for (size_t i = 0; i < one.labels.size(); ++i) {
      if (one.shares[i] == 0) continue;
      text +=
          fmt::format("{}{}:{:.0f}", text.empty() ? "" : " ", one.labels[i], 100 * one.shares[i]);
    }
  }
  return text;
}

TEST(Profile, Distributions) {
  const Profile profile = Of({"60 - 62 - 62 - 67 .", "84 60 - - - - - - - - - - - - - - - - -"});
  EXPECT_EQ(Shown(profile, "pitch"), "60:33 62:33 67:17 84:17");
  EXPECT_EQ(Shown(profile, "interval"), "-12:25 0:25 +2:25 +5:25");
  EXPECT_EQ(Shown(profile, "length"), "1:33 2:50 16:17");
  EXPECT_EQ(Shown(profile, "position"), "1:50 2:17 3:33");
  EXPECT_EQ(Shown(profile, "degree"), "1:50 2:33 5:17");
}

}  // namespace
}  // namespace magenta
