#pragma once
// The piece that a continuation is a continuation of: what of the input stays around the new notes.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "magenta/music.pb.h"
#include "magenta/request/section.h"

namespace magenta {

struct PieceOptions {
  /// Who plays what is continued; none where nobody does.
  std::optional<int> instrument;
  /// Whether the other instruments, and the notes of this one that are not heard, stay.
  bool keep_accompaniment = true;
  /// The sound of what is continued, instead of its own.
  std::optional<int> program;
  /// Drums are continued: those of all instruments (or of `instrument` alone), where there are none
  /// every note. All of them are heard.
  bool drums = false;
  /// Chords are continued: every note that is no drum is heard, of all instruments or of
  /// `instrument` alone.
  bool chords = false;
  /// New notes are as loud as they say themselves.
  bool own_velocities = false;
};

/// The input with its tempos, meters, keys, names, texts and controllers, its notes as they were
/// played, up to where it is continued (all of a fill's). The meter of a short last bar is left
/// out: the continuation fills that bar. So are repeats, since the piece stands as it is written.
/// Of notes of the continued instrument that start on one step the highest is heard; the others
/// become an instrument of their own, after all others. Of chords all notes are heard. Of drums all
/// are heard; notes that were taken for drums have become some.
class Piece {
 public:
  /// `plan` is that of `input`, or of one instrument of it.
  Piece(const NoteSequence& input, const SectionPlan& plan, const PieceOptions& options);

  /// The piece and what `melody` - at one tempo, all of it on the plan's grid - has in the plan's
  /// sections, as loud as the notes before on the average, or as it is itself; a note of the input
  /// that sounds into a section ends where the melody's does. New notes come after these, in order
  /// of their beginnings. Of its texts those that stand after what stays.
  NoteSequence With(const NoteSequence& melody) const;
  /// The same where `melody` has a note in a section; else nullopt.
  std::optional<NoteSequence> WithNewNotes(const NoteSequence& melody) const;

 private:
  void KeepDescription(const NoteSequence& input);
  void KeepNotes(const NoteSequence& input, const PieceOptions& options);
  void KeepEvents(const NoteSequence& input, const PieceOptions& options);
  void LiftPedal();
  void LiftPedalAt(double from, std::optional<double> to);
  void KeepNames(const PieceOptions& options);
  void FindHeard(const NoteSequence& input);
  bool IsHeardInChord(const NoteSequence::Note& note) const;
  /// A note that is heard, by what it may be found again: of one note at a time by its step alone.
  std::pair<int64_t, int> PlaceOf(const NoteSequence::Note& note, int64_t step) const {
    return {step, chords_ ? note.pitch() : 0};
  }
  void ChooseDrums(const NoteSequence& input, const PieceOptions& options);
  bool IsHeardDrum(const NoteSequence::Note& note) const;
  bool IsBeforeOrBesideSections(int64_t step) const;
  int64_t StepOf(double grid_seconds) const;
  /// The section that holds `step`; else, with `before`, the next one.
  const StepRange* SectionAt(int64_t step, bool before) const;

  const SectionPlan* plan_;
  double steps_per_second_;
  double stop_;  // seconds of the request: where what stays ends
  int instrument_ = 0;
  bool drums_ = false;
  bool chords_ = false;
  bool own_velocities_ = false;
  std::optional<int> chords_of_;  // the only instrument whose chords are heard
  std::optional<int> drums_of_;   // the only instrument whose drums are heard
  bool drums_alone_ = false;      // notes that are no drums are not heard
  std::optional<int> others_;     // the instrument of what is not heard
  NoteSequence kept_;
  std::map<int64_t, int> heard_input_;            // step -> note of the input
  std::map<std::pair<int64_t, int>, int> heard_;  // PlaceOf -> note of kept_
  NoteSequence::Note model_;  // of the new notes: instrument, program, velocity, ...
};

}  // namespace magenta
