#include "magenta/music/key.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"

namespace magenta {
namespace {

constexpr std::string_view kMajorKeyNames[12] = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                 "F#", "G",  "Ab", "A",  "Bb", "B"};

constexpr std::string_view kMinorKeyNames[12] = {"C",  "C#", "D",  "Eb", "E",  "F",
                                                 "F#", "G",  "G#", "A",  "Bb", "B"};

/// Semitones of C D E F G A B above C, by letter from A on.
constexpr int kSemitonesOfLetter[7] = {9, 11, 0, 2, 4, 5, 7};

/// From the root of a minor key to that of the major one of the same notes.
constexpr int kToRelativeMajor = 3;

/// How well a tone fits a key, by semitones above the tonic: the ratings of Krumhansl and Kessler
/// (1982), times 100.
using KeyProfile = std::array<int64_t, 12>;
constexpr KeyProfile kMajorProfile = {635, 223, 348, 233, 438, 409, 252, 519, 239, 366, 229, 288};
constexpr KeyProfile kMinorProfile = {633, 268, 352, 538, 260, 353, 254, 475, 398, 269, 334, 317};

/// The correlation of `steps` with `profile` on `tonic`, but for a factor that is the same for all
/// keys. Whole numbers up to the last division, so that transposed music has the transposed key.
double FitOf(const TwelveCounts& steps, const KeyProfile& profile, int tonic) {
  const int64_t sum = std::accumulate(profile.begin(), profile.end(), int64_t{0});
  int64_t covariance = 0, square = 0;
  for (int degree = 0; degree < 12; ++degree) {
    const int64_t above_mean = 12 * profile[degree] - sum;
    covariance += above_mean * steps[(tonic + degree) % 12];
    square += above_mean * above_mean;
  }
  return static_cast<double>(covariance) / std::sqrt(static_cast<double>(square));
}

/// How many notes more, and what part of its own, another key must have.
constexpr int kClearlyMore = 2;
constexpr int kClearPart = 20;

/// Takes `prefix` away where it is there.
bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

absl::Status NoKeyError(std::string_view name, std::string_view text) {
  return UsageError(fmt::format("{}: {} is no key", name, ShownText(text)),
                    fmt::format("Give a note, and m or minor for minor: {}", kKeyExamples));
}

std::string PitchText(Event pitch, int major_key) {
  constexpr const char* kSharp[] = {"C",  "C#", "D",  "D#", "E",  "F",
                                    "F#", "G",  "G#", "A",  "A#", "B"};
  constexpr const char* kFlat[] = {"C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"};
  const bool has_flats = major_key >= 0 && (kMajorKeyNames[major_key] == "F" ||
                                            kMajorKeyNames[major_key].ends_with('b'));
  const char* const* names = has_flats ? kFlat : kSharp;
  return fmt::format("{}{}", names[pitch % 12], pitch / 12 - 1);
}

std::optional<NamedKey> ParseKey(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const char letter = static_cast<char>(text[0] & ~0x20);  // upper case
  if (letter < 'A' || letter > 'G') return std::nullopt;
  int root = kSemitonesOfLetter[letter - 'A'];
  text.remove_prefix(1);
  if (Take(text, "#") || Take(text, "\u266f")) {
    ++root;
  } else if (Take(text, "b") || Take(text, "\u266d")) {
    --root;
  }
  while (Take(text, " ")) {
  }
  NamedKey key = {(root + 12) % 12, {}};
  if (text.empty()) return key;
  key.is_minor = text == "m" || text == "min" || text == "minor";
  if (!*key.is_minor && text != "maj" && text != "major") return std::nullopt;
  return key;
}

std::string KeyText(const NamedKey& key) {
  if (!key.is_minor.has_value()) return std::string(MajorKeyName(key.tonic));
  return std::string(*key.is_minor ? kMinorKeyNames[key.tonic] : kMajorKeyNames[key.tonic]) +
         (*key.is_minor ? " minor" : " major");
}

std::optional<int> ParseMajorKey(std::string_view text) {
  const std::optional<NamedKey> key = ParseKey(text);
  if (!key.has_value()) return std::nullopt;
  return RelativeMajorOf(*key);
}

int RelativeMajorOf(const NamedKey& key) {
  return (key.tonic + (key.is_minor.value_or(false) ? kToRelativeMajor : 0)) % 12;
}

std::string_view MajorKeyName(int key) { return kMajorKeyNames[key]; }

NamedKey KeyOfDurations(const TwelveCounts& steps) {
  NamedKey best{0, false};
  double fit = FitOf(steps, kMajorProfile, 0);
  for (const bool minor : {false, true}) {
    for (int tonic = 0; tonic < 12; ++tonic) {
      const double found = FitOf(steps, minor ? kMinorProfile : kMajorProfile, tonic);
      if (found <= fit) continue;
      fit = found;
      best = {tonic, minor};
    }
  }
  return best;
}

NamedKey KeyOfDurations(const TwelveCounts& steps, int signature) {
  const int minor = (signature + 12 - kToRelativeMajor) % 12;
  const bool is_minor = FitOf(steps, kMinorProfile, minor) > FitOf(steps, kMajorProfile, signature);
  return {is_minor ? minor : signature, is_minor};
}

int SettleMajorKey(const TwelveCounts& notes_in_key, std::optional<int> held) {
  const auto most = std::max_element(notes_in_key.begin(), notes_in_key.end());
  const int best = static_cast<int>(most - notes_in_key.begin());
  if (!held.has_value()) return best;
  const int kept = notes_in_key[*held];
  const int more = *most - kept;
  return more > kClearlyMore && more * kClearPart > kept ? best : *held;
}

}  // namespace magenta
