#pragma once
// What a player plays, by steps, and the primer that it makes with what was played before: the very
// one that SequenceGenerator would read from the same notes.

#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generate/model.h"
#include "magenta/live/conversation.h"
#include "magenta/live/live_chords.h"
#include "magenta/live/realtime/duet_options.h"

namespace magenta {

/// The notes of the last bars. Positions are in steps of the session. Not thread-safe: the response
/// thread's.
class Phrase {
 public:
  using Note = PlayedNote;
  static constexpr double kOpen = Note::kOpen;

  /// `options`, `before`, what was played before and belongs to the primer, and `chords` outlive
  /// it.
  Phrase(const DuetOptions& options, const Conversation& before, const LiveChords& chords)
      : options_(options),
        before_(before),
        chords_(chords),
        step_seconds_(60 / options.qpm / options.steps_per_quarter) {}

  /// Notes as they are played: each on the step nearest to it or, of models that hear seconds,
  /// where it is, and as long as the pedal holds it.
  void NoteOn(double position, uint8_t pitch, uint8_t velocity);
  void NoteOff(double position, uint8_t pitch);
  void Pedal(double position, bool down);
  /// From now on notes that count for a step before `step` don't count.
  void Begin(int64_t step);
  /// That a step lasts while it is played.
  void SetStepSeconds(double seconds) { step_seconds_ = seconds; }
  double step_seconds() const { return step_seconds_; }
  void Clear() { notes_.clear(); }
  /// Takes an answer's notes for what was played, so many steps before where they stand: over the
  /// chords of that time.
  void TakeAnswer(std::vector<Note> notes, int64_t moved = 0) {
    notes_ = std::move(notes);
    moved_ = moved;
    is_answer_ = true;
  }
  int64_t moved() const { return moved_; }
  bool is_answer() const { return is_answer_; }

  int64_t start() const { return start_; }
  /// The first step of the primer: start(), or what comes before it.
  int64_t primer_start() const { return before_.empty() ? start_ : before_.start(); }
  /// Second 0 of the primer's sequence: the bar line at or before primer_start(), of models that
  /// hear seconds that itself.
  int64_t origin() const;
  /// Its seconds: they are quarters unless models hear seconds.
  HeardTime Time() const;
  const LiveChords& chords() const { return chords_; }
  bool empty() const { return notes_.empty(); }
  const std::vector<Note>& notes() const { return notes_; }
  /// Mean, rounded; 100 without notes.
  int MeanVelocity() const;

  /// The step of `grid` in that sequence on which `step` of the session stands.
  int64_t StepOn(const Grid& grid, int64_t step) const;

  /// What was played up to `end` (past start()) as a sequence of 60 quarters a minute that begins
  /// at origin(), by Time(); notes that sound at `end` are cut there, those that begin later left
  /// out. Its chords go on up to `chords_end`.
  NoteSequence ToSequence(int64_t end, int64_t chords_end) const;
  /// The major key (0..11) that all is taken to be in where the phrase ends on `end`: the options',
  /// else the conversation's while it fits what the player played (SettleMajorKey). Nothing: a
  /// model finds one in its primer.
  std::optional<int> KeyAt(int64_t end) const;
  /// The primer that `model` continues on step `end`, its control up to that of that step. Errors
  /// as MusicKind::ReadPrimer's.
  absl::StatusOr<Primer> ReadPrimer(const Model& model, int64_t end) const;

 private:
  double PlaceOf(double position) const;
  bool IsWithin(const Note& played, int64_t end) const {
    return played.step() >= start_ && played.step() < end;
  }
  void EndNote(double position, uint8_t pitch);
  void AddNote(const Note& played, int64_t end, const HeardTime& time,
               NoteSequence& sequence) const;
  void AddChords(int64_t end, int64_t chords_end, const HeardTime& time,
                 NoteSequence& sequence) const;

  const DuetOptions& options_;
  const Conversation& before_;
  const LiveChords& chords_;
  std::vector<Note> notes_;
  bool pedal_ = false;
  std::bitset<128> pedalled_;  // keys that are let go of, whose notes the pedal holds
  double step_seconds_;
  int64_t start_ = 0;
  int64_t moved_ = 0;
  bool is_answer_ = false;
};

}  // namespace magenta
