#include "magenta/music/harmony/chord_text.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

/// How the names of chord kinds and changes begin, after an m or without.
constexpr std::string_view kKindWords[] = {"maj", "min", "dim", "aug",  "sus",
                                           "add", "alt", "dom", "omit", "ped"};
constexpr size_t kFewestLetters = 3;

bool BeginsWithKind(std::string_view text) {
  return std::any_of(std::begin(kKindWords), std::end(kKindWords),
                     [text](std::string_view word) { return text.starts_with(word); });
}

/// Whether `rest`, what follows the letter of a root, makes a word of it: three small letters and
/// more, a vowel among them, that name no kind of chord; or the full stop of "D.C.".
bool MakesWord(std::string_view rest) {
  if (rest.starts_with('.')) return true;
  rest.remove_prefix(std::min(rest.find_first_not_of("#b"), rest.size()));
  std::string letters;  // also of "Be-bop" and "A part"
  for (const char c : rest) {
    if (c == ' ' || c == '-' || c == '\'') continue;
    if (c < 'a' || c > 'z') break;
    letters += c;
  }
  if (letters.size() < kFewestLetters) return false;
  if (letters.find_first_of("aeiou") == std::string::npos) return false;
  const std::string_view after_minor = std::string_view(letters).substr(letters[0] == 'm' ? 1 : 0);
  return !BeginsWithKind(letters) && !BeginsWithKind(after_minor);
}

}  // namespace

bool LooksLikeChordSymbol(std::string_view text) {
  if (ParseChordSymbol(text).ok()) return true;
  return !text.empty() && text[0] >= 'A' && text[0] <= 'H' && !MakesWord(text.substr(1));
}

}  // namespace magenta
