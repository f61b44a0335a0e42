#include "magenta/codec/pianoroll_codec.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "magenta/music/polyphony/pianoroll.h"
#include "magenta/nn/nade/nade_inputs.h"

namespace magenta {
namespace {

/// "39 43" of what sounds on a step, "+39" of a key that was drawn, "39 =2" with an order.
std::string Dump(const SparseVector& input) {
  std::string text;
  for (size_t i = 0; i < input.index.size(); ++i) {
    const int index = input.index[i];
    if (!text.empty()) text += " ";
    if (index == NadeOrderPlace(kPianorollKeys)) {
      text += fmt::format("={}", input.value[i]);
    } else if (index >= NadeDrawn(kPianorollKeys)) {
      text += fmt::format("+{}", index - NadeDrawn(kPianorollKeys));
    } else {
      text += fmt::format("{}", index);
    }
  }
  return text;
}

const std::vector<Event> kEvents = {kRollStart,   39, 43,           kRollStepEnd,
                                    kRollStepEnd, 39, kRollStepEnd, kRollStepEnd};

std::string DumpOf(const EventCodec& codec, const std::vector<Event>& control) {
  const auto encoder = codec.NewEncoder(codec.MakeControl(control));
  std::string text;
  SparseVector input;
  for (const Event event : kEvents) {
    encoder->Push(event);
    encoder->Input(input);
    text += Dump(input) + "|";
  }
  return text;
}

TEST(PianorollCodec, ReadsKeysOneByOneAndStepsWhole) {
  const auto codec = MakePianorollCodec();
  EXPECT_EQ(DumpOf(*codec, {}), "|+39|+43|39 43||+39|39||");
  // The reference's order, after a primer of two steps, of one, of four.
  EXPECT_EQ(DumpOf(*codec, {2}), "=5|+39|+43|39 43 =1|=2|+39|39 =3|=4|");
  EXPECT_EQ(DumpOf(*codec, {1}), "=5|+39|+43|39 43 =2|=3|+39|39 =4|=4|");
  EXPECT_EQ(DumpOf(*codec, {4}), "=5|+39|+43|39 43 =1|=1|+39|39 =1|=2|");
}

TEST(PianorollCodec, ExamplesHaveARowAStep) {
  const auto codec = MakePianorollCodec();
  const EventSequence sequence = {kEvents, {}};
  EXPECT_EQ(codec->RowsOf(sequence), 3);
  const int64_t first = int64_t{1} << 39;
  EXPECT_EQ(codec->DenseLabels(sequence), (std::vector<int64_t>{0, first, 0}));
  // Bit 63 is a sign, and the keys above have no bit.
  const EventSequence high = {{kRollStart, kRollStepEnd, 0, 63, 64, 87, kRollStepEnd}, {}};
  EXPECT_EQ(codec->DenseLabels(high)[0], std::numeric_limits<int64_t>::min() + 1);
}

}  // namespace
}  // namespace magenta
