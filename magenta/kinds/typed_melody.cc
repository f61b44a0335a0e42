#include "magenta/kinds/typed_melody.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Steps of one typed event, and of all.
constexpr int kMostLength = 4096;
constexpr size_t kMostSteps = size_t{1} << 20;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && kBlanks.find(text.front()) != kBlanks.npos) text.remove_prefix(1);
  while (!text.empty() && kBlanks.find(text.back()) != kBlanks.npos) text.remove_suffix(1);
  return text;
}

absl::Status ListError(const std::string& what) {
  return UsageError(
      "--primer_melody: " + what,
      "Write it as --primer_melody=\"[60, -2, 62, -1]\", or with names, \"C4 - D4 .\"");
}

/// What stands between the brackets of "[60, 62]" or "(60, 62)"; all of "60, 62".
absl::StatusOr<std::string_view> WithoutBrackets(std::string_view text) {
  for (const std::string_view pair : {"[]", "()"}) {
    const bool opened = text.starts_with(pair[0]), closed = text.ends_with(pair[1]);
    if (opened && !closed) return ListError(fmt::format("its '{}' is never closed", pair[0]));
    if (closed && !opened) return ListError(fmt::format("its '{}' was never opened", pair[1]));
    if (opened) return Trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

absl::StatusOr<Event> ReadEvent(std::string_view text, size_t i) {
  Event event = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), event);
  if (error == std::errc() && stop == text.data() + text.size()) return event;
  if (text.empty()) return ListError(fmt::format("nothing stands where event {} should", i));
  const size_t blank = text.find_first_of(kBlanks);
  if (blank == std::string_view::npos || !ReadEvent(text.substr(0, blank), i).ok()) {
    return ListError(fmt::format("event {} is no whole number: {}", i, text));
  }
  return ListError(fmt::format("a comma is missing after event {}", i));
}

/// The numbers of "[60, -2, 62]" or "(60, 62)", or "60,62"; a comma may stand after the last.
absl::StatusOr<std::vector<Event>> ReadEventList(std::string_view text) {
  MAGENTA_ASSIGN_OR_RETURN(std::string_view rest, WithoutBrackets(text));
  std::vector<Event> events;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    MAGENTA_ASSIGN_OR_RETURN(const Event event,
                             ReadEvent(Trimmed(rest.substr(0, comma)), events.size()));
    if (event < kNoEvent || event > kMaxPitch) {
      return UsageError(
          fmt::format("--primer_melody: event {} is {}, not in -2..127", events.size(), event),
          "-2 is no event, -1 a note off, 0..127 are MIDI pitches");
    }
    events.push_back(event);
    rest = Trimmed(rest.substr(std::min(comma + 1, rest.size())));
  }
  return events;
}

absl::Status NameError(size_t i, std::string_view token, const std::string& what) {
  return UsageError(fmt::format("--primer_melody: event {}, '{}': {}", i + 1, token, what),
                    "Write a step each, with blanks between: \"C4 - F#4 - Bb3:4 .\" (- holds, . "
                    "ends the note, :4 lasts four steps); or ABC, \"abc: CDEG\"");
}

/// The pitch of "C4", "F#4", "Bb3", "C-1".
absl::StatusOr<Event> PitchOf(std::string_view name, size_t i, std::string_view token) {
  constexpr std::string_view kLetters = "CDEFGAB";
  constexpr int kSemitones[] = {0, 2, 4, 5, 7, 9, 11};
  const char letter = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  const size_t degree = kLetters.find(letter);
  if (degree == kLetters.npos) {
    return NameError(i, token, "is neither a note (C4), a hold (-) nor a rest (.)");
  }
  int pitch = kSemitones[degree];
  size_t at = 1;
  for (; at < name.size() && (name[at] == '#' || name[at] == 'b'); ++at) {
    pitch += name[at] == '#' ? 1 : -1;
  }
  for (const std::string_view sign : {"♯", "♭"}) {
    if (!name.substr(at).starts_with(sign)) continue;
    return NameError(i, token, "write # for ♯ and b for ♭: F#4, Bb3");
  }
  int octave = 0;
  const auto [stop, error] = std::from_chars(name.data() + at, name.data() + name.size(), octave);
  if (at == name.size()) return NameError(i, token, "has no octave; C4 is middle C");
  if (error != std::errc() || stop != name.data() + name.size() || octave < -1 || octave > 9) {
    return NameError(i, token, fmt::format("'{}' is no octave from -1 to 9", name.substr(at)));
  }
  pitch += 12 * (octave + 1);
  if (pitch >= kMinPitch && pitch <= kMaxPitch) return pitch;
  return NameError(i, token, fmt::format("is MIDI pitch {}, not in 0..127", pitch));
}

/// Between the names; bar lines say nothing here.
constexpr std::string_view kBetween = " \t\r\n,|";

