#include "magenta/music/score/voices.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using testing::HasSubstr;

// At 120 a minute.
constexpr double kTick = 0.5 / kTicksPerQuarter;

constexpr const char* kRoleNames[kVoiceRoles] = {"melody", "alto",  "tenor", "bass",
                                                 "top",    "inner", "bottom"};

absl::StatusOr<VoicedPiece> Voice(const std::string& music, int64_t bar_line = 0,
                                  Doubling doubling = Doubling::kKept) {
  const auto piece = Quantize(ParseMusic(music, kTick), Grid::PerQuarter(kTicksPerQuarter));
  EXPECT_TRUE(piece.ok()) << piece.status();
  return VoicesOf(*piece, bar_line, doubling);
}

std::string DumpLine(const std::vector<VoiceNote>& notes) {
  std::string text;
  for (const VoiceNote& note : notes) {
    text += fmt::format(" {}@{}+{}", note.pitch, note.start, note.end - note.start);
  }
  return text;
}

/// "melody/0: 60@0+12 62@12+12 | bass/1: 40@0+24": roles, instruments, notes.
std::string Dump(const absl::StatusOr<VoicedPiece>& piece) {
  if (!piece.ok()) return ErrorMessage(piece.status());
  std::string text;
  for (size_t v = 0; v < piece->sheet.voices.size(); ++v) {
    const SheetVoice& voice = piece->sheet.voices[v];
    text += fmt::format("{}{}/{}:{}", v == 0 ? "" : " | ", kRoleNames[static_cast<int>(voice.role)],
                        piece->sources[v].instrument, DumpLine(voice.notes));
  }
  return text;
}

TEST(VoicesOfTest, PartsThatDoubleOthersAreLeftOutWhereItIsAsked) {
  const std::string soprano = "72@0+12/i1 74@12+12/i1 76@24+12/i1 77@36+12/i1 79@48+12/i1 ";
  const std::string bass = "48@0+12/i2 47@12+12/i2 45@24+12/i2 43@36+12/i2 36@48+12/i2 ";
  const std::string both =
      "melody/1: 72@0+12 74@12+12 76@24+12 77@36+12 79@48+12 | "
      "bass/2: 48@0+12 47@12+12 45@24+12 43@36+12 36@48+12";
  const struct {
    const char* doubling;
    int left_out;
  } rows[] = {
      // A flute an octave higher, which has half of the notes; the part of more notes stays.
      {"84@0+12/i3 86@12+12/i3 87@24+12/i3 90@36+12/i3", 1},
      // Fewer notes may be chance.
      {"84@0+12/i3 86@12+12/i3 88@24+12/i3", 0},
      // One note in four is no doubling.
      {"84@0+12/i3 88@12+12/i3 91@24+12/i3 86@36+12/i3", 0},
      // A piano that plays all, and one in other octaves, which doubles no single part.
      {"48@0+12/i3 72@0+12/i3 47@12+12/i3 74@12+12/i3 45@24+12/i3 76@24+12/i3", 1},
      {"60@0+12/i3 63@0+12/i3 59@12+12/i3 62@12+12/i3 68@24+12/i3 72@24+12/i3", 0},
      // Begins between.
      {"72@6+6/i3 74@18+6/i3 76@30+6/i3 77@42+6/i3", 0},
  };
  for (const auto& [doubling, left_out] : rows) {
    SCOPED_TRACE(doubling);
    const auto piece = Voice(soprano + bass + doubling, 0, Doubling::kLeftOut);
    ASSERT_TRUE(piece.ok()) << piece.status();
    EXPECT_EQ(piece->losses.doubling_parts, left_out);
    EXPECT_EQ(Dump(piece) == both, left_out == 1) << Dump(piece);
    EXPECT_GE(Voice(soprano + bass + doubling)->sheet.voices.size(), 3u);
  }
}

