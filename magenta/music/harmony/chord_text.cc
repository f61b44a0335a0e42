#include "magenta/music/harmony/chord_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

#include "magenta/base/error_message.h"
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

std::vector<std::string> UnreadableChords(const NoteSequence& sequence) {
  constexpr size_t kNamed = 10;
  struct Place {
    double seconds;
    int times = 0;
  };
  std::map<std::string_view, Place> places;
  std::vector<std::string_view> symbols;  // in order of their first places
  for (const auto& text : sequence.text_annotations()) {
    if (text.annotation_type() != NoteSequence::TextAnnotation::CHORD_SYMBOL) continue;
    const auto [place, is_new] = places.try_emplace(text.text(), Place{text.time()});
    ++place->second.times;
    if (is_new) symbols.push_back(text.text());
  }
  std::vector<std::string> lines;
  size_t more = 0;
  for (const std::string_view symbol : symbols) {
    const auto chord = ParseChordSymbol(symbol);
    const absl::Status status = chord.ok() ? chord->Code().status() : chord.status();
    if (status.ok()) continue;
    if (lines.size() == kNamed) {
      ++more;
      continue;
    }
    const Place& place = places.at(symbol);
    lines.push_back(fmt::format("{}, at {:.6g} s", ErrorMessage(status), place.seconds));
    if (place.times > 1) lines.back() += fmt::format(" ({} times)", place.times);
  }
  if (more > 0) lines.push_back(fmt::format("{} more chord symbols that can't be read", more));
  return lines;
}

}  // namespace magenta
