#pragma once
// What a player plays, by steps, and the primer that it makes with what was played before: the very
// one that SequenceGenerator would read from the same notes.

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
  static constexpr int64_t kOpen = Note::kOpen;

  /// `options`, `before`, what was played before and belongs to the primer, and `chords` outlive
  /// it.
  Phrase(const DuetOptions& options, const Conversation& before, const LiveChords& chords)
      : options_(options), before_(before), chords_(chords) {}

  /// Notes as they are played: each on the step nearest to it.
  void NoteOn(double position, uint8_t pitch, uint8_t velocity);
  void NoteOff(double position, uint8_t pitch);
  /// From now on notes before `step` don't count.
  void Begin(int64_t step);
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
  /// The bar line at or before primer_start(): step 0 of the primer's sequence.
  int64_t origin() const;
  const LiveChords& chords() const { return chords_; }
  bool empty() const { return notes_.empty(); }
  const std::vector<Note>& notes() const { return notes_; }
  /// Mean, rounded; 100 without notes.
  int MeanVelocity() const;

  /// What was played up to `end` (past start()) as a sequence of 60 quarters a minute that begins
  /// at origin(); notes that sound at `end` are cut there, those that begin later left out. Its
  /// chords go on up to `chords_end`.
  NoteSequence ToSequence(int64_t end, int64_t chords_end) const;
  /// The major key (0..11) that all is taken to be in where the phrase ends on `end`: the options',
  /// else the conversation's while it fits what the player played (SettleMajorKey). Nothing: a
  /// model finds one in its primer.
  std::optional<int> KeyAt(int64_t end) const;
  /// The primer that `model` continues on step `end`, its control up to that of that step. Errors
  /// as MusicKind::ReadPrimer's.
  absl::StatusOr<Primer> ReadPrimer(const Model& model, int64_t end) const;

 private:
  void AddNote(const Note& played, int64_t end, NoteSequence& sequence) const;
  void AddChords(int64_t end, int64_t chords_end, NoteSequence& sequence) const;

  const DuetOptions& options_;
  const Conversation& before_;
  const LiveChords& chords_;
  std::vector<Note> notes_;
  int64_t start_ = 0;
  int64_t moved_ = 0;
  bool is_answer_ = false;
};

}  // namespace magenta
