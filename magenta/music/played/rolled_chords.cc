#include "magenta/music/played/rolled_chords.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace magenta {
namespace {

using Notes = std::span<const int>;  // of one instrument, as they begin

/// How many of `notes` are of the chord that begins with the first.
size_t ChordSize(const BarCount& count, const NoteSequence& played, Notes notes) {
  constexpr double kBetween = 0.05, kWholeChord = 0.25;  // seconds
  const NoteSequence::Note& first = played.notes(notes.front());
  double first_end = first.end_time();  // of those so far
  double last_start = first.start_time();
  size_t size = 1;
  for (; size < notes.size(); ++size) {
    const NoteSequence::Note& next = played.notes(notes[size]);
    if (count.Sounds(last_start, next.start_time()) > kBetween ||
        count.Sounds(first.start_time(), next.start_time()) > kWholeChord ||
        first_end < (next.start_time() + next.end_time()) / 2) {
      break;
    }
    last_start = next.start_time();
    first_end = std::min(first_end, next.end_time());
  }
  return size;
}

/// Lets the notes of `chord` begin at once.
void StrikeAtOnce(const BarCount& count, Notes chord, NoteSequence& played) {
  const auto from_sixteenth = [&](int i) {
    const double place = count.Place(count.At(played.notes(i).start_time()));
    return std::abs(place - Nearest(place, kSixteenth));
  };
  const int meant = *std::min_element(chord.begin(), chord.end(), [&](int a, int b) {
    return from_sixteenth(a) < from_sixteenth(b);
  });
  const double start = played.notes(meant).start_time();
  const int64_t step = played.notes(meant).quantized_start_step();
  for (const int i : chord) {
    NoteSequence::Note& note = *played.mutable_notes(i);
    note.set_start_time(start);
    note.set_quantized_start_step(step);
    note.set_quantized_end_step(std::max(note.quantized_end_step(), step + 1));
  }
}

}  // namespace

bool StrikeChordsAtOnce(const BarCount& count, NoteSequence& played) {
  bool any = false;
  for (const std::vector<int>& part : NotesOfInstruments(played)) {
    for (Notes left = part; !left.empty();) {
      const Notes chord = left.first(ChordSize(count, played, left));
      left = left.subspan(chord.size());
      if (played.notes(chord.back()).start_time() == played.notes(chord.front()).start_time()) {
        continue;
      }
      StrikeAtOnce(count, chord, played);
      any = true;
    }
  }
  return any;
}

}  // namespace magenta
