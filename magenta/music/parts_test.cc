#include "magenta/music/parts.h"

#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

NoteSequence Trio() {
  NoteSequence trio = ParseMusic("60@0+1/i2 48@0+1/i5 36@0+1/i7/d 50@0+1/i9");
  for (const auto& [instrument, name] :
       {std::pair(2, "Flute"), std::pair(5, "Cello"), std::pair(7, "Kit")}) {
    auto* info = trio.add_instrument_infos();
    info->set_instrument(instrument);
    info->set_name(name);
  }
  return trio;
}

TEST(Parts, AreCountedFromOne) {
  EXPECT_EQ(PartList(PartsOf(Trio())), "1 (Flute), 2 (Cello), 3 (Kit, drums), 4");
  EXPECT_EQ(PartList(PartsOf(NoteSequence())), "");
  NoteSequence score = ParseMusic("60@0+1 48@0+1/i1");
  score.mutable_notes(1)->set_part(1);
  auto* info = score.add_part_infos();
  info->set_part(1);
  info->set_name("Bass");
  EXPECT_EQ(PartList(PartsOf(score)), "1, 2 (Bass)");
}

TEST(Parts, AreFoundByNumberAndName) {
  const auto find = [](const char* wanted) {
    const auto part = FindPart(PartsOf(Trio()), wanted, "--primer_part");
    return part.ok() ? PartText(*part) : ErrorLine(part.status());
  };
  EXPECT_EQ(find("1"), "1 (Flute)");
  EXPECT_EQ(find("4"), "4");
  EXPECT_EQ(find("flute"), "1 (Flute)");
  EXPECT_EQ(find("CEL"), "2 (Cello)");
  EXPECT_EQ(find("0"),
            "--primer_part: there is no part 0. There are: 1 (Flute), 2 (Cello), 3 (Kit, drums), "
            "4.");
  EXPECT_EQ(
      find("Oboe"),
      "--primer_part: there is no part Oboe. There are: 1 (Flute), 2 (Cello), 3 (Kit, drums), "
      "4.");
  EXPECT_EQ(find("l"),
            "--primer_part: l means 2 parts. Give the number of one. There are: 1 (Flute), 2 "
            "(Cello), 3 (Kit, drums), 4.");
  EXPECT_EQ(
      find("3"),
      "--primer_part: 3 is drums, which hold no melody. Choose another. There are: 1 (Flute), "
      "2 (Cello), 3 (Kit, drums), 4.");
  EXPECT_EQ(ErrorLine(FindPart({}, "1", "part").status()),
            "part: there is no part 1. There is no part with notes.");
}

TEST(Parts, MelodiesByName) {
  for (const char* name : {"Melody", "Lead Vocals", "SOPRANO", "voice 1"}) {
    EXPECT_TRUE(IsNamedMelody(name)) << name;
  }
  for (const char* name : {"", "Piano", "Bass", "Harmony"}) {
    EXPECT_FALSE(IsNamedMelody(name)) << name;
  }
}

TEST(Parts, OnlyOne) {
  EXPECT_EQ(DumpMusic(OnlyInstrument(ParseMusic("T90@0 60@0+1 48@0+1/i5 62@1+1"), 0)),
            "T90@0 60@0+1 62@1+1");
}

}  // namespace
}  // namespace magenta
