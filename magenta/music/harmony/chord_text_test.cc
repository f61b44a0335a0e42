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

}  // namespace
}  // namespace magenta