TEST(VoicesOfTest, PartsOfOneNoteAtATime) {
  const struct {
    const char* music;
    const char* dump;
  } rows[] = {
      {"60@0+12 62@12+12", "melody/0: 60@0+12 62@12+12"},
      // From high to low, whatever their numbers.
      {"40@0+24/i0 60@0+12/i3 62@12+12/i3", "melody/3: 60@0+12 62@12+12 | bass/0: 40@0+24"},
      {"72@0+12/i1 67@0+12/i2 60@0+12/i3 48@0+12/i4",
       "melody/1: 72@0+12 | alto/2: 67@0+12 | tenor/3: 60@0+12 | bass/4: 48@0+12"},
      {"72@0+12/i1 67@0+12/i2 48@0+12/i4", "melody/1: 72@0+12 | alto/2: 67@0+12 | bass/4: 48@0+12"},
      {"72@0+12/i1 71@0+12/i2 67@0+12/i3 60@0+12/i4 48@0+12/i5",
       "melody/1: 72@0+12 | alto/2: 71@0+12 | alto/3: 67@0+12 | tenor/4: 60@0+12 | "
       "bass/5: 48@0+12"},
      // Bound notes overlap; the same note twice at once is one.
      {"60@0+13 62@12+14 64@24+12", "melody/0: 60@0+12 62@12+12 64@24+12"},
      {"60@0+12 60@0+6 62@12+12", "melody/0: 60@0+12 62@12+12"},
      {"60@0+12 36@0+12/i9/d", "melody/0: 60@0+12"},
      {"36@0+12/i9/d", "holds drums alone"},
      {"", "holds no notes"},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(Voice(row.music)), row.dump) << row.music;
}

TEST(VoicesOfTest, PartsThatPlayChords) {
  const struct {
    const char* what;
    const char* music;
    const char* dump;
  } rows[] = {
      {"triads", "64@0+12 60@0+12 55@0+12 65@12+12 60@12+12 57@12+12",
       "top/0: 64@0+12 65@12+12 | inner/0: 60@0+12 60@12+12 | bottom/0: 55@0+12 57@12+12"},
      {"a melody above a part of two", "72@0+24/i0 55@0+12/i1 52@0+12/i1 57@12+12/i1 53@12+12/i1",
       "melody/0: 72@0+24 | top/1: 55@0+12 57@12+12 | bottom/1: 52@0+12 53@12+12"},
      // Alone, a note goes where the last note is nearest.
      {"nearest", "72@0+12 48@0+12 50@12+12 70@24+12",
       "top/0: 72@0+12 70@24+12 | bottom/0: 48@0+12 50@12+12"},
      // No voice sounds above one before it, however near its last note.
      {"no crossing", "60@0+12 48@0+48 47@12+12", "top/0: 60@0+12 | bottom/0: 48@0+12 47@12+12"},
      {"a held bass", "72@0+12 48@0+48 71@12+12 60@24+12 74@36+12",
       "top/0: 72@0+12 71@12+12 60@24+12 74@36+12 | bottom/0: 48@0+48"},
      {"struck again", "60@0+48 72@0+12 60@24+12 72@24+12",
       "top/0: 72@0+12 72@24+12 | bottom/0: 60@0+24 60@24+12"},
      {"five at once", "72@0+12 67@0+12 64@0+12 60@0+12 48@0+12",
       "top/0: 72@0+12 | inner/0: 67@0+12 | inner/0: 60@0+12 | bottom/0: 48@0+12"},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(Voice(row.music)), row.dump) << row.what;
}

// One of twenty-one notes in parallel is no reason for a second voice, one of ten is.
TEST(VoicesOfTest, HowManyVoices) {
  const auto music = [](int alone) {
    std::string text = "60@0+12 64@0+12";
    for (int i = 0; i < alone; ++i) text += fmt::format(" 62@{}+12", 12 * (i + 1));
    return text;
  };
  const auto one = Voice(music(19));
  ASSERT_EQ(one->sheet.voices.size(), 1u);
  EXPECT_EQ(one->losses.dropped, 1);
  const auto two = Voice(music(8));
  EXPECT_EQ(two->sheet.voices.size(), 2u);
  EXPECT_EQ(two->losses.dropped, 0);
}

TEST(VoicesOfTest, TooManyVoices) {
  std::string music;
  for (int part = 0; part < 3; ++part) {
    for (const int pitch : {40, 44, 47}) {
      music += fmt::format(" {}@0+12/i{}", pitch + 12 * part, part);
    }
  }
  const auto refused = Voice(music);
  EXPECT_EQ(Dump(refused), "its 3 parts have 9 voices, and 8 are the most");
  EXPECT_EQ(ExitStatus(refused.status()), 3);
}

