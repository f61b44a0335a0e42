#pragma once
// Pieces of several voices as networks of the architecture "relative_gru" read and say them: one
// decision after another, the symbols of all voices at a moment, then the time to the next.
//
// Events: kNoEvent (what sounds goes on), kNoteOff, a pitch, or TimeShift(ticks). A sequence begins
// with TimeShift(0), which every piece shares and nobody predicts. Then, moment after moment, come
// a symbol of each voice, in order, and a time shift:
//
//   TimeShift(0)  67 60  TimeShift(2)  -2 59  TimeShift(2)  65 -1  TimeShift(4) ...
//
// An event out of its turn is taken for the least that may be there: a shift for kNoEvent, anything
// but a shift, and one of 0, for one of 1 tick.
//
// Where voices are struck (ScoreCodecOptions::longest_shift 0) there are no shifts: each tick is a
// moment at which all voices get a pitch or kNoteOff.
//
// Under a sheet the voices that are given are decided first, and nothing else is possible for them.
//
// What a decision sees: where in the bar it stands; each voice's pitch, age and last interval, and
// how voices lie to each other; the pitch classes of the past; and, as relations of each candidate,
// how far it is from what sounds, what the voices that are decided got, how often it was heard in
// its voice, after its last note and together with theirs, and how long the run of equal music was
// before an earlier place that it followed (music/score/moment_history.h).

#include <memory>
#include <span>
#include <vector>

#include "magenta/codec/relative_codec.h"
#include "magenta/music/score/sheet.h"

namespace magenta {

struct ScoreCodecOptions {
  /// Whether a sheet (music/score/sheet.h) stands beside each piece, as its control: it says which
  /// voices there are, `kinds` and `first_pitches` are those of each VoiceRole, cycle and
  /// other_cycle the longest bar and beat whose places are told apart. Without a control a melody
  /// in 4/4 is drawn that doesn't end.
  bool sheets = false;
  /// One a voice, from the first that is decided to the last: its kind (0 ..), which tells it from
  /// others, and the pitch where it may be expected before its first note.
  std::vector<int> kinds;
  std::vector<int> first_pitches;
  /// The lowest pitch, and how many there are.
  int low = 36;
  int pitches = 46;
  /// The longest time from a moment to the next, in ticks; 0: all voices are struck each tick.
  int longest_shift = 32;
  /// Voices are notes of one chord, from high to low: none is as high as one before it, and after
  /// one that is silent all are.
  bool ranked = false;
  /// Whether voices that are struck may be silent.
  bool silence = true;
  /// Whether a pitch may begin in a voice that sounds it.
  bool repeats = true;
  /// Whether candidates are marked by how their voice moves against those that are decided: in
  /// parallel or similar motion to a fifth or an octave, across one, onto its pitch.
  bool motions = false;
  /// Whether candidates, what sounds on among them, are told by the interval, octaves aside, that
  /// they form with each voice that is decided and with the lowest of these.
  bool intervals = false;
  /// Ticks after which places in the music are alike: a bar's, say; and of another meter.
  int cycle = 16;
  int other_cycle = 12;
  /// Ticks after which the recent past counts 1 / e.
  double fading_ticks = 32;
};

/// Class 0 is kNoEvent, 1 kNoteOff, then pitches from low to high, then time shifts from 1 tick up.
std::unique_ptr<RelativeCodec> MakeScoreCodec(ScoreCodecOptions options);

}  // namespace magenta
