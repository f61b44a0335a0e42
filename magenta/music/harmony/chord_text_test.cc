#include "magenta/music/harmony/chord_text.h"

#include <gtest/gtest.h>

namespace magenta {
namespace {

TEST(LooksLikeChordSymbol, TellsSymbolsFromWords) {
  for (const char* symbol :
       {"C",       "Am7",     "N.C.",  "Bb/D",          "C7sus4",   "F♯m",    "Do",
        "H7",      "Hm",      "Gxyz",  "Fsus9x",        "Fzz",      "Amsus4", "Cmajx",
        "Ebmaj7x", "Am7(11)", "Gdimm", "C(Neapolitan)", "G7 swing", "A1"}) {
    EXPECT_TRUE(LooksLikeChordSymbol(symbol)) << symbol;
  }
  for (const char* word :
       {"",       "Chorus",       "Allegro", "Bright", "Ending",    "Coda",   "Fine",
        "D.C.",   "D.S. al Coda", "Amen",    "Ebony",  "B section", "A part", "Con brio",
        "Be-bop", "Head",         "Intro",   "Verse",  "soft",      "^loud",  "c"}) {
    EXPECT_FALSE(LooksLikeChordSymbol(word)) << word;
  }
}

TEST(ChordText, SymbolsThatCantBeReadAreNamedOnce) {
  NoteSequence sequence;
  const auto add = [&](const std::string& text, double time) {
    auto* annotation = sequence.add_text_annotations();
    annotation->set_text(text);
    annotation->set_time(time);
    annotation->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  };
  add("Am7", 0);
  add("H7", 1);
  add("Cadd3", 2.5);
  add("H7", 3);
  const auto lines = UnreadableChords(sequence);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with("\"H7\" is no chord symbol: ")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with(", at 1 s (2 times)")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with(", at 2.5 s")) << lines[1];
  for (int i = 0; i < 20; ++i) add("C(" + std::to_string(100 + i) + "?)", 4);
  EXPECT_EQ(UnreadableChords(sequence).size(), 11u);
  EXPECT_EQ(UnreadableChords(sequence).back(), "12 more chord symbols that can't be read");
}

}  // namespace
}  // namespace magenta
