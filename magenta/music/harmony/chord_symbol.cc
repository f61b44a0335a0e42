// The kind is chosen so that the rest fits: every kind that the text could begin with is tried, the
// longest first. What is only commonly written is respelled as note-seq reads it, and parsed then,
// so that there is one grammar.

#include "magenta/music/harmony/chord_symbol.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"

namespace magenta {
namespace {

constexpr std::array<int, 7> kMajorScale = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array<int, 7> kLetterPitchClasses = {9, 11, 0, 2, 4, 5, 7};  // A to G
constexpr size_t kMaxDegreeDigits = 9;

int PitchClassOf(int pitch) { return (pitch % 12 + 12) % 12; }

/// Takes `prefix` from `text` where it begins with it.
bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<NoteName> TakeNoteName(std::string_view& text) {
  if (text.empty() || text[0] < 'A' || text[0] > 'G') return std::nullopt;
  const char accidental = text.size() > 1 ? text[1] : ' ';
  size_t end = 1;
  if (accidental == '#' || accidental == 'b') {
    end = std::min(text.find_first_not_of(accidental, 1), text.size());
    if (end < text.size() && (text[end] == '#' || text[end] == 'b')) return std::nullopt;
  }
  const int count = static_cast<int>(end) - 1;
  const NoteName name = {text[0], accidental == '#' ? count : -count};
  text.remove_prefix(end);
  return name;
}

/// One way to write a kind.
struct KindSpelling {
  std::string_view text;
  const ChordKind* kind;
};

/// The longest first.
const std::vector<KindSpelling>& KindSpellings() {
  static const auto& spellings = *[] {
    auto* all = new std::vector<KindSpelling>;
    for (const ChordKind& kind : ChordKinds()) {
      for (const std::string_view text : kind.texts) all->push_back({text, &kind});
    }
    std::stable_sort(all->begin(), all->end(), [](const KindSpelling& a, const KindSpelling& b) {
      return a.text.size() > b.text.size();
    });
    return all;
  }();
  return spellings;
}

enum class ChangeType { kAdd, kRemove, kAlter };

struct Change {
  ChangeType type;
  ChordDegree degree;
};

/// "add9", "(b5", "no3)": one change, or nullopt and `text` as it was.
std::optional<Change> TakeChange(std::string_view& text) {
  static constexpr std::pair<std::string_view, std::pair<ChangeType, int>> kChanges[] = {
      {"add#", {ChangeType::kAdd, 1}}, {"addb", {ChangeType::kAdd, -1}},
      {"add", {ChangeType::kAdd, 0}},  {"no", {ChangeType::kRemove, 0}},
      {"#", {ChangeType::kAlter, 1}},  {"b", {ChangeType::kAlter, -1}},
  };
  std::string_view rest = text;
  Take(rest, "(");
  for (const auto& [prefix, change] : kChanges) {
    if (!Take(rest, prefix)) continue;
    size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0) return std::nullopt;
    const size_t zeros = std::min(rest.find_first_not_of('0'), digits);
    if (digits - zeros > kMaxDegreeDigits) return std::nullopt;
    const int degree = std::atoi(std::string(rest.substr(zeros, digits - zeros)).c_str());
    rest.remove_prefix(digits);
    Take(rest, ")");
    text = rest;
    return Change{change.first, {degree, change.second}};
  }
  return std::nullopt;
}

/// Why the change can't be made, or "".
std::string MakeChange(const Change& change, std::vector<ChordDegree>& degrees) {
  const auto [number, alteration] = change.degree;
  const auto found = std::find_if(
      degrees.begin(), degrees.end(),
      [number = number](const ChordDegree& degree) { return degree.degree == number; });
  const bool present = found != degrees.end();
  switch (change.type) {
    case ChangeType::kAdd:
      if (present) return fmt::format("degree {} is added, but the chord has it", number);
      // A seventh without a word more is the minor one.
      degrees.push_back({number, number == 7 ? alteration - 1 : alteration});
      break;
    case ChangeType::kRemove:
      if (!present) return fmt::format("degree {} is taken away, but the chord has none", number);
      degrees.erase(found);
      break;
    case ChangeType::kAlter:
      if (present) {
        found->alteration += alteration;
      } else {
        degrees.push_back({number, alteration});
      }
      break;
  }
  return "";
}

/// As it can stand in a message.
std::string QuotedSymbol(std::string_view text) {
  constexpr size_t kShown = 40;
  if (text.size() <= kShown) return fmt::format("\"{}\"", ValidUtf8(text));
  return fmt::format("\"{}...\"", ValidUtf8(text.substr(0, kShown)));
}

absl::Status NoSymbol(std::string_view text, std::string_view why) {
  return UsageError(fmt::format("{} is no chord symbol: {}", QuotedSymbol(text), why),
                    "Write a root, a kind, changes and a bass: C, F#m7, Bbmaj7, G7(b9), Am/C; N.C. "
                    "is no chord");
}

struct Respelling {
  std::string_view common;
  std::string_view reference;
};

/// Puts the reference's words for the common ones, everywhere in `text`.
void ReplaceAll(std::string& text, const Respelling& respelling) {
  for (size_t at = 0; (at = text.find(respelling.common, at)) != std::string::npos;) {
    text.replace(at, respelling.common.size(), respelling.reference);
    at += respelling.reference.size();
  }
}

constexpr Respelling kSigns[] = {
    {" ", ""},   {"\t", ""},   {"\u00a0", ""}, {"♯", "#"}, {"♭", "b"}, {"𝄪", "##"},
    {"𝄫", "bb"}, {"°", "dim"}, {"º", "dim"},   {"ø", "h"}, {"Ø", "h"}, {"Δ", "^"},
    {"△", "^"},  {"∆", "^"},   {"−", "-"},     {"–", "-"}, {",", ""},  {"omit", "no"},
};

/// How the word after the root begins, the longer before the shorter.
constexpr Respelling kWords[] = {
    {"major", "maj"}, {"Major", "maj"},   {"MAJ", "maj"},        {"Maj", "maj"}, {"maj", "maj"},
    {"minor", "m"},   {"Minor", "m"},     {"MIN", "m"},          {"Min", "m"},   {"min", "m"},
    {"ma", "maj"},    {"Ma", "maj"},      {"MA", "maj"},         {"mi", "m"},    {"Mi", "m"},
    {"MI", "m"},      {"dom", ""},        {"Dom", ""},           {"-", "m"},     {"(maj", "maj"},
    {"(Maj", "maj"},  {"augmented", "+"}, {"diminished", "dim"},
};

/// Kinds that note-seq has no word for, the longer before the shorter.
constexpr Respelling kCommonKinds[] = {
    {"m(maj7)", "mmaj7"},
    {"m/maj7", "mmaj7"},
    {"m/Maj7", "mmaj7"},
    {"mMaj7", "mmaj7"},
    {"mma7", "mmaj7"},
    {"m^7", "mmaj7"},
    {"m^", "mmaj7"},
    {"m6/9", "m6(add9)"},
    {"m69", "m6(add9)"},
    {"m2", "m(add2)"},
    {"m4", "m(add4)"},
    {"maj7)", "maj7"},
    {"maj9)", "maj9"},
    {"^13", "maj13"},
    {"^11", "maj11"},
    {"^9", "maj9"},
    {"^7", "maj7"},
    {"^", "maj7"},
    {"h7", "m7b5"},
    {"h9", "m7b5(add9)"},
    {"h", "m7b5"},
    {"13sus4", "7sus(add9)(add13)"},
    {"13sus", "7sus(add9)(add13)"},
    {"11sus4", "7sus(add9)"},
    {"9sus4", "7sus(add9)"},
    {"9sus", "7sus(add9)"},
    {"7sus4", "7sus"},
    {"7sus2", "sus2(b7)"},
    {"sus2sus4", "sus2(add4)"},
    {"sus24", "sus2(add4)"},
    {"sus9", "7sus(add9)"},
    {"6add9", "6/9"},
    {"69", "6/9"},
    {"7alt", "+7(b9)"},
    {"alt", "+7(b9)"},
    {"maj7+", "maj7(#5)"},
    {"+maj7", "maj7(#5)"},
    {"+^7", "maj7(#5)"},
    {"7+9", "7#9"},
    {"7+11", "7#11"},
    {"7+5", "+7"},
    {"7aug", "+7"},
    {"7+", "+7"},
    {"2", "(add2)"},
    {"4", "sus"},
};

/// Puts the reference's word for the first of the common ones that `text` begins with.
template <size_t n>
void RespellStart(std::string& text, const Respelling (&respellings)[n]) {
  for (const Respelling& respelling : respellings) {
    if (!text.starts_with(respelling.common)) continue;
    text.replace(0, respelling.common.size(), respelling.reference);
    return;
  }
}

/// "-5" and "+9" as changes: "b5", "#9".
void RespellChanges(std::string& text) {
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    const bool number = text[i + 1] >= '0' && text[i + 1] <= '9';
    if (number && text[i] == '-') text[i] = 'b';
    if (number && text[i] == '+') text[i] = '#';
  }
}

