#include "magenta/music/program.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr std::array<std::string_view, 128> kPrograms = {
    // Piano
    "acoustic grand piano", "bright acoustic piano", "electric grand piano", "honky-tonk piano",
    "electric piano 1", "electric piano 2", "harpsichord", "clavinet",
    // Chromatic percussion
    "celesta", "glockenspiel", "music box", "vibraphone", "marimba", "xylophone", "tubular bells",
    "dulcimer",
    // Organ
    "drawbar organ", "percussive organ", "rock organ", "church organ", "reed organ", "accordion",
    "harmonica", "tango accordion",
    // Guitar
    "acoustic guitar (nylon)", "acoustic guitar (steel)", "electric guitar (jazz)",
    "electric guitar (clean)", "electric guitar (muted)", "overdriven guitar", "distortion guitar",
    "guitar harmonics",
    // Bass
    "acoustic bass", "electric bass (finger)", "electric bass (pick)", "fretless bass",
    "slap bass 1", "slap bass 2", "synth bass 1", "synth bass 2",
    // Strings
    "violin", "viola", "cello", "contrabass", "tremolo strings", "pizzicato strings",
    "orchestral harp", "timpani",
    // Ensemble
    "string ensemble 1", "string ensemble 2", "synth strings 1", "synth strings 2", "choir aahs",
    "voice oohs", "synth voice", "orchestra hit",
    // Brass
    "trumpet", "trombone", "tuba", "muted trumpet", "french horn", "brass section", "synth brass 1",
    "synth brass 2",
    // Reed
    "soprano sax", "alto sax", "tenor sax", "baritone sax", "oboe", "english horn", "bassoon",
    "clarinet",
    // Pipe
    "piccolo", "flute", "recorder", "pan flute", "blown bottle", "shakuhachi", "whistle", "ocarina",
    // Synth lead
    "lead 1 (square)", "lead 2 (sawtooth)", "lead 3 (calliope)", "lead 4 (chiff)",
    "lead 5 (charang)", "lead 6 (voice)", "lead 7 (fifths)", "lead 8 (bass and lead)",
    // Synth pad
    "pad 1 (new age)", "pad 2 (warm)", "pad 3 (polysynth)", "pad 4 (choir)", "pad 5 (bowed)",
    "pad 6 (metallic)", "pad 7 (halo)", "pad 8 (sweep)",
    // Synth effects
    "fx 1 (rain)", "fx 2 (soundtrack)", "fx 3 (crystal)", "fx 4 (atmosphere)", "fx 5 (brightness)",
    "fx 6 (goblins)", "fx 7 (echoes)", "fx 8 (sci-fi)",
    // Ethnic
    "sitar", "banjo", "shamisen", "koto", "kalimba", "bagpipe", "fiddle", "shanai",
    // Percussive
    "tinkle bell", "agogo", "steel drums", "woodblock", "taiko drum", "melodic tom", "synth drum",
    "reverse cymbal",
    // Sound effects
    "guitar fret noise", "breath noise", "seashore", "bird tweet", "telephone ring", "helicopter",
    "applause", "gunshot"};

/// What people call an instrument whose first namesake in the table is another one.
struct ShortName {
  std::string_view name;
  int program;
};
constexpr std::array<ShortName, 9> kShortNames = {{{"organ", 19},
                                                   {"strings", 48},
                                                   {"choir", 52},
                                                   {"voice", 53},
                                                   {"brass", 61},
                                                   {"horn", 60},
                                                   {"sax", 65},
                                                   {"saxophone", 65},
                                                   {"double bass", 43}}};

/// Names of what channel 10 plays.
constexpr std::array<std::string_view, 4> kDrums = {"drums", "drum", "drum kit", "percussion"};

/// Small letters, and one blank between words, which signs part.
std::string PlainName(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool gap = std::string_view(" \t_-()").find(c) != std::string_view::npos;
    if (gap && (plain.empty() || plain.back() == ' ')) continue;
    plain += gap ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (!plain.empty() && plain.back() == ' ') plain.pop_back();
  return plain;
}

/// Whether `words` stand in `name` side by side, as whole words.
bool HoldsPhrase(const std::string& name, std::string_view words) {
  return fmt::format(" {} ", name).find(fmt::format(" {} ", words)) != std::string::npos;
}

/// Whether each word of `words` is a word of `name`.
bool HoldsWords(const std::string& name, std::string_view words) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (!HoldsPhrase(name, word)) return false;
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return true;
}

std::vector<std::string> PlainNames() {
  std::vector<std::string> names;
  names.reserve(std::size(kPrograms));
  for (const std::string_view name : kPrograms) names.push_back(PlainName(name));
  return names;
}

/// The programs whose names hold `typed`, in General MIDI's order: as a phrase, else all its words.
std::vector<int> ProgramsHolding(const std::vector<std::string>& names, const std::string& typed) {
  std::vector<int> programs;
  for (const auto holds : {HoldsPhrase, HoldsWords}) {
    for (size_t i = 0; i < names.size() && !typed.empty(); ++i) {
      if (holds(names[i], typed)) programs.push_back(static_cast<int>(i));
    }
    if (!programs.empty()) break;
  }
  return programs;
}

/// A whole number, as far as it is one; those over 999 as 999.
std::optional<int> WholeNumber(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = std::min(number * 10 + (c - '0'), 999);
  }
  return text.empty() ? std::nullopt : std::optional(number);
}

}  // namespace

std::string_view ProgramName(int program) {
  return program >= 0 && program < 128 ? kPrograms[program] : std::string_view();
}

absl::StatusOr<int> ParseProgram(std::string_view text) {
  if (const auto number = WholeNumber(text)) {
    if (*number < 128) return *number;
    return UsageError(fmt::format("program {} is not in 0..127", text));
  }
  const std::string typed = text.starts_with('-') ? "" : PlainName(text);
  if (std::find(kDrums.begin(), kDrums.end(), typed) != kDrums.end()) {
    return UsageError(fmt::format("{} is no program: channel 10 is for drums", text),
                      "Give an instrument with pitches, like steel drums or timpani");
  }
  const std::vector<std::string> names = PlainNames();
  const auto exact = std::find(names.begin(), names.end(), typed);
  if (exact != names.end()) return static_cast<int>(exact - names.begin());
  for (const ShortName& each : kShortNames) {
    if (each.name == typed) return each.program;
  }
  if (const std::vector<int> holding = ProgramsHolding(names, typed); !holding.empty()) {
    return holding.front();
  }
  constexpr size_t kLongest = 64;
  const std::string near = typed.size() > kLongest ? "" : NearestName(typed, names);
  return UsageError(fmt::format("no program is called {}", text.empty() ? "''" : text),
                    near.empty() ? "Give a number from 0 to 127, or General MIDI's name, like flute"
                                 : fmt::format("Did you mean {}?", near));
}

std::string ProgramNote(std::string_view text) {
  const auto program = ParseProgram(text);
  const std::vector<std::string> names = PlainNames();
  const std::string typed = PlainName(text);
  if (!program.ok() || WholeNumber(text).has_value() || typed == names[*program]) return "";
  std::string others;
  for (const int each : ProgramsHolding(names, typed)) {
    if (each != *program)
      others += fmt::format("{}{}", others.empty() ? "" : ", ", kPrograms[each]);
  }
  if (others.empty()) return "";
  return fmt::format("{} is program {}, {}; there are also {}", typed, *program,
                     kPrograms[*program], others);
}

}  // namespace magenta
