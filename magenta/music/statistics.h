#pragma once
// What a melody is like, in a few figures: to compare what a model writes with what it learned from
// (docs/music.md), and to see a model that has got stuck on one note.

#include "magenta/music/event.h"
#include "magenta/music/melody.h"

namespace magenta {

/// Figures of one melody. Shares are 0..1, and 0 where there is nothing to take a share of.
struct MelodyStatistics {
  /// Length of the melody in steps.
  int steps = 0;
  /// Note-ons.
  int notes = 0;
  double notes_per_bar = 0;
  /// Lowest and highest MIDI pitch; both kNoEvent without notes.
  Event lowest = kNoEvent;
  Event highest = kNoEvent;
  /// Melody::MajorKey(), 0..11, and the share of note-ons in its scale.
  int key = 0;
  double in_key = 0;
  /// Share of steps on which nothing sounds.
  double silent = 0;
  /// Share of steps in runs of one pitch, held or struck again, that last over two bars. A run goes
  /// from its first note-on to the last step on which that pitch sounds.
  double stuck = 0;
  /// Of the note-ons that have one bar (two bars) before them, the share that strikes the pitch
  /// that was struck there.
  double repeats_one_bar = 0;
  double repeats_two_bars = 0;

  /// Semitones from the lowest to the highest pitch.
  int pitch_range() const { return highest - lowest; }
};

/// One pass over `melody`; bars are its own steps_per_bar().
MelodyStatistics StatisticsOf(const Melody& melody);

}  // namespace magenta
