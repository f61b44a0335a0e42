#include "magenta/codec/drum_codecs.h"

#include <gtest/gtest.h>

#include <array>

#include "magenta/codec/one_hot.h"

namespace magenta {
namespace {

std::string DumpInput(const SparseVector& input) {
  std::string text;
  for (size_t i = 0; i < input.index.size(); ++i) {
    text += (input.value[i] < 0 ? "-" : "") + std::to_string(input.index[i]) + " ";
  }
  return text;
}

TEST(DrumCodecs, TheKitSeesItsDrumsAndWhereItIs) {
  const auto codec = MakeDrumKitCodec();
  EXPECT_EQ(codec->input_size(), 518);
  EXPECT_EQ(codec->num_classes(), 512);
  EXPECT_EQ(codec->default_label(), 0);
  EXPECT_EQ(codec->default_event(), 0);
  EXPECT_FALSE(codec->Accepts(512));
  EXPECT_FALSE(codec->Accepts(kNoEvent));
  const auto encoder = codec->NewEncoder();
  SparseVector input;
  encoder->Push(5);
  encoder->Input(input);
  EXPECT_EQ(DumpInput(input), "5 512 -513 -514 -515 -516 -517 ");
  for (int i = 0; i < 63; ++i) encoder->Push(0);
  encoder->Input(input);
  EXPECT_EQ(DumpInput(input), "0 -512 -513 -514 -515 -516 -517 ");
  // What repeats is no class of its own.
  for (const Event event : {0, 5, 511}) {
    EXPECT_EQ(encoder->Label(event), event);
    EXPECT_EQ(encoder->DecodeOne(event), event);
  }
}

TEST(DrumCodecs, OneDrumIsStruckOrNot) {
  const auto codec = MakeOneDrumCodec();
  EXPECT_EQ(codec->input_size(), 2);
  EXPECT_EQ(codec->num_classes(), 2);
  const auto encoder = codec->NewEncoder();
  SparseVector input;
  encoder->Push(1);
  encoder->Input(input);
  EXPECT_EQ(DumpInput(input), "1 ");
  EXPECT_EQ(encoder->Label(1), 1);
}

TEST(DrumCodecs, LookbackTakesAnyOneHot) {
  constexpr std::array kDistances = {2};
  const auto codec =
      MakeLookbackCodec(std::make_shared<OneHotDrums>(OneDrumType()), {kDistances, 1});
  EXPECT_EQ(codec->input_size(), 2 * 2 + 1 + 1);
  EXPECT_EQ(codec->num_classes(), 3);
  const auto encoder = codec->NewEncoder();
  EXPECT_EQ(encoder->Label(0), 2);  // silence before the start is a repeat
  encoder->Push(1);
  encoder->Push(0);
  EXPECT_EQ(encoder->Label(1), 2);
  EXPECT_EQ(encoder->DecodeOne(2), 1);
  SparseVector input;
  encoder->Push(1);
  encoder->Input(input);
  EXPECT_EQ(DumpInput(input), "1 2 4 5 ");
}

}  // namespace
}  // namespace magenta
