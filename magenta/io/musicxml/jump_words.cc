#include "magenta/io/musicxml/jump_words.h"

#include <string>

namespace magenta {
namespace {

constexpr size_t kMostWords = 200;

/// In small letters, without anything between them.
std::string LettersOf(std::string_view words) {
  std::string letters;
  for (const char c : words.substr(0, kMostWords)) {
    if (c >= 'a' && c <= 'z') letters += c;
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
  }
  return letters;
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::optional<PlaySign::Kind> KindOf(std::string_view letters) {
  if (letters == "dc" || letters.starts_with("dcal") || letters.starts_with("dcsenza") ||
      letters.starts_with("dccon") || Has(letters, "dacapo")) {
    return PlaySign::kDaCapo;
  }
  if (letters == "ds" || letters.starts_with("dsal") || letters.starts_with("dssenza") ||
      letters.starts_with("dscon") || Has(letters, "dalsegno")) {
    return PlaySign::kDalSegno;
  }
  if (letters == "tocoda" || letters == "alcoda") return PlaySign::kToCoda;
  if (letters == "coda") return PlaySign::kCoda;
  if (letters == "segno") return PlaySign::kSegno;
  if (letters == "fine") return PlaySign::kFine;
  return std::nullopt;
}

}  // namespace

std::optional<PlaySign> JumpInWords(std::string_view words) {
  const auto kind = KindOf(LettersOf(words));
  if (!kind) return std::nullopt;
  PlaySign sign;
  sign.kind = *kind;
  AddGoalOfWords(words, sign);
  return sign;
}

void AddGoalOfWords(std::string_view words, PlaySign& sign) {
  if (sign.kind != PlaySign::kDaCapo && sign.kind != PlaySign::kDalSegno) return;
  const std::string letters = LettersOf(words);
  if (Has(letters, "coda")) {
    sign.goal = PlaySign::kToTheCoda;
  } else if (Has(letters, "fine")) {
    sign.goal = PlaySign::kToFine;
  }
  sign.after_jump |= Has(letters, "conrep") || Has(letters, "withrep");
}

}  // namespace magenta
