#include "magenta/music/harmony/render_chords.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "magenta/music/harmony/chord_symbol.h"

namespace magenta {
namespace {

constexpr int kChordVelocity = 50;
constexpr int kChordProgram = 88;  // pad 1 (new age)
constexpr int kChordOctave = 48;
constexpr int kBassOctave = 36;

/// Above every other; at least 1, since 0 is the melody's.
int ChordInstrument(const NoteSequence& sequence) {
  int last = 0;
  for (const auto& note : sequence.notes()) last = std::max(last, note.instrument());
  for (const auto& info : sequence.instrument_infos()) last = std::max(last, info.instrument());
  return last == std::numeric_limits<int>::max() ? last : last + 1;
}

}  // namespace

void RenderChords(NoteSequence& sequence) {
  std::vector<const NoteSequence::TextAnnotation*> symbols;
  for (const auto& text : sequence.text_annotations()) {
    if (text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL) {
      symbols.push_back(&text);
    }
  }
  std::stable_sort(symbols.begin(), symbols.end(),
                   [](const auto* a, const auto* b) { return a->time() < b->time(); });
  const int instrument = ChordInstrument(sequence);
  for (size_t i = 0; i < symbols.size(); ++i) {
    const double start = symbols[i]->time();
    const double end =
        std::min(sequence.total_time(),
                 i + 1 < symbols.size() ? symbols[i + 1]->time() : sequence.total_time());
    if (!(start < end)) continue;
    const auto symbol = ParseChordSymbol(symbols[i]->text());
    if (!symbol.ok() || symbol->IsNoChord()) continue;
    const auto pitch_classes = symbol->PitchClasses();
    if (!pitch_classes.ok()) continue;
    const auto add = [&](int pitch) {
      auto& note = *sequence.add_notes();
      note.set_pitch(pitch);
      note.set_velocity(kChordVelocity);
      note.set_start_time(start);
      note.set_end_time(end);
      note.set_instrument(instrument);
      note.set_program(kChordProgram);
    };
    for (const int pitch_class : *pitch_classes) add(kChordOctave + pitch_class);
    add(kBassOctave + symbol->bass().PitchClass());
  }
}

}  // namespace magenta
