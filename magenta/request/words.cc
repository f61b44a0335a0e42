#include "magenta/request/words.h"

#include <algorithm>

namespace magenta {

std::vector<std::string_view> WordsOf(std::string_view text, char separator) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string_view> words;
  for (size_t start = 0; start <= text.size();) {
    const size_t stop = std::min(text.find(separator, start), text.size());
    std::string_view word = text.substr(start, stop - start);
    word.remove_prefix(std::min(word.find_first_not_of(kBlanks), word.size()));
    words.push_back(word.substr(0, word.find_last_not_of(kBlanks) + 1));
    start = stop + 1;
  }
  return words;
}

std::string InLowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>('A' <= c && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

}  // namespace magenta