bool IsNoChordWord(std::string_view text) {
  constexpr std::string_view kWordsForNone[] = {"N.C.", "N.C", "NC",  "NC.",      "n.c.",
                                                "n.c",  "nc",  "N/C", "No Chord", "no chord"};
  return std::find(std::begin(kWordsForNone), std::end(kWordsForNone), text) !=
         std::end(kWordsForNone);
}

/// A common spelling as note-seq would write it, where it is one.
std::string Respelled(std::string_view text) {
  std::string symbol(text);
  for (const Respelling& sign : kSigns) ReplaceAll(symbol, sign);
  std::string_view rest = symbol;
  if (!TakeNoteName(rest).has_value()) return symbol;
  const std::string root = symbol.substr(0, symbol.size() - rest.size());
  std::string kind(rest);
  RespellStart(kind, kWords);
  RespellStart(kind, kCommonKinds);
  RespellChanges(kind);
  return root + kind;
}

}  // namespace

int NoteName::PitchClass() const {
  return PitchClassOf(kLetterPitchClasses[letter - 'A'] + alteration % 12);
}

std::string NoteName::Text() const {
  std::string text(1, letter);
  return text.append(static_cast<size_t>(std::abs(alteration)), alteration < 0 ? 'b' : '#');
}

NoteName NoteName::Transposed(int semitones) const {
  const auto above = [](char from) { return from == 'G' ? 'A' : static_cast<char>(from + 1); };
  const auto steps = [&](char from) {
    return PitchClassOf(kLetterPitchClasses[above(from) - 'A'] - kLetterPitchClasses[from - 'A']);
  };
  NoteName name = *this;
  int left = PitchClassOf(semitones);
  for (; left >= steps(name.letter); name.letter = above(name.letter)) left -= steps(name.letter);
  if (left == 0) return name;
  if (name.alteration < 0) {
    name.alteration += left;
  } else {
    name.alteration -= steps(name.letter) - left;
    name.letter = above(name.letter);
  }
  return name;
}

