#include "magenta/io/music/piece_choice.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "magenta/base/status.h"

namespace magenta {
namespace {

std::string InSmallLetters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

absl::StatusOr<size_t> FindPiece(const std::vector<PieceName>& pieces, const std::string& flag,
                                 const std::string& wanted) {
  std::string_view number_text = wanted;
  if (number_text.starts_with("X:") || number_text.starts_with("x:")) number_text.remove_prefix(2);
  int64_t number = 0;
  const auto [stop, error] =
      std::from_chars(number_text.data(), number_text.data() + number_text.size(), number);
  const bool is_number = error == std::errc() && stop == number_text.data() + number_text.size();
  std::vector<size_t> same, holding;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string title = InSmallLetters(pieces[i].title), text = InSmallLetters(wanted);
    if (is_number ? pieces[i].number == number : title == text) same.push_back(i);
    if (!is_number && title.find(text) != title.npos) holding.push_back(i);
  }
  const std::vector<size_t>& found = same.empty() ? holding : same;
  const std::string choice = fmt::format("{}={}", flag, wanted);
  if (found.size() == 1 || (found.size() > 1 && is_number)) return found.front();
  if (found.empty()) {
    return UsageError(fmt::format("there is no piece {}", choice), PieceList(pieces));
  }
  return UsageError(fmt::format("{} means {} pieces", choice, found.size()),
                    "Give the number of one. " + PieceList(pieces));
}

}  // namespace

PieceName OwnName(const NoteSequence& piece) {
  const std::string& title = piece.sequence_metadata().title();
  return {piece.reference_number(), title.empty() ? piece.filename() : title};
}

void NumberPieces(std::vector<PieceName>& names) {
  const bool are_tunes = std::all_of(names.begin(), names.end(),
                                     [](const PieceName& name) { return name.number != 0; });
  if (are_tunes) return;
  for (size_t i = 0; i < names.size(); ++i) names[i].number = static_cast<int64_t>(i) + 1;
}

std::vector<PieceName> NamesOf(const std::vector<const NoteSequence*>& pieces) {
  std::vector<PieceName> names;
  names.reserve(pieces.size());
  for (const NoteSequence* piece : pieces) names.push_back(OwnName(*piece));
  NumberPieces(names);
  return names;
}

std::string PieceList(const std::vector<PieceName>& pieces) {
  constexpr size_t kShown = 10;
  std::string list = "There are: ";
  for (size_t i = 0; i < pieces.size() && i < kShown; ++i) {
    const std::string& title = pieces[i].title;
    list += fmt::format("{}{}{}", i == 0 ? "" : ", ", pieces[i].number,
                        title.empty() ? "" : fmt::format(" ({})", title));
  }
  return pieces.size() > kShown ? list + fmt::format(" and {} more", pieces.size() - kShown) : list;
}

absl::StatusOr<size_t> ChoosePiece(const std::vector<PieceName>& pieces, const std::string& flag,
                                   std::string& part) {
  auto found = FindPiece(pieces, flag, part);
  // "12/2": the second part of tune 12.
  const size_t slash = part.rfind('/');
  if (!found.ok() && slash != part.npos) {
    found = FindPiece(pieces, flag, part.substr(0, slash));
    part.erase(0, slash + 1);
  } else {
    part.clear();
  }
  return found;
}

}  // namespace magenta
