#include "magenta/render/note_raster.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace magenta {
namespace {

std::string Dump(const NoteRaster& raster) {
  std::string dump;
  for (const RasterRun& run : raster.Runs()) {
    dump += fmt::format("{}:{}-{}={} ", run.row, run.begin, run.end, run.paint);
  }
  return dump;
}

TEST(NoteRasterTest, TheFirstStaysOnTop) {
  NoteRaster raster(2, 10);
  raster.FillEmpty(0, 4, 6, 1);
  raster.FillEmpty(0, 2, 9, 2);
  raster.FillEmpty(0, 0, 10, 3);
  raster.FillEmpty(1, -5, 50, 4);
  raster.FillEmpty(2, 0, 10, 5);
  raster.FillEmpty(1, 7, 3, 6);
  EXPECT_EQ(Dump(raster), "0:0-2=3 0:2-4=2 0:4-6=1 0:6-9=2 0:9-10=3 1:0-10=4 ");
}

TEST(NoteRasterTest, NotesSideBySideAreOneRun) {
  NoteRaster raster(1, 8);
  raster.FillEmpty(0, 0, 2, 1);
  raster.FillEmpty(0, 2, 4, 1);
  raster.FillEmpty(0, 5, 6, 1);
  EXPECT_EQ(Dump(raster), "0:0-4=1 0:5-6=1 ");
}

TEST(NoteRasterTest, TimeIsOfCellsNotOfOverlaps) {
  NoteRaster raster(128, 1500);
  for (int i = 0; i < 2'000'000; ++i) raster.FillEmpty(i % 128, i % 7, 1500 - i % 5, 1);
  EXPECT_EQ(raster.Runs().size(), 128u);
}

}  // namespace
}  // namespace magenta
