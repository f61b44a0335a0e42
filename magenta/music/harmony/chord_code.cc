#include "magenta/music/harmony/chord_code.h"

#include <string_view>

#include "magenta/base/check.h"

namespace magenta {
namespace {

constexpr int kAllPitchClasses = 0xfff;

int PitchClassAbove(int pitch_class, int semitones) {
  return ((pitch_class + semitones % 12) % 12 + 12) % 12;
}

}  // namespace

ChordCode PackChord(const ChordFields& fields) {
  MAGENTA_CHECK(fields.root >= 0 && fields.root < 12 && fields.bass >= 0 && fields.bass < 12);
  MAGENTA_CHECK((fields.pitch_classes & ~kAllPitchClasses) == 0);
  const ChordCode code = fields.pitch_classes | fields.root << 12 | fields.bass << 16 |
                         static_cast<int>(fields.quality) << 20;
  MAGENTA_CHECK(code != kNoChord && IsChordCode(code));
  return code;
}

ChordFields UnpackChord(ChordCode code) {
  MAGENTA_CHECK(code != kNoChord && IsChordCode(code));
  return {code >> 12 & 15, code >> 16 & 15, static_cast<ChordQuality>(code >> 20),
          code & kAllPitchClasses};
}

bool IsChordCode(ChordCode code) {
  return code >= 0 && code < kChordCodeEnd && (code >> 12 & 15) < 12 && (code >> 16 & 15) < 12;
}

ChordCode TransposeChord(ChordCode code, int semitones) {
  if (code == kNoChord) return code;
  ChordFields fields = UnpackChord(code);
  fields.root = PitchClassAbove(fields.root, semitones);
  fields.bass = PitchClassAbove(fields.bass, semitones);
  const int shift = PitchClassAbove(0, semitones);
  const int twice = fields.pitch_classes << shift;
  fields.pitch_classes = (twice | twice >> 12) & kAllPitchClasses;
  return PackChord(fields);
}

std::optional<int> TriadClass(ChordCode code) {
  if (code == kNoChord) return 0;
  const ChordFields fields = UnpackChord(code);
  if (fields.quality == ChordQuality::kOther) return std::nullopt;
  return 1 + 12 * static_cast<int>(fields.quality) + fields.root;
}

std::string_view ChordRootName(int pitch_class) {
  constexpr std::string_view kRoots[] = {"C",  "C#", "D",  "Eb", "E",  "F",
                                         "F#", "G",  "Ab", "A",  "Bb", "B"};
  MAGENTA_CHECK(pitch_class >= 0 && pitch_class < 12);
  return kRoots[pitch_class];
}

std::string TriadSymbol(int triad_class) {
  constexpr std::string_view kKinds[] = {"", "m", "aug", "dim"};
  MAGENTA_CHECK(triad_class >= 0 && triad_class < kTriadClasses);
  if (triad_class == 0) return "N.C.";
  std::string symbol(ChordRootName((triad_class - 1) % 12));
  return symbol.append(kKinds[(triad_class - 1) / 12]);
}

std::vector<int> ChordPitchInputs(ChordCode code) {
  if (code == kNoChord) return {0};
  const ChordFields fields = UnpackChord(code);
  std::vector<int> inputs = {1 + fields.root};
  for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
    if ((fields.pitch_classes >> pitch_class & 1) != 0) inputs.push_back(13 + pitch_class);
  }
  inputs.push_back(25 + fields.bass);
  return inputs;
}

}  // namespace magenta
