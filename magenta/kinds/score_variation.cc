#include "magenta/kinds/score_variation.h"

#include <algorithm>
#include <random>
#include <utility>

namespace magenta {
namespace {

/// Draws that are the same on every machine.
class Dice {
 public:
  explicit Dice(uint64_t key) : engine_(key) {}
  /// 0 .. n - 1.
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  bool Percent(int percent) { return Below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

int RotateClasses(int classes, int semitones) {
  const int up = (semitones % 12 + 12) % 12;
  return (classes << up | classes >> (12 - up)) & 0xfff;
}

void Transpose(VariedPiece& piece, int semitones) {
  const auto rotate = [semitones](int k) { return k < 0 ? k : ((k + semitones) % 12 + 12) % 12; };
  for (auto& line : piece.lines) {
    for (VoiceNote& note : line) note.pitch += semitones;
  }
  for (SheetChord& chord : piece.sheet.chords) {
    chord.root = rotate(chord.root);
    chord.pitch_classes = RotateClasses(chord.pitch_classes, semitones);
  }
  piece.sheet.key = rotate(piece.sheet.key);
}

int DrawTransposition(const VoiceLines& lines, int low, int high, Dice& dice) {
  int down = 6, up = 5;
  for (const auto& line : lines) {
    for (const VoiceNote& note : line) {
      down = std::min(down, note.pitch - low);
      up = std::min(up, high - note.pitch);
    }
  }
  down = std::max(down, 0);
  return dice.Below(down + std::max(up, 0) + 1) - down;
}

/// Some of the voices leave, never all.
void DropVoices(VariedPiece& piece, Dice& dice) {
  VariedPiece kept = {piece.sheet, {}};
  kept.sheet.voices.clear();
  for (size_t v = 0; v < piece.lines.size(); ++v) {
    if (!dice.Percent(60)) continue;
    kept.sheet.voices.push_back(piece.sheet.voices[v]);
    kept.lines.push_back(piece.lines[v]);
  }
  if (!kept.lines.empty()) piece = std::move(kept);
}

void GiveWhole(VariedPiece& piece, size_t voice, bool known_ahead) {
  SheetVoice& given = piece.sheet.voices[voice];
  given.open.clear();
  given.notes = piece.lines[voice];
  given.known_ahead = known_ahead;
}

/// Each voice, or the first alone, is given: never all.
void GiveVoices(VariedPiece& piece, bool first_alone, bool known_ahead, Dice& dice) {
  const int voices = static_cast<int>(piece.lines.size());
  const int open = dice.Below(voices);  // at least this one
  for (int v = 0; v < voices; ++v) {
    const bool gives = first_alone ? v == 0 && voices > 1 : v != open && dice.Percent(50);
    if (gives) GiveWhole(piece, static_cast<size_t>(v), known_ahead);
  }
}

/// All is given but 1 to 3 stretches of whole bars: each in all voices, or in one and some others.
void OpenBars(VariedPiece& piece, Dice& dice) {
  const Sheet& sheet = piece.sheet;
  std::vector<int64_t> bars = {0};
  for (int64_t t = 0; t < sheet.length;) {
    const BarPlace place = PlaceOf(sheet, t);
    t = place.bar_start + place.meter.bar;
    bars.push_back(std::min(t, sheet.length));
  }
  const int count = static_cast<int>(bars.size()) - 1;
  std::vector<std::pair<int, int>> stretches;
  for (int i = 1 + dice.Below(3); i > 0; --i) {
    const int length = std::min(count, 1 + dice.Below(dice.Percent(50) ? 2 : 8));
    const int first = dice.Below(count - length + 1);
    stretches.emplace_back(first, first + length);
  }
  std::sort(stretches.begin(), stretches.end());
  const bool all_voices = dice.Percent(40);
  const auto one = static_cast<size_t>(dice.Below(static_cast<int>(piece.lines.size())));
  for (size_t v = 0; v < piece.lines.size(); ++v) {
    GiveWhole(piece, v, true);
    for (const auto& [first, end] : stretches) {
      if (all_voices || v == one || dice.Percent(40)) {
        OpenVoice(piece.sheet.voices[v], piece.lines[v], bars[first], bars[end]);
      }
    }
  }
}

}  // namespace

VariedPiece VaryPiece(const Sheet& sheet, const VoiceLines& lines, int low, int high,
                      uint64_t key) {
  Dice dice(key);
  VariedPiece piece = {sheet, lines};
  Transpose(piece, DrawTransposition(lines, low, high, dice));
  if (lines.size() > 1 && dice.Percent(20)) DropVoices(piece, dice);
  for (SheetVoice& voice : piece.sheet.voices) voice = OpenVoiceOf(voice.role, sheet.length);
  const int task = dice.Below(100);
  if (piece.lines.size() > 1) {
    if (task < 30) {
      // All is drawn.
    } else if (task < 50) {
      GiveVoices(piece, true, task < 42, dice);
    } else if (task < 65) {
      GiveVoices(piece, false, task < 60, dice);
    } else {
      OpenBars(piece, dice);
    }
  } else if (task >= 50) {
    OpenBars(piece, dice);
  }
  Sheet& varied = piece.sheet;
  varied.ends = varied.ends && dice.Percent(75);
  if (dice.Percent(50)) varied.chords.clear();
  if (dice.Percent(50)) varied.key = -1;
  varied.density = dice.Percent(50) ? -1 : DensityOf(varied, piece.lines);
  return piece;
}

}  // namespace magenta
