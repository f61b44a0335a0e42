#include "magenta/render/profile_chart.h"

#include <gtest/gtest.h>

#include <regex>

#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

NamedProfile Named(const char* name, const char* events) {
  NamedProfile named{name, {}};
  named.profile.Add(*Melody::FromEvents(ParseEvents(events)));
  return named;
}

// How many shapes have the colour `rgb` (of 0 to 1, as Cairo writes percents).
int Filled(const std::string& svg, const std::string& rgb) {
  const std::regex fill("rgb\\(" + rgb);
  return static_cast<int>(
      std::distance(std::sregex_iterator(svg.begin(), svg.end(), fill), std::sregex_iterator()));
}

TEST(ProfileChart, HasBarsOfEachCollection) {
  const NamedProfile profiles[] = {Named("mine", "60 - 62 - 64 - 60 -"),
                                   Named("theirs", "72 - 60 - 72 - 60 .")};
  const auto svg = DrawProfiles(profiles, "two tunes", PictureFormat::kSvg);
  ASSERT_TRUE(svg.ok()) << svg.status();
  EXPECT_GT(Filled(*svg, "0%,"), 10);    // the first one's blue
  EXPECT_GT(Filled(*svg, "90\\."), 10);  // the second one's orange
  EXPECT_EQ(*svg, *DrawProfiles(profiles, "two tunes", PictureFormat::kSvg));
  EXPECT_EQ(DrawProfiles(profiles, "", PictureFormat::kPng).value().substr(1, 3), "PNG");
}

TEST(ProfileChart, OfNothingAndOfTooMuch) {
  const NamedProfile empty[] = {{"nothing", {}}};
  EXPECT_TRUE(DrawProfiles(empty, "", PictureFormat::kSvg).ok());
  EXPECT_TRUE(DrawProfiles({}, "", PictureFormat::kSvg).ok());
  const std::vector<NamedProfile> many(kMostProfiles + 1);
  EXPECT_EQ(ExitStatus(DrawProfiles(many, "", PictureFormat::kSvg).status()), 2);
}

}  // namespace
}  // namespace magenta
