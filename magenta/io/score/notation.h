#pragma once
// A NoteSequence as it is written: measures, voices, note values, ties. What the writers of ABC and
// MusicXML share.
//
// Every beat of a part stands on sixteenths, thirty-seconds or triplets, whichever its notes are
// nearest to; notes between them move, and are counted. Notes of one length that begin together are
// a chord; what overlaps otherwise gets another voice.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/score/spelling.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Ticks of a quarter note in a Notation.
inline constexpr int kNotationTicks = 96;

/// One head of a chord.
struct WrittenNote {
  int pitch = 0;  ///< MIDI
  int velocity = 0;
  SpelledPitch spelled;
  bool tied_from = false;  ///< goes on from the event before
  bool tied_to = false;    ///< goes on in the next event
};

/// A chord, or a rest where it has no notes.
struct WrittenEvent {
  int start = 0;     ///< ticks from the beginning of the measure
  int duration = 0;  ///< ticks, as it sounds
  std::vector<WrittenNote> notes = {};
  /// Three in the time of two: the event's place in its group, whose first and last are marked.
  bool in_triplet = false;
  bool triplet_begin = false;
  bool triplet_end = false;

  /// Ticks as it is written: a power of two, or one with a dot.
  int written() const { return in_triplet ? duration * 3 / 2 : duration; }
};

/// A measure of all parts.
struct WrittenMeasure {
  int64_t start = 0;  ///< ticks from the beginning
  int ticks = 0;
  /// Shorter than its meter: a pickup, or cut.
  bool is_short = false;
  int numerator = 4;
  int denominator = 4;
  bool has_meter = false;  ///< the meter is written here
  WrittenKey key;
  bool has_key = false;  ///< the key is written here
  /// Ticks from the beginning of the measure, and quarters a minute or chord symbols. An event of
  /// the first part's first voice begins there.
  std::vector<std::pair<int, double>> tempos;
  std::vector<std::pair<int, std::string>> chords;

  int BeatTicks() const {
    const int unit = 4 * kNotationTicks / denominator;
    return denominator >= 8 && numerator % 3 == 0 ? 3 * unit : unit;
  }
};

/// What one instrument plays.
struct WrittenPart {
  std::string name;
  int instrument = 0;
  int program = 0;
  bool is_drum = false;
  /// Whether most of its notes lie below middle C.
  bool is_low = false;
  /// By measure, then voice; the events of a voice fill the measure, and a measure has as many
  /// voices as it needs, at least one.
  std::vector<std::vector<std::vector<WrittenEvent>>> measures;
};

/// A whole piece.
struct Notation {
  std::string title;
  std::vector<std::string> composers;
  std::vector<WrittenMeasure> measures;
  std::vector<WrittenPart> parts;
  /// What the notation does not hold, or holds elsewhere, a line each.
  std::vector<std::string> left_out;
};

/// Writes `sequence` (times in seconds; repeats as they stand). A part is one instrument, program
/// and drums or not; chord symbols without a note stand over a part of rests. Errors: neither note
/// nor chord symbol (exit 4); a time that is no number from 0 on, a pitch that is
/// not MIDI's, more parts than a piece may have, more measures times parts than 2,000,000, or more
/// heads and rests, each tied head counted, than 2,000,000 (exit 3).
absl::StatusOr<Notation> MakeNotation(const NoteSequence& sequence);

/// "1/4=120"'s 120: `qpm` as it was before MIDI rounded it to microseconds, if that is a whole
/// number; at most eight digits.
std::string TempoText(double qpm);

}  // namespace magenta