std::string ChordSymbol::Text() const {
  if (IsNoChord()) return std::string(kNoChordText);
  std::string text = root_.Text() + kind_->text;
  if (has_bass_) text += "/" + bass_.Text();
  return text;
}

ChordSymbol ChordSymbol::Transposed(int semitones) const {
  ChordSymbol symbol = *this;
  if (IsNoChord()) return symbol;
  symbol.root_ = root_.Transposed(semitones);
  symbol.bass_ = bass_.Transposed(semitones);
  return symbol;
}

absl::StatusOr<std::vector<int>> ChordSymbol::PitchClasses() const {
  if (IsNoChord()) return std::vector<int>{};
  MAGENTA_RETURN_IF_ERROR(kind_->degrees.status());
  std::vector<int> classes;
  for (const ChordDegree& degree : *kind_->degrees) {
    const int offset = kMajorScale[(degree.degree + 6) % 7];
    classes.push_back(PitchClassOf(root_.PitchClass() + offset + degree.alteration % 12));
  }
  return classes;
}

absl::StatusOr<ChordQuality> ChordSymbol::Quality() const {
  if (IsNoChord()) return ChordQuality::kOther;
  MAGENTA_RETURN_IF_ERROR(kind_->degrees.status());
  std::array<std::optional<int>, 6> alterations;
  for (const ChordDegree& degree : *kind_->degrees) {
    if (degree.degree >= 1 && degree.degree <= 5) alterations[degree.degree] = degree.alteration;
  }
  if (alterations[1] != 0) return ChordQuality::kOther;
  if (alterations[3] == 0 && alterations[5] == 0) return ChordQuality::kMajor;
  if (alterations[3] == -1 && alterations[5] == 0) return ChordQuality::kMinor;
  if (alterations[3] == 0 && alterations[5] == 1) return ChordQuality::kAugmented;
  if (alterations[3] == -1 && alterations[5] == -1) return ChordQuality::kDiminished;
  return ChordQuality::kOther;
}

