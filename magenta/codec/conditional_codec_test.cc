#include "magenta/codec/conditional_codec.h"

#include <gtest/gtest.h>

#include <string>

#include "magenta/codec/melody_codecs.h"
#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

ChordCode CodeOf(const char* symbol) { return *ParseChordSymbol(symbol)->Code(); }

std::string DumpInput(const EventEncoder& encoder) {
  SparseVector input;
  encoder.Input(input);
  std::string dump;
  for (size_t i = 0; i < input.index.size(); ++i) {
    EXPECT_EQ(input.value[i], 1.0f);
    dump += (i > 0 ? " " : "") + std::to_string(input.index[i]);
  }
  return dump;
}

TEST(ConditionalCodecTest, ReadsTheChordOfTheEventToCome) {
  const struct {
    std::shared_ptr<const ControlEncoding> encoding;
    int size;
    const char* dumps[3];
  } kRows[] = {
      // Am after the first event, no triad (no chord) after the second, the last one held.
      {TriadEncoding(), 49, {"22 63", "0 49", "0 49"}},
      {ChordPitchEncoding(), 37, {"10 13 17 22 34 51", "8 13 15 20 32 37", "8 13 15 20 32 37"}},
  };
  for (const auto& row : kRows) {
    const auto codec = MakeConditionalCodec(row.encoding, MakeOneHotCodec({48, 84}));
    EXPECT_EQ(codec->input_size(), row.size + 38);
    EXPECT_EQ(codec->num_classes(), 38);
    EXPECT_TRUE(codec->has_control());
    const auto encoder =
        codec->NewEncoder(codec->MakeControl({CodeOf("C"), CodeOf("Am"), CodeOf("Gsus4")}));
    const Event events[] = {60, kNoEvent, kNoEvent};
    for (int i = 0; i < 3; ++i) {
      encoder->Push(events[i]);
      EXPECT_EQ(DumpInput(*encoder), row.dumps[i]) << i;
    }
    encoder->Reset();
    encoder->Push(60);
    EXPECT_EQ(DumpInput(*encoder), row.dumps[0]);
    const auto copy = encoder->Clone();
    encoder->Push(kNoEvent);
    EXPECT_EQ(DumpInput(*copy), row.dumps[0]);
    copy->Push(kNoEvent);
    EXPECT_EQ(DumpInput(*copy), row.dumps[1]);
  }
}

TEST(ConditionalCodecTest, WithoutControlThereIsNoChord) {
  const auto codec = MakeConditionalCodec(ChordPitchEncoding(), MakeOneHotCodec({48, 84}));
  const auto encoder = codec->NewEncoder();
  encoder->Push(60);
  EXPECT_EQ(DumpInput(*encoder), "0 51");
}

// Live, what lies ahead may still change.
TEST(ConditionalCodecTest, AsksWheneverAnInputIsMade) {
  const auto codec = MakeConditionalCodec(TriadEncoding(), MakeOneHotCodec({48, 84}));
  ChordCode ahead = kNoChord;
  const auto encoder = codec->NewEncoder(
      codec->MakeControl([&](int64_t position) { return position == 1 ? ahead : kNoChord; }));
  encoder->Push(60);
  EXPECT_EQ(DumpInput(*encoder), "0 63");
  ahead = CodeOf("C");
  EXPECT_EQ(DumpInput(*encoder), "1 63");
}

}  // namespace
}  // namespace magenta
