#include "magenta/music/score/voice_leading.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "magenta/music/key.h"

namespace magenta {
namespace {

/// One parallel may be chance, and so may one in so many changes.
constexpr int kChangesAParallel = 50;

/// A line as it is walked through: what it sang and sings, -1 where nothing.
struct Line {
  const std::vector<VoiceNote>* notes;
  size_t next = 0;
  int before = -1, now = -1;

  void MoveTo(int64_t tick) {
    before = now;
    while (next < notes->size() && (*notes)[next].start <= tick) ++next;
    const bool sounds = next > 0 && (*notes)[next - 1].end > tick;
    now = sounds ? (*notes)[next - 1].pitch : -1;
  }
};

constexpr int kBeyondCompass = 4, kLeastCompass = kOctave + kFifth;
/// Fewer notes don't tell where a voice lies.
constexpr size_t kTellingNotes = 8;

Compass CompassOfRole(VoiceRole role) {
  switch (role) {
    case VoiceRole::kMelody: return {57, 84};
    case VoiceRole::kAlto: return {50, 77};
    case VoiceRole::kTenor: return {45, 72};
    case VoiceRole::kBass: return {37, 65};
    default: return {};
  }
}

}  // namespace

bool IsFifthOrOctave(int interval) {
  const int within = std::abs(interval) % kOctave;
  return within == 0 || within == kFifth;
}

bool AreParallel(int one, int other, int one_next, int other_next) {
  const int interval = one_next - other_next;
  return (one_next - one) * (other_next - other) > 0 && IsFifthOrOctave(interval) &&
         std::abs(one - other) % kOctave == std::abs(interval) % kOctave;
}

bool AvoidsParallels(const Sheet& sheet) {
  std::vector<Line> lines;
  std::vector<int64_t> moments;
  for (const SheetVoice& voice : sheet.voices) {
    if (voice.role > VoiceRole::kBass || voice.notes.empty()) continue;
    lines.push_back({&voice.notes});
    for (const VoiceNote& note : voice.notes) moments.push_back(note.start);
  }
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  int64_t changes = 0, parallels = 0;
  for (const int64_t tick : moments) {
    for (Line& line : lines) line.MoveTo(tick);
    bool changed = false;
    for (size_t i = 0; i < lines.size(); ++i) {
      for (size_t j = i + 1; j < lines.size(); ++j) {
        const Line &a = lines[i], &b = lines[j];
        if (std::min({a.before, b.before, a.now, b.now}) < 0) continue;
        changed = changed || a.before != a.now || b.before != b.now;
        parallels += AreParallel(a.before, b.before, a.now, b.now);
      }
    }
    changes += changed;
  }
  return parallels < 2 || parallels * kChangesAParallel <= changes;
}

Compass CompassOf(const SheetVoice& voice) {
  if (voice.notes.empty()) return CompassOfRole(voice.role);
  if (voice.notes.size() < kTellingNotes) return {};
  const auto [low, high] =
      std::minmax_element(voice.notes.begin(), voice.notes.end(),
                          [](const VoiceNote& a, const VoiceNote& b) { return a.pitch < b.pitch; });
  const int wide = high->pitch - low->pitch + 2 * kBeyondCompass;
  const int wider = kBeyondCompass + std::max(0, kLeastCompass - wide + 1) / 2;
  return {low->pitch - wider, high->pitch + wider};
}

bool LieAsInChoirs(const Sheet& sheet) {
  return std::all_of(sheet.voices.begin(), sheet.voices.end(), [](const SheetVoice& voice) {
    int64_t sum = 0;
    for (const VoiceNote& note : voice.notes) sum += note.pitch;
    const auto notes = static_cast<int64_t>(voice.notes.size());
    const Compass compass = CompassOfRole(voice.role);
    return notes == 0 || (compass.low * notes <= sum && sum <= compass.high * notes);
  });
}

}  // namespace magenta