/// Appends the steps of one token.
absl::Status AddNamed(std::string_view token, size_t i, std::vector<Event>& events) {
  const size_t colon = token.find(':');
  const std::string_view name = token.substr(0, colon);
  int length = 1;
  if (colon != token.npos) {
    const std::string_view number = token.substr(colon + 1);
    const auto [stop, error] =
        std::from_chars(number.data(), number.data() + number.size(), length);
    if (error != std::errc() || stop != number.data() + number.size() || length < 1 ||
        length > kMostLength) {
      return NameError(i, token, fmt::format("'{}' is no number of steps", number));
    }
  }
  if (name.empty()) return NameError(i, token, "has no note before the ':'");
  Event event = kNoEvent;
  if (name == "." || name == "r" || name == "R") {
    event = kNoteOff;
  } else if (name != "-" && name != "_") {
    MAGENTA_ASSIGN_OR_RETURN(event, PitchOf(name, i, token));
  }
  events.push_back(event);
  events.insert(events.end(), static_cast<size_t>(length - 1), kNoEvent);
  if (events.size() <= kMostSteps) return absl::OkStatus();
  return NameError(i, token, fmt::format("is past {} steps", kMostSteps));
}

absl::StatusOr<std::vector<Event>> ReadNames(std::string_view text) {
  std::vector<Event> events;
  size_t i = 0;
  for (size_t at = text.find_first_not_of(kBetween); at != text.npos; ++i) {
    const size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    MAGENTA_RETURN_IF_ERROR(AddNamed(text.substr(at, end - at), i, events));
    at = text.find_first_not_of(kBetween, end);
  }
  return events;
}

bool HasLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c); });
}

/// A list begins with a bracket or a number.
bool LooksLikeNames(std::string_view text) {
  if (text.empty() || text.front() == '[' || text.front() == '(') return false;
  const std::string_view first = text.substr(0, text.find_first_of(kBetween));
  const bool numeric =
      !first.empty() && std::isdigit(static_cast<unsigned char>(first.back())) && !HasLetter(first);
  return !numeric && HasLetter(text);
}

bool BeginsWithField(std::string_view text) {
  return text.size() >= 2 && std::isalpha(static_cast<unsigned char>(text[0])) && text[1] == ':';
}

/// Whether a name with an octave and a length, as no ABC has it, stands in `text`: "Bb3:4".
bool HoldsNameWithLength(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  for (size_t colon = text.find(':'); colon != text.npos; colon = text.find(':', colon + 1)) {
    const size_t start = text.find_last_of(kBetween, colon) + 1;  // 0 after npos
    const std::string_view name = text.substr(start, colon - start);
    const bool has_length = colon + 1 < text.size() && kDigits.find(text[colon + 1]) != text.npos;
    if (has_length && name.size() > 1 && std::isalpha(static_cast<unsigned char>(name.front())) &&
        kDigits.find(name.back()) != name.npos && name.find_first_of("/^=_(\"[") == name.npos) {
      return true;
    }
  }
  return false;
}

/// Whether `text`, which has bar lines, is of names: all of it, or one that no ABC has.
bool AreNamesInBars(std::string_view text) {
  return LooksLikeNames(text) && (HoldsNameWithLength(text) || ReadNames(text).ok());
}

/// Without its "abc:"; nullopt where the text is no ABC.
std::optional<std::string_view> AbcIn(std::string_view text) {
  if (text.size() >= 4 && text[3] == ':' && std::tolower(text[0]) == 'a' &&
      std::tolower(text[1]) == 'b' && std::tolower(text[2]) == 'c') {
    return Trimmed(text.substr(4));
  }
  // "r:4" is a rest of four steps.
  const bool has_field = BeginsWithField(text) &&
                         std::isupper(static_cast<unsigned char>(text[0])) && text[0] != 'R' &&
                         (text.size() == 2 || !std::isdigit(static_cast<unsigned char>(text[2])));
  const bool has_key = BeginsWithField(text) && text.find("K:") != text.npos;
  const bool has_bars = text.find('|') != text.npos;
  if (has_field || has_key || (has_bars && !AreNamesInBars(text))) return text;
  return std::nullopt;
}

/// `text` as a whole tune: its fields, which may stand on one line, each on a line of its own.
std::string AbcTuneOf(std::string_view text) {
  const bool has_lines = text.find('\n') != text.npos;
  std::string fields, key = "K:C\n", number = "X:1\n";
  while (BeginsWithField(text)) {
    const size_t end = std::min(text.find_first_of(has_lines ? "\n" : " \t"), text.size());
    const std::string field = std::string(Trimmed(text.substr(0, end))) + "\n";
    std::string& place = field[0] == 'K' ? key : field[0] == 'X' ? number : fields;
    place = field[0] == 'K' || field[0] == 'X' ? field : fields + field;
    text = Trimmed(text.substr(end));
  }
  return fmt::format("{}{}{}{}\n", number, fields, key, text);
}

}  // namespace

absl::StatusOr<TypedMelody> ReadTypedMelody(const std::string& text) {
  const std::string_view trimmed = Trimmed(text);
  if (const auto abc = AbcIn(trimmed)) return TypedAbc{AbcTuneOf(*abc)};
  std::vector<Event> events;
  if (LooksLikeNames(trimmed)) {
    MAGENTA_ASSIGN_OR_RETURN(events, ReadNames(trimmed));
  } else {
    MAGENTA_ASSIGN_OR_RETURN(events, ReadEventList(trimmed));
  }
  if (std::none_of(events.begin(), events.end(), [](Event event) { return event >= 0; })) {
    return UsageError("--primer_melody has no note", "Give at least one pitch in 0..127");
  }
  return events;
}

}  // namespace magenta
