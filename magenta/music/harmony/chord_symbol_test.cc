#include "magenta/music/harmony/chord_symbol.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace magenta {
namespace {

// "A 9 0 4 /4 minor": root, pitch classes, bass and quality; or the error's message.
std::string Dump(const absl::StatusOr<ChordSymbol>& symbol) {
  if (!symbol.ok()) return "error";
  if (symbol->IsNoChord()) return "none";
  const auto classes = symbol->PitchClasses();
  if (!classes.ok()) return symbol->root().Text() + " contradiction";
  constexpr const char* kQualities[] = {"major", "minor", "augmented", "diminished", "other"};
  std::string text = symbol->root().Text();
  for (const int pitch_class : *classes) text += fmt::format(" {}", pitch_class);
  return text + fmt::format(" /{} {}", symbol->bass().Text(),
                            kQualities[static_cast<int>(*symbol->Quality())]);
}

TEST(ChordSymbol, ReadsTheReferencesSpelling) {
  const std::pair<const char*, const char*> rows[] = {
      {"N.C.", "none"},
      {"C", "C 0 4 7 /C major"},
      {"Bbm", "Bb 10 1 5 /Bb minor"},
      {"F##sus2", "F## 7 9 2 /F## other"},
      {"C#9", "C# 1 5 8 11 3 /C# major"},
      {"C(#9)", "C 0 4 7 3 /C major"},
      {"Bb/o7", "Bb 10 1 4 8 /Bb diminished"},
      {"Am7b5/Eb", "A 9 0 3 7 /Eb diminished"},
      {"C6/9", "C 0 4 7 9 2 /C major"},
      {"C6/9/E", "C 0 4 7 9 2 /E major"},
      {"Cadd7", "C 0 4 7 10 /C major"},
      {"Cadd#7", "C 0 4 7 11 /C major"},
      {"C7(b9", "C 0 4 7 10 1 /C major"},
      {"Dno3", "D 2 9 /D other"},
      {"C\n", "C 0 4 7 /C major"},
      {"C009", "error"},
      {"Cadd009", "C 0 4 7 2 /C major"},
      {"Cadd3", "C contradiction"},
      {"Cno7", "C contradiction"},
      {"", "error"},
      {"H", "error"},
      {"c", "error"},
      {"C#b", "error"},
      {"C7sus4", "error"},
      {" C", "error"},
      {"C\n\n", "error"},
      {"C/", "error"},
      {"C/E/G", "error"},
      {"C7()", "error"},
      {"NC", "error"},
  };
  for (const auto& [text, dump] : rows) {
    EXPECT_EQ(Dump(ParseChordSymbol(text, ChordSpelling::kReference)), dump) << text;
  }
}

TEST(ChordSymbol, ReadsWhatIsCommonlyWritten) {
  const std::pair<const char*, const char*> rows[] = {
      {"NC", "N.C."},
      {"C7sus4", "C7sus"},
      {"C7sus4(b9)", "C7sus(b9)"},
      {"F♯m7", "F#m7"},
      {"B♭maj7", "Bbmaj7"},
      {"C°", "Cdim"},
      {"C°7", "Cdim7"},
      {"Bø7", "Bm7b5"},
      {"Bø/F", "Bm7b5/F"},
      {"CΔ", "Cmaj7"},
      {"CΔ9", "Cmaj9"},
      {"C-Δ7", "Cmmaj7"},
      {"C69", "C6/9"},
      {"Cm69", "Cm6(add9)"},
      {"Cmi7", "Cm7"},
      {"CMaj7", "Cmaj7"},
      {"Cma9", "Cmaj9"},
      {"Cmajor", "Cmaj"},
      {"C minor", "Cm"},
      {"C(maj7)", "Cmaj7"},
      {"Cdom7", "C7"},
      {"Am7-5", "Am7b5"},
      {"C7+9", "C7#9"},
      {"C7+", "C+7"},
      {"C7(b9, #11)", "C7(b9#11)"},
      {"C7 omit 5", "C7no5"},
      {"C 7", "C7"},
      {"G9sus4/F", "G7sus(add9)/F"},
      {"Calt", "C+7(b9)"},
      {"C2", "C(add2)"},
  };
  for (const auto& [text, reference] : rows) {
    const auto symbol = ParseChordSymbol(text);
    ASSERT_TRUE(symbol.ok()) << symbol.status();
    EXPECT_EQ(symbol->Text(), reference) << text;
    EXPECT_TRUE(symbol->Code().ok()) << text;
    EXPECT_FALSE(ParseChordSymbol(text, ChordSpelling::kReference).ok()) << text;
  }
  for (const char* text :
       {"", "H", "am", "Cfoo", "Intro", "Chorus", "D.C.", "C/x", "C7sus5", "\xff"}) {
    EXPECT_FALSE(ParseChordSymbol(text).ok()) << text;
  }
}

TEST(ChordSymbol, ErrorsSayWhatIsWrong) {
  const std::pair<std::string, const char*> rows[] = {
      {"C7foo", "\"C7foo\" is no chord symbol: \"foo\" after \"C7\" is not understood"},
      {"Cm7b5x\n", "\"x\" after \"Cm7b5\""},
      {"", "it is empty"},
      {"hello", "must begin with a root"},
      {"C#b7", "sharps and flats"},
      {std::string(1 << 20, 'C'), "it is 1048576 bytes long, more than 256"},
      {"Cadd99999999999", "\"add99999999999\" after \"C\""},
  };
  for (const auto& [text, message] : rows) {
    const auto symbol = ParseChordSymbol(text);
    ASSERT_FALSE(symbol.ok()) << text;
    EXPECT_NE(symbol.status().message().find(message), std::string::npos) << symbol.status();
    EXPECT_LT(symbol.status().message().size(), 300u);
  }
  EXPECT_NE(ParseChordSymbol("Cadd3")->Code().status().message().find(
                "\"Cadd3\" contradicts itself: degree 3 is added, but the chord has it"),
            std::string::npos);
}

TEST(ChordSymbol, TransposesItsText) {
  const std::tuple<const char*, int, const char*> rows[] = {
      {"C", 1, "Db"},           {"Bb", 1, "Cb"},     {"F##m7/A#", 1, "G#m7/B"}, {"C", -1, "B"},
      {"Bbb7sus", 2, "Cb7sus"}, {"N.C.", 5, "N.C."}, {"Cadd3", 12, "Cadd3"},
  };
  for (const auto& [text, semitones, transposed] : rows) {
    EXPECT_EQ(ParseChordSymbol(text)->Transposed(semitones).Text(), transposed) << text;
  }
}

TEST(ChordCode, IsTheSameWhicheverIsTransposed) {
  for (const char* text : {"C", "F#m7b5/E", "Bbsus2", "Ebped", "G13/F", "N.C."}) {
    const ChordSymbol symbol = *ParseChordSymbol(text);
    for (int semitones = -14; semitones < 14; ++semitones) {
      EXPECT_EQ(*symbol.Transposed(semitones).Code(), TransposeChord(*symbol.Code(), semitones));
    }
  }
}

TEST(ChordCode, PacksAndUnpacks) {
  const ChordFields fields = {11, 4, ChordQuality::kOther, 0xfff};
  const ChordCode code = PackChord(fields);
  EXPECT_LT(code, kChordCodeEnd);
  EXPECT_EQ(UnpackChord(code), fields);
  EXPECT_TRUE(IsChordCode(kNoChord));
  EXPECT_FALSE(IsChordCode(-1));
  EXPECT_FALSE(IsChordCode(kChordCodeEnd));
  EXPECT_FALSE(IsChordCode(12 << 12));
  // Nothing sounds, and yet it is a chord.
  EXPECT_NE(*ParseChordSymbol("Cpedno1")->Code(), kNoChord);
}

TEST(ChordCode, TriadSymbolsReadBack) {
  for (int triad = 0; triad < kTriadClasses; ++triad) {
    const auto symbol = ParseChordSymbol(TriadSymbol(triad), ChordSpelling::kReference);
    ASSERT_TRUE(symbol.ok()) << symbol.status();
    EXPECT_EQ(TriadClass(*symbol->Code()), triad);
  }
  EXPECT_EQ(TriadClass(*ParseChordSymbol("C5")->Code()), std::nullopt);
}

}  // namespace
}  // namespace magenta
