#include "magenta/io/abc/abc_fields.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <utility>

namespace magenta {
namespace {

using Key = NoteSequence::KeySignature;

constexpr int kSemitones[7] = {0, 2, 4, 5, 7, 9, 11};  // C D E F G A B
constexpr int kFifths[7] = {0, 2, 4, -1, 1, 3, 5};     // sharps of the major key on each
constexpr int kSharpOrder[7] = {3, 0, 4, 1, 5, 2, 6};  // F C G D A E B

struct ModeRow {
  std::string_view name;
  Key::Mode mode;
  int fifths;  // added to those of the major key on the same tonic
};
constexpr ModeRow kModes[] = {
    {"maj", Key::MAJOR, 0},  {"ion", Key::MAJOR, 0},    {"min", Key::MINOR, -3},
    {"aeo", Key::MINOR, -3}, {"dor", Key::DORIAN, -2},  {"phr", Key::PHRYGIAN, -4},
    {"lyd", Key::LYDIAN, 1}, {"loc", Key::LOCRIAN, -5}, {"mix", Key::MIXOLYDIAN, -1},
};

char LowerAscii(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlpha(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string LowerText(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerAscii);
  return lower;
}

/// Takes at most seven digits off the front; nothing when there is none.
std::optional<int64_t> TakeNumber(std::string_view& text) {
  size_t digits = 0;
  int64_t value = 0;
  while (digits < text.size() && digits < 7 && IsDigit(text[digits])) {
    value = value * 10 + (text[digits++] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
}

/// Splits off a word; blanks inside double quotes belong to it.
std::string_view TakeWord(std::string_view& text) {
  SkipBlanks(text);
  size_t end = 0;
  bool quoted = false;
  for (; end < text.size() && (quoted || !IsBlank(text[end])); ++end) quoted ^= text[end] == '"';
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

AbcAccidentals FromFifths(int fifths) {
  AbcAccidentals accidentals{};
  for (int i = 0; i < fifths; ++i) accidentals[kSharpOrder[i % 7]] += 1;
  for (int i = 0; i < -fifths; ++i) accidentals[kSharpOrder[6 - i % 7]] -= 1;
  return accidentals;
}

/// "^f", "_b", "=c", "^^g": nothing else may stand in `word`.
bool ApplyExplicitAccidentals(std::string_view word, AbcAccidentals& accidentals) {
  while (!word.empty()) {
    int shift = 0;
    const char sign = word.front();
    if (sign != '^' && sign != '_' && sign != '=') return false;
    while (TakeChar(word, sign)) shift += sign == '^' ? 1 : sign == '_' ? -1 : 0;
    if (word.empty() || AbcLetterIndex(word.front()) < 0) return false;
    accidentals[AbcLetterIndex(word.front())] = std::clamp(shift, -2, 2);
    word.remove_prefix(1);
  }
  return true;
}

const ModeRow* FindMode(std::string_view word) {
  const std::string lower = LowerText(word);
  if (lower.empty()) return &kModes[0];
  if (lower == "m") return &kModes[2];  // "EM" too: so do the reference and the books that write it
  for (const ModeRow& row : kModes) {
    if (lower.size() >= 3 && lower.substr(0, 3) == row.name) return &row;
  }
  return nullptr;
}

bool IsClefWord(std::string_view word) {
  static constexpr std::string_view kClefs[] = {"treble", "bass",     "alto", "tenor", "soprano",
                                                "mezzo",  "baritone", "perc", "none",  "clef",
                                                "auto",   "g",        "f",    "c"};
  const std::string lower = LowerText(word);
  const size_t letters = std::find_if_not(lower.begin(), lower.end(), IsAlpha) - lower.begin();
  if (letters < 2) return false;
  return std::any_of(std::begin(kClefs), std::end(kClefs),
                     [&](std::string_view clef) { return lower.substr(0, letters) == clef; });
}

int SmallInt(std::string_view text, int bound) {
  const bool negative = TakeChar(text, '-');
  if (!negative) TakeChar(text, '+');
  const int value = static_cast<int>(std::min<int64_t>(TakeNumber(text).value_or(0), bound));
  return negative ? -value : value;
}

std::string Unquote(std::string_view text) {
  if (!text.empty() && text.front() == '"') text.remove_prefix(1);
  if (!text.empty() && text.back() == '"') text.remove_suffix(1);
  return std::string(text);
}

/// What a clef's "+8", "-8", "+15" or "-15" adds to what is written, in semitones.
int ClefShift(std::string_view clef) {
  TakeChar(clef, '"');
  while (!clef.empty() && IsAlpha(clef.front())) clef.remove_prefix(1);
  while (!clef.empty() && IsDigit(clef.front())) clef.remove_prefix(1);  // the line it stands on
  const int sign = TakeChar(clef, '+') ? 1 : TakeChar(clef, '-') ? -1 : 0;
  const int64_t steps = sign == 0 ? 0 : TakeNumber(clef).value_or(0);
  return sign * (steps == 8 ? 12 : steps == 15 ? 24 : 0);
}

/// One property ("clef=bass", "octave=-1", "bass", ...); false when `word` is none.
bool ReadProperty(std::string_view word, AbcVoiceProperties& properties) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    const bool is_clef = IsClefWord(word);
    if (is_clef) properties.clef_shift = ClefShift(word);
    return is_clef;
  }
  const std::string name = LowerText(word.substr(0, equals));
  const std::string_view value = word.substr(equals + 1);
  if (name == "clef") {
    properties.clef_shift = ClefShift(value);
  } else if (name == "octave") {
    properties.octave_shift = 12 * SmallInt(value, 8);
  } else if (name == "transpose" || name == "t") {
    properties.transpose = SmallInt(value, 96);
  } else if (name == "shift" || name == "sound") {
    properties.transpose = ParseAbcInterval(value);
    if (!properties.transpose) properties.left_out = std::string(word);
  } else if (name == "instrument") {
    properties.left_out = std::string(word);
  } else if (name == "name" || name == "nm") {
    properties.name = Unquote(value);
  }
  return true;
}

/// The next property; blanks about its '=' are dropped.
std::string TakeProperty(std::string_view& text) {
  std::string word(TakeWord(text));
  const std::string name = LowerText(word.substr(0, word.find('=')));
  static constexpr std::string_view kNames[] = {"clef", "octave", "transpose", "t",         "name",
                                                "nm",   "shift",  "sound",     "instrument"};
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) return word;
  if (word == name && StripBlanks(text).starts_with('=')) {
    SkipBlanks(text);
    TakeChar(text, '=');
    word += '=';
  }
  if (word.back() == '=') word += TakeWord(text);
  return word;
}

/// The bagpipe scale: F and C sharp, written without a signature or with one.
AbcKey BagpipeKey() {
  AbcKey key;
  key.accidentals = FromFifths(2);
  key.tonic = Key::A;
  key.mode = Key::MIXOLYDIAN;
  return key;
}

/// "G", "F#m", "Bbmix" off the front of `text`, with a mode that may be the next word.
bool TakeTonicAndMode(std::string_view& text, AbcKey& key) {
  const int letter = text.empty() || !std::isupper(static_cast<unsigned char>(text.front()))
                         ? -1
                         : AbcLetterIndex(text.front());
  if (letter < 0) return false;
  std::string_view rest = text.substr(1);
  const int shift = TakeChar(rest, '#') ? 1 : TakeChar(rest, 'b') ? -1 : 0;
  size_t letters = std::find_if_not(rest.begin(), rest.end(), IsAlpha) - rest.begin();
  const ModeRow* mode = FindMode(rest.substr(0, letters));
  if (mode == nullptr && LowerText(rest.substr(0, letters)) == "exp") {
    mode = &kModes[0];
    letters = 0;
  }
  if (mode == nullptr) return false;
  rest.remove_prefix(letters);
  if (letters == 0) {  // "A Mixolydian", "A m"
    std::string_view after = rest;
    const std::string_view word = TakeWord(after);
    const ModeRow* named = word.empty() || IsClefWord(word) ? nullptr : FindMode(word);
    if (named != nullptr) {
      mode = named;
      rest = after;
    }
  }
  key.tonic = static_cast<Key::Key>((kSemitones[letter] + shift + 12) % 12);
  key.mode = mode->mode;
  key.accidentals = FromFifths(kFifths[letter] + 7 * shift + mode->fifths);
  text = rest;
  return true;
}

}  // namespace

int AbcLetterIndex(char letter) {
  const size_t index = std::string_view("CDEFGABcdefgab").find(letter);
  return index == std::string_view::npos ? -1 : static_cast<int>(index % 7);
}

std::string_view StripBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

AbcVoiceProperties ParseAbcProperties(std::string_view text) {
  AbcVoiceProperties properties;
  while (!StripBlanks(text).empty()) ReadProperty(TakeProperty(text), properties);
  return properties;
}

std::optional<int> ParseAbcInterval(std::string_view text) {
  int steps[2] = {};
  for (int& pitch : steps) {
    const int sharp = TakeChar(text, '^') ? 1 : TakeChar(text, '_') ? -1 : 0;
    const int letter = text.empty() ? -1 : AbcLetterIndex(text.front());
    if (letter < 0) return std::nullopt;
    pitch = kSemitones[letter] + sharp + (std::islower(text.front()) ? 12 : 0);
    text.remove_prefix(1);
    for (int marks = 0; marks < 8; ++marks) {
      pitch += TakeChar(text, ',') ? -12 : TakeChar(text, '\'') ? 12 : 0;
    }
  }
  return text.empty() ? std::optional(steps[1] - steps[0]) : std::nullopt;
}

std::optional<AbcKey> ParseAbcKey(std::string_view text) {
  text = StripBlanks(text);
  AbcKey key;
  if (text.substr(0, 2) == "HP" || text.substr(0, 2) == "Hp") return BagpipeKey();
  const bool none = LowerText(text.substr(0, 4)) == "none";
  if (none) text.remove_prefix(4);
  const bool tonic = !none && TakeTonicAndMode(text, key);
  bool changed = tonic || none || text.empty();
  while (!StripBlanks(text).empty()) {
    const std::string word = TakeProperty(text);
    if (LowerText(word) == "exp") {
      key.accidentals = {};
      changed = true;
    } else if (ApplyExplicitAccidentals(word, key.accidentals)) {
      changed = true;
    } else if (!ReadProperty(word, key.properties) && !changed) {
      return std::nullopt;
    }
  }
  key.has_key = changed;
  return key;
}

std::optional<AbcMeter> ParseAbcMeter(std::string_view text) {
  text = StripBlanks(text);
  const std::string lower = LowerText(text);
  if (text == "C" || text == "c") return AbcMeter{4, 4};
  if (text == "C|" || text == "c|") return AbcMeter{2, 2};
  if (lower.empty() || lower.substr(0, 4) == "none" || lower == "free") return AbcMeter{};
  TakeChar(text, '(');
  int64_t sum = 0;
  do {
    SkipBlanks(text);
    const auto part = TakeNumber(text);
    if (!part) return std::nullopt;
    sum = std::min<int64_t>(sum + *part, 1 << 20);
    SkipBlanks(text);
  } while (TakeChar(text, '+'));
  TakeChar(text, ')');
  SkipBlanks(text);
  int64_t beat = 4;
  if (TakeChar(text, '/')) {
    SkipBlanks(text);
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    beat = *number;
  }
  const bool power_of_two = beat > 0 && (beat & (beat - 1)) == 0 && beat <= 1024;
  if (sum < 1 || sum > 1024 || !power_of_two) return std::nullopt;
  return AbcMeter{static_cast<int>(sum), static_cast<int>(beat)};
}

std::optional<ScoreFraction> ParseAbcUnitLength(std::string_view text) {
  text = StripBlanks(text);
  const auto numerator = TakeNumber(text);
  if (!numerator) return std::nullopt;
  int64_t denominator = 1;
  SkipBlanks(text);
  if (TakeChar(text, '/')) {
    SkipBlanks(text);
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    denominator = *number;
  }
  if (*numerator < 1 || denominator < 1 || denominator > 1024 || *numerator > 4 * denominator) {
    return std::nullopt;
  }
  return ScoreFraction{*numerator, denominator};
}

namespace {

/// `text` without its "quoted words".
std::string DropQuoted(std::string_view text) {
  std::string rest;
  bool quoted = false;
  for (char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted) {
      rest += c;
    }
  }
  return rest;
}

/// "1/4", "3/8 1/4" (summed), "C", "C3": the part before '='.
bool ReadTempoBeat(std::string_view text, AbcTempo& tempo) {
  text = StripBlanks(text);
  if (TakeChar(text, 'C') || TakeChar(text, 'c')) {
    tempo.unit_multiple = std::clamp<int64_t>(TakeNumber(text).value_or(1), 1, 64);
    return StripBlanks(text).empty();
  }
  ScoreFraction sum{0, 1};
  while (!StripBlanks(text).empty()) {
    const auto part = ParseAbcUnitLength(TakeWord(text));
    if (!part || sum.denominator > 1024 || sum.numerator > (1 << 20)) return false;
    sum = {sum.numerator * part->denominator + part->numerator * sum.denominator,
           sum.denominator * part->denominator};
  }
  tempo.beat = sum;
  return sum.numerator > 0;
}

bool ReadTempoRate(std::string_view text, AbcTempo& tempo) {
  text = StripBlanks(text);
  const auto whole = TakeNumber(text);
  if (!whole) return false;
  tempo.rate = static_cast<double>(*whole);
  if (TakeChar(text, '.')) {
    double scale = 0.1;
    for (; !text.empty() && IsDigit(text.front()) && scale > 1e-7; text.remove_prefix(1)) {
      tempo.rate += scale * (text.front() - '0');
      scale /= 10;
    }
  }
  return tempo.rate > 0 && tempo.rate <= 10000;
}

}  // namespace

std::optional<AbcTempo> ParseAbcTempo(std::string_view text) {
  AbcTempo tempo;
  const std::string plain = DropQuoted(text);
  const std::string_view rest = StripBlanks(plain);
  if (rest.empty()) return tempo;
  const size_t equals = rest.find('=');
  if (equals != std::string_view::npos && !ReadTempoBeat(rest.substr(0, equals), tempo)) {
    return std::nullopt;
  }
  const bool has_beat = equals != std::string_view::npos;
  if (!ReadTempoRate(has_beat ? rest.substr(equals + 1) : rest, tempo)) return std::nullopt;
  return tempo;
}

std::optional<std::string> ParseAbcPartOrder(std::string_view text) {
  constexpr size_t kMaxParts = 1000;
  std::vector<std::string> open(1);  // open.back() collects the innermost parenthesis
  std::string last;                  // what a number right after it repeats
  const auto flush = [&] { open.back() += std::exchange(last, ""); };
  while (!text.empty()) {
    const char c = text.front();
    if (IsDigit(c)) {
      const int64_t times = *TakeNumber(text);
      if (static_cast<size_t>(times) * last.size() > kMaxParts) return std::nullopt;
      std::string repeated;
      for (int64_t i = 0; i < times; ++i) repeated += last;
      last = repeated;
      flush();
      continue;
    }
    text.remove_prefix(1);
    flush();
    if (IsAlpha(c)) {
      last = c;
    } else if (c == '(') {
      if (open.size() > 32) return std::nullopt;
      open.emplace_back();
    } else if (c == ')') {
      if (open.size() < 2) return std::nullopt;
      last = open.back();
      open.pop_back();
    } else if (c != '.' && !IsBlank(c)) {
      return std::nullopt;
    }
    if (open.back().size() > kMaxParts) return std::nullopt;
  }
  flush();
  if (open.size() != 1 || open[0].size() > kMaxParts) return std::nullopt;
  return open[0];
}

}  // namespace magenta
