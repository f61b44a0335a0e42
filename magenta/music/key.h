#pragma once
// Keys: how well notes fit each of the twelve major scales, and their names; and those of pitches.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "magenta/music/event.h"

namespace magenta {

/// C4 as a MIDI pitch, and intervals in semitones.
inline constexpr int kMiddleC = 60, kOctave = 12, kFifth = 7;

/// "C4" for MIDI pitch 60, "F#5" for 78; 0..127. In a major key (0..11) whose signature has flats
/// "Gb5"; -1: nobody says the key.
std::string PitchText(Event pitch, int major_key = -1);

/// Counts by pitch class or by key, C = 0 to B = 11.
using TwelveCounts = std::array<int, 12>;

/// Whether `pitch` (MIDI) belongs to the major scale on `key` (0..11).
constexpr bool InMajorKey(Event pitch, int key) {
  constexpr bool kScale[12] = {true,  false, true,  false, true,  true,
                               false, true,  false, true,  false, true};
  return kScale[((pitch - key) % 12 + 12) % 12];
}

/// Adds `times` to the count of each of the seven keys that `pitch` belongs to.
constexpr void CountMajorKeys(Event pitch, TwelveCounts& keys, int times = 1) {
  for (int key = 0; key < 12; ++key) keys[key] += InMajorKey(pitch, key) ? times : 0;
}

/// A key as it is named.
struct NamedKey {
  /// Pitch class, 0..11.
  int tonic = 0;
  /// Nothing where the name is a tonic alone.
  std::optional<bool> is_minor;

  bool operator==(const NamedKey&) const = default;
};

/// "D", "F#", "Bb major", "F#m", "A minor". Nothing where `text` names none.
std::optional<NamedKey> ParseKey(std::string_view text);
/// The error (exit 2) of a `text` in which ParseKey or ParseMajorKey finds no key; `name` is what
/// gives it: "--key", "argument 'key'".
absl::Status NoKeyError(std::string_view name, std::string_view text);
/// Such keys, for help.
inline constexpr char kKeyExamples[] = "D, F#, Bb minor, Am";
/// What ParseKey reads so: "D", "Bb minor".
std::string KeyText(const NamedKey& key);

/// The major key (0..11) that `text` names: "C", "F#", "Bb major"; of a minor one ("Am", "F#
/// minor") its relative major, which has the same notes. Nothing where it names none.
std::optional<int> ParseMajorKey(std::string_view text);
/// The major key (0..11) of the same notes: that of a minor one is three semitones up.
int RelativeMajorOf(const NamedKey& key);
/// "C", "Db", ... of 0..11.
std::string_view MajorKeyName(int key);

/// The key of music in which each pitch class sounds for so many steps: the one whose profile
/// (Krumhansl and Kessler 1982: how well each tone fits a major or a minor key) correlates best
/// with them. On ties major before minor, then the lowest tonic; so C major where nothing sounds.
NamedKey KeyOfDurations(const TwelveCounts& steps);
/// The same among the two that a signature, of the major key `signature` (0..11), may mean.
NamedKey KeyOfDurations(const TwelveCounts& steps, int signature);

/// The key of music that goes on, where so many of its notes belong to each key: `held` as long as
/// no other one has clearly more of them, over two and over a twentieth of those that `held` has.
/// Without `held` the one with the most, the lowest on ties.
int SettleMajorKey(const TwelveCounts& notes_in_key, std::optional<int> held);

}  // namespace magenta