TEST(VoicesOfTest, BarsEndAndKey) {
  const struct {
    const char* music;
    int64_t bar_line;
    SheetMeter meter;
    int64_t length;
    int key;
  } rows[] = {
      {"60@0+12", 0, {0, 48, 12}, 48, -1},
      {"M3/4@0 60@0+12 62@12+36", 0, {0, 36, 12}, 72, -1},
      {"M4/4@0 60@0+12 62@12+36", -36, {-36, 48, 12}, 60, -1},
      {"M6/8@0 K7@0 60@0+36", 0, {0, 36, 18}, 36, 7},
      {"M9/8@0 60@0+1", 0, {0, 54, 18}, 54, -1},
      {"M5/8@0 60@0+1", 0, {0, 30, 6}, 30, -1},
      {"M2/2@0 60@0+1", 0, {0, 48, 24}, 48, -1},
      {"K7@0 K2@12 60@0+36", 0, {0, 48, 12}, 48, -1},
  };
  for (const auto& row : rows) {
    const auto piece = Voice(row.music, row.bar_line);
    ASSERT_TRUE(piece.ok()) << row.music;
    EXPECT_EQ(piece->sheet.meters, std::vector<SheetMeter>{row.meter}) << row.music;
    EXPECT_EQ(piece->sheet.length, row.length) << row.music;
    EXPECT_EQ(piece->sheet.key, row.key) << row.music;
    EXPECT_TRUE(piece->sheet.ends);
    EXPECT_TRUE(CheckSheet(piece->sheet).ok()) << CheckSheet(piece->sheet);
  }
  EXPECT_THAT(Dump(Voice("M7/32@0 60@0+12")), HasSubstr("a bar of 7/32 is no whole number"));
}

TEST(SignatureKeyTest, ModesOfOneKey) {
  using Key = NoteSequence::KeySignature;
  const std::pair<Key::Key, Key::Mode> rows[] = {
      {Key::C, Key::MAJOR},      {Key::A, Key::MINOR},  {Key::C, Key::NOT_SPECIFIED},
      {Key::G, Key::MIXOLYDIAN}, {Key::D, Key::DORIAN}, {Key::E, Key::PHRYGIAN},
      {Key::F, Key::LYDIAN},     {Key::B, Key::LOCRIAN}};
  for (const auto& [key, mode] : rows) {
    Key signature;
    signature.set_key(key);
    signature.set_mode(mode);
    EXPECT_EQ(SignatureKey(signature), 0) << key;
  }
}

TEST(VoicesOfTest, Losses) {
  // A thirty-second is a tick and a half.
  const auto moved = Voice("60@0+12 62@13.5+12 64@30.2+6");
  EXPECT_EQ(moved->losses.moved, 1);
  const auto crowded = Voice("72@0+12 67@0+12 64@0+12 60@0+12 48@0+12 36@0+1/i9/d");
  EXPECT_EQ(crowded->losses.dropped, 1);
  EXPECT_EQ(crowded->losses.drums, 1);
  EXPECT_EQ(Voice("60@0+48 72@0+12 60@24+12 72@24+12")->losses.cut, 1);
}

// Whatever is played, no voice overlaps itself, and at each moment voices of a part fall.
TEST(VoicesOfTest, RandomChords) {
  std::mt19937 draw(5);
  for (int round = 0; round < 200; ++round) {
    std::string music;
    for (int i = 0; i < 60; ++i) {
      music +=
          fmt::format(" {}@{}+{}/i{}", 30 + draw() % 60, draw() % 100, 1 + draw() % 30, draw() % 2);
    }
    const auto piece = Voice(music);
    ASSERT_TRUE(piece.ok()) << piece.status();
    ASSERT_TRUE(CheckSheet(piece->sheet).ok()) << CheckSheet(piece->sheet);
    for (int64_t tick = 0; tick < piece->sheet.length; ++tick) {
      const VoiceNote* above = nullptr;
      int instrument = -1;
      for (size_t v = 0; v < piece->sheet.voices.size(); ++v) {
        if (piece->sources[v].instrument != instrument) above = nullptr;
        instrument = piece->sources[v].instrument;
        const VoiceNote* note = NoteAt(piece->sheet.voices[v], tick);
        if (note == nullptr) continue;
        ASSERT_TRUE(above == nullptr || above->pitch > note->pitch) << tick << music;
        above = note;
      }
    }
  }
}

// What limits of pieces allow is done in no time.
TEST(VoicesOfTest, AMillionNotes) {
  NoteSequence sequence;
  std::mt19937 draw(7);
  for (int i = 0; i < 1'000'000; ++i) {
    auto* note = sequence.add_notes();
    note->set_pitch(static_cast<int>(draw() % 128));
    note->set_start_time(static_cast<double>(draw() % 400'000) * kTick);
    note->set_end_time(note->start_time() + static_cast<double>(1 + draw() % 5000) * kTick);
    note->set_velocity(100);
    sequence.set_total_time(std::max(sequence.total_time(), note->end_time()));
  }
  const auto piece = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
  ASSERT_TRUE(piece.ok()) << piece.status();
  const auto voiced = VoicesOf(*piece, 0);
  ASSERT_TRUE(voiced.ok());
  EXPECT_EQ(voiced->sheet.voices.size(), 4u);
}

}  // namespace
}  // namespace magenta