absl::StatusOr<ChordCode> ChordSymbol::Code() const {
  if (IsNoChord()) return kNoChord;
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<int> classes, PitchClasses());
  MAGENTA_ASSIGN_OR_RETURN(const ChordQuality quality, Quality());
  ChordFields fields = {root_.PitchClass(), bass_.PitchClass(), quality, 0};
  for (const int pitch_class : classes) fields.pitch_classes |= 1 << pitch_class;
  return PackChord(fields);
}

/// Fills a symbol from text in note-seq's spelling.
class ChordSymbolParser {
 public:
  explicit ChordSymbolParser(std::string_view text) : text_(text) {}

  absl::StatusOr<ChordSymbol> Parse() && {
    if (text_ == kNoChordText) return ChordSymbol();
    std::string_view rest = text_;
    if (rest.ends_with('\n')) rest.remove_suffix(1);  // what Python's $ lets pass
    const std::string_view whole = rest;
    if (rest.empty()) return NoSymbol(text_, "it is empty");
    const auto root = TakeNoteName(rest);
    if (!root.has_value()) {
      return NoSymbol(text_, rest[0] >= 'A' && rest[0] <= 'G'
                                 ? "its root has sharps and flats"
                                 : "it must begin with a root, A to G");
    }
    symbol_.root_ = *root;
    size_t left = rest.size();  // what no kind leads past
    for (const KindSpelling& spelling : KindSpellings()) {
      std::string_view after = rest;
      if (!Take(after, spelling.text)) continue;
      if (TakeChangesAndBass(*spelling.kind, rest, after)) return std::move(symbol_);
      left = std::min(left, after.size());
    }
    const std::string_view understood = whole.substr(0, whole.size() - left);
    return NoSymbol(text_, fmt::format("{} after {} is not understood",
                                       QuotedSymbol(rest.substr(rest.size() - left)),
                                       QuotedSymbol(understood)));
  }

 private:
  /// Whether `after`, what follows `kind` in `rest`, is changes and a bass. Else `after` begins
  /// where they end.
  bool TakeChangesAndBass(const ChordKind& kind, std::string_view rest, std::string_view& after) {
    std::vector<Change> changes;
    for (auto change = TakeChange(after); change.has_value(); change = TakeChange(after)) {
      changes.push_back(*change);
    }
    const std::string_view text = rest.substr(0, rest.size() - after.size());
    symbol_.bass_ = symbol_.root_;
    symbol_.has_bass_ = false;
    if (std::string_view bass = after; Take(bass, "/")) {
      const auto name = TakeNoteName(bass);
      if (!name.has_value() || !bass.empty()) return false;
      symbol_.bass_ = *name;
      symbol_.has_bass_ = true;
      after = bass;
    }
    if (!after.empty()) return false;
    symbol_.kind_ = std::make_shared<const ChordSymbol::Kind>(
        ChordSymbol::Kind{std::string(text), Changed(kind, changes)});
    return true;
  }

  absl::StatusOr<std::vector<ChordDegree>> Changed(const ChordKind& kind,
                                                   const std::vector<Change>& changes) const {
    std::vector<ChordDegree> degrees = kind.degrees;
    for (const Change& change : changes) {
      const std::string why = MakeChange(change, degrees);
      if (!why.empty()) {
        return UsageError(fmt::format("{} contradicts itself: {}", QuotedSymbol(text_), why),
                          "Leave that change out");
      }
    }
    return degrees;
  }

  std::string_view text_;
  ChordSymbol symbol_;
};

absl::StatusOr<ChordSymbol> ParseChordSymbol(std::string_view text, ChordSpelling spelling) {
  if (text.size() > kMaxChordSymbolSize) {
    return NoSymbol(
        text, fmt::format("it is {} bytes long, more than {}", text.size(), kMaxChordSymbolSize));
  }
  auto symbol = ChordSymbolParser(text).Parse();
  if (symbol.ok() || spelling == ChordSpelling::kReference) return symbol;
  if (IsNoChordWord(text)) return ChordSymbol();
  const std::string respelled = Respelled(text);
  if (respelled.size() > kMaxChordSymbolSize) return symbol;
  auto common = ChordSymbolParser(respelled).Parse();
  return common.ok() ? common : symbol;
}

}  // namespace magenta
